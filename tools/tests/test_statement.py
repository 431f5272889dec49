# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from ..ledger import LedgerError
from ..statement import PRESETS, Posting, Ticket, build, hours_of, preset_period

FIRST_DAY, LAST_DAY = date(2026, 3, 1), date(2026, 3, 31)
MARCH = (FIRST_DAY, LAST_DAY)
TICKETS = {1: Ticket("HT00001", "Course import"), 2: Ticket("HT00002", "Login")}
LEVELS = {11: "1st level", 12: "2nd level"}

# Made once: making a strategy costs more than drawing from it.
days = st.integers(0, 30).map(lambda number: FIRST_DAY + timedelta(days=number))
points = st.integers(1, 40)
delays = st.integers(0, 70)
tickets = st.sampled_from((None, 1, 2, 3))
levels = st.sampled_from((None, 11, 12))
signs = {"purchase": (1,), "grant": (1,), "usage": (-1,), "refund": (-1,)}
signs_of = {
    kind: st.sampled_from(signs.get(kind, (-1, 1)))
    for kind in ("purchase", "grant", "usage", "correction", "expiry", "refund", "adjustment")
}
kinds = st.sampled_from(tuple(signs_of))


def day(number):
    return date(2026, 3, number)


@st.composite
def postings(draw):
    """Entries of March: tickets 1 and 2 are the customer's, 3 is not."""
    drawn = []
    for number in range(1, draw(st.integers(0, 20)) + 1):
        kind = draw(kinds)
        sign = draw(signs_of[kind])
        when = draw(days)
        drawn.append(
            Posting(
                id=number,
                date=when,
                work_date=when - timedelta(days=draw(delays)),
                kind=kind,
                points=sign * draw(points),
                ticket_id=draw(tickets),
                level_id=draw(levels),
                name=f"secret of {number}",
            )
        )
    return drawn


def statement_of(entries, opening=0, period=MARCH):
    closing = opening + sum(entry.points for entry in entries)
    return build(entries, *period, opening, closing, TICKETS, LEVELS)


class TestInvariants(TestCase):
    @settings(deadline=None, max_examples=200)
    @given(postings(), st.integers(-50, 50))
    def test_opening_and_lines_are_the_closing(self, entries, opening):
        statement = statement_of(entries, opening)
        lines = (*statement.credits, *statement.requests, *statement.others)
        self.assertEqual(opening + sum(line.points for line in lines), statement.closing)
        self.assertEqual(statement.is_empty, not entries)
        if entries:
            self.assertEqual(statement.balances[-1][1], statement.closing)

    @settings(deadline=None, max_examples=200)
    @given(postings(), st.integers(-3, 3).filter(bool))
    def test_a_closing_that_is_not_the_sum_is_refused(self, entries, error):
        closing = sum(entry.points for entry in entries) + error
        with self.assertRaises(LedgerError):
            build(entries, *MARCH, 0, closing, TICKETS, LEVELS)

    @settings(deadline=None, max_examples=200)
    @given(postings())
    def test_each_ticket_is_one_line_and_no_entry_is_told_twice(self, entries):
        statement = statement_of(entries)
        ticket_ids = [request.ticket_id for request in statement.requests]
        self.assertEqual(len(ticket_ids), len(set(ticket_ids)))
        told = [line.id for line in (*statement.credits, *statement.others)]
        of_requests = [
            entry.id
            for entry in entries
            if entry.ticket_id and entry.kind in ("usage", "correction")
        ]
        self.assertEqual(sorted(told + of_requests), [entry.id for entry in entries])

    @settings(deadline=None, max_examples=200)
    @given(postings())
    def test_nothing_of_a_hidden_ticket_shows(self, entries):
        statement = statement_of(entries)
        for request in statement.requests:
            self.assertEqual(request.ticket, TICKETS.get(request.ticket_id))
        hidden = {entry.id for entry in entries if entry.ticket_id == 3}
        for line in (*statement.credits, *statement.others):
            self.assertEqual(line.name is None, line.id in hidden)

    @settings(deadline=None, max_examples=100)
    @given(st.data(), postings())
    def test_the_order_of_the_input_does_not_matter(self, data, entries):
        shuffled = data.draw(st.permutations(entries))
        self.assertEqual(statement_of(shuffled), statement_of(entries))

    @settings(deadline=None, max_examples=100)
    @given(postings(), days)
    def test_two_periods_are_worth_one(self, entries, cut):
        before = [entry for entry in entries if entry.date < cut]
        after = [entry for entry in entries if entry.date >= cut]
        first = statement_of(before, period=(FIRST_DAY - timedelta(1), cut - timedelta(1)))
        second = statement_of(after, first.closing, period=(cut, LAST_DAY))
        self.assertEqual(second.closing, statement_of(entries).closing)


