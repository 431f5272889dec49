# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import UserError

from ..tools.credit import charge

# A change of one of these may change what a confirmed line has credited, and to which account.
CREDIT_KEYS = {"product_id", "product_uom_qty", "product_uom_id", "support_contract_id"}


class SaleOrderLine(models.Model):
    """From a sold package to the ledger."""

    _name = "sale.order.line"
    _inherit = ["sale.order.line", "support.credit.source"]

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        for order in lines.filtered("support_tier_id").order_id:
            # What is added to a confirmed order passes no confirmation any more.
            added = (lines & order.order_line).support_tier_id
            if order.state == "sale" and (error := order._support_sale_error(added)):
                raise UserError(error)
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
                    one._counts_for_credit("invoice") and one._support_sale_line() == line
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

    def _support_point_price(self):
        ordered = self._support_ordered_points()
        return ordered and self.price_subtotal * self.order_id._support_price_factor() / ordered

    def _settles_period(self):
        return bool(self.support_period_to)

    def _support_credit_text(self, cause):
        text = super()._support_credit_text(cause)
        if not self._settles_period():
            return text
        env = self.with_context(lang=self._support_customer().lang).env
        return env._("%s, settlement", text)

    def _support_credit_values(self, *args):
        values = super()._support_credit_values(*args)
        return {**values, "sale_line_id": self.id}

    def _lower_support_order(self, points, documents):
        """Lower the order by up to so many of its points that are not invoiced.

        :param documents: its invoice and credit note lines
        :return: by how many points it was lowered
        """
        self.ensure_one()
        so_far = charge([line._as_credit_document() for line in documents])
        invoiced = so_far.charged + so_far.returned - self.support_absorbed_points
        lowered = min(points, max(0, self._support_ordered_points() - invoiced))
        if self.support_credit_on != "order" or not lowered:
            return 0
        order, unit = self.order_id, self._support_point_unit()
        was_locked = order.locked
        order.locked = False
        self.product_uom_qty -= unit._compute_quantity(lowered, self.product_uom_id, round=False)
        order.locked = was_locked
        return lowered
