# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A period of an account as its customer reads it: sections instead of entries (design 4.6).

Opening + credits + requests + other movements = closing, always: `build` refuses anything else.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from .ledger import CREDIT_KINDS, LedgerError

PRESETS = (
    "this_month",
    "last_month",
    "this_quarter",
    "last_quarter",
    "this_year",
    "last_year",
    "since_start",
)
REQUEST_KINDS = frozenset(("usage", "correction"))


class Posting(NamedTuple):
    """What a statement needs of one entry; the names are those of support.point.entry."""

    id: int
    date: date
    work_date: date
    kind: str
    points: int
    ticket_id: int | None = None
    level_id: int | None = None
    expiry_date: date | None = None
    name: str = ""


class Ticket(NamedTuple):
    """What the customer may read of a ticket; None is what has not happened or was not promised.

    `received_at` is naive UTC, the lengths are minutes of service time, and `guarantee` is "met"
    when all that was assured has been kept, "missed" when anything was not.
    """

    number: str
    title: str
    received_at: datetime | None = None
    reaction_minutes: int | None = None
    resolution_minutes: int | None = None
    guarantee: str | None = None


class Late(NamedTuple):
    """Points of work that was booked later than on its day, whose period was closed by then."""

    day: date
    points: int


@dataclass(frozen=True, slots=True)
class Request:
    """All that a ticket used and got back within the period, in one line.

    `ticket` is None where it is not (or no longer) this customer's: nothing of it may show.
    `late` are those of its points that were booked late, by day; `is_late` says that all were.
    """

    ticket_id: int
    date: date
    points: int
    ticket: Ticket | None
    levels: tuple[str, ...]
    late: tuple[Late, ...]
    is_late: bool


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry that is no request's; `name` is None where its ticket must not show."""

    id: int
    date: date
    kind: str
    points: int
    name: str | None
    expiry_date: date | None
    late: tuple[Late, ...]

    @property
    def is_late(self):
        """Whether it was booked late; an entry has one day."""
        return bool(self.late)


@dataclass(frozen=True, slots=True)
class Statement:
    """The sections of a statement, each in the order of its dates.

    `balances` has the balance at the end of each day with entries, for the picture.
    """

    date_from: date
    date_to: date
    opening: int
    credits: tuple[Movement, ...]
    requests: tuple[Request, ...]
    others: tuple[Movement, ...]
    closing: int
    balances: tuple[tuple[date, int], ...]

    @property
    def credited(self):
        """Points that came in."""
        return _total(self.credits)

    @property
    def requested(self):
        """Points that requests took, as a negative number."""
        return _total(self.requests)

    @property
    def other(self):
        """Points of all other movements."""
        return _total(self.others)

    @property
    def is_empty(self):
        """Whether nothing moved within the period."""
        return not (self.credits or self.requests or self.others)


