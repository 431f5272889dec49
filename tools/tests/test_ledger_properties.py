# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ..ledger import (
    Entry,
    expiry_due,
    opening_closing,
    replay,
    running_balance,
    split_amount,
)
from .unit_ledger import UnitLedger

FIRST_DAY = date(2026, 3, 1)
LATER = FIRST_DAY + timedelta(days=100)
GROUPS = ("line:1:c7", "line:2:c7", "ticket:3:c7")

days = st.integers(0, 9).map(lambda number: FIRST_DAY + timedelta(days=number))
expiries = st.none() | days
amounts = st.none() | st.decimals(0, 1000, places=2)
few_points = st.integers(1, 6)


def is_lot(entry):
    return entry.points > 0 and entry.kind in ("purchase", "grant", "adjustment")


@st.composite
def ledgers(draw):
    """Any entries that a ledger may hold, in the order of their ids but with dates at random."""
    entries = []
    for entry_id in range(1, draw(st.integers(0, 14)) + 1):
        lot_ids = [entry.id for entry in entries if is_lot(entry)]
        kinds = ["purchase", "grant", "adjustment", "usage", "usage", "correction", "correction"]
        kind = draw(st.sampled_from(kinds + ["expiry", "refund"] * bool(lot_ids)))
        points = draw(few_points)
        entry = Entry(entry_id, draw(days), kind, points)
        if kind in ("purchase", "grant"):
            entry = replace(entry, expiry_date=draw(expiries), amount=draw(amounts))
        elif kind == "usage":
            entry = replace(entry, points=-points, group_key=draw(st.sampled_from(GROUPS)))
        else:
            entry = replace(entry, points=draw(st.sampled_from((-points, -points, points))))
        if kind in ("expiry", "refund"):
            entry = replace(entry, lot_id=draw(st.sampled_from(lot_ids)))
        if kind == "correction":
            entry = replace(entry, group_key=draw(st.sampled_from(("", *GROUPS))))
        if kind in ("correction", "adjustment") and not entry.group_key and not is_lot(entry):
            lots_or_none = st.sampled_from((None, *lot_ids))
            named = draw(st.none() | st.integers(1, 14))
            entry = replace(entry, lot_id=draw(lots_or_none), corrects_id=named)
        entries.append(entry)
    return entries


class TestInvariants(TestCase):
    @settings(deadline=None, max_examples=60)
    @given(ledgers())
    def test_points_are_nowhere_lost_or_made(self, entries):
        account = replay(entries)
        remaining = sum(lot.remaining for lot in account.lots)
        self.assertEqual(account.balance, sum(entry.points for entry in entries))
        self.assertEqual(account.balance, remaining - account.overdraft)
        for lot in account.lots:
            self.assertEqual(lot.points, lot.remaining + lot.used + lot.expired + lot.refunded)
            self.assertGreaterEqual(min(lot.remaining, lot.used, lot.expired, lot.refunded), 0)
            drawn = sum(dict(draws).get(lot.entry_id, 0) for draws in account.draws.values())
            self.assertEqual(lot.points, lot.remaining + drawn)
        owed = sum(dict(draws).get(None, 0) for draws in account.draws.values())
        self.assertEqual(account.overdraft, owed)

    @settings(deadline=None, max_examples=60)
    @given(ledgers())
    def test_each_group_drew_what_its_entries_come_to(self, entries):
        units, totals = UnitLedger(entries), Counter()
        for entry in entries:
            if not is_lot(entry):
                totals[units.group_of(entry)] -= entry.points
        account = replay(entries)
        for key, total in totals.items():
            drawn = sum(points for _lot_id, points in account.draws_of(key))
            self.assertEqual(drawn - account.excess.get(key, 0), total, key)

    @settings(deadline=None, max_examples=60)
    @given(ledgers())
    def test_no_open_lot_stands_beside_overdraft_that_it_could_cover(self, entries):
        owed_days = [owed["date"] for owed in UnitLedger(entries).owed]
        for lot in replay(entries).lots:
            if lot.remaining and owed_days:
                self.assertIsNotNone(lot.expiry_date)
                self.assertLess(lot.expiry_date, min(owed_days))

    @settings(deadline=None, max_examples=50)
    @given(st.data(), ledgers())
    def test_the_order_of_the_input_does_not_matter(self, data, entries):
        shuffled = data.draw(st.permutations(entries))
        self.assertEqual(replay(shuffled), replay(entries))
        self.assertEqual(replay(iter(entries)), replay(tuple(entries)))
        self.assertEqual(running_balance(shuffled), running_balance(entries))


