# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .invoice_common import InvoiceCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-08-01 10:00:00")
class TestExpiredFollow(InvoiceCommon):
    """What is about expired packages is right at once, not after the job of the night."""

    def _expired(self, credit_on="order"):
        """A package of June that expired unused in July."""
        self.tier_user.validity_months = 1
        with freeze_time("2026-06-01 10:00:00"):
            invoice = self._invoice(self._confirmed(20, credit_on))
            self._pay(invoice)
        contract = self._contract()
        with freeze_time("2026-07-02 10:00:00"):
            contract._follow_expiry()
        self.assertEqual(contract.balance, 0)
        return invoice

    def _assert_settled(self, days=("2026-06-15", "2026-07-15", "2026-08-01")):
        contract = self._contract()
        self.assertEqual((contract.balance, contract._replay().overdraft), (0, 0))
        self.assertEqual([contract._balance_on(day)[contract.id] for day in days], [20, 0, 0])
        before = contract.entry_ids
        contract._follow_expiry()
        self.assertEqual(contract.entry_ids, before)

    def test_a_credit_note_of_expired_points_leaves_no_debt_to_settle(self):
        self._credit_note(self._expired())
        self._assert_settled()
        with self.assertRaisesRegex(UserError, "not overdrawn"):
            self._contract().action_settle_overdraft()

    def test_a_mistake_that_is_undone_brings_no_expired_points_back(self):
        def reset_note(invoice):
            self._credit_note(invoice).button_draft()

        def pay_again(invoice):
            invoice.line_ids.remove_move_reconcile()
            self._run_cron("follow_payments")
            self._pay(invoice)

        def lower_and_raise(invoice):
            line = invoice.invoice_line_ids.sale_line_ids
            line.product_uom_qty = 10
            line.product_uom_qty = 20

        for credit_on, act in (
            ("order", reset_note),
            ("payment", reset_note),
            ("payment", pay_again),
            ("order", lower_and_raise),
        ):
            with self.subTest(act.__name__), self.env.cr.savepoint() as savepoint:
                act(self._expired(credit_on))
                self._assert_settled()
                savepoint.rollback()

    def test_what_is_paid_again_after_it_expired_is_new(self):
        self.tier_user.validity_months = 1
        with freeze_time("2026-06-01 10:00:00"):
            invoice = self._invoice(self._confirmed(20, "payment"))
            self._pay(invoice)
        with freeze_time("2026-06-10 10:00:00"):
            invoice.line_ids.remove_move_reconcile()
            self._run_cron("follow_payments")
        self._pay(invoice)
        self.assertEqual(self._balance(), 20)
        self._run_cron("expire_points")
        self.assertEqual(self._balance(), 20)

    def test_late_time_of_before_the_expiry_owes_nothing(self):
        self._expired()
        self._log(self._create_ticket(), 60, date="2026-06-20")
        contract = self._contract()
        self.assertEqual((contract.balance, contract._replay().overdraft), (0, 0))
        self._log(self._create_ticket(), 60, date="2026-07-20")
        self.assertEqual((contract.balance, contract._replay().overdraft), (-4, 4))

    def test_a_blocking_account_pays_by_what_was_valid_on_the_day_of_the_work(self):
        self._expired()
        contract = self._contract()
        contract.overdraft_policy = "block"
        ticket = self._create_ticket()
        self._log(ticket, 60, date="2026-06-20")
        for day in ("2026-07-20", "2026-08-01"):
            with (
                self.assertRaisesRegex(UserError, "has 0 points left; this time needs 4"),
                self.env.cr.savepoint(),
            ):
                self._log(ticket, 60, date=day)
        with (
            self.assertRaisesRegex(UserError, "has 16 points left; this time needs 20"),
            self.env.cr.savepoint(),
        ):
            self._log(ticket, 300, date="2026-06-25")
        self._log(ticket, 240, date="2026-06-25")
        self.assertEqual((contract.balance, contract._replay().overdraft), (0, 0))

    def test_a_blocking_account_does_not_pay_by_what_the_job_has_still_to_expire(self):
        contract = self._open_contract(overdraft_policy="block")
        self._grant(contract, 8, expiry_date="2026-07-31")
        self._grant(contract, 2)
        with (
            self.assertRaisesRegex(UserError, "has 2 points left; this time needs 3"),
            self.env.cr.savepoint(),
        ):
            self._log(self._create_ticket(), 45)
        self._log(self._create_ticket(), 30)
        self.assertEqual(contract.balance, 0)

    def test_closing_pays_nothing_for_what_is_past_its_last_day(self):
        self.tier_user.validity_months = 1
        with freeze_time("2026-06-01 10:00:00"):
            self._invoice(self._confirmed(20))
        contract = self._contract()
        self.assertEqual(contract.balance, 20, "The job has not run.")
        self.assertFalse(contract._lots_left())
        self.assertFalse(contract._refund_rest("End"))
        contract._follow_expiry()
        self.assertEqual(contract.balance, 0)
