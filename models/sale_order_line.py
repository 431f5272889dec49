# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.ledger import split_amount
from ..tools.points import whole_points


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
        "('commercial_partner_id', '=', order_partner_id)]",
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

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._sync_support_credit()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & {"product_uom_qty", "product_uom_id", "price_unit", "discount", "state"}:
            self._sync_support_credit()
        return result

    def _get_pricelist_price(self):
        """A customer's own hourly rate goes before the list price of the tier."""
        contract = self._get_support_contract() if self.support_tier_id else None
        if not (contract and contract.hourly_rate):
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

    def _support_points(self):
        """Points that the line orders, as an integer.

        :raise ValueError: the amount is not a whole number of points
        """
        self.ensure_one()
        point_uom = self.support_tier_id.sudo().uom_id
        quantity = self.product_uom_qty
        if self.product_uom_id != point_uom:
            quantity = self.product_uom_id._compute_quantity(quantity, point_uom, round=False)
        return whole_points(quantity)

    def _whole_support_points(self):
        """Points that the line orders.

        :raise UserError: the amount is not a whole number of points
        """
        try:
            return self._support_points()
        except ValueError as error:
            raise UserError(
                self.env._(
                    "%(quantity)s %(unit)s of %(tier)s is not a whole number of support points. "
                    "One point is %(minutes)s minutes.",
                    quantity=self.product_uom_qty,
                    unit=self.product_uom_id.name,
                    tier=self.support_tier_id.sudo().name,
                    minutes=self.support_tier_id.sudo().minutes_per_point,
                )
            ) from error

    def _get_support_contract(self):
        """Return the account that this line credits, as superuser; empty before there is one."""
        self.ensure_one()
        contract = self.support_contract_id.sudo()
        partner = self.order_id.partner_id.sudo().commercial_partner_id
        if contract or not partner:
            return contract
        key = (partner, self.support_tier_id.sudo(), self.order_id.company_id)
        contract = self.env["support.contract"]._find_open([key])[key]
        # A covered faculty draws from the account, but what it buys itself is its own.
        return contract if contract.commercial_partner_id == partner else contract.browse()

    # ------------------------------------------------------------------
    # Crediting
    # ------------------------------------------------------------------

    def _sync_support_credit(self):
        """Bring what order lines have credited in line with what they sell now.

        Posts per line the difference between what is due and what its entries say, so that
        confirming twice, changing a quantity or cancelling are all the same step. Tiers that
        credit on invoice or payment are not credited here.
        """
        lines = self.sudo().filtered(
            lambda line: (
                line.support_tier_id.credit_on == "order"
                and (line.state == "sale" or line.support_contract_id)
            )
        )
        if not lines:
            return
        for line in lines.filtered(lambda line: line.state == "sale"):
            if not line.support_contract_id:
                line.support_contract_id = line._open_support_contract()
        contracts = lines.support_contract_id
        contracts._lock_for_posting()
        entries = self.env["support.point.entry"].sudo()
        posted = entries._posted_by_group([f"order:{line.id}" for line in lines])
        vals_list = []
        for line in lines:
            points, amount, revision, last_id = posted.get(f"order:{line.id}", (0, 0, 0, False))
            sold = line.state == "sale"
            difference = (line._whole_support_points() if sold else 0) - points
            amount = (line.price_subtotal if sold else 0) - amount
            for part, lot in line._support_credit_parts(difference):
                share = float(split_amount(amount, abs(difference), 0, abs(part)))
                vals_list.append(
                    {
                        **line._support_credit_values(part),
                        "points": part,
                        "amount": share,
                        "lot_id": lot.id,
                        "corrects_id": last_id,
                        "revision": revision,
                    }
                )
                amount, difference, revision = amount - share, difference - part, revision + 1
        entries._post(vals_list)
        for line in lines:
            # A package is delivered by being credited.
            line.qty_delivered = line.product_uom_qty if line.state == "sale" else 0

    def _support_credit_parts(self, difference):
        """Split a difference in points: a new package, or the line's own ones, newest first.

        :return: list of (points, package that they are taken from or empty)
        """
        entries = self.env["support.point.entry"].sudo()
        if difference > 0:
            return [(difference, entries)]
        parts = []
        if difference:
            own = entries.search([("group_key", "=", f"order:{self.id}")], order="id desc")
            for lot in own.filtered(lambda entry: entry.kind == "purchase"):
                taken = own.filtered(lambda entry, lot=lot: entry.lot_id == lot)
                left = lot.points + sum(taken.mapped("points"))
                part = -min(left, -difference)
                if part:
                    parts.append((part, lot))
                    difference -= part
        return parts

    def _support_credit_values(self, points):
        """Values of the entry that adds (+) or takes back (−) points of this line."""
        today = self.company_id._support_today()
        tier = self.support_tier_id.with_context(lang=self.order_id.partner_id.lang)
        months = tier.validity_months
        expires = points > 0 and months
        return {
            "contract_id": self.support_contract_id.id,
            "kind": "purchase" if points > 0 else "refund",
            "work_date": today,
            "expiry_date": fields.Date.add(today, months=months) if expires else False,
            "currency_id": self.currency_id.id,
            "group_key": f"order:{self.id}",
            "sale_line_id": self.id,
            "name": f"{self.order_id.name}: {tier.name}",
        }

    def _open_support_contract(self):
        """Return the customer's account for this line's tier; the first order opens one."""
        self.ensure_one()
        contract = self._get_support_contract()
        partner = self.order_id.partner_id.commercial_partner_id
        if not contract:
            contract = contract.search(
                Domain("commercial_partner_id", "=", partner.id)
                & Domain("tier_id", "=", self.support_tier_id.id)
                & Domain("company_id", "=", self.company_id.id)
                & Domain("state", "=", "draft"),
                limit=1,
            ) or contract.with_company(self.company_id).create(
                {
                    "partner_id": partner.id,
                    "tier_id": self.support_tier_id.id,
                    "company_id": self.company_id.id,
                    "user_id": self.order_id.user_id.id,
                }
            )
        if contract.state == "draft":
            contract.action_open()
        return contract
