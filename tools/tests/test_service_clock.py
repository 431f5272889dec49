# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import FrozenInstanceError
from datetime import date, datetime, timedelta, timezone
from unittest import TestCase

import pytz
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from ..holiday_calendar import HolidayRegion, YearlyDate, closing_days
from ..service_clock import ServiceClock, ServiceClockError
from ..wall_time import WallTime
from . import german_hours

YEARS = range(2026, 2036)
MINUTE = timedelta(minutes=1)


def berlin_clock(years=YEARS):
    """The shipped service hours, made of the product's own parts."""
    to_utc = WallTime(pytz.timezone("Europe/Berlin")).to_utc
    first, behind = datetime(years[0], 1, 1), datetime(years[-1] + 1, 1, 1)
    days = [first + timedelta(days=index) for index in range((behind - first).days)]
    extra = [YearlyDate(12, 24, "Christmas Eve"), YearlyDate(12, 31, "New Year's Eve")]
    closed = [
        datetime(day.date.year, day.date.month, day.date.day)
        for day in closing_days(years, HolidayRegion("DE"), extra)
    ]
    return ServiceClock(
        [
            (to_utc(day.replace(hour=9)), to_utc(day.replace(hour=17)))
            for day in days
            if day.weekday() < 5
        ],
        known_from=to_utc(first),
        known_until=to_utc(behind),
        closed=[
            (to_utc(day), to_utc(day.replace(hour=23, minute=59, second=59))) for day in closed
        ],
    )


CLOCK = berlin_clock()
# Two amounts are 21 service days at most, which the last instant must leave.
instants = st.datetimes(datetime(2026, 1, 1), datetime(2035, 11, 1))
minutes_of_time = instants.map(lambda instant: instant.replace(second=0, microsecond=0))
amounts = st.integers(0, 5000)


seconds_within = st.integers(0, 10 * 86400)
any_bounds = st.lists(seconds_within, min_size=2, max_size=24)


def any_clock(seconds):
    """A clock whose open spans have such bounds, in seconds, within ten days."""
    begin = datetime(2026, 3, 27)
    bounds = [begin + timedelta(seconds=count) for count in seconds]
    spans = [tuple(sorted(pair)) for pair in zip(bounds[::2], bounds[1::2], strict=False)]
    return ServiceClock(spans, known_from=begin, known_until=begin + timedelta(days=10, seconds=60))


class TestAgainstTheOracle(TestCase):
    @settings(deadline=None)  # the oracle counts slowly
    @given(minutes_of_time, st.integers(0, 1200))
    @example(datetime(2026, 3, 27, 15, 30), 60)  # across the change to summer time
    @example(datetime(2026, 10, 23, 14, 30), 60)  # and back
    @example(datetime(2028, 2, 28, 15, 30), 60)  # into 29 February
    @example(datetime(2026, 12, 23, 15, 0), 60)  # exactly at closing time
    @example(datetime(2026, 12, 23, 15, 0), 61)  # over Christmas
    @example(datetime(2026, 12, 24, 10, 0), 0)
    def test_a_deadline_is_that_of_counting_minute_by_minute(self, start, minutes):
        self.assertEqual(CLOCK.add(start, minutes), german_hours.add(start, minutes))

    @settings(deadline=None)
    @given(minutes_of_time, st.integers(0, 10000))
    def test_a_duration_is_that_of_counting_minute_by_minute(self, start, wall_minutes):
        end = start + wall_minutes * MINUTE
        self.assertEqual(
            CLOCK.minutes_between(start, end), german_hours.minutes_between(start, end)
        )

    def test_each_minute_around_each_opening_closing_and_change_of_the_clocks(self):
        for year in YEARS:
            sundays = [german_hours.last_sunday(year, month) for month in (3, 10)]
            for day in sorted(german_hours.closed_dates(year) | set(sundays)):
                midnight = datetime(day.year, day.month, day.day)
                for hour in (0, 1, 7, 8, 15, 16, 22, 23):
                    for minutes in (-1, 0, 1):
                        instant = midnight + timedelta(hours=hour, minutes=minutes)
                        if not CLOCK.known_from <= instant <= CLOCK.known_until:
                            continue
                        self.assertEqual(
                            CLOCK.is_open(instant), german_hours.is_open(instant), instant
                        )

    def test_each_day_of_ten_years_has_its_hours(self):
        day = datetime(2026, 1, 1)
        while day < datetime(2035, 12, 31):
            closed = day.weekday() >= 5 or day.date() in german_hours.closed_dates(day.year)
            self.assertEqual(
                CLOCK.minutes_between(day, day + timedelta(days=1)), 0 if closed else 480, day
            )
            day += timedelta(days=1)


