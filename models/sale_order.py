# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class SaleOrder(models.Model):
    _inherit = "sale.order"

    # Computed from a field that only project users may read, yet shown to every timesheet
    # user: without this, support staff who also sell could not open a new order.
    show_hours_recorded_button = fields.Boolean(compute_sudo=True)
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
    support_warning = fields.Char(
        compute="_compute_support_warning",
        groups="base.group_user",
        export_string_translation=False,
        help="Why the order's packages of points cannot be sold as they are.",
    )

    @api.depends("order_line.support_contract_id")
    def _compute_support_contract_ids(self):
        for order in self:
            order.support_contract_ids = order.order_line.support_contract_id
            order.support_contract_count = len(order.support_contract_ids)

    @api.depends(
        "order_line.support_tier_id",
        "order_line.product_uom_qty",
        "order_line.product_uom_id",
        "order_line.price_subtotal",
        "order_line.tax_ids",
    )
    def _compute_support_warning(self):
        for order in self:
            order.support_warning = order._support_sale_error()

    def _support_lines(self):
        """Order lines that sell support points."""
        return self.order_line.filtered(
            lambda line: (
                line.support_tier_id
                and line.product_uom_qty
                and not line.display_type
                and not line.is_downpayment
            )
        )

    def _support_sale_error(self, tiers=None):
        """Say why the packages of points in this order cannot be sold; False if they can.

        The minimum package counts per tier over the whole order (service description), except
        for an order of exactly the points that the customer's account is overdrawn by.

        :param tiers: only packages of these tiers; by default all
        """
        self.ensure_one()
        lines = self._support_lines()
        if tiers is not None:
            lines = lines.filtered(lambda line: line.support_tier_id in tiers)
        for tier, tier_lines in lines.grouped("support_tier_id").items():
            tier = tier.sudo()
            try:
                points = sum(line._whole_support_points() for line in tier_lines)
            except UserError as error:
                return str(error)
            if any(line.price_subtotal < 0 for line in tier_lines):
                return self.env._("%s cannot be sold below nothing. Raise its price.", tier.name)
            if points < tier.minimum_points and not tier_lines._settles_support_overdraft(points):
                if any(tier_lines.mapped("support_period_to")):
                    return tier_lines._settlement_refusal(points)
                return self.env._(
                    "%(tier)s is sold in packages of at least %(minimum)s points; this order "
                    "has %(points)s. Raise the quantity or remove the line.",
                    tier=tier.name,
                    minimum=tier.minimum_points,
                    points=points,
                )
        untaxed = lines.filtered(lambda line: not line.tax_ids)
        if untaxed and self.company_id._support_has_sales_tax():
            return untaxed[0].product_id._support_missing_tax_message()
        return False

    def _support_price_factor(self):
        """Part of the lines' prices that is left after a discount on the whole order."""
        return self.company_id._support_price_factor(self.order_line)

    def _confirmation_error_message(self):
        return super()._confirmation_error_message() or self._support_sale_error()

    def _check_support_sale(self):
        for order in self:
            if order.state in ("draft", "sent") and (error := order._support_sale_error()):
                raise UserError(error)

    def _has_to_be_signed(self):
        """The portal offers no signature on what could then not be confirmed."""
        return super()._has_to_be_signed() and not self._support_sale_error()

    def _has_to_be_paid(self):
        """The portal takes no money for what could then not be confirmed."""
        return super()._has_to_be_paid() and not self._support_sale_error()

    def action_quotation_send(self):
        self._check_support_sale()
        return super().action_quotation_send()

    def action_quotation_sent(self):
        self._check_support_sale()
        return super().action_quotation_sent()

    def _action_confirm(self):
        result = super()._action_confirm()
        self.order_line._sync_support_credit()
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        self.order_line._sync_support_credit()
        return result

    def action_view_support_contracts(self):
        """Open the accounts that this order credits."""
        self.ensure_one()
        self.check_access("read")
        self.env["support.contract"].check_access("read")
        return self.support_contract_ids._get_records_action(name=self.env._("Support Accounts"))