def build(postings, date_from, date_to, opening, closing, tickets=None, levels=None):
    """The `Statement` of a period from its entries, given in any order.

    :param postings: the account's entries from `date_from` to `date_to`, both included
    :param opening, closing: balances before the first and after the last day
    :param tickets: {ticket id: Ticket} of those that the customer may see; others stay hidden
    :param levels: {level id: name} in the order in which a request names its levels
    :raise LedgerError: if an entry is outside of the period, or the sum is not the closing

    >>> march = date(2026, 3, 1), date(2026, 3, 31)
    >>> statement = build(
    ...     [
    ...         Posting(1, date(2026, 3, 2), date(2026, 3, 2), "purchase", 20, name="S00007"),
    ...         Posting(2, date(2026, 3, 3), date(2026, 3, 3), "usage", -3, ticket_id=5),
    ...         Posting(3, date(2026, 3, 9), date(2026, 3, 3), "correction", 1, ticket_id=5),
    ...     ],
    ...     *march, opening=4, closing=22, tickets={5: Ticket("HT00005", "Course import")},
    ... )
    >>> [(request.ticket.number, request.points) for request in statement.requests]
    [('HT00005', -2)]
    >>> statement.opening, statement.credited, statement.requested, statement.closing
    (4, 20, -2, 22)
    """
    tickets, levels = tickets or {}, levels or {}
    postings = sorted(postings, key=attrgetter("date", "id"))
    for posting in (*postings[:1], *postings[-1:]):
        if not date_from <= posting.date <= date_to:
            raise LedgerError(
                f"Entry {posting.id} of {posting.date} is not from {date_from} to {date_to}."
            )
    credits, others, drafts, balances = [], [], {}, {}
    balance = opening
    for posting in postings:
        balance += posting.points
        balances[posting.date] = balance
        ticket_id = posting.ticket_id
        if ticket_id and posting.kind in REQUEST_KINDS:
            draft = drafts.get(ticket_id)
            if draft is None:
                draft = drafts[ticket_id] = _RequestDraft(posting.date)
            draft.add(posting)
        else:
            section = credits if _is_credit(posting) else others
            section.append(_movement(posting, tickets))
    statement = Statement(
        date_from=date_from,
        date_to=date_to,
        opening=opening,
        credits=tuple(credits),
        requests=tuple(
            draft.request(ticket_id, tickets.get(ticket_id), levels)
            for ticket_id, draft in drafts.items()
        ),
        others=tuple(others),
        closing=closing,
        balances=tuple(balances.items()),
    )
    total = opening + statement.credited + statement.requested + statement.other
    if total != closing:
        raise LedgerError(
            f"Opening and lines from {date_from} to {date_to} come to {total} points, "
            f"but the closing balance is {closing}."
        )
    return statement


def preset_period(preset, today, start):
    """First and last day of a `preset` (one of PRESETS); `start` is the account's first day.

    >>> preset_period("last_quarter", date(2026, 2, 11), date(2025, 5, 1))
    (datetime.date(2025, 10, 1), datetime.date(2025, 12, 31))
    """
    if preset == "since_start":
        return min(start, today), today
    which, unit = preset.split("_")
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    number = today.year * 12 + today.month - 1
    number -= number % months
    if which == "last":
        number -= months
    return _first_of(number), _first_of(number + months) - timedelta(days=1)


def hours_of(points, minutes_per_point):
    """Points as (hours, minutes) of work, both from 0 on whatever the sign of the points.

    >>> hours_of(-17, 15)
    (4, 15)
    """
    return divmod(abs(points) * minutes_per_point, 60)


class _RequestDraft:
    """What the entries of one ticket come to so far."""

    __slots__ = ("date", "is_late", "late", "levels", "points")

    def __init__(self, day):
        self.date = day
        self.points = 0
        self.levels = set()
        self.late = {}
        self.is_late = True

    def add(self, posting):
        self.points += posting.points
        self.levels.add(posting.level_id)
        if _is_late(posting):
            self.late[posting.work_date] = self.late.get(posting.work_date, 0) + posting.points
        else:
            self.is_late = False

    def request(self, ticket_id, ticket, levels):
        return Request(
            ticket_id=ticket_id,
            date=self.date,
            points=self.points,
            ticket=ticket,
            levels=tuple(name for level_id, name in levels.items() if level_id in self.levels),
            late=tuple(Late(*one) for one in sorted(self.late.items())),
            is_late=self.is_late,
        )


def _total(lines):
    return sum(line.points for line in lines)


def _is_credit(posting):
    return posting.kind in CREDIT_KINDS or (posting.kind == "adjustment" and posting.points > 0)


def _movement(posting, tickets):
    is_hidden = posting.ticket_id and posting.ticket_id not in tickets
    return Movement(
        id=posting.id,
        date=posting.date,
        kind=posting.kind,
        points=posting.points,
        name=None if is_hidden else posting.name,
        expiry_date=posting.expiry_date,
        late=(Late(posting.work_date, posting.points),) if _is_late(posting) else (),
    )


def _is_late(posting):
    return posting.work_date < posting.date


def _first_of(number):
    return date(number // 12, number % 12 + 1, 1)
