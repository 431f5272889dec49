# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import SupportCommon


@tagged("post_install", "-at_install")
class TestContract(SupportCommon):
    def test_rules_are_copied_from_the_tier(self):
        contract = self._open_contract()
        self.assertRecordValues(
            contract,
            [
                {
                    "rounding_scope": "entry",
                    "minutes_per_point": 15,
                    "alert_points": 5,
                    "state": "open",
                    "overdraft_policy": "allow",
                    "hourly_rate": 0,
                }
            ],
        )
        self.assertTrue(contract.name.startswith("SP"))
        self.assertEqual(contract.date_start, self.company._support_today())

    def test_a_contact_holds_no_account(self):
        with self.assertRaisesRegex(ValidationError, "University of Testing"):
            self._open_contract(self.student_office)

    def test_balance_status_and_its_filters(self):
        accounts = {
            "good": self._open_contract(points=20),
            "low": self._open_contract(points=5),
            "overdrawn": self._open_contract(),
        }
        overdrawn = accounts["overdrawn"]
        self._log(self._create_ticket(support_contract_id=overdrawn.id), 20)
        mine = [("id", "in", [contract.id for contract in accounts.values()])]
        for state, contract in accounts.items():
            with self.subTest(state):
                self.assertEqual(contract.balance_state, state)
                found = contract.search([("balance_state", "=", state), *mine])
                self.assertEqual(found, contract)
        search = self.env["support.contract"].search
        self.assertEqual(search([("balance", "<", 0), *mine]), overdrawn)
        self.assertEqual(search([("balance", "=", 5), *mine]), accounts["low"])
        self.assertEqual(search([("balance", "!=", 5), *mine]), accounts["good"] | overdrawn)
        self.assertEqual(overdrawn.points_used, 2)
        self.assertEqual(overdrawn.points_credited, 0)

    def test_used_accounts_keep_customer_tier_and_rounding(self):
        contract = self._open_contract(points=5)
        for values in (
            {"partner_id": self.other_university.id},
            {"tier_id": self.tier_technical.id},
            {"rounding_scope": "ticket"},
            {"minutes_per_point": 30},
        ):
            with self.subTest(values), self.assertRaisesRegex(UserError, "has entries"):
                contract.write(values)
        contract.write({"rounding_scope": "entry", "alert_points": 3})

    def test_used_accounts_are_not_deleted(self):
        contract = self._open_contract(points=5)
        with self.assertRaisesRegex(UserError, "Close it instead"):
            contract.unlink()

    def test_covered_partners_draw_from_the_account(self):
        contract = self._open_contract(points=10)
        ticket = self._create_ticket(self.other_university)
        self.assertFalse(ticket.support_contract_id)
        self._log(ticket, 20)
        contract.covered_partner_ids = self.other_university
        self.assertEqual(contract.balance, 8)

    def test_of_several_accounts_the_one_that_expires_first_is_drawn_from(self):
        self._open_contract(points=10)
        late = self._open_contract()
        self._grant(late, 10, expiry_date="2099-01-01")
        early = self._open_contract()
        self._grant(early, 10, expiry_date="2098-01-01")
        self.assertEqual(self._create_ticket().support_contract_id, early)

    def test_block_refuses_what_the_account_cannot_pay(self):
        contract = self._open_contract(points=3, overdraft_policy="block")
        ticket = self._create_ticket()
        line = self._log(ticket, 30)
        with self.assertRaisesRegex(UserError, "does not allow an overdraft"):
            self._log(ticket, 30)
        self._log(ticket, 15)
        line.unit_amount = 0.25
        line.unlink()
        self.assertEqual(contract.balance, 2)

    def test_block_lets_an_overdrawn_account_be_reduced(self):
        contract = self._open_contract(points=3)
        ticket = self._create_ticket()
        line = self._log(ticket, 90)
        contract.overdraft_policy = "block"
        line.unit_amount = 1.25
        self.assertEqual(contract.balance, -2)

    def test_late_work_lands_on_the_first_open_day(self):
        contract = self._open_contract(points=10)
        contract.lock_date = "2026-03-31"
        line = self._log(self._create_ticket(), 20, date="2026-03-10")
        entry = self._usage(contract)
        self.assertEqual(str(entry.date), "2026-04-01")
        self.assertEqual(entry.work_date, line.date)

    def test_list_reads_balances_in_one_query(self):
        contracts = self.env["support.contract"]
        for _index in range(3):
            contracts |= self._open_contract(points=10)
        self.env.flush_all()
        self.env.invalidate_all()
        contracts.mapped("display_name")
        with self.assertQueryCount(1):
            contracts.mapped(lambda c: (c.balance, c.points_used, c.balance_state))

    def test_form_opens_with_defaults(self):
        with Form(self.env["support.contract"].with_user(self.manager)) as form:
            form.partner_id = self.university
            form.tier_id = self.tier_technical
            self.assertEqual(form.alert_points, 10)