class TestRules(TestCase):
    @given(any_bounds, seconds_within, amounts)
    def test_what_was_added_is_what_lies_between(self, bounds, seconds, minutes):
        clock = any_clock(bounds)
        start = clock.known_from + timedelta(seconds=seconds)
        try:
            deadline = clock.add(start, minutes)
        except ServiceClockError:
            assume(False)
        self.assertEqual(clock.minutes_between(start, deadline), minutes)
        self.assertGreaterEqual(deadline, start)

    @given(instants, amounts, amounts)
    @example(datetime(2035, 11, 1), 5000, 5000)
    def test_adding_twice_is_adding_the_sum(self, start, first, second):
        assume(second)
        self.assertEqual(
            CLOCK.add(CLOCK.add(start, first), second), CLOCK.add(start, first + second)
        )

    @given(st.tuples(instants, instants, instants).map(sorted))
    def test_durations_add_up_by_the_second_and_lose_a_minute_at_most(self, ordered):
        first, second, third = (instant.replace(microsecond=0) for instant in ordered)
        self.assertEqual(
            CLOCK.seconds_between(first, second) + CLOCK.seconds_between(second, third),
            CLOCK.seconds_between(first, third),
        )
        apart = CLOCK.minutes_between(first, second) + CLOCK.minutes_between(second, third)
        self.assertIn(CLOCK.minutes_between(first, third) - apart, (0, 1))
        self.assertEqual(
            CLOCK.minutes_between(first, third), CLOCK.seconds_between(first, third) // 60
        )

    @given(instants, st.integers(0, 300000))
    def test_seconds_and_minutes_agree(self, start, seconds):
        deadline = CLOCK.add_seconds(start, seconds)
        self.assertEqual(CLOCK.seconds_between(start, deadline), seconds)
        self.assertEqual(
            CLOCK.add(start, seconds // 60), CLOCK.add_seconds(start, seconds // 60 * 60)
        )

    @given(instants, amounts, amounts)
    def test_more_time_or_a_later_start_is_never_due_earlier(self, start, minutes, wall_minutes):
        self.assertLessEqual(CLOCK.add(start, minutes), CLOCK.add(start, minutes + 1))
        later = start + wall_minutes * MINUTE
        self.assertLessEqual(CLOCK.add(start, minutes), CLOCK.add(later, minutes))

    @given(instants)
    def test_next_open_is_open_and_nothing_before_it_is(self, start):
        opening = CLOCK.next_open(start)
        self.assertTrue(CLOCK.is_open(opening))
        self.assertEqual(CLOCK.seconds_between(start, opening), 0)
        self.assertEqual(opening == start, CLOCK.is_open(start))
        self.assertEqual(CLOCK.add(start, 0), opening)

    @given(any_bounds, seconds_within, seconds_within)
    def test_the_open_intervals_are_what_is_counted(self, bounds, first, second):
        clock = any_clock(bounds)
        start, end = (
            clock.known_from + timedelta(seconds=count) for count in sorted((first, second))
        )
        try:
            spans = clock.open_intervals(start, end)
        except ServiceClockError as error:
            self.assertEqual(error.reason, "no_hours")
            return
        open_time = sum((high - low for low, high in spans), timedelta())
        self.assertEqual(open_time, timedelta(seconds=clock.seconds_between(start, end)))
        for low, high in spans:
            self.assertTrue(start <= low < high <= end)
            self.assertTrue(clock.is_open(low))

    def test_closing_time_is_a_deadline_but_not_open(self):
        closing = datetime(2026, 3, 2, 16)
        self.assertEqual(CLOCK.add(datetime(2026, 3, 2, 15), 60), closing)
        self.assertEqual(CLOCK.add(closing, 0), datetime(2026, 3, 3, 8))
        self.assertEqual(CLOCK.add(closing, 1), datetime(2026, 3, 3, 8, 1))
        self.assertFalse(CLOCK.is_open(closing))

    def test_seconds_are_kept(self):
        start = datetime(2026, 3, 2, 15, 30, 40)
        self.assertEqual(CLOCK.add(start, 30), datetime(2026, 3, 3, 8, 0, 40))
        self.assertEqual(CLOCK.minutes_between(start, datetime(2026, 3, 2, 15, 31, 39)), 0)
        self.assertEqual(CLOCK.minutes_between(start, datetime(2026, 3, 2, 15, 31, 40)), 1)

    def test_an_end_before_its_start_is_no_time(self):
        self.assertEqual(CLOCK.minutes_between(datetime(2026, 3, 3), datetime(2026, 3, 2)), 0)
        self.assertEqual(CLOCK.seconds_between(datetime(2026, 3, 3), datetime(2026, 3, 2)), 0)
        self.assertEqual(CLOCK.open_intervals(datetime(2026, 3, 3, 9), datetime(2026, 3, 2)), [])


class TestHowItIsMade(TestCase):
    def test_odd_bounds_mean_the_full_minute(self):
        clock = ServiceClock(
            [
                (datetime(2026, 3, 2), datetime(2026, 3, 2, 23, 59, 59, 999999)),
                (datetime(2026, 3, 3), datetime(2026, 3, 3, 23, 59, 59, 999999)),
                (datetime(2026, 3, 4), datetime(2026, 3, 4, 23, 59, 59, 999999)),
            ],
            closed=[(datetime(2026, 3, 3), datetime(2026, 3, 3, 23, 59, 59))],
        )
        self.assertEqual(
            clock.open_intervals(clock.known_from, clock.known_until),
            [
                (datetime(2026, 3, 2), datetime(2026, 3, 3)),
                (datetime(2026, 3, 4), datetime(2026, 3, 5)),
            ],
        )
        self.assertEqual(clock.add(datetime(2026, 3, 2, 22), 240), datetime(2026, 3, 4, 2))

    @given(
        st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted)),
        st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted)),
        st.integers(0, 60),
    )
    def test_any_spans_without_any_closed_ones(self, spans, closed, minute):
        begin = datetime(2026, 3, 2, 10)

        def at(minutes):
            return begin + minutes * MINUTE

        # One more open minute at the end keeps the clock from being never open.
        clock = ServiceClock(
            [(at(70), at(71)), *((at(low), at(high)) for low, high in spans)],
            begin,
            at(71),
            closed=[(at(low), at(high)) for low, high in closed],
        )
        is_open = any(low <= minute < high for low, high in spans)
        is_closed = any(low <= minute < high for low, high in closed)
        self.assertEqual(clock.is_open(at(minute)), is_open and not is_closed)

    def test_what_lies_beyond_the_known_is_cut_off(self):
        clock = ServiceClock(
            [(datetime(2026, 3, 1), datetime(2026, 3, 9))],
            datetime(2026, 3, 2),
            datetime(2026, 3, 3),
        )
        self.assertEqual(clock.add(datetime(2026, 3, 2), 1440), datetime(2026, 3, 3))
        with self.assertRaises(ServiceClockError):
            clock.add(datetime(2026, 3, 2), 1441)

    def test_it_is_frozen_and_compares_by_its_hours(self):
        self.assertEqual(berlin_clock(), CLOCK)
        self.assertNotEqual(berlin_clock(range(2026, 2030)), CLOCK)
        self.assertEqual(len({berlin_clock(), CLOCK}), 1)
        with self.assertRaises(FrozenInstanceError):
            CLOCK.known_until = datetime(2040, 1, 1)


