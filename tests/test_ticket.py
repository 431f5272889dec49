# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from .common import SupportCommon


@tagged("post_install", "-at_install")
class TestTicket(SupportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._open_contract(points=100)
        cls.technical = cls._open_contract(tier=cls.tier_technical, points=100)

    def test_new_tickets_start_on_the_first_level_and_find_the_account(self):
        ticket = self.env["helpdesk.ticket"].create(
            {"name": "x", "description": "x", "partner_id": self.student_office.id}
        )
        self.assertEqual(ticket.support_level_id, self.level_1)
        self.assertEqual(ticket.support_contract_id, self.contract)

    def test_a_team_starts_on_its_own_level(self):
        team = self.env["helpdesk.ticket.team"].create({"name": "Developers"})
        self.level_3.team_id = team
        ticket = self.env["helpdesk.ticket"].create(
            {
                "name": "x",
                "description": "x",
                "partner_id": self.student_office.id,
                "team_id": team.id,
            }
        )
        self.assertEqual(ticket.support_level_id, self.level_3)
        self.assertEqual(ticket.support_contract_id, self.technical)

    def test_escalation_does_not_move_yesterdays_hours(self):
        ticket = self._create_ticket(level=self.level_2)
        self._log(ticket, 60)
        ticket.with_user(self.staff).action_escalate()
        self.assertEqual(ticket.support_level_id, self.level_3)
        self.assertEqual(ticket.support_contract_id, self.technical)
        self._log(ticket, 60)
        self.assertEqual((self.contract.balance, self.technical.balance), (96, 96))

    def test_the_dialog_says_what_escalating_means_and_notes_the_comment(self):
        ticket = self._create_ticket(level=self.level_2)
        wizards = self.env["support.escalate"].with_user(self.staff)
        wizard = wizards.create({"ticket_id": ticket.id, "comment": "Tried\n<b>all</b>"})
        self.assertEqual((wizard.level_id, wizard.tier_id), (self.level_3, self.level_3.tier_id))
        self.assertEqual(wizard.contract_id, self.technical)
        self.assertEqual(wizard.points_left, self.technical.balance)
        with self.assertRaises(AccessError):
            _rate = wizard.hourly_rate
        self.assertEqual(
            wizard.with_user(self.manager).sudo().hourly_rate, self.level_3.tier_id.hourly_rate
        )
        wizard.action_escalate()
        self.assertEqual(ticket.support_level_id, self.level_3)
        note = ticket.message_ids.filtered(lambda one: "Tried" in one.body)
        self.assertTrue(note.subtype_id.internal)
        self.assertIn("&lt;b&gt;", note.body)
        self.technical.action_close()
        other = wizards.create({"ticket_id": self._create_ticket(level=self.level_2).id})
        self.assertFalse(other.contract_id)

    def test_the_last_level_escalates_nowhere(self):
        with self.assertRaisesRegex(UserError, "no other level"):
            self._create_ticket(level=self.level_3).action_escalate()

    def test_a_corrected_customer_takes_all_time_along(self):
        others = self._open_contract(self.other_university, points=10)
        ticket = self._create_ticket(name="Secret of the other university")
        self._log(ticket, 60)
        ticket.with_user(self.manager).partner_id = self.other_university
        self.assertEqual((self.contract.balance, others.balance), (100, 6))
        correction = self._usage(self.contract)[-1]
        self.assertEqual(correction.kind, "correction")
        self.assertNotIn("Secret", correction.name)
        self.assertIn("Secret", self._usage(others).name)

    def test_a_customer_without_account_leaves_the_time_unbooked(self):
        ticket = self._create_ticket()
        line = self._log(ticket, 60)
        ticket.partner_id = self.other_university
        self.assertEqual(self.contract.balance, 100)
        self.assertEqual(line.support_booking_state, "unbooked")

    def test_another_contact_of_the_customer_changes_nothing(self):
        ticket = self._create_ticket()
        self._log(ticket, 60)
        before = self.contract.entry_ids
        ticket.partner_id = self.university
        self.assertEqual(self.contract.entry_ids, before)

    def test_staff_choose_another_open_account_of_the_customer(self):
        second = self._open_contract(points=5)
        ticket = self._create_ticket()
        ticket.support_contract_id = second
        self._log(ticket, 15)
        self.assertEqual(second.balance, 4)

    def test_an_account_of_another_customer_or_tier_is_refused(self):
        foreign = self._open_contract(self.other_university)
        ticket = self._create_ticket()
        for contract in (foreign, self.technical):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                ticket.support_contract_id = contract
        line = self._log(ticket, 15)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            line.support_contract_id = foreign

    def test_form_logs_time_in_its_tab(self):
        ticket = self._create_ticket()
        with Form(ticket.with_user(self.staff)) as form, form.timesheet_ids.new() as line:
            line.name = "Reset the password"
            line.unit_amount = 20 / 60
        self.assertEqual(ticket.support_points, 2)
        self.assertEqual(ticket.support_minutes, 20)
        self.assertEqual(ticket.timesheet_ids.user_id, self.staff)

    def test_why_so_many_points(self):
        ticket = self._create_ticket()
        line = self._log(ticket, 41)
        text = " ".join(line.support_explanation.striptags().split())
        for words in (
            "41 minutes",
            "started → 3 points",
            "left in the last point: 4",
            "3 points from Grant",
        ):
            with self.subTest(words):
                self.assertIn(words, text)
        free = self._log(ticket, 41, support_billable=False, support_free_reason="A bug of ours")
        self.assertIn("A bug of ours", free.support_explanation)
        unbooked = self._log(self._create_ticket(self.other_university), 5)
        self.assertIn("No open account", unbooked.support_explanation)
        action = line.action_explain_support_points()
        self.assertIn("3", action["name"])

    def test_book_button_says_what_is_missing(self):
        line = self._log(self._create_ticket(self.other_university), 5)
        params = line.with_user(self.staff).action_book_support_time()["params"]
        self.assertEqual(params["type"], "warning")
        self.assertIn("No open account", params["message"])

    def test_time_needs_hours_or_words(self):
        ticket = self._create_ticket()
        with Form(ticket.with_user(self.staff)) as form:
            # The client abandons a row that is neither touched nor valid.
            missing = self.assertRaisesRegex(AssertionError, "'name' is a required field")
            with missing, form.timesheet_ids.new() as line:
                self.assertFalse(line.name)
            with form.timesheet_ids.new() as line:
                line.unit_amount = 0.5
            with form.timesheet_ids.new() as line:
                line.name = "Looked into it"
        self.assertEqual(len(ticket.timesheet_ids), 2)

    def test_time_that_a_blocking_account_cannot_pay_names_the_account(self):
        contract = self._open_contract(self.other_university, overdraft_policy="block")
        ticket = self._create_ticket(self.other_university, support_contract_id=False)
        lines = self._log(ticket, 5, support_billable=False, support_free_reason="x")
        lines |= self._log(ticket, 5, support_billable=False, support_free_reason="x")
        lines.write({"support_contract_id": False})
        lines.write({"support_billable": True})
        cause = f"{contract.name} has 0 points left and allows no overdraft."
        self.assertEqual(lines.mapped("support_unbooked_cause"), [cause, cause])
        self.assertEqual(ticket.support_unbooked_cause, cause)
        message = lines.with_user(self.staff).action_book_support_time()["params"]["message"]
        self.assertIn(cause, message)
        self._grant(contract, 1)
        lines.invalidate_recordset()
        self.assertEqual(
            lines[0].support_unbooked_cause,
            f"{contract.name} can take it, but it was not booked yet.",
        )
        params = lines.with_user(self.staff).action_book_support_time()["params"]
        self.assertIn("Booked: 1. Still waiting: 1.", params["message"])

    def test_a_copy_starts_without_time(self):
        ticket = self._create_ticket()
        self._log(ticket, 20)
        self.assertFalse(ticket.copy().timesheet_ids)
