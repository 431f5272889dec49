# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who draws which lot of points: the state behind `ledger.replay` (design 4.2, "Lots").

Entries are posted in the order (date, credits first, id). The rules:

- A *lot* is a purchase, a grant or a positive adjustment. Usage, and any other entry that takes
  points, draws the lot that expires first, then the oldest; never one that expired before the
  entry's date. What no lot covers is *overdraft* (a debt of the group that took it), which the
  next lot settles first, oldest first.
- Entries with the same `group_key` are one group. One that gives points back undoes what its
  group took, last taken first: debts that are still open, then points of lots, which at once
  settle what other groups owe. If its group had taken less (it is dated before what it corrects),
  the rest is an *advance*: the group's own next entries use it, and what they leave at the end
  settles overdraft or becomes a lot without money value.
- Expiry and refund *claim* points of the lot that they name; so does a correction or adjustment
  without `group_key` that names a lot, in `lot_id` or `corrects_id`. What the lot no longer has is
  drawn from other lots or owed, by the group (kind, lot id). Points that come back to a lot go to
  its claims first: a refunded lot keeps none while another one pays for its refund.
- A refund of no points pays back money of the lot that it names, an adjustment of none changes
  what was paid for it; the lot keeps its points.
- Without a group or a lot, a correction belongs to the group of the entry that it corrects, and
  any other entry is a group of its own, "entry:<id>".

So no lot with points ever stands beside a debt that it could cover, the lots' points less the
debts are the sum of all entries, and what a group took is what its entries come to.
"""

from collections import deque
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from heapq import heappop, heappush
from operator import itemgetter

CREDIT_KINDS = frozenset(("purchase", "grant"))
CLAIM_KINDS = frozenset(("expiry", "refund"))
KINDS = CREDIT_KINDS | CLAIM_KINDS | {"usage", "correction", "adjustment"}

_IS_LOT, _IS_NO_LOT = 0, 1  # sorts credits before all else of a day


class LedgerError(ValueError):
    """Entries that no ledger can hold; the message names the entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an account's ledger; `support.point.entry` has the same attributes."""

    id: int
    date: date
    kind: str
    points: int
    group_key: str = ""
    lot_id: int | None = None
    corrects_id: int | None = None
    expiry_date: date | None = None
    amount: Decimal | float | None = None
    currency_id: int | None = None


class OpenLot:
    """A lot while its account is replayed."""

    __slots__ = (
        "amount",
        "currency_id",
        "date",
        "expiry",
        "id",
        "points",
        "remaining",
    )

    def __init__(self, entry_id, day, points, expiry_date=None, amount=None, currency_id=None):
        self.id = entry_id
        self.date = day
        self.expiry = expiry_date or date.max
        self.points = points
        self.remaining = 0
        self.amount = amount
        self.currency_id = currency_id

    @property
    def rank(self):
        return self.expiry, self.date, self.id


class Debt:
    """Overdraft of one group from one date on."""

    __slots__ = ("date", "group", "points")

    def __init__(self, group, day, points):
        self.group = group
        self.date = day
        self.points = points


class Group:
    """What the entries of one group took: points of lots, and debts that no lot settled yet."""

    __slots__ = ("advances", "claimed_lot_id", "debts", "draws", "key")

    def __init__(self, key):
        self.key = key
        self.claimed_lot_id = key[1] if isinstance(key, tuple) else None
        self.draws = []  # [lot, points], the last one last
        # Lists only once there is something: nearly all groups have neither.
        self.debts = ()
        self.advances = ()

    def draw(self, lot, points):
        """Take up to `points` of a lot; return how many."""
        part = min(points, lot.remaining)
        lot.remaining -= part
        if self.draws and self.draws[-1][0] is lot:
            self.draws[-1][1] += part
        else:
            self.draws.append([lot, part])
        return part

    def undraw(self, points, except_lot=None):
        """Let go of up to `points` of the last draw; return (its lot or None, how many)."""
        for index in range(len(self.draws) - 1, -1, -1):
            lot, drawn = self.draws[index]
            if lot is not except_lot:
                part = min(points, drawn)
                self.draws[index][1] -= part
                if part == drawn:
                    del self.draws[index]
                return lot, part
        return None, 0

    def owe(self, debt):
        self.debts = self.debts or []
        self.debts.append(debt)

    def advance(self, advance):
        self.advances = self.advances or []
        self.advances.append(advance)

    def forgive(self, points):
        """Drop up to `points` of the open debts, the last one first; return how many."""
        return self._use_up(self.debts, points)

    def use_advance(self, points):
        """Use up to `points` that the group gave back before it took them; return how many."""
        return self._use_up(self.advances, points)

    @staticmethod
    def _use_up(holders, points):
        asked = points
        while points and holders:
            last = holders[-1]
            part = min(points, last.points)
            last.points -= part
            points -= part
            if not last.points:
                holders.pop()
        return asked - points

    def drawn(self):
        """What the group took: {lot id or None for overdraft: points}."""
        drawn = {}
        for lot, points in self.draws:
            drawn[lot.id] = drawn.get(lot.id, 0) + points
        if self.debts and (owed := sum(debt.points for debt in self.debts)):
            drawn[None] = owed
        return drawn


