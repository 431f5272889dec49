# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, datetime
from zoneinfo import ZoneInfo

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user, tagged

from .test_closing_days import ClosingDaysCommon

UTC = ZoneInfo("UTC")


@tagged("post_install", "-at_install")
@freeze_time("2026-11-20 10:00:00")
class TestClosingReview(ClosingDaysCommon):
    def _review(self, calendar=None):
        action = (calendar or self.calendar).action_review_closing_days()
        return self.env[action["res_model"]].browse(action["res_id"])

    def _states(self, review, *states):
        return review.line_ids.filtered(lambda line: line.state in states)

    def test_nothing_is_written_before_a_person_agrees(self):
        calendar = self._create_service_calendar()
        review = self._review(calendar)
        self.assertFalse(calendar.leave_ids | calendar.closing_day_ids.leave_id)
        self.assertEqual(review.line_ids.mapped("date"), self._wanted(*range(2025, 2030)))
        self.assertEqual(set(review.line_ids.mapped("state")), {"new"})
        self.assertEqual(review.line_ids[-1].weekday, "Monday")
        review.action_apply()
        self.assertEqual(self._dates(calendar), self._wanted(*range(2025, 2030)))
        self.assertEqual(calendar.closing_last_year, 2029)

    def test_a_day_that_is_left_out_stays_open(self):
        calendar = self._create_service_calendar()
        review = self._review(calendar)
        left_out = date(2026, 12, 24)
        review.line_ids.filtered(lambda line: line.date == left_out).is_closed = False
        review.action_apply()
        calendar._update_closing_days()
        self.assertNotIn(left_out, self._dates(calendar))
        line = self._states(self._review(calendar), "removed")
        self.assertEqual(line.date, left_out)
        self.assertFalse(line.is_closed)
        line.is_closed = True
        line.review_id.action_apply()
        self.assertEqual(self._dates(calendar), self._wanted(*range(2025, 2030)))

    def test_a_closed_day_may_be_opened(self):
        review = self._review()
        review.line_ids.filtered(lambda line: line.date == date(2027, 5, 6)).is_closed = False
        review.action_apply()
        self.calendar._update_closing_days()
        self.assertNotIn(date(2027, 5, 6), self._dates())

    def test_a_person_may_give_another_name(self):
        calendar = self._create_service_calendar()
        review = self._review(calendar)
        review.line_ids.filtered(lambda line: line.date == date(2027, 5, 1)).name = "May Day"
        review.action_apply()
        self.assertIn("May Day", calendar.leave_ids.mapped("name"))

    def test_days_that_no_longer_apply_are_opened_from_today_on_only(self):
        self.calendar.closing_subdivision = "BY"
        self.calendar._update_closing_days()
        bavarian = {date(2027, 1, 6), date(2028, 1, 6), date(2029, 1, 6)}
        with freeze_time("2028-01-10 10:00:00"):
            self.calendar.closing_subdivision = False
            self.calendar._update_closing_days()
            self.assertTrue(bavarian <= set(self._dates()))
            review = self._review()
            obsolete = self._states(review, "obsolete")
            self.assertIn(date(2029, 1, 6), obsolete.mapped("date"))
            self.assertNotIn(date(2028, 1, 6), obsolete.mapped("date"))
            self.assertFalse(any(obsolete.mapped("is_closed")))
            review.action_apply()
            self.assertFalse(self._states(self._review(), "obsolete", "removed"))
            # What was forgotten is new again as soon as the settings ask for it.
            self.calendar.closing_subdivision = "BY"
            new = self._states(self._review(), "new").mapped("date")
            self.assertIn(date(2029, 1, 6), new)
        self.assertEqual(bavarian & set(self._dates()), {date(2027, 1, 6), date(2028, 1, 6)})

    def test_settings_that_change_later_do_not_change_the_past(self):
        self.calendar.closing_subdivision = "BY"
        new = self._states(self._review(), "new").mapped("date")
        self.assertNotIn(date(2026, 1, 6), new)
        self.assertIn(date(2027, 1, 6), new)
        self.calendar._update_closing_days()
        self.assertNotIn(date(2026, 1, 6), self._dates())

    def test_an_obsolete_day_may_be_kept(self):
        self.calendar.yearly_closing_ids[0].unlink()
        review = self._review()
        kept = self._states(review, "obsolete").filtered(lambda line: line.date.year == 2026)
        kept.is_closed = True
        review.action_apply()
        self.assertEqual(
            [day.year for day in self._dates() if (day.month, day.day) == (12, 24)], [2025, 2026]
        )

    def test_a_day_entered_by_hand_is_shown_and_left_alone(self):
        calendar = self._create_service_calendar()
        by_hand = self._close(calendar, "2026-12-24 12:00:00", "2026-12-24 22:59:59")
        review = self._review(calendar)
        line = self._states(review, "by_hand")
        self.assertEqual(line.date, date(2026, 12, 24))
        line.is_closed = False
        review.action_apply()
        self.assertEqual(by_hand.exists().date_from, datetime(2026, 12, 24, 12))
        self.assertNotIn(date(2026, 12, 24), calendar.closing_day_ids.mapped("date"))

    def test_a_day_that_a_person_moved_to_another_calendar_is_theirs(self):
        moved = self._leave_on(date(2027, 5, 6))
        moved.calendar_id = self._create_calendar([(9, 17)])
        review = self._review()
        self.assertEqual(self._states(review, "removed").date, date(2027, 5, 6))
        review.action_apply()
        self.assertTrue(moved.exists())

    def test_what_changed_since_the_review_was_opened_is_respected(self):
        calendar = self._create_service_calendar()
        review = self._review(calendar)
        calendar._update_closing_days()
        days = calendar.leave_ids
        review.action_apply()
        self.assertEqual(calendar.leave_ids, days)


