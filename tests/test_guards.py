# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import SupportCommon


@tagged("post_install", "-at_install")
class TestGuards(SupportCommon):
    """What staff must not do by RPC, and work that must never be refused or lost."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._open_contract(points=50)
        cls.others = cls._open_contract(cls.other_university, points=50)
        cls.own = cls._create_staff("support.own", "helpdesk_mgmt.group_helpdesk_user_own")

    def test_time_does_not_move_onto_a_ticket_that_one_may_not_read(self):
        foreign = self._create_ticket(self.other_university, user_id=self.staff.id)
        mine = self._create_ticket(user_id=self.own.id)
        line = self._log(mine, 15, user=self.own)
        with self.assertRaises(AccessError):
            self._log(foreign, 15, user=self.own)
        for values in (
            {"ticket_id": foreign.id},
            {"ticket_id": foreign.id, "support_contract_id": self.others.id},
            {"ticket_id": foreign.id, "support_level_id": self.level_1.id},
        ):
            with self.subTest(values), self.assertRaises(AccessError):
                line.write(values)
        self.assertEqual(self.others.balance, 50)

    def test_points_of_a_line_cannot_be_written(self):
        line = self._log(self._create_ticket(), 15)
        with self.assertRaisesRegex(UserError, "Points follow from the time"):
            line.support_points = 999

    def test_nobody_forges_an_issued_statement(self):
        values = {
            "contract_id": self.contract.id,
            "date_from": "2026-01-01",
            "date_to": "2026-01-31",
        }
        statements = self.env["support.statement"].with_user(self.staff)
        for forged in (
            statements.with_context(default_state="issued"),
            statements.with_context(default_name="2026/0001"),
        ):
            with self.assertRaises(UserError):
                forged.create(values)

    def test_state_number_and_lock_date_follow_from_buttons_alone(self):
        contract = self.contract.with_user(self.manager)
        for values in (
            {"state": "draft"},
            {"lock_date": "2026-01-31"},
            {"name": "SP99999"},
            {"booking_guard": 7},
        ):
            with self.subTest(values), self.assertRaisesRegex(UserError, "Use those buttons"):
                contract.write(values)
        model = self.env["support.contract"].with_user(self.manager)
        values = {"partner_id": self.university.id, "tier_id": self.tier_user.id}
        with self.assertRaisesRegex(UserError, "Use those buttons"):
            model.create({**values, "state": "open"})
        self.assertNotEqual(model.create({**values, "name": "SP00001"}).name, "SP00001")
        contract.action_close()
        self.assertEqual(contract.state, "closed")
        with self.assertRaises(AccessError):
            self.others.with_user(self.staff).action_close()

    def test_the_lock_date_never_moves_back(self):
        self.contract.lock_date = "2026-06-30"
        for value in ("2026-05-31", False):
            with self.assertRaisesRegex(UserError, "is closed and stays so"):
                self.contract.lock_date = value

    def test_no_new_work_on_an_account_that_is_not_open(self):
        ticket = self._create_ticket()
        waiting = self._log(self._create_ticket(self.env["res.partner"]), 15)
        self.contract.action_close()
        draft = self.env["support.contract"].create(
            {"partner_id": self.university.id, "tier_id": self.tier_user.id}
        )
        for contract in (self.contract, draft):
            line = self._log(ticket, 15, support_contract_id=contract.id)
            self.assertFalse(line.support_contract_id)
            with self.assertRaises(UserError):
                waiting.write({"support_contract_id": contract.id})

    def test_an_account_with_time_keeps_its_customer(self):
        contract = self._open_contract()
        self._log(
            self._create_ticket(support_contract_id=contract.id),
            15,
            support_billable=False,
            support_free_reason="Goodwill",
        )
        with self.assertRaisesRegex(UserError, "has entries, time or tickets"):
            contract.with_user(self.manager).partner_id = self.other_university

    def test_time_is_never_refused_when_a_contact_changes_company(self):
        ticket = self._create_ticket()
        self._log(ticket, 15)
        self.student_office.parent_id = self.other_university
        self._log(ticket, 15)
        self.assertEqual((self.contract.balance, self.others.balance), (49, 49))

    def test_time_is_never_refused_when_a_cover_ends(self):
        faculty = self.env["res.partner"].create({"name": "Faculty", "is_company": True})
        self.contract.covered_partner_ids = faculty
        ticket = self._create_ticket(faculty)
        self._log(ticket, 15)
        self.contract.covered_partner_ids = False
        self.assertFalse(ticket.support_contract_id)
        self.assertEqual(self._log(ticket, 15).support_booking_state, "unbooked")
        self.assertEqual(self.contract.balance, 49)
        self.contract.covered_partner_ids = faculty
        self.assertEqual(ticket.support_contract_id, self.contract)
        self.assertEqual(self.contract.balance, 48)

    def test_a_ticket_with_time_stays_in_its_company(self):
        company = self.env["res.company"].create({"name": "Second"})
        ticket = self._create_ticket()
        self._log(ticket, 15)
        with self.assertRaisesRegex(UserError, "has time on it"):
            ticket.company_id = company

    def test_the_refusal_of_an_overdraft_is_an_error_that_the_web_client_shows(self):
        """By the exact class: another one is answered with a traceback."""
        self.contract.overdraft_policy = "block"
        with self.assertRaisesRegex(UserError, "does not allow an overdraft") as refusal:
            self._log(self._create_ticket(), 60 * 23)
        self.assertIs(type(refusal.exception), UserError)

    def test_a_blocking_account_opens_although_it_cannot_pay_what_waits(self):
        customer = self.env["res.partner"].create({"name": "School", "is_company": True})
        ticket = self._create_ticket(customer)
        early = self._log(ticket, 30, date="2026-01-02")
        late = self._log(ticket, 30, date="2026-01-03")
        contract = self._open_contract(customer, overdraft_policy="block")
        self.assertEqual(early.support_booking_state, "unbooked")
        self._grant(contract, 3)
        contract._book_unbooked_time()
        self.assertEqual(early.support_booking_state, "booked")
        self.assertEqual(late.support_booking_state, "unbooked")
        self.assertEqual(contract.balance, 1)

    def test_time_on_a_ticket_is_not_billed_by_its_project_too(self):
        product = self.env["product.product"].create(
            {
                "name": "Hours",
                "type": "service",
                "invoice_policy": "delivery",
                "service_type": "timesheet",
                "uom_id": self.env.ref("uom.product_uom_hour").id,
            }
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.university.id,
                "order_line": [Command.create({"product_id": product.id})],
            }
        )
        order.action_confirm()
        project = self.env["project.project"].create(
            {
                "name": "Billed",
                "allow_billable": True,
                "partner_id": self.university.id,
                "sale_line_id": order.order_line.id,
            }
        )
        self.contract.project_id = project
        line = self._log(self._create_ticket(), 60)
        self.assertEqual(line.project_id, project)
        self.assertFalse(line.so_line)
        self.assertEqual(order.order_line.qty_delivered, 0)

    def test_a_manager_makes_tiers(self):
        tier = (
            self.env["support.tier"]
            .with_user(self.manager)
            .create({"name": "Training", "code": "TR", "hourly_rate": 100})
        )
        self.assertEqual(tier.sudo().product_id.lst_price, 25)
        plain = new_test_user(self.env, login="plain", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.env["support.tier"].with_user(plain).create({"name": "X", "code": "X"})

    def test_a_tier_with_accounts_elsewhere_stays_shared(self):
        company = self.env["res.company"].create({"name": "Second"})
        with self.assertRaisesRegex(ValidationError, "stays shared"):
            self.tier_user.company_id = company

    def test_a_search_for_no_number_says_so(self):
        for value in ("a", 5.7):
            with self.subTest(value), self.assertRaisesRegex(UserError, "whole number"):
                self.env["support.contract"].search([("balance", ">", value)])

    def test_open_tickets_follow_from_a_closed_account_to_the_next(self):
        ticket = self._create_ticket()
        self.contract.action_close()
        contract = self._open_contract()
        self.assertEqual(ticket.support_contract_id, contract)
