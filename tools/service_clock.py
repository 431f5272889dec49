# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Service time: deadlines and durations that count opening hours only (design 4.5).

All instants are naive datetimes in UTC, as in Odoo's fields; an aware one is refused, because
the answer would silently lose its time zone. A clock is made of the open intervals of a known
period and answers for that period only: it never guesses that a day it was not told about has
no holiday. Nothing is ever rounded but the minutes that `minutes_between` gives back.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import InitVar, dataclass, field
from datetime import datetime, timedelta

_SECOND = timedelta(seconds=1)
_MINUTE = timedelta(minutes=1)
_NO_TIME = timedelta()

_NO_ANSWER = {
    "no_hours": (
        "There are no service hours: the calendar has no fixed working hours in the period that "
        "is known. Give it working hours; a flexible schedule has none."
    ),
    "too_early": (
        "Service hours are known from {known_from} UTC on, not earlier. Generate the closing days "
        "of earlier years first."
    ),
    "too_late": (
        "Service hours are known until {known_until} UTC, not beyond. Generate the closing days "
        "of later years first."
    ),
}


class ServiceClockError(ValueError):
    """The clock has no answer; `reason` says why, for the caller's own words.

    "no_hours": it is never open; "too_early", "too_late": the answer lies outside of what is
    known, `known_from` to `known_until` (naive UTC).
    """

    def __init__(self, reason, known_from, known_until):
        text = _NO_ANSWER[reason].format(known_from=known_from, known_until=known_until)
        super().__init__(text)
        self.reason = reason
        self.known_from = known_from
        self.known_until = known_until


