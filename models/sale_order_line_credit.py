# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

# A change of one of these may change what a confirmed line has credited, and to which account.
CREDIT_KEYS = {"product_id", "product_uom_qty", "product_uom_id", "support_contract_id"}


class SaleOrderLine(models.Model):
    """From a sold package to the ledger."""

    _name = "sale.order.line"
    _inherit = ["sale.order.line", "support.credit.source"]

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._sync_support_credit()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & CREDIT_KEYS:
            self._sync_support_credit()
        return result

    # ------------------------------------------------------------------
    # Source of points
    # ------------------------------------------------------------------

    def _support_group_prefix(self):
        return "order"

    def _support_documents(self):
        """Return the posted invoice and credit note lines of each order line, oldest first."""
        return {
            line: line.invoice_lines.filtered(
                lambda one, line=line: (
                    one.parent_state == "posted" and one._support_sale_line() == line
                )
            ).sorted("id")
            for line in self
        }

    def _posted_support_credit(self):
        return (
            self.env["support.point.entry"]
            .sudo()
            .search(
                [("sale_line_id", "in", self.ids), ("group_key", "=like", "order:%")], order="id"
            )
            .grouped("sale_line_id")
        )

    def _takes_closed_support_contract(self):
        # What was used before it closed is settled there.
        return bool(self.support_period_to)

    def _support_ordered_points(self):
        return self._whole_support_points() if self._is_support_sale_active() else 0

    def _is_support_sale_active(self):
        return self.state == "sale"

    def _support_customer(self):
        return self.order_id.partner_id.sudo().commercial_partner_id

    def _support_seller(self):
        return self.order_id.user_id

    def _support_reference(self):
        return self.order_id.name

    def _set_support_delivered(self, points):
        """A package is delivered by being credited."""
        tier = self.support_tier_id
        if not (tier and self.support_credit_on):
            return
        delivered = self._support_point_unit()._compute_quantity(
            points, self.product_uom_id, round=False
        )
        if self.qty_delivered != delivered:
            self.qty_delivered = delivered

    def _support_credit_values(self, points, contract=None):
        return {**super()._support_credit_values(points, contract), "sale_line_id": self.id}