class TestSections(TestCase):
    def test_kinds_go_where_their_sign_says(self):
        entries = [
            Posting(1, day(1), day(1), "purchase", 20),
            Posting(2, day(1), day(1), "grant", 2),
            Posting(3, day(2), day(2), "adjustment", 1),
            Posting(4, day(2), day(2), "adjustment", -1),
            Posting(5, day(3), day(3), "expiry", -4),
            Posting(6, day(3), day(3), "refund", -5),
            Posting(7, day(4), day(4), "usage", -1),
            Posting(8, day(5), day(5), "usage", -3, ticket_id=1),
        ]
        statement = statement_of(entries)
        self.assertEqual([line.id for line in statement.credits], [1, 2, 3])
        self.assertEqual([line.id for line in statement.others], [4, 5, 6, 7])
        self.assertEqual([line.ticket_id for line in statement.requests], [1])
        self.assertEqual((statement.credited, statement.requested, statement.other), (23, -3, -11))

    def test_a_request_that_was_given_back_in_full_shows_with_zero(self):
        entries = [
            Posting(1, day(1), day(1), "usage", -3, ticket_id=1, level_id=12),
            Posting(2, day(2), day(1), "correction", 3, ticket_id=1, level_id=12),
        ]
        (request,) = statement_of(entries).requests
        self.assertEqual((request.points, request.levels), (0, ("2nd level",)))

    def test_levels_come_in_the_order_that_was_given(self):
        entries = [
            Posting(1, day(1), day(1), "usage", -3, ticket_id=1, level_id=12),
            Posting(2, day(2), day(2), "usage", -1, ticket_id=1, level_id=11),
        ]
        (request,) = statement_of(entries).requests
        self.assertEqual(request.levels, ("1st level", "2nd level"))

    def test_work_of_closed_periods_names_its_days(self):
        entries = [
            Posting(1, day(1), date(2026, 2, 27), "usage", -1, ticket_id=1),
            Posting(2, day(1), date(2025, 12, 3), "usage", -1, ticket_id=1),
            Posting(3, day(1), date(2025, 12, 5), "usage", -1, ticket_id=1),
            Posting(4, day(2), day(2), "usage", -1, ticket_id=1),
        ]
        (request,) = statement_of(entries).requests
        days = (date(2025, 12, 3), date(2025, 12, 5), date(2026, 2, 27))
        self.assertEqual(request.late, tuple((one, -1) for one in days))
        self.assertFalse(request.is_late)

    def test_late_points_are_summed_by_day_and_apart_from_current_work(self):
        september = date(2025, 9, 20)
        late = [
            Posting(1, day(1), september, "usage", -3, ticket_id=1),
            Posting(2, day(2), september, "correction", 1, ticket_id=1),
        ]
        current = [Posting(3, day(10), day(10), "usage", -8, ticket_id=1)]
        (request,) = statement_of(late).requests
        self.assertEqual((request.late, request.is_late), (((september, -2),), True))
        (request,) = statement_of(late + current).requests
        self.assertEqual(
            (request.points, request.late, request.is_late), (-10, ((september, -2),), False)
        )
        (request,) = statement_of(current).requests
        self.assertEqual((request.late, request.is_late), ((), False))

    def test_a_movement_is_late_or_not(self):
        entries = [
            Posting(1, day(1), date(2026, 2, 3), "grant", 3),
            Posting(2, day(1), day(1), "grant", 4),
        ]
        late, current = statement_of(entries).credits
        self.assertEqual((late.late, late.is_late), (((date(2026, 2, 3), 3),), True))
        self.assertEqual((current.late, current.is_late), ((), False))

    def test_an_entry_of_another_period_is_refused(self):
        with self.assertRaises(LedgerError):
            statement_of([Posting(1, date(2026, 4, 1), day(1), "grant", 3)])


class TestPresets(TestCase):
    def test_periods_on_an_ordinary_day(self):
        expected = {
            "this_month": (date(2026, 2, 1), date(2026, 2, 28)),
            "last_month": (date(2026, 1, 1), date(2026, 1, 31)),
            "this_quarter": (date(2026, 1, 1), date(2026, 3, 31)),
            "last_quarter": (date(2025, 10, 1), date(2025, 12, 31)),
            "this_year": (date(2026, 1, 1), date(2026, 12, 31)),
            "last_year": (date(2025, 1, 1), date(2025, 12, 31)),
            "since_start": (date(2025, 5, 3), date(2026, 2, 11)),
        }
        for preset, period in expected.items():
            with self.subTest(preset=preset):
                self.assertEqual(preset_period(preset, date(2026, 2, 11), date(2025, 5, 3)), period)

    @given(st.sampled_from(PRESETS), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
    def test_last_ends_where_this_begins(self, preset, today):
        first, last = preset_period(preset, today, today)
        self.assertLessEqual(first, last)
        if preset.startswith("last"):
            this, _last = preset_period(preset.replace("last", "this"), today, today)
            self.assertEqual(last + timedelta(days=1), this)
        else:
            self.assertTrue(first <= today <= last)


class TestHours(TestCase):
    def test_points_are_hours_and_minutes(self):
        self.assertEqual(hours_of(17, 15), (4, 15))
        self.assertEqual(hours_of(-1, 15), (0, 15))
        self.assertEqual(hours_of(0, 15), (0, 0))
        self.assertEqual(hours_of(3, 20), (1, 0))