@tagged("post_install", "-at_install")
@freeze_time("2026-11-20 10:00:00")
class TestClosingRights(ClosingDaysCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "clock.manager", groups="helpdesk_mgmt.group_helpdesk_manager"
        )
        cls.staff = new_test_user(
            cls.env, "clock.staff", groups="helpdesk_mgmt.group_helpdesk_user"
        )

    def test_a_helpdesk_manager_keeps_service_hours(self):
        calendar = self.calendar.with_user(self.manager)
        calendar.closing_subdivision = "BY"
        calendar.yearly_closing_ids[0].unlink()
        calendar.attendance_ids[0].hour_to = 16
        review = self.env["support.closing.review"].with_user(self.manager)
        review.browse(calendar.action_review_closing_days()["res_id"]).action_apply()
        self.assertIn(date(2027, 1, 6), self._dates())
        self._leave_on(date(2027, 1, 6)).with_user(self.manager).unlink()
        new = calendar.create(
            {
                "name": "Another team",
                "company_id": False,
                "closing_country_id": self.env.ref("base.at").id,
                "yearly_closing_ids": [Command.create({"name": "x", "month": "12", "day": 24})],
            }
        )
        new._update_closing_days()
        self.assertTrue(new.leave_ids)

    def test_a_helpdesk_manager_leaves_the_working_hours_of_employees_alone(self):
        employees = self._create_calendar([(8, 16)])
        day_off = self._close(employees, "2027-06-06 22:00:00", "2027-06-07 21:59:59")
        of_manager = employees.with_user(self.manager)
        germany = self.env.ref("base.de").id
        for change in (
            lambda: of_manager.write({"closing_country_id": germany}),
            lambda: of_manager.attendance_ids[0].write({"hour_to": 20}),
            lambda: of_manager.write({"attendance_ids": [Command.clear()]}),
            lambda: of_manager.write(
                {"yearly_closing_ids": [Command.create({"name": "x", "month": "12", "day": 24})]}
            ),
            lambda: of_manager.create({"name": "x"}),
            lambda: of_manager.unlink(),
            lambda: day_off.with_user(self.manager).unlink(),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                change()

    def test_support_staff_read_service_hours_only(self):
        calendar = self.calendar.with_user(self.staff)
        self.assertTrue(calendar.closing_day_ids.mapped("name"))
        self.assertEqual(calendar.closing_pending_count, 0)
        for change in (
            lambda: calendar.write({"name": "x"}),
            lambda: calendar.action_review_closing_days(),
            lambda: calendar.closing_day_ids[0].unlink(),
            lambda: calendar.leave_ids[0].unlink(),
            lambda: calendar.yearly_closing_ids[0].write({"day": 1}),
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                change()

    def test_whoever_keeps_all_calendars_still_does(self):
        employees = self._create_calendar([(8, 16)])
        self.manager.group_ids += self.env.ref("hr.group_hr_user")
        employees.with_user(self.manager).attendance_ids[0].hour_to = 15
        self.manager.group_ids -= self.env.ref("hr.group_hr_user")
        self.manager.group_ids += self.env.ref("base.group_system")
        employees.with_user(self.manager).attendance_ids[0].hour_to = 14
        self.assertEqual(employees.attendance_ids[0].hour_to, 14)
