# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import freeze_time, tagged

from .invoice_common import InvoiceCommon

BEFORE, INVOICED, CREDITED, BETWEEN = "2026-10-01", "2026-10-05", "2026-10-10", "2026-10-31"
NOW = "2026-11-28 10:00:00"


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestDocumentDays(InvoiceCommon):
    """On each day the account has what the documents of that day say, however often redone."""

    def _on(self, day):
        return freeze_time(f"{day} 10:00:00")

    def _sold(self, credit_on="order"):
        with self._on(INVOICED):
            invoice = self._invoice(self._confirmed(20, credit_on))
            if credit_on == "payment":
                self._pay(invoice)
        return invoice

    def _balances(self, *days):
        contract = self._contract()
        return [contract._balance_on(day)[contract.id] for day in days]

    def _outstanding(self, day):
        report = self.env["support.prepaid.report"].create({"date_to": day})
        report.action_show()
        lines = report.line_ids.filtered(lambda line: line.partner_id == self.university)
        return round(sum(lines.mapped("amount_closing")), 2)

    def test_an_invoice_that_is_reset_and_posted_again_counts_once_on_each_day(self):
        for make in (
            lambda: self._sold("invoice"),
            lambda: self._invoice_alone(20, invoice_date=INVOICED),
        ):
            with self.subTest(), self.env.cr.savepoint() as savepoint:
                with self._on(INVOICED):
                    invoice = make()
                invoice.button_draft()
                self.assertEqual(self._balances(BEFORE, BETWEEN, NOW[:10]), [0, 0, 0])
                invoice.action_post()
                self.assertEqual(self._balances(BEFORE, BETWEEN, NOW[:10]), [0, 20, 20])
                self.assertEqual(self._outstanding(BETWEEN), 600)
                savepoint.rollback()

    def test_an_invoice_posted_again_with_more_points(self):
        invoice = self._sold("invoice")
        invoice.button_draft()
        invoice.invoice_line_ids.filtered("support_tier_id").quantity = 25
        invoice.action_post()
        self.assertEqual(self._balances(BEFORE, BETWEEN), [0, 25])

    def test_a_credit_note_that_is_reset_and_posted_again_takes_points_once(self):
        for credit_on in ("order", "invoice", "payment"):
            with self.subTest(credit_on), self.env.cr.savepoint() as savepoint:
                invoice = self._sold(credit_on)
                with self._on(CREDITED):
                    note = self._credit_note(invoice, 8)
                self.assertEqual(self._balances(INVOICED, BETWEEN), [20, 12])
                note.button_draft()
                self.assertEqual(self._balances(INVOICED, BETWEEN), [20, 20])
                note.invoice_line_ids.filtered("support_tier_id").quantity = 5
                note.action_post()
                self.assertEqual(self._balances(INVOICED, BETWEEN), [20, 15])
                self.assertEqual(self._outstanding(BETWEEN), 450)
                savepoint.rollback()

    def test_a_price_that_was_lowered_twice_is_lowered_once(self):
        invoice = self._sold()
        with self._on(CREDITED):
            note = self._credit_note(invoice, price_unit=5, support_returns_points=False)
        self.assertEqual(self._outstanding(BETWEEN), 500)
        note.button_draft()
        self.assertEqual(self._outstanding(BETWEEN), 600)
        note.action_post()
        self.assertEqual(self._outstanding(BETWEEN), 500)
        self.assertEqual(self._outstanding(INVOICED), 600)

    def test_no_package_is_refunded_before_it_was_bought(self):
        order = self._confirmed(20)
        invoice = self._invoice(order, post=False)
        invoice.invoice_date = INVOICED
        invoice.action_post()
        note = self._credit_note(invoice, post=False)
        note.invoice_date = CREDITED
        note.action_post()
        self.assertEqual(self._balances(BETWEEN, NOW[:10]), [0, 0])

    def test_a_payment_that_comes_back_credits_on_the_day_of_that(self):
        invoice = self._sold("payment")
        with self._on(CREDITED):
            invoice.line_ids.remove_move_reconcile()
            self._run_cron("follow_payments")
        self._pay(invoice)
        self.assertEqual(self._balances(INVOICED, BETWEEN, NOW[:10]), [20, 0, 20])
