# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from unittest import TestCase

from ..ledger import Entry, LedgerError, expiry_due, replay

JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


def day(month, number):
    return date(2026, month, number)


class LedgerCase(TestCase):
    """Entries get their ids in the order in which they are posted, from 1 on."""

    def setUp(self):
        self.entries = []

    def post(self, kind, when, points, group_key="", **values):
        entry = Entry(len(self.entries) + 1, when, kind, points, group_key, **values)
        self.entries.append(entry)
        return entry.id

    def replayed(self):
        return replay(self.entries)

    def remaining(self):
        return {lot.entry_id: lot.remaining for lot in self.replayed().lots}

    def assert_draws(self, group_key, *draws):
        self.assertEqual(self.replayed().draws_of(group_key), draws)


class TestDrawing(LedgerCase):
    def test_an_empty_account(self):
        account = replay([])
        self.assertEqual((account.balance, account.overdraft, account.lots), (0, 0, ()))
        self.assertEqual(account.draws_of("line:1:c7"), ())

    def test_the_oldest_package_is_drawn_first(self):
        old = self.post("purchase", day(1, 5), 20)
        new = self.post("purchase", day(2, 5), 20)
        self.post("usage", day(2, 9), -25, "line:1:c7")
        self.assertEqual(self.remaining(), {old: 0, new: 15})
        self.assert_draws("line:1:c7", (old, 20), (new, 5))

    def test_the_package_that_expires_first_is_drawn_first(self):
        unlimited = self.post("purchase", day(1, 5), 20)
        late = self.post("purchase", day(1, 6), 20, expiry_date=MARCH)
        soon = self.post("grant", day(1, 7), 20, expiry_date=FEBRUARY)
        self.post("usage", day(1, 9), -45, "line:1:c7")
        self.assert_draws("line:1:c7", (soon, 20), (late, 20), (unlimited, 5))
        self.assertEqual([lot.entry_id for lot in self.replayed().lots], [soon, late, unlimited])

    def test_an_expired_package_is_not_drawn(self):
        expired = self.post("purchase", day(1, 5), 20, expiry_date=JANUARY)
        self.post("usage", day(1, 31), -3, "line:1:c7")
        self.post("usage", day(2, 1), -4, "line:2:c7")
        self.assert_draws("line:1:c7", (expired, 3))
        self.assert_draws("line:2:c7", (None, 4))
        self.assertEqual(self.replayed().balance, 20 - 3 - 4)

    def test_a_package_bought_today_pays_for_the_work_of_today(self):
        self.post("usage", day(1, 5), -3, "line:1:c7")
        package = self.post("purchase", day(1, 5), 20)
        self.assertEqual(self.replayed().overdraft, 0)
        self.assert_draws("line:1:c7", (package, 3))

    def test_a_new_package_never_takes_over_hours_that_an_older_one_paid_for(self):
        old = self.post("purchase", day(1, 5), 20)
        self.post("usage", day(1, 9), -12, "line:1:c7")
        before = self.replayed()
        self.post("purchase", day(2, 5), 40, expiry_date=FEBRUARY)
        after = self.replayed()
        self.assertEqual(after.draws_of("line:1:c7"), ((old, 12),))
        self.assertEqual(after.draws, before.draws)
        self.assertIn(before.lots[0], after.lots)

    def test_work_entered_late_is_drawn_at_its_day(self):
        old = self.post("purchase", day(1, 5), 5)
        new = self.post("purchase", day(2, 5), 5)
        self.post("usage", day(2, 9), -5, "line:1:c7")
        self.assert_draws("line:1:c7", (old, 5))
        self.post("usage", day(1, 9), -5, "line:2:c7")
        self.assert_draws("line:2:c7", (old, 5))
        self.assert_draws("line:1:c7", (new, 5))


