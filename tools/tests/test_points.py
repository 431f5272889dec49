# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from unittest import TestCase

from hypothesis import example, given
from hypothesis import strategies as st

from ..points import (
    MAX_LINE_MINUTES,
    InvalidTime,
    explain,
    group_key,
    minutes_from_hours,
    point_price,
    points_for,
    whole_points,
)


class TestPointsFor(TestCase):
    def test_every_started_quarter_of_an_hour_is_a_point(self):
        costs = {0: 0, 1: 1, 14: 1, 15: 1, 16: 2, 30: 2, 31: 3, 60: 4, 61: 5, 1440: 96}
        self.assertEqual({minutes: points_for(minutes) for minutes in costs}, costs)

    def test_a_tier_may_sell_other_units(self):
        self.assertEqual(points_for(61, 60), 2)
        self.assertEqual(points_for(61, 1), 61)
        self.assertEqual(points_for(61, minutes_per_point=6), 11)

    def test_what_is_no_number_of_minutes_is_refused(self):
        for minutes in (1.0, float("nan"), "15", None, True, False, Decimal(15), -1):
            with self.subTest(minutes=minutes), self.assertRaisesRegex(ValueError, "^minutes must"):
                points_for(minutes)
        for minutes_per_point in (0, -15, 15.0, None, True):
            with (
                self.subTest(minutes_per_point=minutes_per_point),
                self.assertRaisesRegex(ValueError, "minutes_per_point must"),
            ):
                points_for(15, minutes_per_point)

    @given(st.integers(0, 10**6), st.integers(1, 600))
    def test_points_cover_the_minutes_and_one_less_would_not(self, minutes, minutes_per_point):
        points = points_for(minutes, minutes_per_point)
        self.assertGreaterEqual(points * minutes_per_point, minutes)
        self.assertLess((points - 1) * minutes_per_point, max(minutes, 1))

    @given(st.integers(0, 10**6), st.integers(0, 10**6))
    def test_rounding_together_never_costs_more_than_rounding_apart(self, some, more):
        together, apart = points_for(some + more), points_for(some) + points_for(more)
        self.assertIn(apart - together, (0, 1))

    def test_the_rounding_is_explained(self):
        rounding = explain(41)
        self.assertEqual(rounding.points, 3)
        self.assertEqual(rounding.billed_minutes, 45)
        self.assertEqual(rounding.spare_minutes, 4)

    @given(st.integers(0, 10**4), st.integers(1, 600))
    def test_the_explanation_adds_up(self, minutes, minutes_per_point):
        rounding = explain(minutes, minutes_per_point)
        self.assertEqual(rounding.points, points_for(minutes, minutes_per_point))
        self.assertEqual(rounding.billed_minutes, rounding.minutes + rounding.spare_minutes)
        self.assertEqual(rounding.billed_minutes, rounding.points * minutes_per_point)
        self.assertIn(rounding.spare_minutes, range(minutes_per_point))


class TestMinutesFromHours(TestCase):
    def reason_for(self, hours):
        with self.assertRaises(InvalidTime) as caught:
            minutes_from_hours(hours)
        self.assertIsInstance(caught.exception, ValueError)
        return caught.exception.reason

    def test_half_a_minute_is_rounded_up(self):
        minutes = {0: 0, 0.25: 15, 0.575: 35, 0.57: 34, 0.575 - 0.001: 34, 24: 1440}
        self.assertEqual({hours: minutes_from_hours(hours) for hours in minutes}, minutes)
        self.assertEqual(minutes_from_hours(Decimal("0.575")), 35)

    def test_float_noise_changes_nothing(self):
        self.assertEqual(minutes_from_hours(1.1 * 3 - 2.55), 45)
        self.assertEqual(points_for(minutes_from_hours(0.1 + 0.15)), 1)
        self.assertEqual(minutes_from_hours(1.15 - 0.575), 35)

    def test_each_whole_and_half_minute_of_a_day_written_in_hours(self):
        for minutes in range(MAX_LINE_MINUTES):
            self.assertEqual(minutes_from_hours(minutes / 60), minutes)
            self.assertEqual(minutes_from_hours((minutes + 0.5) / 60), minutes + 1)

    def test_half_a_second_below_zero_is_noise_and_more_is_negative(self):
        for hours in (0.0, -0.0, -1e-9, 0.3 - 0.1 * 3, -0.49 / 3600, Decimal("-0")):
            self.assertEqual(minutes_from_hours(hours), 0)
        for hours in (-0.51 / 3600, -0.005, -1, -1e300, Decimal("-1e999999")):
            self.assertEqual(self.reason_for(hours), "negative", hours)

    def test_more_than_a_day_is_too_long(self):
        for hours in (24.01, 25, 1e300, 10**400, Decimal("1e999999")):
            self.assertEqual(self.reason_for(hours), "too_long", hours)

    def test_what_is_no_number_is_refused(self):
        nothing = (float("nan"), float("inf"), -float("inf"), Decimal("sNaN"), "1", "", None, [])
        for hours in (*nothing, True, False, 1j, Fraction(1, 4)):
            self.assertEqual(self.reason_for(hours), "not_a_number", hours)

    @given(st.decimals(0, 24, places=4))
    @example(Decimal("0.0083"))
    def test_the_float_of_a_number_gives_the_minutes_of_that_number(self, hours):
        exactly = int((hours * 60).quantize(Decimal(1), ROUND_HALF_UP))
        self.assertEqual(minutes_from_hours(float(hours)), exactly)
        self.assertEqual(minutes_from_hours(hours), exactly)

    @given(st.floats() | st.integers() | st.decimals(allow_nan=None))
    def test_whatever_the_number_there_are_minutes_or_a_reason(self, hours):
        try:
            minutes = minutes_from_hours(hours)
        except InvalidTime as error:
            self.assertIn(error.reason, ("not_a_number", "negative", "too_long"))
        else:
            self.assertIs(type(minutes), int)
            self.assertIn(minutes, range(MAX_LINE_MINUTES + 1))


