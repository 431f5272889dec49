# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command

from .test_sale import SaleCommon


class InvoiceCommon(SaleCommon):
    """Orders, invoices, credit notes and payments, as an accountant makes them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.journal = cls.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1
        )

    def _confirmed(self, points=20, credit_on=None, tier=None, **values):
        if credit_on:
            (tier or self.tier_user).credit_on = credit_on
        order = self._order(points, tier, **values)
        order.action_confirm()
        return order

    def _invoice(self, order, points=None, post=True):
        """Invoice an order, or some points of its first line."""
        invoice = order._create_invoices(final=True)
        if points is not None:
            invoice.invoice_line_ids.filtered("product_id")[0].quantity = points
        if post:
            invoice.action_post()
        return invoice

    def _invoice_alone(self, points=20, move_type="out_invoice", post=True, **values):
        invoice = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": self.university.id,
                "invoice_date": self.company._support_today(),
                "invoice_line_ids": [
                    Command.create(
                        {"product_id": self.tier_user.product_id.id, "quantity": points, **values}
                    )
                ],
            }
        )
        if post:
            invoice.action_post()
        return invoice

    def _pay(self, invoice, amount=None):
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": self.journal.id, **({"amount": amount} if amount else {})})
        )
        return wizard._create_payments()

    def _credit_note(self, invoice, points=None, post=True, **values):
        """Credit an invoice by the wizard; then change its line, and post it."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "reason": "Test"})
        )
        wizard.refund_moves()
        note = wizard.new_move_ids
        line = note.invoice_line_ids.filtered("support_tier_id")[:1]
        if points is not None:
            line.quantity = points
        if values:
            line.write(values)
        if post:
            note.action_post()
        return note

    def _replace(self, invoice):
        """Reverse an invoice and make a new one; return that as a draft."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "reason": "Test"})
        )
        wizard.modify_moves()
        return wizard.new_move_ids

    def _discount_order(self, order, part):
        """Take a part off the whole order, as the button does."""
        self.env["sale.order.discount"].create(
            {
                "sale_order_id": order.id,
                "discount_type": "so_discount",
                "discount_percentage": part,
            }
        ).action_apply_discount()

    def _balance(self):
        return sum(self._contract().mapped("balance"))
