# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .common import SupportCommon


@tagged("post_install", "-at_install")
class TestBooking(SupportCommon):
    """The ledger follows every create, edit, move and delete of time."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._open_contract(points=100)
        cls.ticket = cls._create_ticket()

    def test_ticket_alone_is_enough(self):
        line = self._log(self.ticket, 20)
        self.assertRecordValues(
            line.sudo(),
            [
                {
                    "company_id": self.company.id,
                    "project_id": self.company.support_project_id.id,
                    "support_contract_id": self.contract.id,
                    "support_level_id": self.level_1.id,
                    "support_points": 2,
                    "support_billable": True,
                    "user_id": self.staff.id,
                }
            ],
        )
        self.assertRecordValues(
            self._usage(self.contract),
            [
                {
                    "kind": "usage",
                    "points": -2,
                    "ticket_id": self.ticket.id,
                    "level_id": self.level_1.id,
                    "timesheet_id": line.id,
                    "date": line.date,
                    "work_date": line.date,
                }
            ],
        )
        self.assertEqual(self.contract.balance, 98)
        self.assertEqual(self.ticket.support_points, 2)

    def test_started_quarters_count(self):
        for minutes, points in ((0, 0), (1, 1), (15, 1), (16, 2), (60, 4), (61, 5)):
            with self.subTest(minutes=minutes):
                self.assertEqual(self._log(self.ticket, minutes).support_points, points)

    def test_edit_posts_the_difference(self):
        line = self._log(self.ticket, 20)
        line.unit_amount = 1.0
        line.unit_amount = 0.1
        self.assertEqual(self._usage(self.contract).mapped("points"), [-2, -2, 3])
        self.assertEqual(
            self._usage(self.contract).mapped("kind"), ["usage", "correction", "correction"]
        )
        self.assertEqual(self._usage(self.contract)[2].corrects_id, self._usage(self.contract)[1])
        self.assertEqual(self.contract.balance, 99)

    def test_edit_within_the_same_quarter_posts_nothing(self):
        line = self._log(self.ticket, 20)
        line.unit_amount = 25 / 60
        line.name = "Other words"
        self.assertEqual(self._usage(self.contract).mapped("points"), [-2])

    def test_delete_gives_the_points_back(self):
        line = self._log(self.ticket, 20)
        line.unlink()
        entries = self._usage(self.contract)
        self.assertEqual(entries.mapped("points"), [-2, 2])
        self.assertFalse(entries.timesheet_id)
        self.assertEqual(entries[1].work_date, entries[0].work_date)
        self.assertEqual(self.contract.balance, 100)

    def test_move_to_another_ticket_of_the_account_moves_the_points(self):
        other = self._create_ticket(name="Course is empty")
        line = self._log(self.ticket, 20)
        line.ticket_id = other
        self.assertEqual(self.ticket.support_points, 0)
        self.assertEqual(other.support_points, 2)
        self.assertEqual(self.contract.balance, 98)

    def test_move_to_another_customer_moves_the_points(self):
        other_contract = self._open_contract(self.other_university, points=10)
        other = self._create_ticket(self.other_university)
        line = self._log(self.ticket, 20)
        line.ticket_id = other
        self.assertEqual(self.contract.balance, 100)
        self.assertEqual(other_contract.balance, 8)

    def test_removing_the_ticket_gives_the_points_back(self):
        line = self._log(self.ticket, 20)
        line.ticket_id = False
        self.assertEqual(self.contract.balance, 100)
        self.assertFalse(line.support_contract_id)

    def test_not_billable_time_shows_and_costs_nothing(self):
        line = self._log(self.ticket, 20, support_billable=False, support_free_reason="Goodwill")
        self.assertEqual(line.support_points, 0)
        self.assertEqual(self.contract.balance, 100)
        line.support_billable = True
        self.assertEqual(self.contract.balance, 98)

    def test_not_billable_needs_a_reason(self):
        with self.assertRaisesRegex(ValidationError, "not billable"):
            self._log(self.ticket, 20, support_billable=False, support_free_reason="  ")

    def test_impossible_time_is_refused_with_what_to_do(self):
        for hours, words in (
            (-0.25, "cannot be negative"),
            (24.5, "Split it"),
            (float("nan"), "not a number"),
            (1e300, "Split it"),
            (float("inf"), "not a number"),
        ):
            with self.subTest(hours=hours), self.assertRaisesRegex(ValidationError, words):
                self._log(self.ticket, 0, unit_amount=hours)

    def test_a_refused_edit_leaves_everything_as_it_was(self):
        line = self._log(self.ticket, 20)
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            line.unit_amount = -1
        line.invalidate_recordset()
        self.assertAlmostEqual(line.unit_amount, 20 / 60)
        self.assertEqual(self._usage(self.contract).mapped("points"), [-2])

    def test_day_encoded_time_is_converted_without_rounding(self):
        self.company.project_time_mode_id = self.env.ref("uom.product_uom_day")
        line = self._log(self.ticket, 0, unit_amount=0.26)
        self.assertEqual(line._support_minutes(), [125])
        self.assertEqual(line.support_points, 9)

    def test_user_without_employee_is_told_so(self):
        user = new_test_user(
            self.env, login="no.employee", groups="helpdesk_mgmt.group_helpdesk_user"
        )
        with self.assertRaisesRegex(UserError, "no employee record"):
            self._log(self.ticket, 20, user=user)

    def test_colleagues_read_but_do_not_change_time(self):
        line = self._log(self.ticket, 20)
        seen = line.with_user(self.colleague)
        self.assertEqual(seen.unit_amount, line.unit_amount)
        with self.assertRaises(AccessError):
            seen.unit_amount = 5

    def test_time_without_an_account_stays_unbooked_and_is_booked_later(self):
        ticket = self._create_ticket(self.other_university)
        line = self._log(ticket, 20)
        self.assertEqual(line.support_booking_state, "unbooked")
        self.assertEqual(ticket.support_unbooked_count, 1)
        contract = self._open_contract(self.other_university)
        self.assertEqual(line.support_contract_id, contract)
        self.assertEqual(line.support_booking_state, "booked")
        self.assertEqual(contract.balance, -2)
        self.assertEqual(ticket.support_contract_id, contract)

    def test_time_on_a_ticket_without_customer_is_booked_when_the_customer_is_set(self):
        ticket = self._create_ticket(self.env["res.partner"])
        self._log(ticket, 20)
        ticket.partner_id = self.student_office
        self.assertEqual(self.contract.balance, 98)

    def test_new_work_on_a_closed_account_stays_unbooked_but_corrections_land(self):
        line = self._log(self.ticket, 20)
        self.contract.action_close()
        late = self._log(self.ticket, 20)
        self.assertFalse(late.support_contract_id)
        line.unit_amount = 0.1
        self.assertEqual(self.contract.balance, 99)

    def test_many_lines_in_one_call(self):
        lines = (
            self.env["account.analytic.line"]
            .with_user(self.staff)
            .create([{"ticket_id": self.ticket.id, "unit_amount": 0.25 * n} for n in range(1, 11)])
        )
        self.assertEqual(self.contract.balance, 100 - sum(range(1, 11)))
        lines.write({"unit_amount": 0.25})
        self.assertEqual(self.contract.balance, 90)
        lines.unlink()
        self.assertEqual(self.contract.balance, 100)

    def test_lines_of_one_call_cost_what_each_alone_would(self):
        self.staff.employee_id.hourly_cost = 60
        vals = {"ticket_id": self.ticket.id, "name": "Work"}
        lines = (
            self.env["account.analytic.line"]
            .with_user(self.staff)
            .create([{**vals, "unit_amount": hours} for hours in (0.5, 1, 0.5, 0)])
        )
        self.assertEqual(lines.mapped("amount"), [-30, -60, -30, 0])
        lines[0].unit_amount = 2
        self.assertEqual(lines.mapped("amount"), [-120, -60, -30, 0])

    def test_costs_of_a_batch_outlast_other_changes_and_end_with_it(self):
        self.staff.employee_id.hourly_cost = 60
        line = self._log(self.ticket, 30).sudo()
        with self.assertRaises(ZeroDivisionError), line._costs_by_line() as costs:
            line.unit_amount = 1
            line.name = "Changed while the batch is under way"
            self.assertEqual(line.amount, -30)
            line._write_costs(costs)
            self.assertEqual(line.amount, -60)
            raise ZeroDivisionError
        line.unit_amount = 2
        self.assertEqual(line.amount, -120)

    def test_syncing_again_posts_nothing(self):
        line = self._log(self.ticket, 20)
        before = self.contract.entry_ids
        line.sudo()._sync_ledger({})
        self.assertEqual(self.contract.entry_ids, before)

    def test_internal_words_never_reach_the_ledger(self):
        self._log(self.ticket, 20)
        self.assertNotIn("Internal", self._usage(self.contract).name)

    def test_other_timesheets_are_left_alone(self):
        project = self.env["project.project"].create({"name": "Office"})
        line = self.env["account.analytic.line"].create(
            {
                "project_id": project.id,
                "unit_amount": -2,
                "employee_id": self.staff.employee_id.id,
            }
        )
        line.unit_amount = -3
        self.assertFalse(line.support_contract_id)
        self.assertEqual(line.support_points, 0)