class Account:
    """All lots, groups and debts of one account, once its entries (`until` a day) are posted."""

    def __init__(self, entries, until=None):
        rows = _ordered_rows(entries)
        self.balance = 0
        self.lots = {}
        self.groups = {}
        self.claims = {}  # lot id: [group], in the order in which they get points back
        self.payouts = {}  # lot id: [(kind, points, money or None)] of all that took it by name
        self.debts = deque()  # the oldest first; a forgiven one stays, with 0 points
        self._advances = []
        self._heap = []  # (expiry, date, id, lot) of each lot with points, some twice
        self._entries = {row[2]: row[3] for row in rows}
        self._lot_ids = {row[2] for row in rows if row[1] == _IS_LOT and row[-1]}
        for day, order, entry_id, entry, points in rows:
            if until is not None and day > until:
                break
            self.balance += points
            if order == _IS_LOT:
                if points:
                    self._open_lot(_lot_from(entry, points))
            elif points < 0:
                self._take(self._group_of(entry), day, -points)
            elif points:
                self._give_back(self._group_of(entry), points, day, entry_id)
            if order == _IS_NO_LOT and entry.kind != "usage":
                self._note_payout(entry)
        self._settle_advances()

    def _note_payout(self, entry):
        key = self._key_of(entry)
        if not entry.points and entry.lot_id:
            key = entry.kind, self._known_lot_id(entry, id_of(entry.lot_id))
        if isinstance(key, tuple) and key[0] != "expiry":
            row = (entry.kind, entry.points, money_of(entry))
            self.payouts.setdefault(key[1], []).append(row)

    def _group_of(self, entry):
        key = entry.group_key
        # The short way, as nearly all entries are usage.
        if not key or entry.kind in CLAIM_KINDS:
            key = self._key_of(entry)
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = Group(key)
            if group.claimed_lot_id is not None:
                claims = self.claims.setdefault(group.claimed_lot_id, [])
                claims.append(group)
                # Expiry last: what is refunded cannot expire as well.
                claims.sort(key=lambda claim: claim.key[0] == "expiry")
        return group

    def _key_of(self, entry):
        while True:
            lot_id, corrects_id = id_of(entry.lot_id), id_of(entry.corrects_id)
            if entry.kind in CLAIM_KINDS:
                return entry.kind, self._known_lot_id(entry, lot_id)
            if entry.group_key:
                return entry.group_key
            if entry.kind in ("correction", "adjustment"):
                if lot_id is not None:
                    return entry.kind, self._known_lot_id(entry, lot_id)
                if corrects_id in self._lot_ids:
                    return entry.kind, corrects_id
            corrected = self._entries.get(corrects_id) if entry.kind == "correction" else None
            # Only what was there before can be corrected; this also ends a circle.
            if corrected is None or corrected.id >= entry.id:
                return f"entry:{entry.id}"
            entry = corrected

    def _known_lot_id(self, entry, lot_id):
        if lot_id not in self._lot_ids:
            name = "no lot" if lot_id is None else f"{lot_id}, which is no lot of this account"
            raise LedgerError(f"Entry {entry.id} ({entry.kind}) names {name}.")
        return lot_id

    def _open_lot(self, lot):
        self.lots[lot.id] = lot
        self._put_back(lot, lot.points)

    def _take(self, group, day, points):
        if group.advances:
            points -= group.use_advance(points)
        if group.claimed_lot_id is not None:
            claimed_lot = self.lots.get(group.claimed_lot_id)
            if points and claimed_lot is not None and claimed_lot.remaining:
                points -= group.draw(claimed_lot, points)
        while points and self._heap:
            lot = self._heap[0][-1]
            if lot.remaining and lot.expiry >= day:
                points -= group.draw(lot, points)
            else:
                # An expired one is left for good: entries come in the order of their dates.
                heappop(self._heap)
        if points:
            debt = Debt(group, day, points)
            group.owe(debt)
            self.debts.append(debt)

    def _give_back(self, group, points, day, entry_id):
        points -= group.forgive(points)
        while points and group.draws:
            lot, part = group.undraw(points)
            points -= part
            self._put_back(lot, part)
        if points:
            advance = OpenLot(entry_id, day, points)
            group.advance(advance)
            self._advances.append(advance)

    def _settle_advances(self):
        for advance in self._advances:
            if advance.points:
                self._open_lot(advance)

    def _put_back(self, lot, points):
        """Give points to a lot, and at once on to its claims, then to what others owe."""
        lot.remaining += points
        # No recursion: a refund drawn from a lot whose refund was drawn from one, and so on.
        waiting = [lot]
        while waiting:
            lot = waiting[-1]
            freed_lot = self._reclaim(lot)
            if freed_lot is not None:
                waiting.append(freed_lot)
                continue
            waiting.pop()
            self._settle(lot)
            if lot.remaining:
                heappush(self._heap, (*lot.rank, lot))

    def _reclaim(self, lot):
        """Let the lot's claims have its points; return another lot that gets some back thereby."""
        for claim in self.claims.get(lot.id, ()):
            if owed := claim.forgive(lot.remaining):
                claim.draw(lot, owed)
            if lot.remaining:
                freed_lot, points = claim.undraw(lot.remaining, except_lot=lot)
                if freed_lot is not None:
                    claim.draw(lot, points)
                    freed_lot.remaining += points
                    return freed_lot
        return None

    def _settle(self, lot):
        while lot.remaining and self.debts:
            debt = self.debts[0]
            if debt.points:
                # Debts are in the order of their dates, so a later one is not covered either.
                if debt.date > lot.expiry:
                    break
                debt.points -= debt.group.draw(lot, debt.points)
            if not debt.points:
                self.debts.popleft()


