# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import format_date


class SaleOrderLine(models.Model):
    """On paper: a package says that it is prepaid, a settlement which work it charges."""

    _inherit = "sale.order.line"

    support_period_from = fields.Date(
        string="Settles Work From",
        copy=False,
        help="First day of the overdraft that this line settles.",
    )
    support_period_to = fields.Date(
        string="Settles Work To",
        copy=False,
        help="Last day of the overdraft that this line settles. Such a line may be smaller than "
        "the minimum package, but not larger than the overdraft.",
    )

    _support_period_ordered = models.Constraint(
        "CHECK (support_period_from <= support_period_to)",
        "The period of a settlement must not end before it begins.",
    )

    def _settles_support_overdraft(self, points):
        """Tell whether these lines of one tier, of so many points, only settle an overdraft."""
        contract = self[:1]._get_support_contract()
        if points == max(0, -contract.balance):
            return True
        marked = all(line.support_period_to for line in self)
        return marked and bool(contract) and points <= contract._replay().overdraft

    def _settlement_refusal(self, points):
        """Say why these lines of so many points of one tier settle no overdraft any more."""
        contract, tier = self[:1]._get_support_contract(), self[:1].support_tier_id.sudo()
        return self.env._(
            "%(tier)s is sold in packages of at least %(minimum)s points; this order has "
            "%(points)s. As a settlement it may have what %(account)s owes, which is %(owed)s "
            "now: lower the quantity, or cancel the quotation.",
            tier=tier.name,
            minimum=tier.minimum_points,
            points=points,
            account=contract.display_name or self[:1].order_partner_id.display_name,
            owed=contract._replay().overdraft if contract else 0,
        )

    def _support_points_to_come(self):
        """Points of the line that its account will be credited but has not been yet."""
        self.ensure_one()
        unit = self.product_uom_id
        if not self.support_tier_id or self.state == "cancel":
            return 0
        left = self.product_uom_qty
        if self.state == "sale":
            left = 0 if self.support_credit_on == "order" else left - self.qty_delivered
        return round(unit._compute_quantity(left, self._support_point_unit(), round=False))

    @api.depends("support_period_from", "support_period_to")
    def _compute_name(self):
        return super()._compute_name()

    def _get_sale_order_line_multiline_description_sale(self):
        description = super()._get_sale_order_line_multiline_description_sale()
        tier = self.support_tier_id.sudo()
        if not tier:
            return description
        # Called in the customer's language.
        env = self.env
        if self.support_period_to:
            # The product's own description speaks of prepaid points.
            description = self.product_id.display_name
            text = env._(
                "%(tier)s: settlement of work from %(first)s to %(last)s",
                tier=tier.name,
                first=format_date(env, self.support_period_from or self.support_period_to),
                last=format_date(env, self.support_period_to),
            )
        else:
            text = env._("%s: prepaid points", tier.name)
            if tier.validity_months:
                text = env._(
                    "%(tier)s: prepaid points, valid for %(months)s months",
                    tier=tier.name,
                    months=tier.validity_months,
                )
        return "\n".join([description, text])

    def _prepare_invoice_line(self, **optional_values):
        """State the expected period of prepaid points, which starts when they are invoiced."""
        values = super()._prepare_invoice_line(**optional_values)
        tier = self.support_tier_id.sudo()
        if tier and not self.support_period_to and not self.is_downpayment:
            env = self.with_context(lang=self.order_id.partner_id.lang).env
            first, last = self._expected_support_period()
            period = tier._expected_period_text(env, first, last)
            values["name"] = "\n".join(filter(None, [values["name"], period]))
        return values

    def _expected_support_period(self):
        """First day of use of the package, and its last one if it expires (else None).

        It begins when the points are credited: on the day of the order, or of the invoice.
        """
        lots = self.env["support.point.entry"].sudo()
        if self.support_credit_on == "order":
            lots = lots.search(
                [("sale_line_id", "=", self.id), ("kind", "=", "purchase")],
                order="id desc",
                limit=1,
            )
        return lots.date or self.company_id._support_today(), lots.expiry_date or None