@dataclass(frozen=True, slots=True)
class ServiceClock:
    """Opening hours between `known_from` and `known_until`, ready to be asked.

    Made from `intervals` of (start, end) without those `closed`, both in any order; they may touch,
    overlap, and reach beyond what is known. What is known defaults to the first start and the
    last end. A bound in the last second of a minute means the full minute: Odoo writes 24:00 as
    23:59:59.999999 and lets a day off end at 23:59:59, and nobody opens for a second.

    >>> clock = ServiceClock([(datetime(2026, 3, 2, 8), datetime(2026, 3, 2, 16)),
    ...                       (datetime(2026, 3, 3, 8), datetime(2026, 3, 3, 16))])
    >>> clock.add(datetime(2026, 3, 2, 15), 60)
    datetime.datetime(2026, 3, 2, 16, 0)
    >>> clock.add(datetime(2026, 3, 2, 15), 61)
    datetime.datetime(2026, 3, 3, 8, 1)
    >>> clock.minutes_between(datetime(2026, 3, 2, 15), datetime(2026, 3, 3, 8, 1))
    61
    """

    intervals: InitVar[Iterable[tuple[datetime, datetime]]]
    known_from: datetime | None = None
    known_until: datetime | None = None
    closed: InitVar[Iterable[tuple[datetime, datetime]]] = ()
    # Parallel: interval i opens at _opens[i], closes at _closes[i], and the clock had been open
    # for _before[i] by then; one more entry of _before holds all of its time.
    _opens: tuple[datetime, ...] = field(init=False, repr=False)
    _closes: tuple[datetime, ...] = field(init=False, repr=False)
    _before: tuple[timedelta, ...] = field(init=False, repr=False)

    def __post_init__(self, intervals, closed):
        spans = _without(_merged(intervals), _merged(closed))
        known_from = self.known_from or min((start for start, _end in spans), default=None)
        known_until = self.known_until or max((end for _start, end in spans), default=None)
        if known_from is None or known_until is None or known_from > known_until:
            raise ValueError("A clock that is never open must be told since when and until when.")
        edges = [(datetime.min, known_from), (known_until, datetime.max)]
        spans = _without(spans, edges)
        before = [_NO_TIME]
        for start, end in spans:
            before.append(before[-1] + (end - start))
        values = {
            "known_from": known_from,
            "known_until": known_until,
            "_opens": tuple(start for start, _end in spans),
            "_closes": tuple(end for _start, end in spans),
            "_before": tuple(before),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def add(self, start, minutes):
        """The earliest instant by which `minutes` (int) of service time have passed since `start`.

        A deadline that falls exactly on closing time is that closing time, not the next opening.
        With 0 minutes it is `start` when open, else the next opening.

        Raises ServiceClockError when `start` or the answer lies outside of what is known, and
        ValueError for anything but a naive datetime and a whole number of minutes from 0 on.
        """
        if type(minutes) is not int or minutes < 0:
            raise ValueError(f"minutes must be a whole number from 0 on, not {minutes!r}.")
        return self._after(start, minutes * 60)

    def add_seconds(self, start, seconds):
        """Like `add`, for whole `seconds` of service time, as `seconds_between` counts them."""
        if type(seconds) is not int or seconds < 0:
            raise ValueError(f"seconds must be a whole number from 0 on, not {seconds!r}.")
        return self._after(start, seconds)

    def minutes_between(self, start, end):
        """Full minutes of service time from `start` to `end`; 0 when `end` is not later.

        Always `minutes_between(s, add(s, m)) == m`. What is less than a minute is dropped once, at
        the end: to add up several spans, add their `seconds_between`. Raises as `add` does.
        """
        span = self._passed(end) - self._passed(start)
        return span // _MINUTE if span > _NO_TIME else 0

    def seconds_between(self, start, end):
        """Full seconds of service time from `start` to `end`; 0 when `end` is not later.

        Exact and additive for instants without microseconds, as Odoo stores them. Raises as `add`
        does.
        """
        span = self._passed(end) - self._passed(start)
        return span // _SECOND if span > _NO_TIME else 0

    def next_open(self, start):
        """`start` itself when the service is open then, else the next opening.

        Closing time is closed. Raises as `add` does, also when nothing opens any more within what
        is known.
        """
        return self._after(start, 0)

    def is_open(self, instant):
        """Whether the service is open; at closing time it is not. Raises as `add` does."""
        self._passed(instant)
        index = bisect_right(self._opens, instant) - 1
        return index >= 0 and instant < self._closes[index]

    def open_intervals(self, start, end):
        """The open (start, end) pairs between two instants, cut to them; none when `end` is not
        later. Raises as `add` does.
        """
        if self._passed(start) == self._passed(end) or end < start:
            return []
        spans = range(bisect_right(self._closes, start), bisect_left(self._opens, end))
        return [(max(self._opens[i], start), min(self._closes[i], end)) for i in spans]

    def _after(self, start, seconds):
        """The instant by which `seconds` of service time have passed."""
        passed = self._passed(start)
        if not seconds:
            index = bisect_right(self._closes, start)
            if index == len(self._opens):
                raise self._no_answer("too_late")
            return max(start, self._opens[index])
        try:
            target = passed + timedelta(seconds=seconds)
        except OverflowError as error:
            raise self._no_answer("too_late") from error
        before = self._before
        if target > before[-1]:
            raise self._no_answer("too_late")
        index = bisect_left(before, target) - 1
        return self._opens[index] + (target - before[index])

    def _passed(self, instant):
        """Service time from `known_from` to `instant`, as a timedelta."""
        try:
            if not self.known_from <= instant <= self.known_until:
                raise self._no_answer("too_early" if instant < self.known_from else "too_late")
        except TypeError as error:
            raise ValueError(
                f"An instant must be a naive datetime in UTC, not {instant!r}."
            ) from error
        index = bisect_right(self._opens, instant) - 1
        if index < 0:
            if not self._opens:
                raise self._no_answer("no_hours")
            return _NO_TIME
        closing = self._closes[index]
        end = instant if instant < closing else closing
        return self._before[index] + (end - self._opens[index])

    def _no_answer(self, reason):
        reason = reason if self._opens else "no_hours"
        return ServiceClockError(reason, self.known_from, self.known_until)


def _bound(value):
    """The instant of an interval's bound, where :59 seconds stand for the full minute."""
    if value.second < 59:
        return value
    return value.replace(second=0, microsecond=0) + _MINUTE


def _merged(intervals):
    """The same time as a list of (start, end), ascending and apart from each other."""
    merged = []
    for start, end in sorted((_bound(start), _bound(end)) for start, end in intervals):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        elif start < end:
            merged.append((start, end))
    return merged


def _without(spans, closed):
    """What is left of merged `spans` outside of merged `closed` ones."""
    left = []
    remaining = iter([*closed, (datetime.max, datetime.max)])
    closing, reopening = next(remaining)
    for start, end in spans:
        while reopening <= start:
            closing, reopening = next(remaining)
        while closing < end:
            if start < closing:
                left.append((start, closing))
            start = reopening
            if reopening >= end:
                break
            closing, reopening = next(remaining)
        if start < end:
            left.append((start, end))
    return left
