# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import unittest
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ..ledger import Entry, replay
from ..prepaid import COLUMNS, roll_forward

START = date(2026, 1, 1)


def day(number):
    return START + timedelta(days=number)


@st.composite
def ledgers(draw):
    entries, lots = [], []
    for number in range(1, draw(st.integers(1, 25)) + 1):
        kind = draw(st.sampled_from(["purchase", "grant", "usage", "usage", "refund", "expiry"]))
        when = day(draw(st.integers(0, 60)))
        if kind in ("purchase", "grant"):
            amount = draw(st.integers(0, 99999)) / 100 if kind == "purchase" else None
            entries.append(Entry(number, when, kind, draw(st.integers(1, 40)), amount=amount))
            lots.append(number)
        elif kind == "usage":
            entries.append(Entry(number, when, kind, -draw(st.integers(1, 15)), f"g{number % 4}"))
        elif lots:
            points = -draw(st.integers(1, 5))
            entries.append(Entry(number, when, kind, points, lot_id=draw(st.sampled_from(lots))))
    return entries


class TestRollForward(unittest.TestCase):
    @settings(max_examples=300, deadline=None)
    @given(ledgers(), st.integers(0, 60), st.integers(0, 60))
    def test_opening_and_moves_are_the_closing_and_the_open_lots_to_the_cent(self, entries, a, b):
        first, last = day(min(a, b)), day(max(a, b))
        report = roll_forward(entries, last, first)
        for lot in report.lots:
            for columns in (lot.points, lot.amounts):
                left = columns["used"] + columns["expired"] + columns["refunded"]
                self.assertEqual(
                    columns["opening"] + columns["sold"] - left, columns["closing"], lot
                )
        for until, column, overdraft in (
            (last, "closing", report.overdraft_closing),
            (first - timedelta(days=1), "opening", report.overdraft_opening),
        ):
            account = replay(entries, until=until)
            open_money = sum(lot.remaining_amount or 0 for lot in account.lots)
            self.assertEqual(sum(lot.amounts[column] for lot in report.lots), open_money)
            self.assertEqual(
                sum(lot.points[column] for lot in report.lots), account.balance + overdraft
            )

    @settings(max_examples=100, deadline=None)
    @given(ledgers(), st.integers(0, 60), st.integers(0, 60))
    def test_two_periods_are_one(self, entries, a, b):
        middle, last = day(min(a, b)), day(max(a, b) + 1)
        whole = roll_forward(entries, last)
        parts = roll_forward(entries, middle), roll_forward(entries, last, middle + timedelta(1))
        for column in COLUMNS[1:-1]:
            total = sum(lot.amounts[column] for lot in whole.lots)
            parted = sum(lot.amounts[column] for part in parts for lot in part.lots)
            self.assertEqual(total, parted, column)

    def test_refunds_count_what_was_paid_back(self):
        entries = [
            Entry(1, day(0), "purchase", 3, amount=100.0),
            Entry(2, day(1), "usage", -1),
            Entry(3, day(2), "refund", -1, lot_id=1, amount=-33.33),
        ]
        (lot,) = roll_forward(entries, day(5)).lots
        self.assertEqual(lot.amounts["refunded"], Decimal("33.33"))
        self.assertEqual(lot.amounts["used"], Decimal("33.34"))
        self.assertEqual(lot.amounts["closing"], Decimal("33.33"))

    def test_a_lowered_price_is_paid_back_and_leaves_the_points(self):
        sold, used = Entry(1, day(0), "purchase", 20, amount=600.0), Entry(2, day(1), "usage", -4)
        lowered = Entry(3, day(3), "refund", 0, lot_id=1, amount=-100.0)
        (lot,) = roll_forward([sold, used, lowered], day(5)).lots
        self.assertEqual((lot.points["closing"], lot.points["refunded"]), (16, 0))
        self.assertEqual(lot.amounts["sold"], Decimal("600.00"))
        self.assertEqual(lot.amounts["refunded"], Decimal("100.00"))
        self.assertEqual(lot.amounts["used"], Decimal("100.00"))
        self.assertEqual(lot.amounts["closing"], Decimal("400.00"))
        # What was used before at the higher price is corrected when the price is lowered.
        (move,) = roll_forward([sold, used, lowered], day(5), day(2)).lots
        self.assertEqual(move.amounts["opening"], Decimal("480.00"))
        self.assertEqual(move.amounts["used"], Decimal("-20.00"))
        self.assertEqual(move.amounts["closing"], Decimal("400.00"))

    def test_points_are_paid_back_at_the_price_of_their_day(self):
        """5 points at 30, then the other 15 become 100 cheaper; or first cheaper, then 5 at 25."""
        sold = Entry(1, day(0), "purchase", 20, amount=600.0)
        first_points = [
            Entry(2, day(1), "refund", -5, lot_id=1, amount=-150.0),
            Entry(3, day(2), "refund", 0, lot_id=1, amount=-100.0),
        ]
        first_price = [
            Entry(2, day(1), "refund", 0, lot_id=1, amount=-100.0),
            Entry(3, day(2), "refund", -5, lot_id=1, amount=-125.0),
        ]
        for entries, refunded, closing in ((first_points, 250, 350), (first_price, 225, 375)):
            with self.subTest(entries=entries):
                (lot,) = roll_forward([sold, *entries], day(5)).lots
                self.assertEqual(lot.amounts["refunded"], refunded)
                self.assertEqual((lot.points["closing"], lot.amounts["closing"]), (15, closing))

    def test_a_changed_price_is_what_it_was_sold_for(self):
        sold, used = Entry(1, day(0), "purchase", 20, amount=600.0), Entry(2, day(1), "usage", -4)
        for change, closing in ((-200.0, 320), (100.0, 560)):
            changed = Entry(3, day(3), "adjustment", 0, lot_id=1, amount=change)
            (lot,) = roll_forward([sold, used, changed], day(5)).lots
            self.assertEqual((lot.amounts["sold"], lot.amounts["refunded"]), (600 + change, 0))
            self.assertEqual((lot.points["closing"], lot.amounts["closing"]), (16, closing))

    def test_used_points_that_are_paid_back_are_owed_and_no_longer_paid(self):
        """As the books have it: 600 charged, 120 credited, then 120 charged for what is owed."""
        sold, used = Entry(1, day(0), "purchase", 20, amount=600.0), Entry(2, day(1), "usage", -20)
        refund = Entry(3, day(2), "refund", -4, lot_id=1, amount=-120.0)
        account = roll_forward([sold, used, refund], day(5))
        (lot,) = account.lots
        self.assertEqual((lot.amounts["refunded"], lot.amounts["used"]), (120, 480))
        self.assertEqual(account.overdraft_closing, 4)
        settled = Entry(4, day(3), "purchase", 4, amount=120.0)
        account = roll_forward([sold, used, refund, settled], day(5))
        sums = {column: sum(lot.amounts[column] for lot in account.lots) for column in COLUMNS}
        self.assertEqual((sums["sold"], sums["refunded"], sums["used"]), (720, 120, 600))
        self.assertEqual((account.overdraft_closing, sums["closing"]), (0, 0))

    def test_no_more_is_paid_back_than_was_paid(self):
        sold = Entry(1, day(0), "purchase", 20, amount=600.0)
        lowered = Entry(2, day(1), "refund", 0, lot_id=1, amount=-700.0)
        (lot,) = roll_forward([sold, lowered], day(5)).lots
        self.assertEqual((lot.amounts["refunded"], lot.amounts["closing"]), (600, 0))
        self.assertEqual(lot.points["closing"], 20)

    def test_an_overdraft_stands_apart(self):
        entries = [Entry(1, day(0), "usage", -5), Entry(2, day(9), "purchase", 20, amount=600.0)]
        before = roll_forward(entries, day(5))
        self.assertEqual((before.lots, before.overdraft_closing), ((), 5))
        after = roll_forward(entries, day(9), day(6))
        self.assertEqual((after.overdraft_opening, after.overdraft_closing), (5, 0))
        self.assertEqual(after.lots[0].amounts["used"], Decimal("150.00"))

    def test_currencies_have_decimals_of_their_own(self):
        entries = [Entry(1, day(0), "purchase", 3, amount=100.0, currency_id=9)]
        entries.append(Entry(2, day(1), "usage", -1))
        (lot,) = roll_forward(entries, day(5), decimals_of={9: 0}).lots
        self.assertEqual(str(lot.amounts["used"]), "33")

    def test_a_period_that_ends_before_it_begins_is_refused(self):
        with self.assertRaises(ValueError):
            roll_forward([], day(1), day(2))