class TestPricesAndQuantities(TestCase):
    def test_the_shipped_tiers(self):
        self.assertEqual(str(point_price(120.0, 15)), "30.00")
        self.assertEqual(str(point_price(166.0, 15)), "41.50")
        self.assertEqual(str(point_price(166, 30, decimals=0)), "83")

    def test_a_price_that_does_not_fit_the_decimals_is_refused(self):
        for rate, minutes, decimals in ((100.0, 10, 2), (99.99, 15, 2), (166.0, 15, 0)):
            with self.subTest(rate=rate), self.assertRaisesRegex(ValueError, "is no price"):
                point_price(rate, minutes, decimals)
        self.assertEqual(str(point_price(99.99, 15, decimals=4)), "24.9975")

    def test_a_rate_must_be_a_number_from_zero_on(self):
        self.assertEqual(point_price(0, 15), 0)
        for rate in (-1, float("nan"), float("inf"), None, "120", True):
            with self.subTest(rate=rate), self.assertRaisesRegex(ValueError, "hourly rate"):
                point_price(rate, 15)
        with self.assertRaises(ValueError):
            point_price(120, 0)

    @given(st.decimals(0, 10**4, places=2), st.integers(1, 240))
    def test_a_price_is_exactly_its_share_of_the_rate(self, rate, minutes_per_point):
        try:
            price = point_price(float(rate), minutes_per_point)
        except ValueError:
            self.assertNotEqual(Fraction(rate) * minutes_per_point * 100 % 60, 0)
        else:
            self.assertEqual(Fraction(price) * 60, Fraction(rate) * minutes_per_point)

    def test_quantities_of_points_are_whole(self):
        self.assertEqual(whole_points(20.0), 20)
        self.assertEqual(whole_points(-4.0), -4)
        self.assertEqual(whole_points(0.1 * 30), 3)
        self.assertIs(type(whole_points(Decimal("20.00"))), int)
        for quantity in (0.5, 19.99, 3.00001, -0.25, float("nan"), float("inf"), "20", None, True):
            with self.subTest(quantity=quantity), self.assertRaises(ValueError):
                whole_points(quantity)

    @given(st.integers(-(10**6), 10**6), st.floats(-9e-7, 9e-7))
    def test_float_noise_is_forgiven(self, points, noise):
        self.assertEqual(whole_points(points + noise), points)


ALL = {"line_id": 12, "ticket_id": 3, "contract_id": 7, "day": date(2026, 3, 2)}


class TestGroupKey(TestCase):
    def test_one_group_for_each_line_ticket_and_day_or_ticket(self):
        self.assertEqual(group_key("entry", **ALL), "line:12:3:c7")
        self.assertEqual(group_key("day", **ALL), "day:3:2026-03-02:c7")
        self.assertEqual(group_key("ticket", **ALL), "ticket:3:c7")

    def test_the_contract_is_part_of_every_key(self):
        for scope in ("entry", "day", "ticket"):
            moved = {**ALL, "contract_id": 8}
            self.assertNotEqual(group_key(scope, **ALL), group_key(scope, **moved))

    def test_what_a_scope_needs_must_be_there(self):
        needed = {
            "entry": ("line_id", "ticket_id", "contract_id"),
            "day": ("ticket_id", "contract_id", "day"),
            "ticket": ("ticket_id", "contract_id"),
        }
        for scope, names in needed.items():
            for name in ALL:
                values = {**ALL, name: None}
                with self.subTest(scope=scope, name=name):
                    if name in names:
                        with self.assertRaisesRegex(ValueError, name):
                            group_key(scope, **values)
                    else:
                        self.assertEqual(group_key(scope, **values), group_key(scope, **ALL))

    def test_a_moment_is_not_a_day_and_a_scope_is_known(self):
        with self.assertRaisesRegex(ValueError, "day must be a date"):
            group_key("day", **{**ALL, "day": datetime(2026, 3, 2, 23, 30)})
        with self.assertRaisesRegex(ValueError, "rounding scope"):
            group_key("month", **ALL)
