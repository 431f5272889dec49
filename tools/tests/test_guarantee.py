# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Guarantees against a model that walks minute by minute and knows no interval arithmetic."""

from datetime import datetime, timedelta
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from ..guarantee import (
    DROPPED,
    HANDED_OVER,
    RESOLVED,
    Deadline,
    Pause,
    Phase,
    counted_minutes,
    merged,
    reaction_deadline,
    reaction_result,
    resolution_deadline,
    resolution_result,
    state_at,
)
from ..guarantee_replay import ClosingDay, segments
from ..service_clock import ServiceClock

MONDAY = datetime(2026, 3, 2)
MINUTE = timedelta(minutes=1)
DAYS = 21


def opens(day):
    """Short days, so that many pauses and deadlines cross a closing time; Wednesday is closed."""
    if day.weekday() in (2, 5, 6):
        return []
    return [(day + timedelta(hours=9), day + timedelta(hours=10))]


CLOCK = ServiceClock(
    [pair for number in range(DAYS) for pair in opens(MONDAY + timedelta(days=number))],
    known_from=MONDAY,
    known_until=MONDAY + timedelta(days=DAYS),
)


def is_open(instant):
    day = instant.replace(hour=0, minute=0)
    return any(start <= instant < end for start, end in opens(day))


def is_paused(instant, pauses):
    return any(p.start_at <= instant and (p.end_at is None or instant < p.end_at) for p in pauses)


# Every minute in which the service is open, found by asking each minute of the three weeks.
OPEN_MINUTES = [
    MONDAY + number * MINUTE
    for number in range(DAYS * 24 * 60)
    if is_open(MONDAY + number * MINUTE)
]


def oracle_minutes(start_at, end_at, pauses):
    """Open minutes outside of pauses, one by one."""
    return sum(
        start_at <= instant < end_at and not is_paused(instant, pauses) for instant in OPEN_MINUTES
    )


def oracle_due(start_at, goal_minutes, pauses):
    """The end of the minute with which the goal is spent; None if that never comes."""
    left = goal_minutes
    for instant in OPEN_MINUTES:
        if instant >= start_at and not is_paused(instant, pauses):
            left -= 1
            if not left:
                return instant + MINUTE
    return None


starts = st.integers(0, 5 * 24 * 60).map(lambda minutes: MONDAY + minutes * MINUTE)
spans = st.tuples(st.integers(0, 6 * 24 * 60), st.integers(0, 2 * 24 * 60))


@st.composite
def pauses_after_monday(draw):
    pauses = []
    for begin, length in draw(st.lists(spans, max_size=4)):
        start_at = MONDAY + begin * MINUTE
        is_lasting = draw(st.integers(0, 9)) == 0
        pauses.append(Pause(start_at, None if is_lasting else start_at + length * MINUTE))
    return tuple(pauses)


class TestAgainstOracle(TestCase):
    @settings(deadline=None, max_examples=150)
    @given(starts, st.integers(1, 240), pauses_after_monday())
    def test_resolution_deadline(self, start_at, goal_minutes, pauses):
        phase = Phase(start_at, pauses=pauses)
        due_at = resolution_deadline(CLOCK, phase, goal_minutes).due_at
        expected = oracle_due(start_at, goal_minutes, pauses)
        self.assertEqual(due_at, expected)

    @settings(deadline=None, max_examples=150)
    @given(starts, st.integers(0, 6 * 24 * 60), pauses_after_monday())
    def test_counted_minutes(self, start_at, minutes, pauses):
        end_at = start_at + minutes * MINUTE
        self.assertEqual(
            counted_minutes(CLOCK, start_at, end_at, pauses),
            oracle_minutes(start_at, end_at, pauses),
        )

    @settings(deadline=None, max_examples=150)
    @given(starts, st.integers(0, 6 * 24 * 60), pauses_after_monday())
    def test_bar_has_no_gap_and_adds_up(self, start_at, minutes, pauses):
        end_at = start_at + minutes * MINUTE
        bar = segments(CLOCK, start_at, end_at, pauses)
        edges = [start_at, *(part.end_at for part in bar)]
        self.assertEqual([part.start_at for part in bar], edges[:-1])
        self.assertEqual(edges[-1], end_at)
        counted = sum(part.minutes for part in bar if part.kind == "counted")
        paused = sum(part.minutes for part in bar if part.kind == "paused")
        self.assertEqual(counted, oracle_minutes(start_at, end_at, pauses))
        self.assertEqual(counted + paused, oracle_minutes(start_at, end_at, ()))

    @settings(deadline=None, max_examples=150)
    @given(starts, st.integers(1, 240), pauses_after_monday(), st.integers(0, 8 * 24 * 60))
    def test_solved_in_time_is_what_the_count_says(self, start_at, goal_minutes, pauses, minutes):
        """Solving before the goal is spent keeps it; solving after a further minute misses it."""
        end_at = start_at + minutes * MINUTE
        closed = tuple(Pause(p.start_at, p.end_at or end_at) for p in pauses)
        closed = tuple(p for p in closed if p.end_at >= p.start_at)
        phase = Phase(start_at, end_at=end_at, ending=RESOLVED, pauses=closed)
        due_at = resolution_deadline(CLOCK, phase, goal_minutes).due_at
        taken = oracle_minutes(start_at, end_at, closed)
        result = resolution_result(phase, due_at)
        if taken < goal_minutes:
            self.assertEqual(result, "met")
        if taken > goal_minutes:
            self.assertEqual(result, "missed")


