# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an account's entries come to: lots, overdraft, money, balances (design 4.2, 4.6).

The ledger stores entries and nothing else. `replay` derives the rest from all of an account's
entries, by the rules in `lots.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

from .lots import CLAIM_KINDS, CREDIT_KINDS, KINDS, Account, Entry, LedgerError

__all__ = [
    "CLAIM_KINDS",
    "CREDIT_KINDS",
    "KINDS",
    "Entry",
    "LedgerError",
    "Lot",
    "Replay",
    "expiry_amount",
    "expiry_due",
    "opening_closing",
    "replay",
    "running_balance",
    "split_amount",
]


@dataclass(frozen=True, slots=True)
class Lot:
    """Points that came in with one entry, and where they are now.

    points = remaining + used + expired + refunded, each from 0 on. `refunded` is all that was
    taken back from this lot by name: refunds, and corrections and adjustments that name it.
    `amount` is the money that was paid for it, also where its price changed later,
    `refunded_amount` what of it was paid back, and `remaining_amount` what its remaining points
    are worth: their share of the rest. All three are Decimals, or None for a lot without money.
    """

    entry_id: int
    date: date
    points: int
    remaining: int
    used: int
    expired: int
    refunded: int
    expiry_date: date | None
    amount: Decimal | None
    refunded_amount: Decimal | None
    remaining_amount: Decimal | None
    currency_id: int | None

    def split(self, taken_before, taken, decimals=2):
        """Money in `taken` of the points that were not refunded, after others of them.

        It is their share of the amount. What was paid back beyond the refunded points' own share,
        as by a lowered price, lowers what the others are worth.
        """
        if not self.amount or self.refunded == self.points:
            return Decimal(0).quantize(Decimal(1).scaleb(-decimals))
        own_share = split_amount(self.amount, self.points, 0, self.refunded, decimals)
        beyond = self.refunded_amount - own_share
        kept = self.points - self.refunded
        return split_amount(
            self.amount, self.points, self.refunded + taken_before, taken, decimals
        ) - split_amount(beyond, kept, taken_before, taken, decimals)


@dataclass(frozen=True, slots=True)
class Replay:
    """What the entries of one account come to.

    `lots` are all lots in the order in which they are drawn, used up or not. `draws` has, for
    each group that took points, pairs (lot id, points); the lot id None stands for overdraft.
    `excess` has the groups that gave back more points than they took, which no rule asks for.
    """

    lots: tuple[Lot, ...]
    balance: int
    overdraft: int
    draws: Mapping[Any, tuple[tuple[int | None, int], ...]]
    excess: Mapping[Any, int]

    def draws_of(self, group_key):
        """The pairs (lot id or None for overdraft, points) of a group; () if it drew nothing."""
        return self.draws.get(group_key, ())


def replay(entries, decimals=2, until=None):
    """The `Replay` of all entries of one account, given in any order.

    With `until`, the state at the end of that day; entries after it are given all the same, as
    earlier ones may name them.

    Entries are `Entry` or anything with its attributes, such as records of support.point.entry:
    of values that are records the `id` is taken. Money is rounded to `decimals`, which may be a
    mapping {currency id: decimals} too; other currencies have 2. Raises LedgerError for entries
    that contradict themselves: an unknown kind, points that are not an int, a negative credit,
    the same id twice, or a claim on something that is no lot.

    >>> account = replay([
    ...     Entry(1, date(2026, 1, 5), "purchase", 20, amount=600.0),
    ...     Entry(2, date(2026, 1, 9), "usage", -3, "line:1:c7"),
    ... ])
    >>> account.balance, account.lots[0].remaining, account.lots[0].remaining_amount
    (17, 17, Decimal('510.00'))
    >>> account.draws_of("line:1:c7")
    ((1, 3),)
    """
    account = Account(entries, until)
    lots = sorted(account.lots.values(), key=lambda lot: lot.rank)
    groups = account.groups.items()
    return Replay(
        lots=tuple(_lot(lot, account, decimals) for lot in lots),
        balance=account.balance,
        overdraft=sum(debt.points for debt in account.debts),
        draws=MappingProxyType(
            {key: tuple(drawn.items()) for key, group in groups if (drawn := group.drawn())}
        ),
        excess=MappingProxyType(
            {
                key: sum(advance.points for advance in group.advances)
                for key, group in groups
                if group.advances
            }
        ),
    )


def expiry_due(account, today):
    """Points that the lots of a `Replay` still have to lose by expiry, as {lot id: points}.

    A lot expires at the end of its expiry date. Its target is what nobody used or took back
    until then; the difference to what its expiry entries took is due. An expiry entry with
    `points=-due` and that lot makes it zero, so that the job that posts them may run twice. It
    is negative where usage was entered late, or where a refund took back what had expired
    before: too much had expired. Lots with nothing due are left out.

    >>> account = replay([Entry(1, date(2026, 1, 5), "grant", 8, expiry_date=date(2026, 3, 31))])
    >>> expiry_due(account, date(2026, 3, 31)), expiry_due(account, date(2026, 4, 1))
    ({}, {1: 8})
    """
    taken_back = {}
    for key, draws in account.draws.items():
        if isinstance(key, tuple) and key[0] != "expiry":
            elsewhere = sum(points for lot_id, points in draws if lot_id != key[1])
            taken_back[key[1]] = taken_back.get(key[1], 0) + elsewhere
    due = {}
    for lot in account.lots:
        if lot.expiry_date is None or lot.expiry_date >= today:
            continue
        claim = ("expiry", lot.entry_id)
        overtaken = sum(
            points for lot_id, points in account.draws_of(claim) if lot_id != lot.entry_id
        )
        # Points that are refunded cannot have expired as well: the customer would lose them twice.
        refunded_too = min(lot.expired, taken_back.get(lot.entry_id, 0))
        points = lot.remaining - overtaken - refunded_too + account.excess.get(claim, 0)
        if points:
            due[lot.entry_id] = points
    return due


def expiry_amount(lot, expired, posted):
    """Money of the entry that brings a lot's expiry to `expired` points in all (design 4.2).

    Expiry takes the last of the lot's points; all its entries together are worth their share of
    what was not refunded.

    :param posted: sum of the amounts of its expiry entries so far (0 or less)

    >>> account = replay([Entry(1, date(2026, 1, 5), "purchase", 3, amount=100)])
    >>> expiry_amount(account.lots[0], 1, 0), expiry_amount(account.lots[0], 0, -33.33)
    (Decimal('-33.33'), Decimal('33.33'))
    """
    return -lot.split(lot.points - lot.refunded - expired, expired) - _money(posted)


def split_amount(amount, points, taken_before, taken, decimals=2):
    """Money in `taken` of a lot's points, after `taken_before` of them were taken (design 4.2).

    Split from the lot's amount, never from a rounded price: what is left is worth
    amount × points left ÷ points, rounded half up, and taking is worth the difference. So all
    parts of a lot add up to its amount. Raises ValueError if the lot has not that many points.

    >>> [str(split_amount(100, 3, before, 1)) for before in (0, 1, 2)]
    ['33.33', '33.34', '33.33']
    """
    left = points - taken_before - taken
    if points < 1 or taken_before < 0 or taken < 0 or left < 0:
        raise ValueError(f"A lot of {points} has no {taken} points after {taken_before} of them.")
    amount = _money(amount)
    before = _share(amount, points, left + taken, decimals)
    return before - _share(amount, points, left, decimals)


def running_balance(entries):
    """The balance at the end of each day that has entries: [(date, points)], in order."""
    balance, days = 0, {}
    for day, points in sorted((entry.date, entry.points) for entry in entries):
        balance += points
        days[day] = balance
    return list(days.items())


def opening_closing(entries, date_from, date_to):
    """Balances (opening, closing) of a statement from `date_from` to `date_to`, both included.

    Opening is the sum before the first day, closing the sum up to the last (design 4.6), so the
    next period opens with this one's closing. Raises ValueError if the period is none.
    """
    if date_from > date_to:
        raise ValueError(f"The period from {date_from} to {date_to} ends before it begins.")
    opening = closing = 0
    for entry in entries:
        if entry.date < date_from:
            opening += entry.points
        if entry.date <= date_to:
            closing += entry.points
    return opening, closing


def _lot(lot, account, decimals):
    """The `Lot` of a replayed one in its `Account`."""
    if isinstance(decimals, Mapping):
        decimals = decimals.get(lot.currency_id, 2)
    expired = refunded = 0
    for claim in account.claims.get(lot.id, ()):
        points = claim.drawn().get(lot.id, 0)
        if claim.key[0] == "expiry":
            expired += points
        else:
            refunded += points
    amount = refunded_amount = None
    if lot.amount is not None:
        payouts = account.payouts.get(lot.id, ())
        changes = [money or 0 for kind, taken, money in payouts if _is_price(kind, taken)]
        amount = max(sum(map(_money, changes), _money(lot.amount)), Decimal(0))
        payouts = [row[1:] for row in payouts if not _is_price(*row[:2])]
        refunded_amount = _refunded_amount(amount, lot.points, refunded, payouts, decimals)
    found = Lot(
        entry_id=lot.id,
        date=lot.date,
        points=lot.points,
        remaining=lot.remaining,
        used=lot.points - lot.remaining - expired - refunded,
        expired=expired,
        refunded=refunded,
        expiry_date=None if lot.expiry == date.max else lot.expiry,
        amount=amount,
        refunded_amount=refunded_amount,
        remaining_amount=None,
        currency_id=lot.currency_id,
    )
    if amount is None:
        return found
    left = found.split(found.points - found.refunded - found.remaining, found.remaining, decimals)
    return replace(found, remaining_amount=left)


def _is_price(kind, points):
    """Whether what names a lot changes what was paid for it, instead of paying back."""
    return kind == "adjustment" and not points


def _refunded_amount(amount, points, refunded, payouts, decimals):
    """Money of a lot of so many points that was paid back, for `refunded` of them or for none.

    Points are paid back at what was posted for them, also if they were used and are now owed; if
    nothing was posted, at their share of the lot's amount. Never more than the lot's amount.

    :param payouts: [(points, money or None)] of what took points of the lot by name, or money only
    """
    if refunded == points:
        # Not what a cent, or a price lowered afterwards, leaves: no point is there to bear it.
        return _share(amount, 1, 1, decimals)
    posted = [(taken, money) for taken, money in payouts if taken]
    paid_back = -sum((_money(money or 0) for _taken, money in posted), Decimal(0))
    if paid_back < 0 or any(money is None for _taken, money in posted):
        paid_back = split_amount(amount, points, 0, refunded, decimals)
    lowered = -sum((_money(money or 0) for taken, money in payouts if not taken), Decimal(0))
    return min(_share(max(paid_back + lowered, Decimal(0)), 1, 1, decimals), amount)


def _money(amount):
    # repr: a float's own decimals, not its binary expansion.
    return Decimal(repr(amount)) if isinstance(amount, float) else Decimal(amount)


def _share(amount, points, part, decimals):
    return (amount * part / points).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
