# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain

from ..tools.ledger import split_amount

# A change of one of these may change what a confirmed line has credited, and to which account.
CREDIT_KEYS = {"product_id", "product_uom_qty", "product_uom_id", "support_contract_id"}


class SaleOrderLine(models.Model):
    """From a sold package to the ledger."""

    _inherit = "sale.order.line"

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

    def _get_support_contract(self):
        """Return the account that this line credits, as superuser; empty before there is one."""
        self.ensure_one()
        chosen = self.support_contract_id.sudo()
        partner = self.order_id.partner_id.sudo().commercial_partner_id
        if self._fits_support_contract(chosen) and chosen.state != "closed":
            return chosen
        if not partner:
            return chosen.browse()
        key = (partner, self.support_tier_id.sudo(), self.order_id.company_id)
        found = self.env["support.contract"]._find_open([key])[key]
        return found if self._fits_support_contract(found) else found.browse()

    def _support_overdraft(self):
        """Points that the account of this line is overdrawn by; 0 if it is not."""
        return max(0, -self._get_support_contract().balance)

    def _fits_support_contract(self, contract):
        """Tell whether what this line sells belongs on the account.

        Customer, tier, company and length of a point must be the same. A covered faculty draws
        from the account, but what it buys itself is its own.
        """
        tier = self.support_tier_id.sudo()
        return bool(contract) and (
            contract.tier_id == tier
            and contract.minutes_per_point == tier.minutes_per_point
            and contract.company_id == self.order_id.company_id
            and contract.commercial_partner_id
            == self.order_id.partner_id.sudo().commercial_partner_id
        )

    def _open_support_contract(self, credited):
        """Return the account for this line; a customer's first order opens one.

        :param credited: the account that the line has credited already, if any
        """
        self.ensure_one()
        contract = self._get_support_contract()
        chosen = self.support_contract_id
        if chosen in credited and self._fits_support_contract(chosen):
            # Even a closed one: what was credited there is corrected there.
            return chosen
        partner = self.order_id.partner_id.commercial_partner_id
        if not contract:
            drafts = contract.search(
                Domain("commercial_partner_id", "=", partner.id)
                & Domain("tier_id", "=", self.support_tier_id.id)
                & Domain("company_id", "=", self.company_id.id)
                & Domain("state", "=", "draft")
            ).filtered(self._fits_support_contract)
            contract = drafts[:1] or contract.with_company(self.company_id).create(
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

    def _sync_support_credit(self):
        """Bring what order lines have credited in line with what they sell now.

        Posts per line and account the difference between what is due and what its entries say, so
        that confirming twice, changing a quantity, another account or cancelling are all the same
        step. Tiers that credit on invoice or payment are not credited here.
        """
        lines = self.sudo().filtered(lambda line: line.support_tier_id or line.support_contract_id)
        if not lines:
            return
        entries = self.env["support.point.entry"].sudo()
        lines._assign_support_contract()
        posted = lines._posted_credit()
        targets = {}
        for line in lines:
            own = posted.get(line, entries)
            if line._credits_on_order(own):
                targets[line, line.support_contract_id] = line._whole_support_points()
            for contract in own.contract_id:
                targets.setdefault((line, contract), 0)
        contracts = self.env["support.contract"].union(*(contract for _line, contract in targets))
        contracts._lock_for_posting()
        for (line, contract), due in targets.items():
            own = posted.get(line, entries).filtered(lambda e, c=contract: e.contract_id == c)
            entries._post(line._support_credit_entries(contract, own, due))
            # A package is delivered by being credited.
            if line.support_contract_id == contract:
                line.qty_delivered = line.product_uom_qty if due else 0
        contracts.filtered(lambda contract: contract.state == "open")._book_unbooked_time()

    def _assign_support_contract(self):
        """Set the account of each confirmed line; a changed one posts for its line by itself."""
        posted = self._posted_credit()
        for line in self:
            own = posted.get(line, self.env["support.point.entry"])
            if line._credits_on_order(own):
                contract = line._open_support_contract(own.contract_id)
                if line.support_contract_id != contract:
                    line.support_contract_id = contract

    def _posted_credit(self):
        """Return what these lines have credited: dict of line → entries, oldest first."""
        return (
            self.env["support.point.entry"]
            .sudo()
            .search(
                [("sale_line_id", "in", self.ids), ("group_key", "=like", "order:%")], order="id"
            )
            .grouped("sale_line_id")
        )

    def _credits_on_order(self, own):
        """Tell whether the order credits the line; what it has credited stays its business."""
        tier = self.support_tier_id
        credits = tier.credit_on == "order" or sum(own.mapped("points")) > 0
        return self.state == "sale" and bool(tier) and credits

    def _support_credit_entries(self, contract, own, due):
        """Return values of the entries that bring what is posted to what is due.

        :param own: entries of this line on this account
        :param int due: points that the line should have credited there
        """
        difference = due - sum(own.mapped("points"))
        parts = []
        if difference > 0:
            share = split_amount(self.price_subtotal, due, 0, difference)
            parts = [(difference, float(share), own.browse())]
        elif difference:
            parts = self._support_refund_parts(own, -difference)
        revision = max(own.mapped("revision"), default=-1) + 1
        return [
            {
                **self._support_credit_values(points, contract),
                "points": points,
                "amount": amount,
                "lot_id": lot.id,
                "corrects_id": own[-1:].id,
                "revision": revision + index,
            }
            for index, (points, amount, lot) in enumerate(parts)
        ]

    def _support_refund_parts(self, own, points):
        """Take points back from the line's own packages, the newest first, at their own price.

        :return: list of (negative points, negative amount, package)
        """
        parts = []
        for lot in own.filtered(lambda entry: entry.kind == "purchase").sorted("id", reverse=True):
            taken = -sum(own.filtered(lambda entry, lot=lot: entry.lot_id == lot).mapped("points"))
            part = min(lot.points - taken, points)
            if part:
                share = split_amount(lot.amount, lot.points, taken, part)
                parts.append((-part, -float(share), lot))
                points -= part
        return parts

    def _support_credit_values(self, points, contract=None):
        """Values of the entry that adds (+) or takes back (−) points of this line."""
        contract = contract or self.support_contract_id
        today = self.company_id._support_today()
        tier = contract.tier_id.with_context(lang=self.order_id.partner_id.lang)
        expires = points > 0 and tier.validity_months
        return {
            "contract_id": contract.id,
            "kind": "purchase" if points > 0 else "refund",
            "work_date": today,
            "expiry_date": fields.Date.add(today, months=tier.validity_months)
            if expires
            else False,
            "currency_id": self.currency_id.id,
            "group_key": f"order:{self.id}:c{contract.id}",
            "sale_line_id": self.id,
            "name": f"{self.order_id.name}: {tier.name}",
        }
