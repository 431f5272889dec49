# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What prepaid points are worth, and how that changed in a period (design 4.2, 4.4).

Customers have paid for points that nobody has used yet: the firm owes that work. `roll_forward`
says for each lot what stood open before a period, what came in, what left it and why, and what
stands open at its end, in points and money. Overdrafts are kept apart and never netted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .ledger import replay

MOVES = ("sold", "used", "expired", "refunded")
COLUMNS = ("opening", *MOVES, "closing")


@dataclass(frozen=True, slots=True)
class LotMove:
    """One lot in a period: `points` and `amounts` by column, opening + moves = closing.

    `used`, `expired` and `refunded` count what left the lot, so they are subtracted.
    """

    entry_id: int
    date: date
    expiry_date: date | None
    currency_id: int | None
    points: Mapping[str, int]
    amounts: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class RollForward:
    """An account in a period: its lots with anything open or moved, and its overdraft in points."""

    lots: tuple[LotMove, ...]
    overdraft_opening: int
    overdraft_closing: int


def roll_forward(entries, date_to, date_from=None, decimals_of=None):
    """The `RollForward` of one account's entries, from `date_from` to `date_to`, both included.

    :param entries: all entries of the account, in any order
    :param date_from: first day; None for everything up to `date_to`
    :param decimals_of: {currency id: decimals}; other currencies have 2
    :raise LedgerError: for entries that contradict themselves
    :raise ValueError: if the period ends before it begins

    >>> from .ledger import Entry
    >>> account = [
    ...     Entry(1, date(2026, 1, 5), "purchase", 20, amount=600.0),
    ...     Entry(2, date(2026, 2, 9), "usage", -3),
    ... ]
    >>> (lot,) = roll_forward(account, date(2026, 2, 28), date(2026, 2, 1)).lots
    >>> [str(lot.amounts[column]) for column in COLUMNS]
    ['600.00', '0.00', '90.00', '0.00', '0.00', '510.00']
    """
    if date_from and date_from > date_to:
        raise ValueError(f"The period from {date_from} to {date_to} ends before it begins.")
    decimals_of = decimals_of or {}
    entries = list(entries)
    end = replay(entries, decimals_of, until=date_to)
    started = date_from and any(entry.date < date_from for entry in entries)
    start = replay(entries, decimals_of, until=date_from - timedelta(days=1)) if started else None
    before = {lot.entry_id: lot for lot in start.lots} if start else {}
    after = {lot.entry_id: lot for lot in end.lots}
    moves = []
    for entry_id in {**before, **after}:
        lot = after.get(entry_id) or before[entry_id]
        decimals = decimals_of.get(lot.currency_id, 2)
        move = _move(lot, before.get(entry_id), after.get(entry_id), decimals)
        if any(move.points.values()) or any(move.amounts.values()):
            moves.append(move)
    return RollForward(tuple(moves), start.overdraft if start else 0, end.overdraft)


def _move(lot, before, after, decimals):
    points_before, amounts_before = _state(before, decimals)
    points_after, amounts_after = _state(after, decimals)
    return LotMove(
        entry_id=lot.entry_id,
        date=lot.date,
        expiry_date=lot.expiry_date,
        currency_id=lot.currency_id,
        points=_columns(points_before, points_after),
        amounts=_columns(amounts_before, amounts_after),
    )


def _columns(before, after):
    columns = {"opening": before["closing"]}
    columns.update((name, after[name] - before[name]) for name in MOVES)
    columns["closing"] = after["closing"]
    return columns


def _state(lot, decimals):
    """Points and amounts of a lot since it was bought; refunds first, as they were paid out."""
    zero = Decimal(0).quantize(Decimal(1).scaleb(-decimals))
    if lot is None:
        return dict.fromkeys((*MOVES, "closing"), 0), dict.fromkeys((*MOVES, "closing"), zero)
    points = {
        "refunded": lot.refunded,
        "expired": lot.expired,
        "used": lot.used,
        "closing": lot.remaining,
    }
    amounts, taken = {"refunded": lot.refunded_amount or zero}, 0
    for name in ("expired", "used", "closing"):
        amounts[name] = lot.split(taken, points[name], decimals)
        taken += points[name]
    # Not the lot's amount: a cent that it has no share for is in none of its parts either.
    amounts["sold"] = sum(amounts.values())
    points["sold"] = lot.points
    return points, amounts
