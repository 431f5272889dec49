# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class AccountMove(models.Model):
    """Invoices and credit notes of packages bring the account in line with what is sold."""

    _inherit = "account.move"

    support_contract_ids = fields.Many2many(
        "support.contract",
        string="Support Accounts",
        compute="_compute_support_contract_ids",
        compute_sudo=True,
        groups="base.group_user",
    )
    support_contract_count = fields.Integer(
        compute="_compute_support_contract_ids",
        compute_sudo=True,
        groups="base.group_user",
        export_string_translation=False,
    )

    @api.depends(
        "invoice_line_ids.support_contract_id", "invoice_line_ids.sale_line_ids.support_contract_id"
    )
    def _compute_support_contract_ids(self):
        for move in self:
            lines = move.invoice_line_ids
            move.support_contract_ids = (
                lines.support_contract_id | lines.sale_line_ids.support_contract_id
            )
            move.support_contract_count = len(move.support_contract_ids)

    def _support_lines(self):
        """Lines that charge or credit support points, as superuser."""
        sales = self.sudo().filtered(lambda move: move.is_sale_document(include_receipts=True))
        return sales.invoice_line_ids.filtered("support_tier_id")

    def _sync_support_credit(self):
        """Bring the accounts in line with what these invoices and credit notes charge now."""
        lines = self._support_lines()
        orders, alone = lines._support_sources()
        for line in lines:
            # So that a line whose order is deleted later still knows who credited it.
            if (order_line := line._support_sale_line()) and order_line.support_credit_on:
                line.support_credit_on = order_line.support_credit_on
        orders._sync_support_credit()
        alone._sync_support_credit()

    def _is_support_paid(self):
        """Tell whether the invoice is paid, be it by the credit note of another invoice.

        Odoo calls the latter *reversed*, as if nothing of it were left.
        """
        if self.payment_state != "reversed":
            return self.payment_state in ("in_payment", "paid")
        settling = self.line_ids.matched_credit_ids.credit_move_id.move_id
        return any(move.reversed_entry_id != self for move in settling)

    def _support_price_factor(self):
        """Part of the lines' prices that is left after a discount on the whole invoice."""
        return self.company_id._support_price_factor(
            self.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        )

    def _check_support_points(self):
        """Refuse before posting what no account could follow, or what lacks VAT.

        Part points are refused, but a mere price reduction may have any number.
        """
        for line in self._support_lines():
            if line.move_type != "out_refund" or line.support_returns_points:
                line._check_whole_points(line.quantity, line.product_uom_id)
            if line.quantity < 0 and not line._support_sale_line():
                raise UserError(
                    self.env._(
                        "%(move)s takes %(product)s back by a negative quantity. Make a credit "
                        "note instead: it takes the points back as well.",
                        move=line.move_id.display_name,
                        product=line.product_id.display_name,
                    )
                )
            charges = line.move_type == "out_invoice" and line.price_subtotal
            if charges and not line.tax_ids and line.company_id._support_has_sales_tax():
                raise UserError(line.product_id._support_missing_tax_message())

    def _post(self, soft=True):
        self._check_support_points()
        self._support_lines()._state_package()
        posted = super()._post(soft)
        posted._sync_support_credit()
        return posted

    def button_cancel(self):
        result = super().button_cancel()
        self._sync_support_credit()
        return result

    def unlink(self):
        """Drafts that count already, as credit notes of closed accounts, give points back."""
        counting = self._support_lines().filtered("support_taken_at_closing")
        orders, alone = counting._support_sources()
        result = super().unlink()
        orders._sync_support_credit()
        (alone.exists() - counting)._sync_support_credit()
        return result

    def button_draft(self):
        result = super().button_draft()
        self._sync_support_credit()
        return result

    def _reverse_moves(self, default_values_list=None, cancel=False):
        """Reversing takes payments off the invoice, which calls no hook of its own."""
        reverse_moves = super()._reverse_moves(default_values_list, cancel)
        if cancel:
            self._sync_support_credit()
        return reverse_moves

    def _invoice_paid_hook(self):
        result = super()._invoice_paid_hook()
        self._sync_support_credit()
        return result

    def action_view_support_contracts(self):
        """Open the accounts whose points this invoice charges."""
        self.ensure_one()
        self.check_access("read")
        self.env["support.contract"].check_access("read")
        return self.support_contract_ids._get_records_action(name=self.env._("Support Accounts"))