class TestOverdraft(LedgerCase):
    def test_the_next_package_settles_the_overdraft_first_and_oldest_first(self):
        self.post("usage", day(1, 5), -3, "line:1:c7")
        self.post("usage", day(1, 6), -4, "line:2:c7")
        account = self.replayed()
        self.assertEqual((account.balance, account.overdraft), (-7, 7))
        small = self.post("purchase", day(2, 5), 5)
        self.assert_draws("line:1:c7", (small, 3))
        self.assert_draws("line:2:c7", (small, 2), (None, 2))
        large = self.post("purchase", day(3, 5), 20)
        self.assert_draws("line:2:c7", (small, 2), (large, 2))
        self.assertEqual(self.remaining(), {small: 0, large: 18})

    def test_points_given_back_settle_what_others_owe(self):
        package = self.post("purchase", day(1, 5), 4)
        self.post("usage", day(1, 6), -4, "line:1:c7")
        self.post("usage", day(1, 7), -3, "line:2:c7")
        self.post("correction", day(1, 8), 2, "line:1:c7")
        self.assert_draws("line:1:c7", (package, 2))
        self.assert_draws("line:2:c7", (package, 2), (None, 1))

    def test_points_given_back_late_settle_what_was_owed_while_the_package_was_valid(self):
        package = self.post("purchase", day(1, 5), 4, expiry_date=JANUARY)
        self.post("usage", day(1, 6), -4, "line:1:c7")
        self.post("usage", day(1, 31), -1, "line:2:c7")
        self.post("usage", day(2, 1), -1, "line:3:c7")
        self.post("correction", day(2, 8), 3, "line:1:c7")
        self.assert_draws("line:2:c7", (package, 1))
        self.assert_draws("line:3:c7", (None, 1))
        self.assertEqual(self.remaining(), {package: 2})


class TestGivingBack(LedgerCase):
    def test_points_go_back_to_the_lot_that_was_drawn(self):
        old = self.post("purchase", day(1, 5), 3)
        new = self.post("purchase", day(1, 6), 20)
        self.post("usage", day(1, 7), -3, "line:1:c7")
        self.post("usage", day(1, 8), -3, "line:2:c7")
        self.post("correction", day(1, 9), 2, "line:1:c7")
        self.assertEqual(self.remaining(), {old: 2, new: 17})

    def test_the_last_draw_is_undone_first(self):
        old = self.post("purchase", day(1, 5), 3)
        new = self.post("purchase", day(1, 6), 4)
        self.post("usage", day(1, 7), -9, "line:1:c7")
        self.assert_draws("line:1:c7", (old, 3), (new, 4), (None, 2))
        self.post("correction", day(1, 8), 3, "line:1:c7")
        self.assert_draws("line:1:c7", (old, 3), (new, 3))
        self.post("correction", day(1, 9), 4, "line:1:c7")
        self.assert_draws("line:1:c7", (old, 2))
        self.post("correction", day(1, 10), 2, "line:1:c7")
        self.assert_draws("line:1:c7")
        self.assertEqual(self.remaining(), {old: 3, new: 4})

    def test_a_correction_dated_before_its_usage_is_held_for_it(self):
        package = self.post("purchase", day(1, 1), 20)
        self.post("usage", day(1, 20), -3, "line:1:c7")
        self.post("correction", day(1, 10), 2, "line:1:c7")
        self.assert_draws("line:1:c7", (package, 1))
        self.assertEqual(self.remaining(), {package: 19})
        self.assertEqual(self.replayed().excess, {})

    def test_what_was_never_taken_settles_overdraft_or_is_a_lot_without_money(self):
        self.post("usage", day(1, 5), -3, "line:1:c7")
        excess = self.post("correction", day(1, 6), 5, "line:2:c7")
        account = self.replayed()
        self.assertEqual((account.balance, account.overdraft), (2, 0))
        self.assertEqual(account.excess, {"line:2:c7": 5})
        self.assertEqual(account.draws_of("line:1:c7"), ((excess, 3),))
        self.assertEqual((account.lots[0].remaining, account.lots[0].amount), (2, None))

    def test_a_correction_without_group_belongs_to_the_entry_that_it_corrects(self):
        first = self.post("purchase", day(1, 5), 4)
        second = self.post("purchase", day(1, 6), 4)
        taken = self.post("adjustment", day(1, 7), -3)
        self.post("usage", day(1, 8), -2, "line:1:c7")
        correction = self.post("correction", day(1, 9), 3, corrects_id=taken)
        self.assertEqual(self.remaining(), {first: 3, second: 3})
        self.post("correction", day(1, 10), -1, corrects_id=correction)
        self.assert_draws(f"entry:{taken}", (first, 1))

    def test_an_adjustment_never_changes_what_a_timesheet_drew(self):
        package = self.post("purchase", day(1, 5), 20)
        usage = self.post("usage", day(1, 6), -3, "line:1:c7")
        self.post("adjustment", day(1, 7), -1, corrects_id=usage)
        self.assert_draws("line:1:c7", (package, 3))


