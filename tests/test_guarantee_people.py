# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import file_open, mute_logger

from .common import MODULE
from .test_guarantee import GuaranteeCommon, at

REQUEST = "helpdesk_support_points/tests/mails/request_with_lying_date.eml"
ANSWER = """\
Received: from out.example.com by mx.support.example; Mon, 2 Mar 2026 10:00:00 +0100
Date: Tue, 3 Mar 2099 08:00:00 +0000
From: Chris <chris@university.example.com>
To: help@support.example
Subject: Re: Login fails
Message-Id: <{number}@university.example.com>
In-Reply-To: {reference}
{headers}
Yes, please.
"""


@tagged("post_install", "-at_install")
class TestAlerts(GuaranteeCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["helpdesk.ticket.team"].create(
            {
                "name": "Technical",
                "user_id": cls.manager.id,
                "user_ids": [(6, 0, (cls.staff | cls.colleague).ids)],
            }
        )

    def _alert(self, instant):
        with freeze_time(instant):
            self._run_job("cron_guarantee_alert")

    def _told(self, ticket):
        """Pairs of person and kind of activity, in words."""
        return sorted(
            (activity.user_id.login, activity.activity_type_id.name)
            for activity in ticket.activity_ids
        )

    def _file_for_staff(self, instant, **values):
        return self._file(instant, team_id=self.team.id, user_id=self.staff.id, **values)

    def test_assignee_at_75_percent_leader_too_at_a_miss_once_each(self):
        ticket = self._file_for_staff(at(2, 9))
        self._alert(at(2, 11, 59))
        self.assertFalse(ticket.activity_ids)
        warned = [("support.staff", "Guarantee at risk")]
        for _twice in range(2):
            self._alert(at(2, 12))
            self.assertEqual(self._told(ticket), warned)
        missed = [("support.lead", "Guarantee missed"), ("support.staff", "Guarantee missed")]
        for _twice in range(2):
            self._alert(at(2, 13, 1))
            self.assertEqual(self._told(ticket), sorted(warned + missed))

    def test_without_assignee_the_leader_is_warned(self):
        ticket = self._file(at(2, 9), team_id=self.team.id)
        self._alert(at(2, 12))
        self.assertEqual(self._told(ticket), [("support.lead", "Guarantee at risk")])

    def test_an_answer_takes_the_warning_back(self):
        ticket = self._file_for_staff(at(2, 9))
        self._alert(at(2, 12))
        self._say(ticket, at(2, 12, 30))
        self.assertFalse(ticket.activity_ids)

    def test_nobody_is_told_of_what_is_over_or_paused(self):
        solved, waiting, dropped = (self._file_for_staff(at(2, 9)) for _each in range(3))
        for ticket in (solved, waiting, dropped):
            self._say(ticket, at(2, 9, 30))
        self._move(solved, "done", at(2, 10))
        self._move(waiting, "awaiting", at(2, 10))
        self._move(dropped, "cancelled", at(2, 10))
        self._alert(at(20, 10))
        self.assertFalse((solved | waiting | dropped).activity_ids)

    def test_one_failing_ticket_keeps_nobody_else_from_being_told(self):
        bad, good = self._file_for_staff(at(2, 9)), self._file_for_staff(at(2, 9))
        runs = type(self.env["support.guarantee.run"])
        schedule = runs._schedule_alert

        def fail_for_bad(run, kind, percent, user):
            if run.ticket_id == bad:
                raise ValueError("broken ticket")
            return schedule(run, kind, percent, user)

        with (
            patch.object(runs, "_schedule_alert", fail_for_bad),
            mute_logger(f"odoo.addons.{MODULE}.models.support_guarantee_alert"),
        ):
            self._alert(at(2, 12))
        self.assertFalse(bad.activity_ids)
        self.assertTrue(good.activity_ids)
        self._alert(at(2, 12, 10))
        self.assertTrue(bad.activity_ids, "What failed is tried again.")


@tagged("post_install", "-at_install")
class TestCallsAndMails(GuaranteeCommon):
    def _log_call(self, ticket, called_at, now, **values):
        with freeze_time(now):
            self.env["support.log.call"].with_user(self.staff).create(
                {
                    "ticket_id": ticket.id,
                    "called_at": called_at,
                    "summary": "Explained the role",
                    **values,
                }
            ).action_log()

    def test_a_call_entered_later_is_the_reaction_of_its_own_time(self):
        ticket = self._file(at(2, 9))
        self._log_call(ticket, at(2, 12), at(3, 9), duration=0.25)
        self.assertEqual(ticket.first_response_at, at(2, 12))
        self.assertEqual(self._states(ticket, at(3, 9))[0], "met")
        self.assertEqual(ticket.support_points, 0, "Nobody has an account yet.")
        self.assertEqual(ticket.timesheet_ids.unit_amount, 0.25)
        self.assertEqual(str(ticket.timesheet_ids.date), "2026-03-02")

    def test_a_call_in_the_future_or_before_receipt_is_refused(self):
        ticket = self._file(at(2, 9))
        for wrong in (at(3, 10), at(2, 8)):
            with self.assertRaises(UserError):
                self._log_call(ticket, wrong, at(3, 9))
        self.assertFalse(ticket.first_response_at)

    def test_a_call_done_as_activity_is_a_reaction(self):
        ticket = self._file(at(2, 9))
        with freeze_time(at(2, 10)):
            ticket.with_user(self.staff).activity_schedule(
                "mail.mail_activity_data_call", user_id=self.staff.id
            ).action_feedback("Reached the customer")
        self.assertEqual(ticket.first_response_at, at(2, 10))

    def _deliver(self, source, instant):
        with freeze_time(instant):
            thread_id = self.env["mail.thread"].sudo().message_process("helpdesk.ticket", source)
        return self.env["helpdesk.ticket"].browse(thread_id)

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_a_mail_was_received_when_it_arrived_whatever_its_date_says(self):
        with file_open(REQUEST, "rb") as mail:
            ticket = self._deliver(mail.read(), datetime(2026, 3, 2, 12))
        self.assertEqual(ticket.received_at, datetime(2026, 3, 2, 9))

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_a_mail_that_claims_the_future_arrived_now(self):
        with file_open(REQUEST, "rb") as mail:
            ticket = self._deliver(mail.read(), datetime(2026, 3, 1, 12))
        self.assertEqual(ticket.received_at, datetime(2026, 3, 1, 12))

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_an_answer_by_mail_ends_the_pause_when_it_arrived(self):
        ticket = self._file(datetime(2026, 3, 2, 8))
        self._move(ticket, "in_progress", datetime(2026, 3, 2, 8, 10))
        self._move(ticket, "awaiting", datetime(2026, 3, 2, 8, 30))
        self._say(ticket, datetime(2026, 3, 2, 8, 35))
        reference = ticket.message_ids[:1].message_id
        for number, headers, stage in (
            (2, "Auto-Submitted: auto-replied\n", "awaiting"),
            (3, "", "in_progress"),
        ):
            source = ANSWER.format(number=number, reference=reference, headers=headers)
            self._deliver(source.encode(), datetime(2026, 3, 2, 12))
            self.assertEqual(ticket.stage_id, self.stages[stage])
        self.assertEqual(ticket.support_pause_ids.end_at, datetime(2026, 3, 2, 9))

    def test_received_at_of_a_caller_from_outside_does_not_count(self):
        with freeze_time(at(2, 9)):
            ticket = self._create_ticket(level=self.level_3)
            ticket.with_user(self.staff).with_context(
                support_mail_arrival=at(1, 9), support_noting=True
            ).write({"stage_id": self.stages["done"].id})
        self.assertEqual(ticket.resolved_at, at(2, 9))


@tagged("post_install", "-at_install")
class TestGuaranteeReport(GuaranteeCommon):
    def test_report_says_what_the_tickets_say(self):
        kept, missed, running = (self._file(at(2, 9)) for _each in range(3))
        self._say(kept, at(2, 10))
        self._move(kept, "done", at(2, 11))
        self._move(missed, "done", at(5, 11))
        self._say(running, at(2, 10))
        self.env.flush_all()
        with freeze_time(at(2, 11)):
            rows = self.env["support.guarantee.report"].search(
                [("ticket_id", "in", (kept | missed | running).ids)]
            )
            found = {(row.ticket_id, row.kind): row.state for row in rows}
            rates = dict(rows._read_group([("id", "in", rows.ids)], ["kind"], ["kept_rate:avg"]))
        self.assertEqual(
            found,
            {
                (kept, "reaction"): "met",
                (kept, "resolution"): "met",
                (missed, "reaction"): "missed",
                (missed, "resolution"): "missed",
                (running, "reaction"): "met",
                (running, "resolution"): "running",
            },
        )
        self.assertAlmostEqual(rates["reaction"], 2 / 3)
        self.assertAlmostEqual(rates["resolution"], 1 / 2)

    def test_customers_read_times_and_promise_on_their_page(self):
        ticket = self._file(at(2, 9))
        with freeze_time(at(2, 10)):
            texts = " ".join(text for _label, text, _color in ticket._portal_service_times())
        self.assertIn("3/2/26", texts)
        self._say(ticket, at(2, 10, 40))
        self._move(ticket, "done", at(2, 12))
        rows = {label: text for label, text, _color in ticket._portal_service_times()}
        self.assertIn("1:40 h", rows["Reaction time"])
        self.assertIn("3:00 h", rows["Processing time"])
        self.assertEqual(rows["Assured times"], "Kept")

    def test_dashboard_counts_what_is_due(self):
        team = self.env["helpdesk.ticket.team"].create({"name": "Technical"})
        self._file(at(2, 9), team_id=team.id)
        for instant, expected in ((at(2, 10), (1, 0, 0)), (at(2, 12), (1, 1, 0))):
            with freeze_time(instant):
                team.invalidate_recordset()
                counts = (
                    team.support_due_today_count,
                    team.support_at_risk_count,
                    team.support_missed_count,
                )
            self.assertEqual(counts, expected)
