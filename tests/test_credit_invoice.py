# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .invoice_common import InvoiceCommon


@tagged("post_install", "-at_install")
class TestCreditOnOrder(InvoiceCommon):
    """Orders credit: invoices change nothing, credit notes take back."""

    def test_invoicing_and_paying_post_nothing_more(self):
        order = self._confirmed(20)
        self._pay(self._invoice(order))
        self.assertEqual(self._contract().entry_ids.mapped("points"), [20])

    def test_full_credit_note_takes_back_and_a_new_invoice_restores(self):
        order = self._confirmed(20)
        note = self._credit_note(self._invoice(order))
        entries = self._contract().entry_ids.sorted("id")
        self.assertEqual(entries.mapped("points"), [20, -20])
        self.assertEqual(
            (entries[1].kind, entries[1].lot_id, entries[1].amount, entries[1].invoice_line_id),
            ("refund", entries[0], -600, note.invoice_line_ids),
        )
        self.assertEqual(order.order_line.qty_delivered, 0)
        self._invoice(order)
        self.assertEqual(self._balance(), 20)
        self.assertEqual(order.order_line.qty_delivered, 20)

    def test_partial_credit_note_takes_back_its_part(self):
        order = self._confirmed(20)
        self._credit_note(self._invoice(order), 5)
        self.assertEqual(self._balance(), 15)
        self.assertEqual(sum(self._contract().entry_ids.mapped("amount")), 450)

    def test_lowering_the_order_to_what_is_left_takes_nothing_twice(self):
        order = self._confirmed(20)
        self._credit_note(self._invoice(order), 5)
        order.order_line.product_uom_qty = 15
        self.assertEqual(self._balance(), 15)
        order.order_line.product_uom_qty = 25
        self.assertEqual(self._balance(), 25)
        order.order_line.product_uom_qty = 22
        self.assertIn(order.name, self._contract().entry_ids.sorted("id")[-1].name)

    def test_credit_note_for_a_lowered_order_takes_nothing_twice(self):
        order = self._confirmed(20)
        self._invoice(order)
        order.order_line.product_uom_qty = 15
        self.assertEqual(self._balance(), 15)
        note = self._invoice(order)
        self.assertEqual(note.move_type, "out_refund")
        self.assertEqual(self._balance(), 15)

    def test_price_only_credit_note_leaves_the_points(self):
        order = self._confirmed(20)
        note = self._credit_note(self._invoice(order), post=False, price_unit=2)
        self.assertFalse(note.invoice_line_ids.support_returns_points)
        note.action_post()
        self.assertEqual(order.order_line.qty_invoiced, 0, "stock counts it as returned")
        self.assertEqual(self._balance(), 20)

    def test_the_accountant_has_the_last_word(self):
        order = self._confirmed(20)
        note = self._credit_note(self._invoice(order), post=False)
        self.assertTrue(note.invoice_line_ids.support_returns_points)
        note.invoice_line_ids.support_returns_points = False
        note.action_post()
        self.assertEqual(self._balance(), 20)
        self._invoice(order)
        self.assertEqual(self._balance(), 20, "points kept without a price are not sold twice")

    def test_a_credit_note_back_in_draft_restores_its_own_lot(self):
        self.tier_user.validity_months = 12
        order = self._confirmed(20)
        note = self._credit_note(self._invoice(order), 8)
        note.button_draft()
        contract = self._contract()
        self.assertEqual(contract.balance, 20)
        self.assertEqual([lot.remaining for lot in contract._replay().lots], [20])
        self.assertEqual(sum(contract.entry_ids.mapped("amount")), 600)
        note.action_post()
        self.assertEqual(contract.balance, 12)
        note.button_draft()
        note.button_cancel()
        self.assertEqual(contract.balance, 20)
        order.order_line.product_uom_qty = 21
        self.assertEqual(contract.balance, 21)

    def test_points_taken_back_that_were_used_become_overdraft(self):
        order = self._confirmed(20)
        self._log(self._create_ticket(), 60)
        self._credit_note(self._invoice(order))
        self.assertEqual(self._balance(), -4)
        self.assertEqual(self._contract()._replay().overdraft, 4)

    def test_invoice_replaced_after_a_partial_invoice_keeps_the_points(self):
        order = self._confirmed(20)
        new = self._replace(self._invoice(order, 12))
        self.assertEqual(self._balance(), 8)
        new.action_post()
        self.assertEqual(self._balance(), 20)

    def test_cancelling_after_the_credit_note_takes_nothing_twice(self):
        order = self._confirmed(20)
        self._credit_note(self._invoice(order))
        order._action_cancel()
        self.assertEqual(self._balance(), 0)

    def test_a_deleted_order_leaves_the_points_taken_back(self):
        order = self._confirmed(20)
        invoice = self._invoice(order)
        order._action_cancel()
        order.unlink()
        self._pay(invoice)
        invoice.button_draft()
        invoice.action_post()
        self.assertEqual(self._balance(), 0)

    def test_another_rule_of_the_tier_changes_new_sales_only(self):
        order = self._confirmed(20)
        self.tier_user.credit_on = "payment"
        invoice = self._invoice(order)
        self.assertEqual(self._balance(), 20)
        self._pay(invoice)
        self.assertEqual(self._balance(), 20)
        order.order_line.product_uom_qty = 25
        self.assertEqual(self._balance(), 25)