def id_of(value):
    """The id of a record, or an id itself; None for an empty one."""
    return getattr(value, "id", value) or None


def money_of(entry):
    """The amount of an entry, or None if it has no money value."""
    # Odoo's empty values, False and 0.0, would be an amount of 0; money has a currency.
    is_empty = entry.amount is False or (not entry.amount and id_of(entry.currency_id) is None)
    return None if is_empty else entry.amount


def _lot_from(entry, points):
    expiry_date, currency_id = entry.expiry_date or None, id_of(entry.currency_id)
    return OpenLot(entry.id, entry.date, points, expiry_date, money_of(entry), currency_id)


def _ordered_rows(entries):
    """[(date, lots first, id, entry, points)] in the order of posting; checks the entries."""
    rows = []
    for entry in entries:
        kind, points = entry.kind, entry.points
        if kind not in KINDS:
            raise LedgerError(f"Entry {entry.id} is of an unknown kind, {kind!r}.")
        if not isinstance(points, int):
            raise LedgerError(f"Entry {entry.id} ({kind}) must have whole points, not {points!r}.")
        is_credit = kind in CREDIT_KINDS
        if is_credit and points < 0:
            raise LedgerError(f"Entry {entry.id} ({kind}) cannot take points ({points}).")
        is_lot = is_credit or (kind == "adjustment" and points > 0)
        rows.append((entry.date, _IS_LOT if is_lot else _IS_NO_LOT, entry.id, entry, points))
    rows.sort(key=itemgetter(0, 1, 2))
    seen_ids = set()
    for row in rows:
        if row[2] in seen_ids:
            raise LedgerError(f"Entry {row[2]} is there twice.")
        seen_ids.add(row[2])
    return rows
