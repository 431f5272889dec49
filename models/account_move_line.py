# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.sql import column_exists, create_column

from ..tools.credit import Document

# A change of one of these on a document that counts changes what it credits.
FOLLOWED_KEYS = {"support_returns_points", "support_contract_id", "quantity", "product_uom_id"}


class AccountMoveLine(models.Model):
    """Invoice and credit note lines of packages; without an order they credit by themselves."""

    _name = "account.move.line"
    _inherit = ["account.move.line", "support.credit.source"]

    support_tier_id = fields.Many2one(
        "support.tier",
        compute="_compute_support_tier_id",
        compute_sudo=True,
        export_string_translation=False,
    )
    support_contract_id = fields.Many2one(
        "support.contract",
        string="Support Account",
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        check_company=True,
        domain="[('state', '!=', 'closed'), ('tier_id', '=', support_tier_id), "
        "('commercial_partner_id', 'parent_of', partner_id)]",
        help="The account that the points are credited to; found or opened when they are.",
    )
    support_returns_points = fields.Boolean(
        string="Takes Points Back",
        compute="_compute_support_returns_points",
        store=True,
        readonly=False,
        copy=False,
        help="Whether this credit note takes the points from the account. Not if it only lowers "
        "their price: then the customer keeps them.",
    )
    support_origin_line_id = fields.Many2one(
        "account.move.line",
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        export_string_translation=False,
        help="The invoice line of points that this line reverses or replaces.",
    )

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & FOLLOWED_KEYS:
            self.filtered(
                lambda line: line.support_tier_id and line._counts_for_credit("invoice")
            ).move_id._sync_support_credit()
        return result

    def _auto_init(self):
        # Else an existing database would compute it for every journal item.
        if not column_exists(self.env.cr, self._table, "support_returns_points"):
            create_column(self.env.cr, self._table, "support_returns_points", "boolean")
        return super()._auto_init()

    @api.depends("product_id", "display_type", "move_id.move_type")
    def _compute_support_tier_id(self):
        for line in self:
            sells = line.display_type == "product" and line.move_id.is_sale_document(
                include_receipts=True
            )
            line.support_tier_id = sells and line.product_id.support_tier_ids[:1]

    @api.depends("price_unit", "discount", "product_id", "quantity")
    def _compute_support_returns_points(self):
        """By default a credit note takes the points back, unless it credits less than the price.

        If nothing is left of the price with it, it takes them back all the same.
        """
        for line in self:
            credits = line.move_id.move_type == "out_refund" and line.support_tier_id
            line.support_returns_points = bool(credits) and not line._credits_part_of_price()

    def _credits_part_of_price(self):
        origin = self.support_origin_line_id
        about = self.search([("support_origin_line_id", "=", origin.id)]) if origin else origin
        if not origin and self.sale_line_ids:
            about = self.sale_line_ids.invoice_lines
            origin = about.filtered(
                lambda line: line.parent_state == "posted" and line.move_type == "out_invoice"
            ).sorted("id")[-1:]
        if not origin or origin.product_uom_id != self.product_uom_id:
            return False
        currency = self.currency_id
        difference = currency.compare_amounts(self._net_unit_price(), origin._net_unit_price())
        if difference >= 0:
            # A lump sum for many points looks like the price of one.
            return difference > 0
        credited = about.filtered(
            lambda line: line.parent_state == "posted" and line.move_type == "out_refund"
        )
        left = origin.price_subtotal - sum(credited.mapped("price_subtotal"))
        return not credited or currency.compare_amounts(self.price_subtotal, left) < 0

    def _net_unit_price(self):
        return self.price_unit * (1 - (self.discount or 0) / 100)

    def _copy_data_extend_business_fields(self, values):
        """Let a credit note, and the invoice that replaces one, know the line they are about."""
        result = super()._copy_data_extend_business_fields(values)
        if self.support_tier_id:
            values["support_origin_line_id"] = (self.support_origin_line_id or self).id
            values["support_contract_id"] = self.support_contract_id.id
        return result

    def _state_package(self):
        """Say on invoices without an order what they sell: prepaid points, and for which period.

        A text that somebody wrote is left alone; so is one that says it already.
        """
        for line in self:
            if line.move_type != "out_invoice" or line.sale_line_ids:
                continue
            line = line.with_context(lang=line.partner_id.lang)
            product, tier = line.product_id, line.support_tier_id.sudo()
            stock_text = "\n".join(filter(None, [product.display_name, product.description_sale]))
            if line.name in (False, product.display_name, stock_text):
                first = line.move_id.invoice_date or line.company_id._support_today()
                package = line.env._("%s: prepaid points", tier.name)
                period = tier._expected_period_text(line.env, first)
                line.name = "\n".join(filter(None, [stock_text, package, period]))

    def _support_sale_line(self):
        """Return the order line that this line charges points of, if there is one."""
        tier = self.support_tier_id
        return self.sale_line_ids.filtered(lambda line: line.support_tier_id == tier)[:1]

    def _support_sources(self):
        """Return the order lines, and the lines without an order, that these lines are about."""
        lines = self.filtered("support_tier_id")
        with_order = lines.filtered(lambda line: line._support_sale_line())
        alone = lines - with_order
        roots = self.browse().union(*(line.support_origin_line_id or line for line in alone))
        # A deleted order that credited its line itself has taken its points back itself.
        roots = roots.filtered(lambda line: line.support_credit_on != "order")
        orders = self.env["sale.order.line"].union(
            *(line._support_sale_line() for line in with_order)
        )
        return orders, roots

    def _as_credit_document(self):
        """Return the line as a document of ``tools.credit``."""
        sign = -self.move_id.direction_sign
        try:
            points = sign * self._points_in(self.quantity, self.product_uom_id)
        except ValueError:
            # Only a line that takes no points back may have such a quantity.
            points = 0
        returns = self.move_type != "out_refund" or self.support_returns_points
        amount = sign * self.price_subtotal * self.move_id._support_price_factor()
        return Document(points, amount, returns)

    def _counts_for_credit(self, credit_on):
        """Tell whether the document is posted, and paid if that is what credits."""
        move = self.move_id
        if move.move_type == "out_refund" and move.reversed_entry_id:
            # A credit note takes back what its invoice has credited, so nothing of an unpaid one.
            move = move.reversed_entry_id
        is_paid = move._is_support_paid() or move.move_type == "out_refund"
        is_posted = self.parent_state == "posted" or (
            self.parent_state == "draft" and self.support_taken_at_closing
        )
        return is_posted and (credit_on != "payment" or is_paid)

    # ------------------------------------------------------------------
    # Source of points: a line without an order
    # ------------------------------------------------------------------

    def _support_group_prefix(self):
        return "invoice"

    def _chosen_support_contract(self):
        return self._support_sale_line().support_contract_id or self.support_contract_id

    def _support_documents(self):
        """Return for each line itself and what reverses or replaces it, as far as it is posted."""
        related = self.search([("support_origin_line_id", "in", self.ids)])
        related = related.grouped("support_origin_line_id")
        return {
            line: (line | related.get(line, self.browse()))
            .filtered(
                lambda one: one._counts_for_credit("invoice") and not one._support_sale_line()
            )
            .sorted("id")
            for line in self
        }

    def _posted_support_credit(self):
        """What each line has credited; of a deleted order, what it credited for this line."""
        entries = self.env["support.point.entry"].sudo()
        related = self.search([("support_origin_line_id", "in", self.ids)])
        root_of = {line: line for line in self}
        root_of.update((line, line.support_origin_line_id) for line in related)
        touching = entries.search([("invoice_line_id", "in", (self | related).ids)])
        orphans = touching.filtered(
            lambda entry: not entry.sale_line_id and (entry.group_key or "").startswith("order:")
        )
        contracts = {line: line.support_contract_id for line in self}
        for entry in touching:
            contracts[root_of[entry.invoice_line_id]] |= entry.contract_id
        root_of_key = {
            f"invoice:{line.id}:c{contract.id}": line
            for line in self
            for contract in contracts[line]
        }
        posted = {}
        for entry in entries.search([("group_key", "in", list(root_of_key))]) | orphans:
            root = root_of_key.get(entry.group_key) or root_of[entry.invoice_line_id]
            posted[root] = posted.get(root, entries) | entry
        return {line: own.sorted("id") for line, own in posted.items()}

    def _support_ordered_points(self):
        return 0

    def _is_support_sale_active(self):
        return self.parent_state == "posted"

    def _support_credit_rule(self):
        return "payment" if self.support_tier_id.credit_on == "payment" else "invoice"

    def _support_customer(self):
        return self.move_id.partner_id.sudo().commercial_partner_id

    def _support_seller(self):
        return self.move_id.invoice_user_id

    def _support_reference(self):
        return self.move_id.name

    def _is_lone_credit_note(self):
        """Tell whether the line credits points that no invoice line is known for."""
        return self.move_type == "out_refund" and not self.support_origin_line_id

    def _points_due_now(self, documents):
        if not self._is_lone_credit_note():
            return super()._points_due_now(documents)
        own = (documents & self)[:1]._as_credit_document() if documents & self else None
        return own.points if own and own.returns else 0

    def _support_credit_values(self, *args):
        values = super()._support_credit_values(*args)
        return {**values, "invoice_line_id": self.id}

    def _support_refund_parts(self, contract, own, points, documents):
        """A credit note written by hand takes back what the customer bought last."""
        if not self._is_lone_credit_note():
            return super()._support_refund_parts(contract, own, points, documents)
        entries = self.env["support.point.entry"].sudo()
        bought = [
            lot
            for lot in contract._replay().lots
            if entries.browse(lot.entry_id).kind == "purchase"
        ]
        parts, asked = [], points
        # Points that are left go first; used ones become overdraft.
        for lot in sorted(bought, key=lambda lot: (lot.remaining > 0, lot.entry_id), reverse=True):
            about = contract.entry_ids.filtered(lambda e, lot=lot: e.lot_id.id == lot.entry_id)
            part = min(points, lot.points + sum(about.mapped("points")))
            if part > 0:
                package = entries.browse(lot.entry_id)
                parts.append(self._support_refund_part(package, about, part, self))
                points -= part
        if points:
            raise UserError(
                self.env._(
                    "%(move)s would take %(asked)s points back, but %(account)s has bought only "
                    "%(bought)s that are not taken back yet. Lower the quantity, or untick 'Takes "
                    "Points Back' on the line.",
                    move=self.move_id.display_name,
                    asked=asked,
                    account=contract.display_name,
                    bought=asked - points,
                )
            )
        return parts
