# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""An oracle for the shipped service hours that shares no code and no data with the product."""

from datetime import date, datetime, time, timedelta
from functools import cache

MINUTE = timedelta(minutes=1)
FIXED_HOLIDAYS = ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))
EXTRA_CLOSINGS = ((12, 24), (12, 31))
# Days from Easter Sunday: Good Friday, Easter Monday, Ascension, Whit Monday.
MOVABLE_HOLIDAYS = (-2, 1, 39, 50)


def easter(year):
    """Easter Sunday by Gauss, with the exceptions that Lichtenberg worked out."""
    century = year // 100
    moon = 15 + (3 * century + 3) // 4 - (8 * century + 13) // 25
    sun = 2 - (3 * century + 3) // 4
    cycle = year % 19
    seed = (19 * cycle + moon) % 30
    correction = (seed + cycle // 11) // 29
    full_moon = 21 + seed - correction
    first_sunday = 7 - (year + year // 4 + sun) % 7
    distance = 7 - (full_moon - first_sunday) % 7
    return date(year, 3, 1) + timedelta(days=full_moon + distance - 1)


def german_holidays(year):
    """The nine nation-wide public holidays, as a set of dates."""
    movable = {easter(year) + timedelta(days=days) for days in MOVABLE_HOLIDAYS}
    return movable | {date(year, month, day) for month, day in FIXED_HOLIDAYS}


def closed_dates(year):
    return german_holidays(year) | {date(year, month, day) for month, day in EXTRA_CLOSINGS}


def last_sunday(year, month):
    last = date(year, month, 31)
    return last - timedelta(days=(last.weekday() + 1) % 7)


@cache
def summer(year):
    """When summer time begins and ends, as naive UTC datetimes."""
    return [datetime.combine(last_sunday(year, month), time(1)) for month in (3, 10)]


def berlin(instant):
    """Wall time in Berlin of a naive UTC datetime: summer from and until 01:00 UTC."""
    begin, end = summer(instant.year)
    return instant + timedelta(hours=2 if begin <= instant < end else 1)


_CLOSED = {}


def is_open(instant):
    """Whether someone answers in the minute that begins at a naive UTC datetime."""
    wall = berlin(instant)
    if wall.weekday() >= 5 or not 9 <= wall.hour < 17:
        return False
    if wall.year not in _CLOSED:
        _CLOSED[wall.year] = closed_dates(wall.year)
    return wall.date() not in _CLOSED[wall.year]


def add(start, minutes):
    """Step on, minute by minute, until so many of them were open."""
    while minutes or not is_open(start):
        passed = is_open(start)
        start += MINUTE
        minutes -= passed
        if passed and not minutes:
            break
    return start


def minutes_between(start, end):
    """Count the open minutes one by one."""
    return sum(is_open(start + MINUTE * i) for i in range((end - start) // MINUTE))