class TestRules(TestCase):
    def test_pauses_do_not_move_the_reaction(self):
        nine = MONDAY.replace(hour=9)
        phase = Phase(nine, pauses=(Pause(nine),))
        self.assertEqual(reaction_deadline(CLOCK, phase, 30).due_at, nine + 30 * MINUTE)

    def test_no_promise_has_no_deadline(self):
        self.assertEqual(resolution_deadline(CLOCK, Phase(MONDAY), 0), Deadline(None, None))

    def test_seconds_of_many_pauses_add_up(self):
        start_at = MONDAY.replace(hour=9)
        pauses = tuple(
            Pause(start_at + n * MINUTE, start_at + n * MINUTE + timedelta(seconds=30))
            for n in range(10)
        )
        due_at = resolution_deadline(CLOCK, Phase(start_at, pauses=pauses), 20).due_at
        self.assertEqual(due_at, start_at + timedelta(minutes=25))

    def test_results(self):
        start_at, due_at = MONDAY.replace(hour=9), MONDAY.replace(hour=9, minute=30)
        early, late = due_at, due_at + MINUTE
        for phase, reaction, resolution in (
            (Phase(start_at), None, None),
            (Phase(start_at, early), "met", None),
            (Phase(start_at, late), "missed", None),
            (Phase(start_at, None, early, RESOLVED), "met", "met"),
            (Phase(start_at, early, late, RESOLVED), "met", "missed"),
            (Phase(start_at, None, early, HANDED_OVER), "none", "none"),
            (Phase(start_at, None, late, HANDED_OVER), "missed", "missed"),
            (Phase(start_at, late, late, DROPPED), "missed", "none"),
            (Phase(start_at, None, late, DROPPED), "none", "none"),
        ):
            self.assertEqual(reaction_result(phase, due_at), reaction, phase)
            self.assertEqual(resolution_result(phase, due_at), resolution, phase)

    def test_a_recorded_miss_outlives_a_later_deadline(self):
        start_at = MONDAY.replace(hour=9)
        phase = Phase(start_at, responded_at=start_at + MINUTE)
        self.assertEqual(reaction_result(phase, start_at + 9 * MINUTE, is_missed=True), "missed")

    def test_states(self):
        risk_at, due_at = MONDAY.replace(hour=9), MONDAY.replace(hour=10)
        deadline = Deadline(due_at, risk_at)
        before = risk_at - MINUTE
        for expected, now, result, due, missed, paused in (
            ("running", before, None, deadline, False, False),
            ("at_risk", risk_at, None, deadline, False, False),
            ("at_risk", due_at + timedelta(seconds=59), None, deadline, False, False),
            ("missed", due_at + MINUTE, None, deadline, False, False),
            ("missed", before, None, deadline, True, False),
            ("paused", due_at + MINUTE, None, Deadline(None, None), False, True),
            ("missed", due_at + MINUTE, None, deadline, False, True),
            ("none", before, None, Deadline(None, None), False, False),
            ("met", due_at + MINUTE, "met", deadline, False, False),
        ):
            self.assertEqual(state_at(now, result, due, missed, paused), expected)

    def test_overlapping_pauses_count_once(self):
        nine = MONDAY.replace(hour=9)
        pauses = [Pause(nine, nine + 9 * MINUTE), Pause(nine + 5 * MINUTE, nine + 12 * MINUTE)]
        self.assertEqual(
            merged(pauses, nine, nine + 99 * MINUTE), [Pause(nine, nine + 12 * MINUTE)]
        )

    def test_closed_time_says_why(self):
        days = [ClosingDay(MONDAY + timedelta(days=2), MONDAY + timedelta(days=3), "Feast")]
        bar = segments(CLOCK, MONDAY.replace(hour=9), MONDAY + timedelta(days=4), closing_days=days)
        self.assertEqual([part.label for part in bar if part.kind == "closed"], ["", "Feast", ""])
