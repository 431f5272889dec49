# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import os
from datetime import date
from unittest import TestCase, mock

from ..holiday_calendar import (
    ClosingDay,
    HolidayRegion,
    InvalidHolidays,
    YearlyDate,
    closing_days,
    compare,
    known_countries,
)
from . import german_hours


class TestGermanHolidays(TestCase):
    def test_the_nine_nation_wide_holidays_of_each_year(self):
        for year in range(2024, 2036):
            days = {day.date for day in HolidayRegion("DE").days_in([year])}
            self.assertEqual(days, german_hours.german_holidays(year), year)
            self.assertEqual(len(days), 9, year)

    def test_the_oracle_knows_easter(self):
        known = {2026: (4, 5), 2027: (3, 28), 2028: (4, 16), 2035: (3, 25), 2038: (4, 25)}
        for year, (month, day) in known.items():
            self.assertEqual(german_hours.easter(year), date(year, month, day))

    def test_a_subdivision_and_a_category_add_their_days(self):
        epiphany, assumption = date(2026, 1, 6), date(2026, 8, 15)
        nation, bavaria = HolidayRegion("DE"), HolidayRegion("DE", "BY")
        catholic = HolidayRegion("DE", "BY", ("public", "catholic"))
        days = [
            {day.date for day in region.days_in([2026])} for region in (nation, bavaria, catholic)
        ]
        self.assertEqual([epiphany in each for each in days], [False, True, True])
        self.assertEqual([assumption in each for each in days], [False, False, True])

    def test_names_come_in_the_language_asked_for_else_in_the_country_s_own(self):
        region = HolidayRegion("DE")
        names = {
            language: region.days_in([2026], language)[0].name
            for language in ("de_DE", "de", "en_US", "en_GB", "fr_FR", None, False, "")
        }
        german, english = "Neujahr", "New Year's Day"
        self.assertEqual(
            names,
            {
                "de_DE": german,
                "de": german,
                "en_US": english,
                "en_GB": english,
                "fr_FR": german,
                None: german,
                False: german,
                "": german,
            },
        )

    def test_the_language_of_the_machine_does_not_matter(self):
        with mock.patch.dict(os.environ, {"LANGUAGE": "en_US", "LANG": "en_US.UTF-8"}):
            self.assertEqual(HolidayRegion("DE").days_in([2026])[0].name, "Neujahr")

    def test_each_known_country_has_days_or_none_but_no_error(self):
        for country in known_countries():
            for day in HolidayRegion(country, categories=("public",)).days_in([2026], "de_DE"):
                self.assertEqual(day.date.year, 2026, country)


class TestSettings(TestCase):
    def assert_invalid(self, reason, make):
        with self.assertRaises(InvalidHolidays) as caught:
            make()
        self.assertEqual(caught.exception.reason, reason)
        return caught.exception

    def test_what_no_holidays_fit_is_refused_and_says_what_would_do(self):
        error = self.assert_invalid("country", lambda: HolidayRegion("XX"))
        self.assertIn("DE", error.known)
        self.assert_invalid("country", lambda: HolidayRegion(""))
        error = self.assert_invalid("subdivision", lambda: HolidayRegion("DE", "Bayern"))
        self.assertIn("BY", error.known)
        error = self.assert_invalid("category", lambda: HolidayRegion("DE", None, ("bank",)))
        self.assertEqual(error.known, ("catholic", "public", "school"))
        self.assert_invalid("category", lambda: HolidayRegion("DE", None, ()))

    def test_a_date_that_no_year_has_is_refused(self):
        for month, day in ((2, 30), (4, 31), (13, 1), (0, 1), (12, 0), (12, 32), (2, -1)):
            with self.subTest(month=month, day=day):
                self.assert_invalid(
                    "date", lambda month=month, day=day: YearlyDate(month, day, "x")
                )

    def test_29_february_is_closed_in_leap_years(self):
        days = YearlyDate(2, 29, "Leap day").days_in(range(2026, 2034))
        self.assertEqual([day.date for day in days], [date(2028, 2, 29), date(2032, 2, 29)])
        self.assertEqual(YearlyDate(2, 29, "Leap day").days_in([2100]), [])

    def test_a_date_is_closed_once_and_the_holiday_gives_its_name(self):
        days = closing_days([2026], HolidayRegion("DE"), [YearlyDate(12, 25, "Party")], "en_US")
        christmas = [day for day in days if day.date == date(2026, 12, 25)]
        self.assertEqual(christmas, [ClosingDay(date(2026, 12, 25), "Christmas Day")])
        self.assertEqual(days, sorted(days))

    def test_without_a_country_the_yearly_dates_alone(self):
        self.assertEqual(
            closing_days([2026], None, [YearlyDate(12, 24, "Eve")]),
            [ClosingDay(date(2026, 12, 24), "Eve")],
        )
        self.assertEqual(closing_days([], HolidayRegion("DE")), [])


class TestCompare(TestCase):
    def test_each_state(self):
        may, june, july, august = (ClosingDay(date(2026, month, 1), "x") for month in (5, 6, 7, 8))
        past, gone = ClosingDay(date(2026, 1, 2), "x"), ClosingDay(date(2026, 9, 1), "x")
        forgotten = ClosingDay(date(2026, 10, 1), "x")
        registered = {
            may.date: ("x", True),
            june.date: ("x", False),
            past.date: ("x", True),
            gone.date: ("x", True),
            forgotten.date: ("x", False),
        }
        self.assertEqual(
            compare([may, june, july, august], registered, {july.date}, date(2026, 4, 1)),
            [
                (may, "kept"),
                (june, "removed"),
                (july, "by_hand"),
                (august, "new"),
                (gone, "obsolete"),
            ],
        )
