# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a settlement of overdraft charges: how many points, and for which days (design 4.4)."""

from dataclasses import dataclass
from datetime import date

from .lots import id_of


@dataclass(frozen=True, slots=True)
class Debt:
    """Overdraft of one group of entries, with the first and the last day of its work.

    What a refund took of used points is owed for the work that those had paid for.
    """

    date_from: date
    date_to: date
    points: int


def debts(account, entries):
    """The `Debt`s of a `Replay`, oldest first; `entries` are all of the account, as replayed.

    `work_date` is the day of an entry where it has one, else `date`.
    """
    owed = {
        key: points
        for key, draws in account.draws.items()
        for lot_id, points in draws
        if lot_id is None
    }
    days = {}
    for entry in entries:
        keys = (entry.group_key, f"entry:{entry.id}", (entry.kind, id_of(entry.lot_id)))
        day = getattr(entry, "work_date", None) or entry.date
        key = next((key for key in keys if key in account.draws or key in owed), None)
        days.setdefault(key, []).append(day)
    for claim in [key for key in owed if isinstance(key, tuple)]:
        # Points that were used and paid back are owed for the work that they had paid for.
        used = [
            day
            for key, draws in account.draws.items()
            if not isinstance(key, tuple) and any(lot_id == claim[1] for lot_id, _points in draws)
            for day in days.get(key, ())
        ]
        days[claim] = used or days.get(claim, [])
    found = [Debt(min(days[key]), max(days[key]), owed[key]) for key in owed if days.get(key)]
    return sorted(found, key=lambda debt: (debt.date_to, debt.date_from))


def points_to_settle(overdraft_then, overdraft_now, offered):
    """Points that a period's settlement charges: what is still owed of it and not offered yet."""
    return max(0, min(overdraft_then, overdraft_now) - offered)


def period(owed, offered, points):
    """First and last day of the work that `points` settle, after `offered` points of others.

    Debts are settled oldest first. None if there is no such debt.

    >>> january = Debt(date(2026, 1, 5), date(2026, 1, 5), 3)
    >>> february = Debt(date(2026, 2, 9), date(2026, 2, 9), 2)
    >>> [str(day) for day in period([january, february], 3, 2)]
    ['2026-02-09', '2026-02-09']
    """
    begin, end, settled = offered, offered + points, []
    position = 0
    for debt in owed:
        if position < end and position + debt.points > begin:
            settled.append(debt)
        position += debt.points
    if not settled:
        return None
    return min(d.date_from for d in settled), max(d.date_to for d in settled)