class TestHistoryStands(TestCase):
    """What is added at the end changes nothing that was drawn before."""

    @settings(deadline=None, max_examples=60)
    @given(ledgers(), few_points, st.sampled_from(GROUPS))
    def test_later_usage_only_adds(self, entries, points, group_key):
        before = replay(entries)
        usage = Entry(100, LATER, "usage", -points, group_key)
        after = replay([*entries, usage])
        self.assertEqual(after.balance, before.balance - points)
        if gave_back_too_early(entries):
            return
        for lot_before, lot_after in zip(before.lots, after.lots, strict=True):
            self.assertEqual(lot_before.entry_id, lot_after.entry_id)
            self.assertLessEqual(lot_after.remaining, lot_before.remaining)
        for key, draws in before.draws.items():
            if key != group_key:
                self.assertEqual(after.draws_of(key), draws)

    @settings(deadline=None, max_examples=60)
    @given(ledgers(), few_points, expiries)
    def test_a_later_lot_only_settles_overdraft(self, entries, points, expiry_date):
        before = replay(entries)
        after = replay([*entries, Entry(100, LATER, "purchase", points, expiry_date=expiry_date)])
        lots_after = {lot.entry_id: lot for lot in after.lots}
        new_lot = lots_after.pop(100)
        if gave_back_too_early(entries):
            return
        self.assertEqual(list(lots_after.values()), list(before.lots))
        self.assertEqual(before.overdraft - after.overdraft, new_lot.used)
        for key, draws in before.draws.items():
            after_draws = dict(after.draws_of(key))
            settled = after_draws.pop(100, 0)
            if settled:
                after_draws[None] = after_draws.get(None, 0) + settled
            self.assertEqual(after_draws, dict(draws))


def gave_back_too_early(entries):
    """Whether an entry still gives back what its group never took; a later one may use that."""
    return any(UnitLedger(entries).early.values())


class TestMoney(TestCase):
    @given(
        st.decimals(0, 10**6, places=2) | st.floats(0, 10**4).map(lambda value: round(value, 2)),
        st.lists(st.integers(0, 30), min_size=1, max_size=8),
    )
    def test_the_parts_of_a_lot_add_up_to_its_amount(self, amount, parts):
        points = sum(parts) or 1
        taken_before, total = 0, Decimal(0)
        for taken in parts:
            money = split_amount(amount, points, taken_before, taken)
            self.assertEqual(money, round(money, 2))
            self.assertLessEqual(
                abs(money - Decimal(str(amount)) * taken / points), Decimal("0.01")
            )
            total += money
            taken_before += taken
        if sum(parts):
            self.assertEqual(total, round(Decimal(str(amount)), 2))

    @settings(deadline=None, max_examples=50)
    @given(ledgers(), st.sampled_from((0, 2, 3)))
    def test_what_remains_is_the_amount_less_what_was_taken(self, entries, decimals):
        for lot in replay(entries, decimals).lots:
            if lot.amount is None:
                self.assertIsNone(lot.remaining_amount)
                continue
            taken = lot.points - lot.remaining
            consumed = split_amount(lot.amount, lot.points, 0, taken, decimals)
            full = split_amount(lot.amount, lot.points, 0, lot.points, decimals)
            self.assertEqual(consumed + lot.remaining_amount, full)
            self.assertEqual(lot.remaining_amount.as_tuple().exponent, -decimals)


