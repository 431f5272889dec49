# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Coordinates of a running-balance picture: a step line over the days of a period.

Nothing here knows about SVG or language: positions are numbers, labels are dates and points.
"""

from dataclasses import dataclass
from datetime import date, timedelta

MARGIN_LEFT, MARGIN_RIGHT, MARGIN_TOP, MARGIN_BOTTOM = 40, 4, 20, 20
MAX_POINT_TICKS = 6
MAX_DAY_TICKS = 8
# A label of a month, such as "Sept. 2026", and the space after it.
TICK_LABEL_WIDTH = 66
# A label of a credit, such as "+40", is about so wide.
MARK_LABEL_WIDTH = 34

_MAX_DAYS_WITH_DAY_TICKS = 62


@dataclass(frozen=True, slots=True)
class Tick:
    """A labelled place on an axis; `value` is the points or the day that it stands for."""

    position: float
    value: int | date


@dataclass(frozen=True, slots=True)
class Mark:
    """A credit; `is_labelled` is False where its label would cover the one before.

    The middle of the label, `label_x`, is moved in where it would leave the picture.
    """

    x: float
    y: float
    points: int
    is_labelled: bool
    label_x: float


@dataclass(frozen=True, slots=True)
class Chart:
    """The picture; `above` and `below` are the areas on either side of the line at zero."""

    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    zero: float
    line: tuple[tuple[float, float], ...]
    above: tuple[tuple[float, float], ...]
    below: tuple[tuple[float, float], ...]
    point_ticks: tuple[Tick, ...]
    day_ticks: tuple[Tick, ...]
    has_month_ticks: bool
    marks: tuple[Mark, ...]


def balance_chart(balances, opening, date_from, date_to, credits=(), until=None, size=(612, 140)):
    """The `Chart` of a period.

    :param balances: [(date, balance at its end)] of the days with entries, in order
    :param opening: balance before the first day
    :param credits: [(date, points)] to be marked
    :param until: the line ends with this day, for a period that is not over yet
    """
    width, height = size
    left, right = float(MARGIN_LEFT), float(width - MARGIN_RIGHT)
    top, bottom = float(MARGIN_TOP), float(height - MARGIN_BOTTOM)
    balances = list(balances)
    last_day = max([min(until or date_to, date_to), date_from, *(day for day, _ in balances)])
    levels = [opening, *(balance for _day, balance in balances)]
    values = _point_values(min(0, *levels), max(0, *levels))
    days = (date_to - date_from).days + 1

    def x_of(day, part=0.0):
        return round(left + (right - left) * ((day - date_from).days + part) / days, 1)

    def y_of(points):
        return round(bottom - (bottom - top) * (points - values[0]) / (values[-1] - values[0]), 1)

    # Steps at noon, so that the opening shows before what moves on the first day.
    steps = [(x_of(date_from), opening)]
    for day, balance in balances:
        steps += [(x_of(day, 0.5), steps[-1][1]), (x_of(day, 0.5), balance)]
    steps.append((x_of(last_day, 1.0), steps[-1][1]))
    zero = y_of(0)
    has_month_ticks = days > _MAX_DAYS_WITH_DAY_TICKS
    ticks = _month_ticks if has_month_ticks else _day_ticks
    max_ticks = max(1, min(MAX_DAY_TICKS, int(right - left) // TICK_LABEL_WIDTH))
    return Chart(
        width=width,
        height=height,
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        zero=zero,
        line=tuple((x, y_of(points)) for x, points in steps),
        above=_area([(x, y_of(max(points, 0))) for x, points in steps], zero),
        below=_area([(x, y_of(min(points, 0))) for x, points in steps], zero),
        point_ticks=tuple(Tick(y_of(value), value) for value in values),
        day_ticks=tuple(Tick(x_of(day), day) for day in ticks(date_from, date_to, max_ticks)),
        has_month_ticks=has_month_ticks,
        marks=_marks(credits, dict(balances), x_of, y_of, (left, right)),
    )


def _area(edge, zero):
    """The closed area between an edge and the line at zero; () where there is none."""
    if all(y == zero for _x, y in edge):
        return ()
    return ((edge[0][0], zero), *edge, (edge[-1][0], zero))


def _point_values(lowest, highest):
    """Round numbers from at or below `lowest` to at or above `highest`, evenly spaced."""
    step = next(
        step
        for exponent in range(12)
        for step in (10**exponent, 2 * 10**exponent, 5 * 10**exponent)
        if -(-highest // step) - lowest // step < MAX_POINT_TICKS
    )
    first, last = lowest // step, max(-(-highest // step), lowest // step + 1)
    return [number * step for number in range(first, last + 1)]


def _day_ticks(date_from, date_to, max_ticks):
    days = (date_to - date_from).days + 1
    step = next(step for step in (1, 2, 7, 14, 31, 62) if -(-days // step) <= max_ticks)
    return [date_from + timedelta(days=number) for number in range(0, days, step)]


def _month_ticks(date_from, date_to, max_ticks):
    first = date_from.year * 12 + date_from.month - 1 + (date_from.day > 1)
    last = date_to.year * 12 + date_to.month - 1
    steps = (1, 2, 3, 6, *range(12, 12 * 1000, 12))
    fitting = (step for step in steps if (last - first) // step < max_ticks)
    step = next(fitting, 12 * 10000)
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, last + 1, step)]


def _marks(credits, balances, x_of, y_of, edges):
    """One mark a day, at the balance that the day ends with."""
    by_day = {}
    for day, points in credits:
        by_day[day] = by_day.get(day, 0) + points
    marks, label_end = [], float("-inf")
    half = MARK_LABEL_WIDTH / 2
    for day, points in sorted(by_day.items()):
        x = x_of(day, 0.5)
        label_x = max(edges[0] + half, min(x, edges[1] - half))
        is_labelled = label_x - half >= label_end
        if is_labelled:
            label_end = label_x + half
        marks.append(Mark(x, y_of(balances[day]), points, is_labelled, label_x))
    return tuple(marks)