class TestTakingBack(LedgerCase):
    def test_a_refund_takes_from_its_lot_only(self):
        old = self.post("purchase", day(1, 5), 20)
        new = self.post("purchase", day(1, 6), 20)
        self.post("refund", day(1, 7), -20, lot_id=new)
        self.assertEqual(self.remaining(), {old: 20, new: 0})
        self.assertEqual(self.replayed().lots[1].refunded, 20)
        self.post("refund", day(1, 8), 5, lot_id=new)
        self.assertEqual(self.remaining(), {old: 20, new: 5})

    def test_refunded_points_that_were_used_become_overdraft(self):
        package = self.post("purchase", day(1, 5), 20)
        self.post("usage", day(1, 6), -15, "line:1:c7")
        self.post("refund", day(1, 7), -20, lot_id=package)
        account = self.replayed()
        self.assertEqual((account.balance, account.overdraft), (-15, 15))
        self.assertEqual((account.lots[0].used, account.lots[0].refunded), (15, 5))
        self.assert_draws(("refund", package), (package, 5), (None, 15))

    def test_refunded_points_that_were_used_are_covered_by_another_package(self):
        refunded = self.post("purchase", day(1, 5), 20)
        other = self.post("purchase", day(1, 6), 20)
        self.post("usage", day(1, 7), -15, "line:1:c7")
        self.post("refund", day(1, 8), -20, lot_id=refunded)
        self.assertEqual(self.replayed().overdraft, 0)
        self.assertEqual(self.remaining(), {refunded: 0, other: 5})

    def test_points_that_come_back_to_a_refunded_package_go_to_its_refund(self):
        refunded = self.post("purchase", day(1, 5), 20)
        other = self.post("purchase", day(1, 6), 20)
        self.post("usage", day(1, 7), -15, "line:1:c7")
        self.post("refund", day(1, 8), -20, lot_id=refunded)
        self.post("correction", day(1, 9), 4, "line:1:c7")
        self.assertEqual(self.remaining(), {refunded: 0, other: 9})
        self.assert_draws(("refund", refunded), (refunded, 9), (other, 11))

    def test_a_refund_is_its_lot_s_whatever_its_group_key(self):
        self.post("purchase", day(1, 5), 20)
        named = self.post("purchase", day(1, 6), 20)
        self.post("refund", day(1, 7), -5, "order:1", lot_id=named)
        self.assert_draws(("refund", named), (named, 5))

    def test_an_adjustment_that_names_a_grant_takes_from_that_grant(self):
        paid = self.post("purchase", day(1, 5), 20)
        mistake = self.post("adjustment", day(1, 6), 10)
        self.post("adjustment", day(1, 7), -10, corrects_id=mistake)
        self.assertEqual(self.remaining(), {paid: 20, mistake: 0})

    def test_a_long_chain_of_refunds_of_refunds(self):
        """Package n + 1 covers the refund of package n; giving the first back frees them all."""
        length = 1500
        for number in range(length):
            self.post("purchase", day(1, 1), 1, expiry_date=date(2030 + number, 1, 1))
        self.post("usage", day(1, 2), -1, "line:1:c7")
        for lot_id in range(1, length):
            self.post("refund", day(1, 3), -1, lot_id=lot_id)
        self.assertEqual(self.replayed().balance, 0)
        self.post("correction", day(1, 4), 1, "line:1:c7")
        open_lots = [lot.entry_id for lot in self.replayed().lots if lot.remaining]
        self.assertEqual(open_lots, [length])