@tagged("post_install", "-at_install")
class TestCreditOnInvoice(InvoiceCommon):
    """Posted invoices credit, of orders and without one."""

    def test_each_posted_invoice_credits_its_points(self):
        order = self._confirmed(20, "invoice")
        self.assertFalse(self._contract())
        first = self._invoice(order, 12)
        self.assertEqual(self._balance(), 12)
        self.assertEqual(order.support_contract_ids, self._contract())
        second = self._invoice(order)
        self.assertEqual(self._balance(), 20)
        entries = self._contract().entry_ids.sorted("id")
        self.assertEqual(entries.mapped("amount"), [360, 240])
        self.assertEqual(entries.invoice_line_id, first.invoice_line_ids | second.invoice_line_ids)
        self.assertEqual(entries.sale_line_id, order.order_line)

    def test_a_draft_credits_nothing_and_a_reset_takes_back(self):
        order = self._confirmed(20, "invoice")
        invoice = self._invoice(order, post=False)
        self.assertEqual(self._balance(), 0)
        invoice.action_post()
        invoice.button_draft()
        self.assertEqual(self._balance(), 0)
        invoice.action_post()
        self.assertEqual(self._balance(), 20)
        invoice.button_draft()
        invoice.button_cancel()
        self.assertEqual(self._balance(), 0)

    def test_a_cancelled_order_leaves_what_is_invoiced(self):
        order = self._confirmed(20, "invoice")
        invoice = self._invoice(order)
        order._action_cancel()
        self.assertEqual(self._balance(), 20)
        self._credit_note(invoice)
        self.assertEqual(self._balance(), 0)

    def test_a_deleted_order_is_not_credited_a_second_time(self):
        order = self._confirmed(20, "invoice")
        invoice = self._invoice(order)
        order._action_cancel()
        order.unlink()
        self._pay(invoice)
        self.assertEqual(self._balance(), 20)
        self._credit_note(invoice, 5)
        self.assertEqual(self._balance(), 15)
        self._credit_note(invoice, 15)
        self.assertEqual(self._balance(), 0)

    def test_a_refund_takes_back_the_lot_of_its_own_invoice(self):
        order = self._confirmed(40, "invoice")
        first, _second = self._invoice(order, 20), self._invoice(order)
        self._credit_note(first, 5)
        refund = self._contract().entry_ids.filtered(lambda entry: entry.kind == "refund")
        self.assertEqual(refund.lot_id.invoice_line_id, first.invoice_line_ids)

    def test_a_price_only_credit_note_and_its_new_invoice_sell_the_points_once(self):
        order = self._confirmed(20, "invoice")
        self._credit_note(self._invoice(order), support_returns_points=False)
        self.assertEqual(self._balance(), 20)
        self._invoice(order)
        self.assertEqual(self._balance(), 20)

    def test_orders_of_both_tiers_with_sections_and_down_payment(self):
        (self.tier_user | self.tier_technical).credit_on = "invoice"
        order = self._order(20)
        order.order_line = [
            Command.create({"display_type": "line_section", "name": "Technical"}),
            Command.create(
                {"product_id": self.tier_technical.product_id.id, "product_uom_qty": 40}
            ),
            Command.create({"display_type": "line_note", "name": "Thank you"}),
        ]
        order.action_confirm()
        down = self.env["sale.advance.payment.inv"].create(
            {
                "advance_payment_method": "percentage",
                "amount": 100,
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        down._create_invoices(order).action_post()
        self.assertEqual(self._balance(), 0)
        final = self._invoice(order)
        self.assertEqual(final.amount_total, 0)
        self.assertEqual(self._balance(), 20)
        self.assertEqual(self._contract(tier=self.tier_technical).balance, 40)

    def test_part_points_are_refused_before_posting(self):
        order = self._confirmed(20, "invoice")
        invoice = self._invoice(order, 7.5, post=False)
        with self.assertRaisesRegex(UserError, "not a whole number"):
            invoice.action_post()
        self.assertEqual(invoice.state, "draft")

    def test_amount_and_currency_of_the_invoice_are_kept(self):
        currency = (
            self.env["res.currency"].with_context(active_test=False).search([("name", "=", "CHF")])
        )
        currency.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": currency.id, "rate": 2, "company_id": self.company.id}
        )
        pricelist = self.env["product.pricelist"].create(
            {"name": "CHF", "currency_id": currency.id, "company_id": self.company.id}
        )
        self.tier_user.credit_on = "invoice"
        order = self._order(5, product_uom_id=self.env.ref("uom.product_uom_hour").id)
        order.pricelist_id = pricelist
        order.order_line.write({"price_unit": 240, "discount": 10})
        order.action_confirm()
        self._invoice(order)
        entry = self._contract().entry_ids
        self.assertRecordValues(entry, [{"points": 20, "amount": 1080, "currency_id": currency.id}])
        self.assertEqual(order.order_line.qty_delivered, 5)

    def test_another_rule_of_the_tier_changes_new_sales_only(self):
        order = self._confirmed(40, "invoice")
        invoice = self._invoice(order, 20)
        self.tier_user.credit_on = "order"
        order.order_line.product_uom_qty = 60
        self.assertEqual(self._balance(), 20)
        self.tier_user.credit_on = "payment"
        self._pay(invoice)
        self._invoice(order, 20)
        self.assertEqual(self._balance(), 40)


@tagged("post_install", "-at_install")
class TestCreditOnPayment(InvoiceCommon):
    """Paid invoices credit; taking the payment off is found by the job."""

    def test_points_come_with_the_whole_payment(self):
        invoice = self._invoice(self._confirmed(20, "payment"))
        self.assertEqual(self._balance(), 0)
        self._pay(invoice, 100)
        self.assertEqual((invoice.payment_state, self._balance()), ("partial", 0))
        self._pay(invoice)
        self.assertIn(invoice.payment_state, ("in_payment", "paid"))
        self.assertEqual(self._contract().entry_ids.mapped("points"), [20])
        self.env["account.move"]._invoice_paid_hook()
        invoice._invoice_paid_hook()
        self.assertEqual(self._balance(), 20)

    def test_the_job_takes_back_what_is_no_longer_paid(self):
        invoice = self._invoice(self._confirmed(20, "payment"))
        self._pay(invoice)
        invoice.line_ids.remove_move_reconcile()
        self.assertEqual(self._balance(), 20)
        self._run_cron("follow_payments")
        self.assertEqual((invoice.payment_state, self._balance()), ("not_paid", 0))
        self._pay(invoice)
        self.assertEqual(self._balance(), 20)

    def test_the_job_runs_soon_after_a_payment_is_taken_off(self):
        invoice = self._invoice(self._confirmed(20, "payment"))
        self._pay(invoice)
        cron = self.env.ref("helpdesk_support_points.ir_cron_follow_payments")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        invoice.line_ids.remove_move_reconcile()
        self.assertGreater(
            self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]), triggers
        )

    def test_each_paid_invoice_of_an_order(self):
        order = self._confirmed(40, "payment")
        first, second = self._invoice(order, 15), self._invoice(order)
        self._pay(second)
        self.assertEqual(self._balance(), 25)
        self._pay(first)
        self.assertEqual(self._balance(), 40)

    def test_a_credit_note_of_an_unpaid_invoice_takes_nothing_of_a_paid_one(self):
        order = self._confirmed(40, "payment")
        first, second = self._invoice(order, 15), self._invoice(order)
        self._pay(second)
        self._credit_note(first)
        self.assertEqual(self._balance(), 25)

    def test_a_credit_note_of_a_paid_invoice(self):
        invoice = self._invoice(self._confirmed(20, "payment"))
        self._pay(invoice)
        self._credit_note(invoice, 5)
        self.assertEqual(self._balance(), 15)

    def test_replacing_a_paid_invoice_waits_for_the_new_payment(self):
        invoice = self._invoice(self._confirmed(20, "payment"))
        self._pay(invoice)
        new = self._replace(invoice)
        self.assertEqual(self._balance(), 0)
        new.action_post()
        self.assertEqual(self._balance(), 0)
        self._pay(new)
        self.assertEqual(self._balance(), 20)

    def test_an_order_for_nothing_is_paid_when_posted(self):
        self._invoice(self._confirmed(20, "payment", price_unit=0))
        self.assertEqual(self._balance(), 20)

    def test_another_rule_of_the_tier_changes_new_sales_only(self):
        invoice = self._invoice(self._confirmed(20, "payment"))
        self.tier_user.credit_on = "order"
        invoice.button_draft()
        invoice.action_post()
        self.assertEqual(self._balance(), 0)
        self._pay(invoice)
        self.assertEqual(self._balance(), 20)

    def test_an_invoice_that_another_ones_credit_pays_is_paid(self):
        first = self._invoice(self._confirmed(20, "payment"))
        self._pay(first)
        note = self._credit_note(first)
        second = self._invoice(self._confirmed(20))
        self.assertEqual(self._balance(), 0)
        lines = (note | second).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        )
        cron = self.env.ref("helpdesk_support_points.ir_cron_follow_payments")
        triggered = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        lines.reconcile()
        self.assertEqual(second.payment_state, "reversed")
        self.assertGreater(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), triggered
        )
        self._run_cron("follow_payments")
        self.assertEqual(self._balance(), 20)

    def test_an_invoice_that_its_own_credit_note_pays_is_not(self):
        invoice = self._invoice(self._confirmed(20, "payment"))
        note = self._credit_note(invoice)
        self.assertEqual((invoice.payment_state, note.amount_residual), ("reversed", 0))
        self._run_cron("follow_payments")
        self.assertEqual(self._balance(), 0)
