# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The replay of a guarantee: which time counted, which was paused, and why the rest was closed."""

from datetime import datetime
from typing import NamedTuple

from .guarantee import merged

COUNTED, PAUSED, CLOSED = "counted", "paused", "closed"


class ClosingDay(NamedTuple):
    """A named time in which the service is closed, such as a holiday."""

    start_at: datetime
    end_at: datetime
    name: str


class Segment(NamedTuple):
    """A part of the bar; `minutes` of service time, 0 where it is closed."""

    start_at: datetime
    end_at: datetime
    kind: str
    minutes: int
    label: str = ""


def segments(clock, start_at, end_at, pauses=(), closing_days=()):
    """The bar from `start_at` to `end_at`, without gaps, as a list of `Segment`.

    :param pauses: `tools.guarantee.Pause`; while closed, nothing is paused
    :param closing_days: `ClosingDay` in any order; they name the closed parts that they touch
    :raise ServiceClockError: if the clock has no answer for this time
    """
    bar, position = [], start_at
    lasting = merged(pauses, start_at, end_at)
    for open_at, close_at in clock.open_intervals(start_at, end_at):
        if open_at > position:
            bar.append(_closed(position, open_at, closing_days))
        bar += _open_segments(clock, open_at, close_at, lasting)
        position = close_at
    if position < end_at:
        bar.append(_closed(position, end_at, closing_days))
    return bar


def _open_segments(clock, open_at, close_at, pauses):
    position = open_at
    for pause in merged(pauses, open_at, close_at):
        if pause.start_at > position:
            yield _counted(clock, position, pause.start_at)
        yield Segment(
            pause.start_at,
            pause.end_at,
            PAUSED,
            clock.minutes_between(pause.start_at, pause.end_at),
        )
        position = pause.end_at
    if position < close_at:
        yield _counted(clock, position, close_at)


def _counted(clock, start_at, end_at):
    return Segment(start_at, end_at, COUNTED, clock.minutes_between(start_at, end_at))


def _closed(start_at, end_at, closing_days):
    names = [
        day.name
        for day in sorted(closing_days)
        if day.name and day.start_at < end_at and day.end_at > start_at
    ]
    return Segment(start_at, end_at, CLOSED, 0, ", ".join(dict.fromkeys(names)))
