# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date
from zoneinfo import ZoneInfo

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval
from psycopg2 import IntegrityError

from ..tools.tests.german_hours import closed_dates
from .calendar_common import CalendarCommon
from .common import MODULE

UTC = ZoneInfo("UTC")


class ClosingDaysCommon(CalendarCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The shipped one was generated when the addon was installed, in whatever year that was.
        cls.calendar = cls._create_service_calendar()
        cls.calendar._update_closing_days()

    @classmethod
    def _create_service_calendar(cls, **values):
        return cls._create_calendar(
            [(9, 17)],
            **{
                "closing_country_id": cls.env.ref("base.de").id,
                "closing_lang": "en_US",
                "yearly_closing_ids": [
                    Command.create({"name": "Christmas Eve", "month": "12", "day": 24}),
                    Command.create({"name": "New Year's Eve", "month": "12", "day": 31}),
                ],
                **values,
            },
        )

    def _dates(self, calendar=None):
        """The whole days off of a calendar, as dates in its time zone."""
        calendar = calendar or self.calendar
        zone = ZoneInfo(calendar.tz)
        dates = []
        for leave in calendar.global_leave_ids:
            start, end = (
                bound.replace(tzinfo=UTC).astimezone(zone)
                for bound in (leave.date_from, leave.date_to)
            )
            self.assertEqual(start.date(), end.date(), leave.name)
            self.assertEqual((start.hour, start.minute, start.second), (0, 0, 0), leave.name)
            self.assertEqual((end.hour, end.minute, end.second), (23, 59, 59), leave.name)
            dates.append(start.date())
        return sorted(dates)

    def _leave_on(self, day):
        return self.calendar.closing_day_ids.filtered(lambda closing: closing.date == day).leave_id

    def _wanted(self, *years):
        return sorted(day for year in years for day in closed_dates(year))


@tagged("post_install", "-at_install")
@freeze_time("2026-11-20 10:00:00")
class TestClosingDays(ClosingDaysCommon):
    def test_previous_year_through_three_full_years_ahead(self):
        self.assertEqual(self._dates(), self._wanted(*range(2025, 2030)))

    def test_the_addon_brings_them_along(self):
        shipped = self.env.ref(f"{MODULE}.calendar_service_hours")
        years = range(shipped.closing_first_year, shipped.closing_last_year + 1)
        self.assertEqual(len(years), 5)
        self.assertEqual(self._dates(shipped), self._wanted(*years))
        self.assertEqual(shipped.leave_ids, shipped.closing_day_ids.leave_id)

    def test_they_are_of_no_company_so_that_those_of_hr_may_overlap(self):
        self.assertFalse(self.calendar.leave_ids.company_id)
        self.assertFalse(self.env["resource.calendar.leaves"].search([("calendar_id", "=", False)]))

    def test_running_the_job_again_changes_nothing(self):
        before = self.calendar.leave_ids
        version = self.calendar.service_clock_version
        self.env["resource.calendar"]._cron_update_closing_days()
        self.assertEqual(self.calendar.leave_ids, before)
        self.assertEqual(self.calendar.service_clock_version, version)

    def test_the_scheduled_job_adds_the_coming_year_and_no_past_one(self):
        job = self.env.ref(f"{MODULE}.cron_closing_days")
        with freeze_time("2027-01-01 00:30:00"), self.enter_registry_test_mode():
            job.method_direct_trigger()
        self.assertEqual(self._dates(), self._wanted(*range(2025, 2031)))
        self.assertEqual(self.calendar._service_clock().known_from.year, 2024)
        self.assertEqual(self.calendar._service_clock().known_until.year, 2030)

    def test_no_year_is_missing_after_the_job_was_off(self):
        with freeze_time("2034-06-01 00:00:00"):
            self.calendar._update_closing_days()
        self.assertEqual(self._dates(), self._wanted(*range(2025, 2038)))

    def test_the_year_begins_in_the_calendar_s_time_zone(self):
        with freeze_time("2026-12-31 23:30:00"):
            berlin = self._create_service_calendar()
            new_york = self._create_service_calendar(tz="America/New_York")
            (berlin | new_york).mapped(lambda calendar: calendar._update_closing_days())
        self.assertEqual(self._dates(berlin), self._wanted(*range(2026, 2031)))
        self.assertEqual(self._dates(new_york), self._wanted(*range(2025, 2030)))

    def test_a_day_that_a_person_removed_stays_removed(self):
        for day in (date(2026, 12, 24), date(2027, 3, 29)):
            self._leave_on(day).unlink()
        self.calendar._update_closing_days()
        with freeze_time("2027-05-01 00:00:00"):
            self.calendar._update_closing_days()
        self.assertNotIn(date(2026, 12, 24), self._dates())
        self.assertNotIn(date(2027, 3, 29), self._dates())
        self.assertIn(date(2027, 12, 24), self._dates())

    def test_a_day_that_a_person_entered_is_neither_touched_nor_doubled(self):
        calendar = self._create_service_calendar()
        # As somebody in New York enters 1 January: it reaches into 2 January in Berlin.
        whole = self._close(calendar, "2027-01-01 05:00:00", "2027-01-02 04:59:59")
        half = self._close(calendar, "2026-12-24 12:00:00", "2026-12-24 22:59:59")
        weeks = self._close(calendar, "2027-12-22 23:00:00", "2028-01-01 22:59:59")
        by_hand = whole | half | weeks
        before = by_hand.read(["date_from", "date_to", "name"])
        calendar._update_closing_days()
        calendar._update_closing_days()
        self.assertEqual(by_hand.read(["date_from", "date_to", "name"]), before)
        generated = set(calendar.closing_day_ids.mapped("date"))
        covered = {date(2027, 1, 1), date(2026, 12, 24), date(2028, 1, 1)} | {
            day for day in closed_dates(2027) if day >= date(2027, 12, 23)
        }
        self.assertEqual(generated, set(self._wanted(*range(2025, 2030))) - covered)

    def test_names_come_in_the_language_of_the_settings_or_the_company(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.assertEqual(self._leave_on(date(2026, 12, 25)).name, "Christmas Day")
        self.assertEqual(self._leave_on(date(2026, 12, 24)).name, "Christmas Eve")
        german = self._create_service_calendar(closing_lang="de_DE")
        german.yearly_closing_ids[0].with_context(lang="de_DE").name = "Heiligabend"
        german._update_closing_days()
        names = set(german.leave_ids.mapped("name"))
        self.assertTrue({"Erster Weihnachtstag", "Heiligabend"} <= names)
        self.env.company.partner_id.lang = "de_DE"
        company_s = self._create_service_calendar(closing_lang=False)
        company_s._update_closing_days()
        self.assertIn("Karfreitag", company_s.leave_ids.mapped("name"))

    def test_another_time_zone_keeps_whole_days(self):
        moved = self._leave_on(date(2027, 1, 1))
        moved.date_to = "2027-01-01 11:00:00"
        self.calendar.tz = "Asia/Kolkata"
        moved.unlink()
        self.assertEqual(
            self._dates(),
            [day for day in self._wanted(*range(2025, 2030)) if day != date(2027, 1, 1)],
        )

    def test_a_copy_keeps_days_settings_and_what_was_removed(self):
        self._leave_on(date(2027, 5, 6)).unlink()
        self._close(self.calendar, "2027-06-06 22:00:00", "2027-06-07 21:59:59")
        copy = self.calendar.copy()
        self.assertEqual(self._dates(copy), self._dates())
        self.assertEqual(len(copy.yearly_closing_ids), 2)
        copy._update_closing_days()
        self.assertEqual(self._dates(copy), self._dates())
        self.assertFalse(copy.leave_ids & self.calendar.leave_ids)
        copy.unlink()
        self.assertTrue(self.calendar.closing_day_ids.leave_id)

    def test_another_company_changes_neither_hours_nor_days_off(self):
        company = self.env["res.company"].create({"name": "Other"})
        self._close(company.resource_calendar_id, "2027-06-06 22:00:00", "2027-06-07 21:59:59")
        hours, days = self.calendar.attendance_ids, self.calendar.leave_ids
        self.calendar.company_id = company
        self.assertEqual(self.calendar.attendance_ids, hours)
        self.assertEqual(self.calendar.leave_ids, days)
        self.assertFalse(self.env["resource.calendar.leaves"].search([("calendar_id", "=", False)]))

    def test_a_new_service_calendar_copies_no_days_off_of_its_company(self):
        company_s = self.env.company.resource_calendar_id
        self._close(company_s, "2027-06-06 22:00:00", "2027-06-07 21:59:59")
        action = self.env["ir.actions.act_window"]._for_xml_id(f"{MODULE}.action_service_hours")
        form = Form(self.env["resource.calendar"].with_context(**safe_eval(action["context"])))
        form.name = "Service"
        form.closing_country_id = self.env.ref("base.de")
        service = form.save()
        self.assertFalse(service.leave_ids)
        self.assertFalse(service.company_id)
        self.assertTrue(service.attendance_ids)

    def test_a_day_off_is_described_in_the_calendar_s_time_zone(self):
        new_york = self.env["res.users"].browse(self.env.uid)
        new_york.tz = "America/New_York"
        day = self._leave_on(date(2026, 12, 24))
        half = self._close(self.calendar, "2026-12-23 12:00:00", "2026-12-23 16:30:00")
        weeks = self._close(self.calendar, "2027-07-04 22:00:00", "2027-07-16 21:59:59")
        self.assertEqual(day.closed_text, "Thu 24 Dec 2026")
        self.assertRegex(half.closed_text, "^Wed 23 Dec 2026 1:00\\sPM – 5:30\\sPM$")
        self.assertEqual(weeks.closed_text, "Mon 05 Jul 2027 – Fri 16 Jul 2027")


@tagged("post_install", "-at_install")
@freeze_time("2026-11-20 10:00:00")
class TestClosingSettings(ClosingDaysCommon):
    def test_what_no_holidays_fit_is_refused_and_says_what_would_do(self):
        wrong = (
            ({"closing_subdivision": "Bayern"}, "no subdivision 'Bayern'.*BW, BY"),
            ({"closing_categories": "bank"}, "no kind of holidays 'bank'.*catholic, public"),
            ({"closing_categories": " , "}, "no kind of holidays"),
            ({"closing_country_id": self.env.ref("base.aq").id, "closing_subdivision": "BY"}, ""),
        )
        for values, message in wrong:
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(ValidationError, message),
                self.cr.savepoint(),
            ):
                self.calendar.write(values)

    def test_a_country_without_known_holidays_is_refused(self):
        unknown = self.env["res.country"].create({"name": "Nowhere", "code": "XX"})
        with self.assertRaisesRegex(ValidationError, "No holidays are known for Nowhere"):
            self.calendar.closing_country_id = unknown

    def test_a_date_that_no_year_has_is_refused(self):
        for month, day in (("02", 30), ("04", 31), ("12", 0), ("12", -1), ("01", 32)):
            with (
                self.subTest(month=month, day=day),
                self.assertRaisesRegex(ValidationError, "in any year. Correct the day"),
            ):
                self.calendar.yearly_closing_ids = [
                    Command.create({"name": "x", "month": month, "day": day})
                ]

    def test_29_february_is_closed_in_leap_years(self):
        self.calendar.yearly_closing_ids = [
            Command.create({"name": "Leap day", "month": "02", "day": 29})
        ]
        self.calendar._update_closing_days()
        leap_days = [day for day in self._dates() if (day.month, day.day) == (2, 29)]
        self.assertEqual(leap_days, [date(2028, 2, 29)])

    @mute_logger("odoo.sql_db")
    def test_a_date_is_entered_once(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.calendar.yearly_closing_ids = [
                Command.create({"name": "Again", "month": "12", "day": 24})
            ]

    def test_spaces_around_settings_do_not_matter(self):
        self.calendar.write(
            {"closing_subdivision": " BY ", "closing_categories": "public , catholic"}
        )
        self.calendar._update_closing_days()
        self.assertIn(date(2027, 8, 15), self._dates())

    def test_without_a_country_only_the_yearly_dates(self):
        calendar = self._create_service_calendar(closing_country_id=False)
        calendar._update_closing_days()
        self.assertEqual(len(self._dates(calendar)), 10)

    def test_the_form_shows_what_the_settings_may_be_and_what_they_would_change(self):
        self.assertEqual(self.calendar.closing_pending_count, 0)
        form = Form(self.calendar)
        self.assertIn("BY", form.closing_subdivisions)
        self.assertIn("catholic", form.closing_known_categories)
        form.closing_subdivision = "BY"
        form.save()
        # Epiphany, Corpus Christi and All Saints' Day of 2027 to 2029; 2026 has none left.
        self.assertEqual(self.calendar.closing_pending_count, 9)
