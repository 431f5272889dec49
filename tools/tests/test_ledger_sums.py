# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from decimal import Decimal

from ..ledger import opening_closing, replay, running_balance, split_amount
from .test_ledger import FEBRUARY, JANUARY, MARCH, LedgerCase, day


class TestMoney(LedgerCase):
    def test_money_is_split_from_the_amount_and_not_from_a_rounded_price(self):
        self.post("purchase", day(1, 5), 3, amount=100.0, currency_id=1)
        left = []
        for number in (1, 2, 3):
            self.post("usage", day(1, 5 + number), -1, f"line:{number}:c7")
            left.append(str(self.replayed().lots[0].remaining_amount))
        self.assertEqual(left, ["66.67", "33.33", "0.00"])
        parts = [split_amount(100.0, 3, before, 1) for before in (0, 1, 2)]
        self.assertEqual(sum(parts), 100)

    def test_half_a_cent_is_rounded_up(self):
        self.assertEqual(split_amount(Decimal("0.01"), 2, 1, 1), Decimal("0.01"))
        self.assertEqual(split_amount(Decimal("0.05"), 2, 1, 1), Decimal("0.03"))
        self.assertEqual(split_amount(1.005, 1, 0, 1), Decimal("1.01"))

    def test_a_lot_without_money_value_has_none(self):
        self.post("grant", day(1, 5), 3)
        self.post("grant", day(1, 5), 3, amount=False)
        for lot in self.replayed().lots:
            self.assertEqual((lot.amount, lot.remaining_amount), (None, None))
        self.post("grant", day(1, 6), 3, amount=0.0, currency_id=1)
        self.assertEqual(str(self.replayed().lots[2].remaining_amount), "0.00")

    def test_more_than_the_lot_has_is_refused(self):
        for points, before, taken in ((0, 0, 0), (3, 2, 2), (3, -1, 1), (3, 1, -1)):
            with self.assertRaises(ValueError):
                split_amount(100, points, before, taken)


class TestBalances(LedgerCase):
    def test_a_statement_from_its_opening_to_its_closing(self):
        self.post("purchase", day(1, 5), 20)
        self.post("usage", day(2, 1), -3, "line:1:c7")
        self.post("usage", day(2, 28), -4, "line:2:c7")
        self.post("usage", day(3, 1), -5, "line:3:c7")
        self.assertEqual(opening_closing(self.entries, day(2, 1), FEBRUARY), (20, 13))
        self.assertEqual(opening_closing(self.entries, day(3, 1), MARCH), (13, 8))
        self.assertEqual(opening_closing(self.entries, day(2, 1), day(2, 1)), (20, 17))
        with self.assertRaises(ValueError):
            opening_closing(self.entries, FEBRUARY, JANUARY)

    def test_the_balance_at_the_end_of_each_day(self):
        self.post("usage", day(1, 5), -3, "line:1:c7")
        self.post("purchase", day(1, 5), 20)
        self.post("usage", day(1, 4), -1, "line:2:c7")
        self.assertEqual(running_balance(self.entries), [(day(1, 4), -1), (day(1, 5), 16)])

    def test_the_state_at_the_end_of_an_earlier_day(self):
        package = self.post("purchase", day(1, 5), 20)
        self.post("usage", day(1, 6), -3, "line:1:c7")
        self.post("usage", day(1, 7), -4, "line:2:c7")
        account = replay(self.entries, until=day(1, 6))
        self.assertEqual((account.balance, account.lots[0].remaining), (17, 17))
        self.assertEqual(account.draws, {"line:1:c7": ((package, 3),)})