class TestExpiryJob(TestCase):
    @settings(deadline=None, max_examples=60)
    @given(ledgers(), days)
    def test_posting_what_is_due_leaves_nothing_due(self, entries, today):
        today += timedelta(days=1)
        posted = list(entries)
        for _night in range(3):
            due = expiry_due(replay(posted), today)
            for lot_id, points in due.items():
                entry = Entry(100 + len(posted), LATER, "expiry", -points, lot_id=lot_id)
                posted.append(entry)
        self.assertEqual(expiry_due(replay(posted), today), {})
        for lot in replay(posted).lots:
            if lot.expiry_date and lot.expiry_date < today:
                self.assertEqual(lot.remaining, 0)


class TestBalances(TestCase):
    @settings(deadline=None, max_examples=50)
    @given(ledgers(), days, days)
    def test_statements_join_without_a_gap(self, entries, some_day, other_day):
        date_from, date_to = sorted((some_day, other_day))
        opening, closing = opening_closing(entries, date_from, date_to)
        lines = sum(entry.points for entry in entries if date_from <= entry.date <= date_to)
        self.assertEqual(opening + lines, closing)
        self.assertEqual(closing, replay(entries, until=date_to).balance)
        next_day = date_to + timedelta(days=1)
        self.assertEqual(opening_closing(entries, next_day, LATER)[0], closing)
        picture = dict(running_balance(entries))
        self.assertEqual(set(picture), {entry.date for entry in entries})
        if date_to in picture:
            self.assertEqual(picture[date_to], closing)


class LedgerMachine(RuleBasedStateMachine):
    """Posts entries one by one, some of them late, and compares with the unit ledger each time."""

    def __init__(self):
        super().__init__()
        self.entries = []

    def post(self, kind, day, points, **values):
        self.entries.append(Entry(len(self.entries) + 1, day, kind, points, **values))

    def lot_id(self, data):
        return data.draw(st.sampled_from([entry.id for entry in self.entries if is_lot(entry)]))

    @rule(
        day=days,
        kind=st.sampled_from(("purchase", "grant", "adjustment")),
        points=few_points,
        expiry_date=expiries,
    )
    def credit(self, day, kind, points, expiry_date):
        self.post(kind, day, points, expiry_date=expiry_date)

    @rule(day=days, points=few_points, group_key=st.sampled_from(GROUPS))
    def use(self, day, points, group_key):
        self.post("usage", day, -points, group_key=group_key)

    @rule(
        day=days, points=few_points, group_key=st.sampled_from(GROUPS), sign=st.sampled_from("+-")
    )
    def correct(self, day, points, group_key, sign):
        self.post("correction", day, points if sign == "+" else -points, group_key=group_key)

    @precondition(lambda self: any(map(is_lot, self.entries)))
    @rule(
        data=st.data(),
        day=days,
        kind=st.sampled_from(("refund", "expiry", "correction")),
        points=few_points,
        sign=st.sampled_from("+--"),
    )
    def claim(self, data, day, kind, points, sign):
        points = points if sign == "+" else -points
        self.post(kind, day, points, lot_id=self.lot_id(data))

    @rule(data=st.data(), day=days, points=few_points)
    def take_by_hand(self, data, day, points):
        corrected = data.draw(st.none() | st.integers(1, len(self.entries) + 1))
        self.post("adjustment", day, -points, corrects_id=corrected)

    @precondition(lambda self: self.entries)
    @rule(data=st.data(), day=days, points=few_points)
    def give_back_by_hand(self, data, day, points):
        corrected = data.draw(st.integers(1, len(self.entries)))
        self.post("correction", day, points, corrects_id=corrected)

    @invariant()
    def agrees_with_the_unit_ledger(self):
        account, units = replay(self.entries), UnitLedger(self.entries)
        assert {lot.entry_id: lot.remaining for lot in account.lots} == units.remaining()
        assert {key: dict(draws) for key, draws in account.draws.items()} == units.draws()
        assert account.overdraft == len(units.owed)


class TestAgainstUnits(LedgerMachine.TestCase):
    settings = settings(deadline=None, max_examples=60, stateful_step_count=25)
