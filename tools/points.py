# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From time to points, and from an hourly rate to the price of a point (design 4.1, 4.2, 4.4).

A point is a started unit of work, 15 minutes unless the tier says otherwise. Minutes and points
are whole numbers everywhere; hours come as floats from the timesheets, and only here.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

MAX_LINE_MINUTES = 24 * 60
SCOPES = ("entry", "day", "ticket")

_NOISE_SECONDS = Decimal("0.5")
_NOISE_MINUTES = Decimal("0.000000001")
_NOISE_POINTS = Decimal("0.000001")

_INVALID_TIMES = {
    "not_a_number": "The time spent must be a number of hours.",
    "negative": "The time spent cannot be negative.",
    "too_long": "The time spent in one line cannot be more than 24 hours.",
}


class InvalidTime(ValueError):
    """A time that no timesheet line may have; `reason` says why, for the caller's own words."""

    def __init__(self, reason):
        super().__init__(_INVALID_TIMES[reason])
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rounding:
    """Why some minutes cost these points.

    41 minutes at 15 a point are 3 points: 45 minutes billed, 4 minutes left in the last one.
    """

    minutes: int
    minutes_per_point: int
    points: int
    billed_minutes: int
    spare_minutes: int


def points_for(minutes, minutes_per_point=15):
    """Points that whole `minutes` of work cost: every started unit counts (design 4.1).

    Raises ValueError when either is not an int, minutes are negative, or a point has no minutes.

    >>> [points_for(minutes) for minutes in (0, 1, 15, 16, 60)]
    [0, 1, 1, 2, 4]
    """
    _check_whole("minutes", minutes, minimum=0)
    _check_whole("minutes_per_point", minutes_per_point, minimum=1)
    return -(-minutes // minutes_per_point)


def explain(minutes, minutes_per_point=15):
    """The `Rounding` of whole `minutes`; raises ValueError as `points_for` does.

    >>> explain(41)
    Rounding(minutes=41, minutes_per_point=15, points=3, billed_minutes=45, spare_minutes=4)
    """
    points = points_for(minutes, minutes_per_point)
    billed_minutes = points * minutes_per_point
    return Rounding(minutes, minutes_per_point, points, billed_minutes, billed_minutes - minutes)


def minutes_from_hours(hours):
    """Whole minutes in `hours` (int, float or Decimal), half a minute rounded up (design 4.1).

    A float counts as the decimal number that it shows, so 0.575 h is 34.5 and thus 35 minutes.
    Most half minutes, as 1 / 120 h, have no exact decimal number: what is within a billionth of
    a minute of one is one. Less than half a second below zero is what subtracting floats leaves
    behind, and counts as 0.

    Raises InvalidTime with a `reason`: "not_a_number", "negative" or "too_long" (above 24 hours).

    >>> [minutes_from_hours(hours) for hours in (0.25, 0.575, 1 / 120, 1.1 * 3 - 2.55, -0.0)]
    [15, 35, 1, 45, 0]
    """
    number = _decimal(hours)
    if number is None:
        raise InvalidTime("not_a_number")
    # Compared before any product: 1e999999 hours are a Decimal, their minutes are not.
    if number > 25:
        raise InvalidTime("too_long")
    if number < 0:
        if number < -1 or -number * 3600 >= _NOISE_SECONDS:
            raise InvalidTime("negative")
        return 0
    exact_minutes = (number * 60).quantize(_NOISE_MINUTES)
    minutes = int(exact_minutes.to_integral_value(rounding=ROUND_HALF_UP))
    if minutes > MAX_LINE_MINUTES:
        raise InvalidTime("too_long")
    return minutes


def whole_points(quantity):
    """The int in a `quantity` of points (int, float or Decimal), which may be negative.

    Order and invoice lines hold floats, so up to 0.000001 of noise is forgiven. Raises ValueError
    for anything else that is not a whole number of points (design 4.4).
    """
    number = _decimal(quantity)
    if number is None:
        raise ValueError(f"A quantity of points must be a number, not {quantity!r}.")
    try:
        points = number.to_integral_value(rounding=ROUND_HALF_UP)
        fits = abs(number - points) <= _NOISE_POINTS
    except InvalidOperation:
        fits = False
    if not fits:
        raise ValueError(f"{quantity} is not a whole number of points.")
    return int(points)


def point_price(hourly_rate, minutes_per_point, decimals=2):
    """Price of one point, as a Decimal with that many `decimals`: the rate's share (design 4.4).

    Raises ValueError when the price does not fit the decimals exactly: a rounded price, times
    many points, would not be the rate that was agreed.

    >>> point_price(120.0, 15), point_price(166.0, 15)
    (Decimal('30.00'), Decimal('41.50'))
    """
    _check_whole("minutes_per_point", minutes_per_point, minimum=1)
    _check_whole("decimals", decimals, minimum=0)
    rate = _decimal(hourly_rate)
    if rate is None or rate < 0:
        raise ValueError(f"The hourly rate must be a number from 0 on, not {hourly_rate!r}.")
    price = Fraction(rate) * minutes_per_point / 60
    scaled = price * 10**decimals
    if scaled.denominator != 1:
        raise ValueError(
            f"{hourly_rate} per hour is no price for {minutes_per_point} minutes "
            f"with {decimals} decimals: it would be {float(price):.{decimals + 3}f}…"
        )
    return Decimal(scaled.numerator).scaleb(-decimals)


def even_prices(points, amount, decimals=2):
    """Prices of so many points that come to an amount exactly: [(points, price)].

    All at one price where the amount can be divided, else the rest of it a cent dearer each.
    Raises ValueError without points.

    >>> [(points, str(price)) for points, price in even_prices(3, Decimal("100.00"))]
    [(2, '33.33'), (1, '33.34')]
    """
    _check_whole("points", points, minimum=1)
    cents = int(Decimal(amount).scaleb(decimals).to_integral_value(rounding=ROUND_HALF_UP))
    price, dearer = divmod(cents, points)
    prices = [(points - dearer, price), (dearer, price + 1)]
    return [(count, Decimal(cent).scaleb(-decimals)) for count, cent in prices if count]


def group_key(scope, *, contract_id, line_id=None, ticket_id=None, day=None):
    """The immutable key of what is rounded together (design 4.2), by the contract's `scope`.

    "entry" needs `line_id` and `ticket_id`, "ticket" needs `ticket_id`, "day" needs `ticket_id`
    and `day` (a date); what the scope does not need is ignored. Ticket and contract are part of
    every key: time that moves gets a new group there, and the old group's target becomes 0, so
    that each request's line on the statement stays right. Raises ValueError for an unknown
    scope, or an id or day that is missing.

    >>> group_key("entry", line_id=12, ticket_id=3, contract_id=7)
    'line:12:3:c7'
    >>> group_key("day", ticket_id=3, day=date(2026, 3, 2), contract_id=7)
    'day:3:2026-03-02:c7'
    """
    if scope not in SCOPES:
        raise ValueError(f"The rounding scope must be one of {', '.join(SCOPES)}, not {scope!r}.")
    _check_whole("contract_id", contract_id, minimum=1)
    _check_whole("ticket_id", ticket_id, minimum=1)
    if scope == "entry":
        _check_whole("line_id", line_id, minimum=1)
        return f"line:{line_id}:{ticket_id}:c{contract_id}"
    if scope == "ticket":
        return f"ticket:{ticket_id}:c{contract_id}"
    # A datetime is a date too, but its day depends on a time zone that nobody stated.
    is_day = isinstance(day, date) and not isinstance(day, datetime)
    if not is_day:
        raise ValueError(f"day must be a date, not {day!r}.")
    return f"day:{ticket_id}:{day.isoformat()}:c{contract_id}"


def _check_whole(name, value, minimum):
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole or value < minimum:
        raise ValueError(f"{name} must be a whole number from {minimum} on, not {value!r}.")


def _decimal(value):
    """`value` as the finite decimal number that it shows, or None if it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    # float() first: a subclass of float, such as numpy's, may show itself differently.
    number = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
    return number if number.is_finite() else None
