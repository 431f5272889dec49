# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .invoice_common import InvoiceCommon


@tagged("post_install", "-at_install")
class TestInvoiceAlone(InvoiceCommon):
    """Invoices without an order open the account like a first order does."""

    def test_posting_opens_the_account_and_credits_it(self):
        invoice = self._invoice_alone(20)
        contract = self._contract()
        self.assertEqual((contract.state, contract.balance), ("open", 20))
        self.assertEqual(invoice.support_contract_ids, contract)
        self.assertEqual(contract.invoice_count, 1)
        self.assertEqual(contract.entry_ids.invoice_line_id, invoice.invoice_line_ids)
        self.assertEqual(contract.entry_ids.amount, 600)
        self._pay(invoice)
        self.assertEqual(len(contract.entry_ids), 1)

    def test_it_says_what_it_sells_in_the_customers_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.university.lang = "de_DE"
        invoice = self._invoice_alone(20, post=False)
        invoice.invoice_date = "2026-03-02"
        invoice.action_post()
        line = invoice.invoice_line_ids
        self.assertIn("vorausbezahlte Punkte", line.name)
        self.assertIn("02.03.2026 – 01.03.2027", line.name)
        stated = line.name
        invoice.button_draft()
        invoice.action_post()
        self.assertEqual(line.name, stated, "Posting again says nothing twice.")

    def test_a_text_of_ones_own_is_left_alone(self):
        invoice = self._invoice_alone(20, name="As agreed on the phone")
        self.assertEqual(invoice.invoice_line_ids.name, "As agreed on the phone")

    def test_a_negative_line_is_refused(self):
        invoice = self._invoice_alone(20, post=False)
        line = {"product_id": self.tier_user.product_id.id, "quantity": -5}
        invoice.invoice_line_ids = [Command.create(line)]
        with self.assertRaisesRegex(UserError, "Make a credit note instead"):
            invoice.action_post()

    def test_a_line_without_tax_is_refused(self):
        with self.assertRaisesRegex(UserError, "has no tax on its line"):
            self._invoice_alone(20, tax_ids=[Command.clear()])

    def test_the_books_have_it_on_the_day_of_the_invoice(self):
        self.tier_user.validity_months = 12
        invoice = self._invoice_alone(20, post=False)
        invoice.invoice_date = "2026-03-31"
        invoice.action_post()
        entry = self._contract().entry_ids
        self.assertEqual(str(entry.date), "2026-03-31")
        self.assertEqual(str(entry.expiry_date), "2027-03-31")
        note = self._credit_note(invoice, 5, post=False)
        note.invoice_date = "2026-04-01"
        note.action_post()
        self.assertEqual(str(self._contract().entry_ids.sorted("id")[-1].date), "2026-04-01")

    def test_reset_and_post_again_keeps_the_expiry(self):
        self.tier_user.validity_months = 12
        with freeze_time("2026-01-10 10:00:00"):
            invoice = self._invoice_alone(20)
        expiry = self._contract().entry_ids.expiry_date
        with freeze_time("2026-05-10 10:00:00"):
            invoice.button_draft()
            invoice.action_post()
        (lot,) = [lot for lot in self._contract()._replay().lots if lot.remaining]
        self.assertEqual((lot.remaining, lot.expiry_date), (20, expiry))

    def test_reset_and_post_again_with_another_quantity(self):
        invoice = self._invoice_alone(20)
        invoice.button_draft()
        self.assertEqual(self._balance(), 0)
        invoice.invoice_line_ids.quantity = 30
        invoice.action_post()
        self.assertEqual(self._balance(), 30)

    def test_credit_notes_follow_and_never_take_more_than_was_charged(self):
        invoice = self._invoice_alone(20)
        self._credit_note(invoice, 5)
        self.assertEqual(self._balance(), 15)
        self._credit_note(invoice, 20)
        self.assertEqual(self._balance(), 0)

    def test_replaced_invoice_sells_the_points_once(self):
        new = self._replace(self._invoice_alone(20))
        self.assertEqual(self._balance(), 0)
        new.action_post()
        self.assertEqual(self._balance(), 20)

    def test_price_only(self):
        self._credit_note(self._invoice_alone(20), price_unit=3)
        self.assertEqual(self._balance(), 20)

    def test_on_payment(self):
        self.tier_user.credit_on = "payment"
        invoice = self._invoice_alone(20)
        self.assertEqual(self._balance(), 0)
        self._pay(invoice)
        self.assertEqual(self._balance(), 20)

    def test_credit_note_written_by_hand_takes_what_was_bought_last(self):
        self._invoice_alone(20)
        self._invoice_alone(10)
        note = self._invoice_alone(12, "out_refund")
        contract = self._contract()
        self.assertEqual(contract.balance, 18)
        self.assertEqual([lot.remaining for lot in contract._replay().lots], [18, 0])
        self.assertEqual(sum(contract.entry_ids.mapped("amount")), 540)
        note.button_draft()
        self.assertEqual(contract.balance, 30)
        note.action_post()
        self.assertEqual(contract.balance, 18)

    def test_a_second_note_by_hand_takes_no_used_package_twice(self):
        """What the first one took back was used: now overdraft, but the package is gone."""
        self._invoice_alone(20)
        self._log(self._create_ticket(), 300)
        self._invoice_alone(20, "out_refund")
        self.assertEqual(self._balance(), -20)
        with self.assertRaisesRegex(UserError, "bought only 0"):
            self._invoice_alone(20, "out_refund")

    def test_credit_note_by_hand_for_more_than_was_bought_is_refused(self):
        self._invoice_alone(20)
        with self.assertRaisesRegex(UserError, "bought only 20"):
            self._invoice_alone(21, "out_refund")

    def test_vendor_bills_credit_nothing(self):
        self._invoice_alone(20, "in_invoice")
        self.assertFalse(self._contract())

    def test_a_deleted_order_that_credited_itself_is_left_alone_by_credit_notes(self):
        order = self._confirmed(20)
        invoice = self._invoice(order)
        self._credit_note(invoice, 5)
        order._action_cancel()
        order.unlink()
        self._credit_note(invoice, 5)
        self.assertEqual(self._balance(), 0)

    def test_each_company_credits_its_own_account(self):
        other = self.env["res.company"].create({"name": "Other Company"})
        self._confirmed(20)
        env = self.env(context={**self.env.context, "allowed_company_ids": other.ids})
        order = env["sale.order"].create(
            {
                "partner_id": self.university.id,
                "order_line": [
                    Command.create(
                        {"product_id": self.tier_user.product_id.id, "product_uom_qty": 30}
                    )
                ],
            }
        )
        order.action_confirm()
        accounts = self._contract()
        self.assertEqual(
            {account.company_id: account.balance for account in accounts},
            {self.company: 20, other: 30},
        )