class TestExpiry(LedgerCase):
    def test_what_is_left_expires_after_the_last_day(self):
        package = self.post("purchase", day(1, 5), 20, expiry_date=JANUARY)
        self.post("purchase", day(1, 5), 20)
        self.post("usage", day(1, 6), -12, "line:1:c7")
        self.assertEqual(expiry_due(self.replayed(), JANUARY), {})
        self.assertEqual(expiry_due(self.replayed(), day(2, 1)), {package: 8})
        self.post("expiry", day(2, 1), -8, lot_id=package)
        self.assertEqual(expiry_due(self.replayed(), day(2, 1)), {})
        self.assertEqual(self.replayed().lots[0].expired, 8)

    def test_usage_entered_after_the_expiry_gives_a_difference(self):
        package = self.post("purchase", day(1, 5), 20, expiry_date=JANUARY)
        self.post("expiry", day(2, 1), -20, lot_id=package)
        self.post("usage", day(1, 20), -3, "line:1:c7")
        self.assertEqual(self.replayed().balance, -3)
        self.assertEqual(expiry_due(self.replayed(), day(2, 2)), {package: -3})
        self.post("expiry", day(2, 2), 3, lot_id=package)
        account = self.replayed()
        self.assertEqual((account.balance, account.overdraft), (0, 0))
        self.assertEqual((account.lots[0].used, account.lots[0].expired), (3, 17))
        self.assertEqual(expiry_due(account, day(2, 3)), {})

    def test_a_correction_after_the_expiry_expires_as_well(self):
        package = self.post("purchase", day(1, 5), 20, expiry_date=JANUARY)
        self.post("usage", day(1, 20), -20, "line:1:c7")
        self.post("correction", day(2, 5), 2, "line:1:c7")
        self.assertEqual(expiry_due(self.replayed(), day(2, 6)), {package: 2})

    def test_a_refund_of_what_expired_takes_the_expiry_back(self):
        package = self.post("purchase", day(1, 5), 20, expiry_date=JANUARY)
        self.post("usage", day(1, 20), -8, "line:1:c7")
        self.post("expiry", day(2, 1), -12, lot_id=package)
        self.post("refund", day(2, 5), -20, lot_id=package)
        self.assertEqual(expiry_due(self.replayed(), day(2, 6)), {package: -12})
        self.post("expiry", day(2, 6), 12, lot_id=package)
        account = self.replayed()
        self.assertEqual(account.balance, -8)
        self.assertEqual((account.lots[0].refunded, account.lots[0].expired), (12, 0))
        self.assertEqual(expiry_due(account, day(2, 7)), {})


class TestEntries(LedgerCase):
    def test_contradictions_name_the_entry(self):
        contradictions = {
            "Entry 2 is of an unknown kind": ("gift", 3, {}),
            r"Entry 2 \(purchase\) cannot take": ("purchase", -3, {}),
            r"Entry 2 \(usage\) must have whole points": ("usage", -0.5, {}),
            r"Entry 2 \(refund\) names no lot": ("refund", -3, {}),
            r"Entry 2 \(expiry\) names 9, which is no lot": ("expiry", -3, {"lot_id": 9}),
            r"Entry 2 \(correction\) names 9": ("correction", -3, {"lot_id": 9}),
        }
        for message, (kind, points, values) in contradictions.items():
            self.entries = []
            self.post("purchase", day(1, 5), 20)
            self.post(kind, day(1, 6), points, **values)
            with self.subTest(message), self.assertRaisesRegex(LedgerError, message):
                self.replayed()
        with self.assertRaisesRegex(LedgerError, "Entry 1 is there twice"):
            replay([self.entries[0]] * 2)

    def test_records_with_the_same_attributes_will_do(self):
        """Odoo's empty values are False and empty recordsets; its relations have an `id`."""
        nothing = SimpleNamespace(id=False)
        plain = {
            "expiry_date": False,
            "group_key": False,
            "lot_id": nothing,
            "corrects_id": nothing,
            "amount": 600.0,
            "currency_id": SimpleNamespace(id=1),
        }
        package = SimpleNamespace(id=1, date=day(1, 5), kind="purchase", points=20, **plain)
        usage = {**plain, "group_key": "line:1:c7"}
        refund = {**plain, "lot_id": package}
        account = replay(
            [
                package,
                SimpleNamespace(id=2, date=day(1, 6), kind="usage", points=-3, **usage),
                SimpleNamespace(id=3, date=day(1, 7), kind="refund", points=-5, **refund),
                SimpleNamespace(id=4, date=day(1, 8), kind="adjustment", points=-1, **plain),
            ]
        )
        (lot,) = account.lots
        self.assertEqual((lot.remaining, lot.used, lot.refunded), (11, 4, 5))
        self.assertEqual((lot.currency_id, lot.expiry_date), (1, None))
        self.assertEqual(lot.remaining_amount, Decimal("330.00"))

    def test_no_entry_leaves_the_result_open_to_change(self):
        self.post("usage", day(1, 5), -3, "line:1:c7")
        with self.assertRaises(AttributeError):
            self.replayed().balance = 5
        with self.assertRaises(TypeError):
            self.replayed().draws["line:1:c7"] = ()
