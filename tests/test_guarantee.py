# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import MODULE, SupportCommon

# In March 2026 Berlin is UTC+1: service from 8:00 to 16:00 UTC; the 2nd is a Monday.
MONDAY_9 = datetime(2026, 3, 2, 8)


def at(day, hour, minute=0):
    """March 2026, Berlin time, as naive UTC."""
    return datetime(2026, 3, day, hour - 1, minute)


class GuaranteeCommon(SupportCommon):
    """Technical support with promised times: 4 h to react, 16 h to solve, at medium priority."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guarantee = cls.env["support.guarantee"].create(
            {
                "tier_id": cls.tier_technical.id,
                "priority": "1",
                "reaction_hours": 4,
                "resolution_hours": 16,
            }
        )
        cls.stages = {
            name: cls.env.ref(f"helpdesk_mgmt.helpdesk_ticket_stage_{name}")
            for name in ("new", "in_progress", "awaiting", "done", "cancelled", "rejected")
        }
        cls.customer_user = cls.env["res.users"].create(
            {
                "name": "Chris Customer",
                "login": "chris.customer",
                "email": "chris@university.example.com",
                "partner_id": cls.student_office.id,
                "group_ids": [(6, 0, cls.env.ref("base.group_portal").ids)],
            }
        )

    def _file(self, instant, level=None, **values):
        with freeze_time(instant):
            return self._create_ticket(level=level or self.level_3, **values)

    def _move(self, ticket, stage, instant, user=None):
        with freeze_time(instant):
            ticket.with_user(user or self.staff).write({"stage_id": self.stages[stage].id})

    def _say(self, ticket, instant, user=None, **values):
        with freeze_time(instant):
            ticket.with_user(user or self.staff).message_post(
                **{
                    "body": "We are on it.",
                    "message_type": "comment",
                    "subtype_xmlid": "mail.mt_comment",
                    **values,
                }
            )

    def _run_job(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.{name}").method_direct_trigger()
        self.env.invalidate_all()

    def _states(self, ticket, instant):
        with freeze_time(instant):
            ticket.invalidate_recordset(["reaction_state", "resolution_state"])
            ticket.support_run_ids.invalidate_recordset(["reaction_state", "resolution_state"])
            states = (ticket.reaction_state, ticket.resolution_state)
            self._check_search(ticket, *states)
        return states

    def _check_search(self, ticket, reaction, resolution):
        """Each state that a ticket shows is the one, and the only one, that finds it."""
        for name, shown in (("reaction_state", reaction), ("resolution_state", resolution)):
            for state, _label in ticket._fields[name].selection:
                found = ticket.search([("id", "=", ticket.id), (name, "=", state)])
                self.assertEqual(bool(found), state == shown, f"{name} {state}")


@tagged("post_install", "-at_install")
class TestGuarantee(GuaranteeCommon):
    def test_deadlines_count_service_hours_from_receipt(self):
        ticket = self._file(at(2, 15))
        self.assertEqual(ticket.reaction_deadline, at(3, 11))
        self.assertEqual(ticket.resolution_deadline, at(4, 15))
        self.assertEqual(ticket.support_due_at, at(3, 11))

    def test_deadline_on_closing_time_is_closing_time(self):
        self.assertEqual(self._file(at(2, 13)).reaction_deadline, at(2, 17))

    def test_without_promise_there_is_no_state(self):
        ticket = self._file(at(2, 9), level=self.level_1)
        self.assertFalse(ticket.support_run_ids)
        self.assertEqual(self._states(ticket, at(20, 9)), ("none", "none"))

    def test_states_pass_from_running_to_at_risk_to_missed(self):
        ticket = self._file(at(2, 9))
        self.assertEqual(self._states(ticket, at(2, 11, 59)), ("running", "running"))
        self.assertEqual(self._states(ticket, at(2, 12)), ("at_risk", "running"))
        self.assertEqual(self._states(ticket, at(2, 13)), ("at_risk", "running"))
        self.assertEqual(self._states(ticket, at(2, 13, 1)), ("missed", "running"))
        self.assertEqual(self._states(ticket, at(3, 13)), ("missed", "at_risk"))
        self.assertEqual(self._states(ticket, at(3, 17, 1)), ("missed", "missed"))

    def test_first_public_answer_of_staff_is_the_reaction(self):
        ticket = self._file(at(2, 9))
        self._say(ticket, at(2, 9, 30), subtype_xmlid="mail.mt_note")
        self.assertFalse(ticket.first_response_at, "A note is no answer.")
        self._say(ticket, at(2, 10), user=self.customer_user)
        self.assertFalse(ticket.first_response_at, "The customer's own message is no answer.")
        self._say(ticket, at(2, 10, 40))
        self.assertEqual(ticket.first_response_at, at(2, 10, 40))
        self.assertEqual(ticket.reaction_minutes, 100)
        self._say(ticket, at(2, 14))
        self.assertEqual(ticket.first_response_at, at(2, 10, 40))
        self.assertEqual(self._states(ticket, at(20, 9))[0], "met")

    def test_automatic_messages_are_no_reaction(self):
        ticket = self._file(at(2, 9))
        for message_type in ("auto_comment", "notification", "out_of_office"):
            self._say(ticket, at(2, 10), message_type=message_type)
        with freeze_time(at(2, 10)):
            ticket.message_post(
                body="Robot", message_type="comment", subtype_xmlid="mail.mt_comment",
                author_id=self.env.ref("base.partner_root").id,
            )  # fmt: skip
        self.assertFalse(ticket.first_response_at)

    def test_late_reaction_stays_missed(self):
        ticket = self._file(at(2, 9))
        self._say(ticket, at(2, 14))
        self.assertEqual(self._states(ticket, at(2, 15))[0], "missed")
        self.assertEqual(ticket.support_run_ids.reaction_minutes, 300)

    def test_solving_counts_as_reaction_where_nobody_answered(self):
        ticket = self._file(at(2, 9))
        self._move(ticket, "done", at(2, 12))
        self.assertEqual(self._states(ticket, at(20, 9)), ("met", "met"))
        self.assertEqual(ticket.resolved_at, at(2, 12))
        self.assertEqual(ticket.resolution_minutes, 180)

    def test_waiting_for_the_customer_stops_the_resolution(self):
        ticket = self._file(at(2, 9))
        self._say(ticket, at(2, 10))
        self._move(ticket, "in_progress", at(2, 10))
        self._move(ticket, "awaiting", at(2, 11))
        self.assertEqual(self._states(ticket, at(2, 12)), ("met", "paused"))
        self.assertFalse(ticket.resolution_deadline)
        self.assertEqual(self._states(ticket, at(20, 12)), ("met", "paused"))
        self._say(ticket, at(3, 10), user=self.customer_user)
        self.assertEqual(ticket.stage_id, self.stages["in_progress"])
        # 16 h from Monday 9:00 end on Tuesday 17:00; 7 service hours of pause move that.
        self.assertEqual(ticket.resolution_deadline, at(4, 16))
        self._move(ticket, "done", at(4, 16))
        self.assertEqual(self._states(ticket, at(20, 9)), ("met", "met"))
        self.assertEqual(ticket.resolution_minutes, 16 * 60)

    def test_a_pause_over_a_weekend_gives_no_more_than_its_service_time(self):
        ticket = self._file(at(6, 9))
        self._move(ticket, "awaiting", at(6, 16))
        self._move(ticket, "in_progress", at(9, 10))
        self.assertEqual(ticket.resolution_deadline, at(10, 11))

    def test_missed_before_the_pause_stays_missed(self):
        ticket = self._file(at(2, 9))
        self._move(ticket, "awaiting", at(4, 9, 1))
        self.assertEqual(self._states(ticket, at(4, 10)), ("missed", "missed"))

    def test_staff_answer_does_not_end_the_pause(self):
        ticket = self._file(at(2, 9))
        self._move(ticket, "awaiting", at(2, 10))
        self._say(ticket, at(2, 11))
        self.assertEqual(ticket.stage_id, self.stages["awaiting"])

    def test_reopening_counts_the_time_in_between_as_pause(self):
        ticket = self._file(at(2, 9))
        self._move(ticket, "done", at(2, 11))
        self._move(ticket, "in_progress", at(3, 11))
        self.assertFalse(ticket.resolved_at)
        self.assertFalse(ticket.closed_date)
        self.assertEqual(ticket.resolution_deadline, at(4, 17))
        self.assertEqual(self._states(ticket, at(3, 12))[1], "running")
        self._move(ticket, "done", at(3, 12))
        self.assertEqual(ticket.resolution_minutes, 180)
        self.assertEqual(len(ticket.support_run_ids), 1)

    def test_dropped_tickets_have_no_result(self):
        for stage in ("cancelled", "rejected"):
            ticket = self._file(at(2, 9))
            self._move(ticket, stage, at(2, 12))
            self.assertEqual(self._states(ticket, at(20, 9)), ("none", "none"), stage)
            self.assertFalse(ticket.resolved_at)

    def test_a_duplicate_is_dropped_even_in_a_solving_stage(self):
        original, ticket = self._file(at(2, 9)), self._file(at(2, 9))
        with freeze_time(at(2, 10)):
            ticket.write({"duplicate_id": original.id, "stage_id": self.stages["done"].id})
        self.assertEqual(self._states(ticket, at(20, 9)), ("none", "none"))

    def test_deadlines_of_an_open_run_follow_priority_promise_and_receipt(self):
        self.env["support.guarantee"].create(
            {"tier_id": self.tier_technical.id, "priority": "3", "reaction_hours": 1}
        )
        ticket = self._file(at(2, 12))
        with freeze_time(at(2, 12, 30)):
            ticket.priority = "3"
        self.assertEqual(ticket.reaction_deadline, at(2, 13))
        self.assertFalse(ticket.resolution_deadline)
        self.assertEqual(self._states(ticket, at(2, 12, 30)), ("running", "none"))
        with freeze_time(at(2, 12, 30)):
            ticket.priority = "1"
            self.guarantee.reaction_hours = 2
        self.assertEqual(ticket.reaction_deadline, at(2, 14))
        with freeze_time(at(2, 12, 30)):
            ticket.received_at = at(2, 10)
        self.assertEqual(ticket.reaction_deadline, at(2, 12))

    def test_the_account_may_promise_more_than_its_tier(self):
        contract = self._open_contract(tier=self.tier_technical, points=40)
        self.env["support.guarantee"].create(
            {"contract_id": contract.id, "priority": "1", "reaction_hours": 1}
        )
        self.assertEqual(self._file(at(2, 9)).reaction_deadline, at(2, 10))
        other = self._file(at(2, 9), partner=self.other_university)
        self.assertEqual(other.reaction_deadline, at(2, 13))

    def test_a_miss_stays_one_when_the_promise_changes(self):
        ticket = self._file(at(2, 9))
        with freeze_time(at(2, 14)):
            ticket.priority = "0"
        self.assertEqual(self._states(ticket, at(2, 14)), ("missed", "none"))

    def test_finished_runs_are_frozen(self):
        ticket = self._file(at(2, 9))
        self._move(ticket, "done", at(2, 14))
        before = ticket.support_run_ids.read()
        with freeze_time(at(9, 9)):
            ticket.priority = "0"
            self.guarantee.write({"reaction_hours": 9, "resolution_hours": 1})
            ticket._sync_guarantee_runs()
        self.assertEqual(ticket.support_run_ids.read(), before)

    def test_each_tier_phase_is_a_run_of_its_own(self):
        self.env["support.guarantee"].create(
            {"tier_id": self.tier_user.id, "priority": "1", "reaction_hours": 8}
        )
        ticket = self._file(at(2, 9), level=self.level_2)
        with freeze_time(at(2, 11)):
            ticket.with_user(self.staff).action_escalate()
        first, second = ticket.support_run_ids
        self.assertEqual((first.ending, first.end_at), ("handed_over", at(2, 11)))
        self.assertEqual((first.reaction_result, first.resolution_result), ("none", "none"))
        self.assertEqual(second.start_at, at(2, 11))
        self.assertEqual(ticket.reaction_deadline, at(2, 15))
        self._say(ticket, at(2, 12))
        self.assertEqual(second.reaction_minutes, 60)
        self.assertEqual(ticket.reaction_minutes, 180)

    def test_a_miss_before_the_escalation_is_kept(self):
        self.env["support.guarantee"].create(
            {"tier_id": self.tier_user.id, "priority": "1", "reaction_hours": 1}
        )
        ticket = self._file(at(2, 9), level=self.level_2)
        with freeze_time(at(2, 11)):
            ticket.action_escalate()
        self.assertEqual(ticket.support_run_ids[0].reaction_result, "missed")

    def test_levels_are_kept_with_their_times(self):
        ticket = self._file(at(2, 9), level=self.level_1)
        with freeze_time(at(2, 10)):
            ticket.support_level_id = self.level_2
        with freeze_time(at(2, 12)):
            ticket.support_level_id = self.level_3
        self.assertRecordValues(
            ticket.support_level_history_ids,
            [
                {"level_id": self.level_1.id, "start_at": at(2, 9), "end_at": at(2, 10)},
                {"level_id": self.level_2.id, "start_at": at(2, 10), "end_at": at(2, 12)},
            ],
        )

    def test_a_ticket_solved_when_it_is_entered_is_measured(self):
        with freeze_time(at(2, 12)):
            ticket = self._create_ticket(
                level=self.level_3, received_at=at(2, 9), stage_id=self.stages["done"].id
            )
        self.assertEqual(self._states(ticket, at(3, 9)), ("met", "met"))
        self.assertEqual(ticket.resolution_minutes, 180)

    def test_received_in_the_future_or_after_the_answer_is_refused(self):
        ticket = self._file(at(2, 9))
        self._say(ticket, at(2, 10))
        with freeze_time(at(2, 11)):
            for wrong in (at(2, 12), at(2, 10, 30)):
                with self.assertRaises(ValidationError):
                    ticket.received_at = wrong
        self.assertEqual(ticket.received_at, at(2, 9))

    def test_staff_can_not_enter_response_or_solution(self):
        ticket = self._file(at(2, 9))
        for name in ("first_response_at", "resolved_at"):
            with self.assertRaises(AccessError):
                ticket.with_user(self.staff).write({name: at(2, 9, 5)})

    def test_a_calendar_without_hours_says_so(self):
        calendar = self.env["resource.calendar"].create(
            {"name": "Never open", "company_id": False, "attendance_ids": [(5, 0, 0)]}
        )
        self.tier_technical.calendar_id = calendar
        ticket = self._file(at(2, 9))
        self.assertIn("Never open", ticket.support_run_ids.problem)
        self.assertEqual(self._states(ticket, at(20, 9)), ("none", "none"))

    def test_a_new_closing_day_moves_open_deadlines(self):
        ticket = self._file(at(2, 15))
        with freeze_time(at(2, 15)):
            self.env["resource.calendar.leaves"].create(
                {
                    "name": "Works outing",
                    "calendar_id": self.tier_technical.calendar_id.id,
                    "date_from": at(3, 1),
                    "date_to": at(3, 23),
                }
            )
            self._run_job("cron_guarantee_sync")
        self.assertEqual(ticket.reaction_deadline, at(4, 11))
