# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date
from decimal import Decimal
from unittest import TestCase

from ..ledger import Entry, expiry_amount, replay
from ..settlement import Debt, debts, period, points_to_settle
from ..transfer import transfer


def day(number):
    return date(2026, 3, number)


class TestDebts(TestCase):
    def test_overdraft_has_the_days_of_its_work(self):
        entries = [
            Entry(1, day(1), "purchase", 2),
            Entry(2, day(3), "usage", -3, "ticket:1:c1"),
            Entry(3, day(5), "correction", -1, "ticket:1:c1"),
            Entry(4, day(4), "usage", -2, "line:2:1:c1"),
            Entry(5, day(6), "adjustment", -1),
            Entry(6, day(7), "refund", -1, lot_id=1),
        ]
        self.assertEqual(
            debts(replay(entries), entries),
            [
                Debt(day(4), day(4), 2),
                Debt(day(3), day(5), 2),
                # What was refunded on the 7th had paid for this work too.
                Debt(day(3), day(5), 1),
                Debt(day(6), day(6), 1),
            ],
        )

    def test_the_period_skips_what_is_offered(self):
        owed = [Debt(day(1), day(2), 3), Debt(day(3), day(3), 2), Debt(day(9), day(9), 1)]
        self.assertEqual(period(owed, 0, 3), (day(1), day(2)))
        self.assertEqual(period(owed, 2, 2), (day(1), day(3)))
        self.assertEqual(period(owed, 5, 1), (day(9), day(9)))
        self.assertIsNone(period(owed, 6, 1))

    def test_only_what_is_still_owed_and_not_offered(self):
        self.assertEqual(points_to_settle(6, 8, 0), 6)
        self.assertEqual(points_to_settle(6, 4, 0), 4)
        self.assertEqual(points_to_settle(6, 8, 5), 1)
        self.assertEqual(points_to_settle(6, 8, 9), 0)


class TestTransfer(TestCase):
    def lots(self, *lots):
        entries = [
            Entry(number, day(1), "grant", points, amount=amount)
            for number, (points, amount) in enumerate(lots, start=1)
        ]
        return replay(entries).lots

    def test_the_same_points_move_one_to_one(self):
        moved, left, _money = transfer(self.lots((20, 600), (3, None)), 30)
        self.assertEqual([(one.points_out, one.points_in) for one in moved], [(20, 20), (3, 3)])
        self.assertEqual([one.amount_in for one in moved], [Decimal("600.00"), None])
        self.assertEqual(left, 0)

    def test_value_buys_points_and_no_money_is_lost(self):
        moved, left, money = transfer(self.lots((1, 30), (1, 30), (20, 600)), 30, 41.5)
        self.assertEqual([one.points_in for one in moved], [0, 1, 14])
        self.assertEqual([one.amount_in for one in moved], [None, 60, 600])
        self.assertEqual(left, 660 - 15 * Decimal("41.5"))
        self.assertIsNone(money)

    def test_points_without_money_are_worth_their_price(self):
        moved, left, _money = transfer(self.lots((4, None)), 41.5, 30)
        self.assertEqual((moved[0].points_in, moved[0].amount_in, left), (5, None, 16))


class TestExpiryAmount(TestCase):
    def test_used_and_expired_add_up_to_the_amount(self):
        lot = replay([Entry(1, day(1), "purchase", 3, amount=100)]).lots[0]
        posted = Decimal(0)
        for expired in (1, 3, 2, 0):
            posted += expiry_amount(lot, expired, posted)
            self.assertEqual(posted, -(100 * expired / Decimal(3)).quantize(Decimal("0.01")))
