# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    support_tier_id = fields.Many2one(
        "support.tier",
        compute="_compute_support_tier_id",
        compute_sudo=True,
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="restrict",
        export_string_translation=False,
        help="Set when the line sells support points.",
    )
    support_contract_id = fields.Many2one(
        "support.contract",
        string="Support Account",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('state', '!=', 'closed'), ('tier_id', '=', support_tier_id), "
        "('commercial_partner_id', 'parent_of', order_partner_id)]",
        help="The account that the points are credited to; found or opened on confirmation.",
    )

    @api.depends("product_id")
    def _compute_support_tier_id(self):
        for line in self:
            line.support_tier_id = line.product_id.support_tier_ids[:1]

    @api.depends("support_tier_id")
    def _compute_remaining_hours_available(self):
        """Points are drawn from the account, never from an order line's hours."""
        point_lines = self.filtered("support_tier_id")
        point_lines.remaining_hours_available = False
        return super(SaleOrderLine, self - point_lines)._compute_remaining_hours_available()

    def _get_pricelist_price(self):
        """A customer's own hourly rate goes before the list price of the tier."""
        contract = self._own_rate_contract()
        if not contract:
            return super()._get_pricelist_price()
        price = contract.hourly_rate * self.support_tier_id.minutes_per_point / 60
        price = self.product_id.uom_id._compute_price(price, self.product_uom_id)
        return contract.currency_id._convert(
            price,
            self.currency_id,
            self.company_id,
            self.order_id.date_order or fields.Date.today(),
            round=False,
        )

    def _get_pricelist_price_before_discount(self):
        """An own rate is no discount of a pricelist: it is met to the cent, and shows as it is."""
        if self._own_rate_contract():
            return self._get_pricelist_price()
        return super()._get_pricelist_price_before_discount()

    def _own_rate_contract(self):
        """Return the account of this line if it has an hourly rate of its own."""
        contract = self.support_tier_id and self._get_support_contract()
        return contract and contract.filtered("hourly_rate")

    def _whole_support_points(self):
        """Points that the line orders.

        :raise UserError: the amount is negative, or not a whole number of points
        """
        points = self._check_whole_points(self.product_uom_qty, self.product_uom_id)
        if points < 0:
            raise UserError(
                self.env._(
                    "An order cannot take support points back by a negative quantity. Lower the "
                    "quantity of the line that sold them, or cancel its order."
                )
            )
        return points
