# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date, formatLang

from ..tools.points import point_price

DEFAULT_MINUTES_PER_POINT = 15
# Who sees what a customer has paid and negotiated; prices of tiers are no secret.
MONEY_GROUPS = (
    "helpdesk_mgmt.group_helpdesk_manager,sales_team.group_sale_salesman,"
    "helpdesk_support_points.group_support_accounting"
)
ROUNDING_SCOPES = [
    ("entry", "Each time entry"),
    ("day", "Each ticket and day"),
    ("ticket", "Each ticket"),
]
CREDIT_ON = [
    ("order", "Order confirmed"),
    ("invoice", "Invoice posted"),
    ("payment", "Invoice paid"),
]


class SupportTier(models.Model):
    """What is sold: points of some minutes each, at an hourly rate."""

    _name = "support.tier"
    _description = "Support Tier"
    _inherit = ["mail.thread"]
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short name for lists, such as USM or TS.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Leave empty to sell this tier in every company."
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id", compute_sudo=True)
    hourly_rate = fields.Monetary(
        required=True, tracking=True, help="Price of an hour without VAT."
    )
    minutes_per_point = fields.Integer(
        default=DEFAULT_MINUTES_PER_POINT,
        required=True,
        tracking=True,
        help="Work is billed by the started point. Changes apply to new support accounts only.",
    )
    point_price = fields.Monetary(
        compute="_compute_point_price", help="Hourly rate × minutes per point ÷ 60."
    )
    minimum_points = fields.Integer(
        string="Minimum Package", tracking=True, help="Fewest points that one order may buy."
    )
    rounding_scope = fields.Selection(
        ROUNDING_SCOPES,
        default="entry",
        required=True,
        tracking=True,
        help="What is rounded up to whole points together. "
        "Changes apply to new support accounts only.",
    )
    credit_on = fields.Selection(
        CREDIT_ON,
        string="Credit Points When",
        default="order",
        required=True,
        tracking=True,
        help="An invoice counts as paid once all of it is, or is in payment. An invoice without "
        "an order credits when it is posted, or paid. Changes apply to new sales only.",
    )
    validity_months = fields.Integer(
        string="Validity (Months)",
        tracking=True,
        help="Bought points expire after so many months; 0 means that they never do.",
    )
    expiry_notice_days = fields.Integer(
        string="Notice Before Expiry (Days)",
        default=30,
        tracking=True,
        help="So many days before points expire, the account manager gets an activity, once per "
        "package; 0 means never.",
    )
    expected_months = fields.Integer(
        string="Expected Use (Months)",
        default=12,
        tracking=True,
        help="Invoices of packages state this as the expected period of the service; 0 states "
        "none. Points that expire are expected to be used until then.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        string="Service Hours",
        check_company=True,
        help="When the service is open. Empty: the shipped hours of user support.",
    )
    product_id = fields.Many2one(
        "product.product",
        required=True,
        check_company=True,
        ondelete="restrict",
        copy=False,
        domain="[('type', '=', 'service')]",
        help="Made for you when left empty.",
    )
    uom_id = fields.Many2one(
        "uom.uom", string="Unit", related="product_id.uom_id", export_string_translation=False
    )
    level_ids = fields.One2many("support.level", "tier_id", string="Levels")
    guarantee_ids = fields.One2many("support.guarantee", "tier_id", string="Guarantees")
    contract_ids = fields.One2many("support.contract", "tier_id", string="Support Accounts")

    _minutes_per_point_range = models.Constraint(
        "CHECK (minutes_per_point BETWEEN 1 AND 1440)",
        "A point must last between 1 and 1440 minutes.",
    )
    _minimum_points_range = models.Constraint(
        "CHECK (minimum_points BETWEEN 0 AND 1000000)",
        "The minimum package must be between 0 and 1,000,000 points.",
    )
    _validity_months_range = models.Constraint(
        "CHECK (validity_months BETWEEN 0 AND 1200)",
        "The validity must be between 0 and 1200 months.",
    )
    _expiry_notice_days_range = models.Constraint(
        "CHECK (expiry_notice_days BETWEEN 0 AND 3650)",
        "The notice must be between 0 and 3650 days.",
    )
    _expected_months_range = models.Constraint(
        "CHECK (expected_months BETWEEN 0 AND 1200)",
        "The expected use must be between 0 and 1200 months.",
    )
    _hourly_rate_range = models.Constraint(
        "CHECK (hourly_rate >= 0 AND hourly_rate <= 1000000)",
        "The hourly rate must be between 0 and 1,000,000.",
    )
    _product_unique = models.UniqueIndex(
        "(product_id)", "Each product can sell the points of one tier only."
    )

    @api.depends("company_id")
    def _compute_currency_id(self):
        """Price a shared tier as its shared product is: in the main company's currency."""
        main = self.env["res.company"]._get_main_company()
        for tier in self:
            tier.currency_id = (tier.company_id or main).currency_id

    @api.depends("hourly_rate", "minutes_per_point")
    def _compute_point_price(self):
        for tier in self:
            tier.point_price = tier.hourly_rate * tier.minutes_per_point / 60

    @api.depends("name", "code")
    def _compute_display_name(self):
        for tier in self:
            tier.display_name = tier.name

    @api.constrains("hourly_rate", "minutes_per_point")
    def _check_point_price(self):
        for tier in self:
            self._check_rate_fits(tier.hourly_rate, tier.minutes_per_point)

    @api.model
    def _check_rate_fits(self, hourly_rate, minutes_per_point):
        """Refuse an hourly rate at which a point's price has more decimals than prices have."""
        digits = self.env["decimal.precision"].precision_get("Product Price")
        try:
            point_price(hourly_rate, minutes_per_point, digits)
        except ValueError as error:
            raise ValidationError(
                self.env._(
                    "A point of %(minutes)s minutes at %(rate)s per hour has a price that "
                    "does not fit %(digits)s decimals. Choose another hourly rate, or raise "
                    "the decimal accuracy 'Product Price' in the settings.",
                    minutes=minutes_per_point,
                    rate=formatLang(self.env, hourly_rate),
                    digits=digits,
                )
            ) from error

    @api.constrains("company_id")
    def _check_company_of_contracts(self):
        for tier in self.filtered("company_id"):
            if tier.sudo().contract_ids.company_id - tier.company_id:
                raise ValidationError(
                    self.env._(
                        "Other companies have support accounts of %(tier)s, so it stays shared. "
                        "Make a tier of its own for %(company)s.",
                        tier=tier.name,
                        company=tier.company_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [dict(vals) for vals in vals_list]
        without_product = [vals for vals in vals_list if not vals.get("product_id")]
        self.check_access("create")
        # Whoever may make tiers need not be allowed to make products otherwise.
        products = (
            self.env["product.product"]
            .sudo()
            .create(
                [
                    {
                        "name": vals.get("name"),
                        "company_id": vals.get("company_id"),
                        **self._prepare_product_values(),
                        "uom_id": self._get_point_uom(
                            vals.get("minutes_per_point", DEFAULT_MINUTES_PER_POINT)
                        ).id,
                    }
                    for vals in without_product
                ]
            )
        )
        for vals, product in zip(without_product, products, strict=True):
            vals["product_id"] = product.id
        tiers = super().create(vals_list)
        tiers._sync_product()
        return tiers

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"hourly_rate", "minutes_per_point", "product_id"}:
            self._sync_product()
        return result

    @api.model
    def _prepare_product_values(self):
        """Values that every product of points shares: sold up front, invoiced as ordered."""
        return {
            "type": "service",
            "sale_ok": True,
            "purchase_ok": False,
            "invoice_policy": "order",
            "service_type": "manual",
            "service_tracking": "no",
        }

    def _sync_product(self):
        """Bring unit, hour packaging and list price of the product in line with the tier."""
        hour = self.env.ref("uom.product_uom_hour")
        for tier in self:
            product = tier.product_id.sudo()
            uom = self._get_point_uom(tier.minutes_per_point)
            if product.uom_id != uom:
                if (
                    self.env["sale.order.line"]
                    .sudo()
                    .search_count([("product_id", "=", product.id)], limit=1)
                ):
                    raise UserError(
                        self.env._(
                            "%(product)s has been sold by the %(unit)s already. To sell points "
                            "of %(minutes)s minutes, make a new tier and archive this one.",
                            product=product.display_name,
                            unit=product.uom_id.name,
                            minutes=tier.minutes_per_point,
                        )
                    )
                product.uom_id = uom
            product.write({"lst_price": tier.point_price, "uom_ids": [Command.link(hour.id)]})

    @api.model
    def _get_point_uom(self, minutes_per_point):
        """Return the unit of a point of so many minutes, made on first use.

        :param int minutes_per_point: 15 is the shipped unit *support point*.
        """
        if minutes_per_point == DEFAULT_MINUTES_PER_POINT:
            # Not env.ref, which asks the database on every call.
            unit_id = self.env["ir.model.data"]._xmlid_to_res_id(
                "helpdesk_support_points.uom_point"
            )
            return self.env["uom.uom"].browse(unit_id)
        uom_model = self.env["uom.uom"].sudo().with_context(active_test=False)
        hour = self.env.ref("uom.product_uom_hour")
        name = self.env._("Support point (%s min)", minutes_per_point)
        return uom_model.search(
            [
                ("relative_uom_id", "=", hour.id),
                ("support_minutes_per_point", "=", minutes_per_point),
            ],
            limit=1,
        ) or uom_model.create(
            {
                "name": name,
                "relative_uom_id": hour.id,
                "relative_factor": minutes_per_point / 60,
                "support_minutes_per_point": minutes_per_point,
            }
        )

    def _get_calendar(self):
        """Return the calendar of this tier's service hours, or of no tier's the shipped one."""
        if self.calendar_id:
            return self.calendar_id
        # Not env.ref, which asks the database on every call.
        shipped_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "helpdesk_support_points.calendar_service_hours", raise_if_not_found=False
        )
        own = (self.company_id or self.env.company).resource_calendar_id
        return self.calendar_id.browse(shipped_id) if shipped_id else own

    def _expected_period_text(self, env, first, last=None):
        """Say on an invoice when its prepaid points are expected to be used; "" if nobody knows.

        :param env: environment in the customer's language
        :param first: first day of the period
        :param last: its last day, if it is known; else it follows from the tier
        """
        if not last and self.validity_months:
            last = fields.Date.add(first, months=self.validity_months)
        elif not last and self.expected_months:
            last = fields.Date.subtract(fields.Date.add(first, months=self.expected_months), days=1)
        if not last:
            return ""
        return env._(
            "Expected period: %(first)s – %(last)s",
            first=format_date(env, first),
            last=format_date(env, last),
        )

    def _sell_package(self, partner, company, contract=None):
        """Return the action that opens a quotation for the minimum package of this tier."""
        self.ensure_one()
        line = {
            "product_id": self.product_id.id,
            "product_uom_qty": max(self.minimum_points, 1),
            "support_contract_id": contract and contract.id,
        }
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Package"),
            "res_model": "sale.order",
            "view_mode": "form",
            "context": {
                "default_partner_id": partner.id,
                "default_company_id": company.id,
                "default_order_line": [Command.create(line)],
            },
        }

    def action_view_contracts(self):
        """Open the support accounts of this tier."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_support_points.action_support_contract"
        )
        action["domain"] = [("tier_id", "=", self.id)]
        action["context"] = {"default_tier_id": self.id}
        return action
