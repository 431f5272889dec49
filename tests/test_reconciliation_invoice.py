# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import freeze_time, tagged

from .invoice_common import InvoiceCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-05-12 10:00:00")
class TestReconciliationInvoice(InvoiceCommon):
    """What is due by order, invoice, payment and credit note is what the ledger has."""

    def _found(self):
        return self.env["support.reconciliation"]._find_differences()

    def test_whatever_credits_nothing_differs(self):
        for credit_on in ("order", "invoice", "payment"):
            order = self._confirmed(30, credit_on)
            self.assertEqual(self._found(), [], f"{credit_on}: confirmed")
            invoice = self._invoice(order)
            self.assertEqual(self._found(), [], f"{credit_on}: invoiced")
            self._pay(invoice)
            self.assertEqual(self._found(), [], f"{credit_on}: paid")
            self._credit_note(invoice, points=5)
            self.assertEqual(self._found(), [], f"{credit_on}: credited")
        alone = self._invoice_alone(20)
        self._credit_note(alone, points=2)
        self.assertEqual(self._found(), [])

    def test_an_invoice_changed_behind_odoo_is_listed_and_repaired(self):
        self.tier_user.credit_on = "invoice"
        invoice = self._invoice_alone(20)
        line = invoice.invoice_line_ids
        self.env.flush_all()
        self.cr.execute("UPDATE account_move_line SET quantity = 26 WHERE id = %s", [line.id])
        self.env.invalidate_all()
        row = self.env["support.reconciliation"]._reconcile()
        self.assertRecordValues(
            row, [{"cause": "invoice", "expected": 26, "posted": 20, "state": "open"}]
        )
        self.assertIn(invoice.name, row.name)
        row.action_repair()
        self.assertEqual(row.state, "repaired")
        self.assertEqual(self._balance(), 26)