class TestNoAnswer(TestCase):
    def assert_no_answer(self, reason, ask, *arguments):
        with self.assertRaises(ServiceClockError) as caught:
            ask(*arguments)
        self.assertIsInstance(caught.exception, ValueError)
        self.assertEqual(caught.exception.reason, reason)
        self.assertIn("service hours", str(caught.exception).lower())

    def test_before_and_beyond_what_is_known(self):
        early, late = datetime(2025, 12, 31, 22), datetime(2036, 1, 1)
        inside = datetime(2035, 12, 28, 12)
        for reason, instant in (("too_early", early), ("too_late", late)):
            self.assert_no_answer(reason, CLOCK.add, instant, 1)
            self.assert_no_answer(reason, CLOCK.next_open, instant)
            self.assert_no_answer(reason, CLOCK.is_open, instant)
            self.assert_no_answer(reason, CLOCK.minutes_between, instant, inside)
            self.assert_no_answer(reason, CLOCK.minutes_between, inside, instant)
            self.assert_no_answer(reason, CLOCK.open_intervals, inside, instant)
        self.assert_no_answer("too_late", CLOCK.add, inside, 481 * 2)

    def test_the_last_known_minute_still_counts(self):
        # 28 December 2035 is a Friday, the 31st is closed.
        last_closing = datetime(2035, 12, 28, 16)
        self.assertEqual(CLOCK.add(datetime(2035, 12, 28, 12), 240), last_closing)
        self.assert_no_answer("too_late", CLOCK.add, datetime(2035, 12, 28, 12), 241)
        self.assert_no_answer("too_late", CLOCK.next_open, last_closing)
        self.assertEqual(CLOCK.minutes_between(last_closing, CLOCK.known_until), 0)

    def test_a_clock_that_is_never_open(self):
        clock = ServiceClock((), datetime(2026, 1, 1), datetime(2027, 1, 1))
        start, end = datetime(2026, 3, 2), datetime(2026, 3, 3)
        self.assert_no_answer("no_hours", clock.add, start, 0)
        self.assert_no_answer("no_hours", clock.next_open, start)
        self.assert_no_answer("no_hours", clock.minutes_between, start, end)
        self.assert_no_answer("no_hours", clock.add, datetime(2030, 1, 1), 5)
        with self.assertRaises(ValueError):
            ServiceClock(())

    def test_what_is_no_instant_in_utc_is_refused(self):
        start = datetime(2026, 3, 2, 10)
        aware = start.replace(tzinfo=timezone.utc)
        for wrong in (aware, None, False, "2026-03-02 10:00:00", date(2026, 3, 2), 0):
            for ask in (
                lambda wrong=wrong: CLOCK.add(wrong, 5),
                lambda wrong=wrong: CLOCK.next_open(wrong),
                lambda wrong=wrong: CLOCK.minutes_between(wrong, start),
                lambda wrong=wrong: CLOCK.minutes_between(start, wrong),
            ):
                with self.subTest(wrong=wrong), self.assertRaisesRegex(ValueError, "naive"):
                    ask()

    def test_what_is_no_number_of_minutes_is_refused(self):
        for wrong in (-1, 1.0, "5", None, True, float("nan")):
            for method in (CLOCK.add, CLOCK.add_seconds):
                with self.subTest(wrong=wrong), self.assertRaisesRegex(ValueError, "whole number"):
                    method(datetime(2026, 3, 2), wrong)

    def test_more_than_any_calendar_holds_is_too_late(self):
        self.assert_no_answer("too_late", CLOCK.add, datetime(2026, 3, 2), 10**9)
        self.assert_no_answer("too_late", CLOCK.add, datetime(2026, 3, 2), 10**30)
