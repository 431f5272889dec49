# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError


class SupportReconciliation(models.Model):
    """What orders and invoices credited, beside what is due for them."""

    _inherit = "support.reconciliation"

    def _find_credit_differences(self, contracts):
        """Compare order lines with what they credited on each account."""
        lines, posted = self._credited_order_lines(contracts)
        found = []
        for line in lines:
            own = posted.get(line, self.env["support.point.entry"])
            due = self._order_line_due(line, own)
            for contract in line.support_contract_id | own.contract_id:
                expected = due if contract == line.support_contract_id else 0
                has = sum(
                    own.filtered(lambda one, c=contract: one.contract_id == c).mapped("points")
                )
                if expected != has and (contracts is None or contract in contracts):
                    found.append(self._order_values(line, contract, expected, has))
            if due and not line.support_contract_id and contracts is None:
                found.append(self._order_values(line, line.support_contract_id, due, 0))
        return found

    def _credited_order_lines(self, contracts):
        """Return the order lines that sell points or have credited some, and their entries."""
        lines = self.env["sale.order.line"].sudo()
        entries = self.env["support.point.entry"].sudo()
        own = [] if contracts is None else [("contract_id", "in", contracts.ids)]
        credited = entries.search(
            [*own, ("sale_line_id", "!=", False), ("group_key", "=like", "order:%")]
        ).sale_line_id
        selling = [("support_tier_id", "!=", False), ("state", "=", "sale")]
        if contracts is not None:
            selling.append(("support_contract_id", "in", contracts.ids))
        lines = lines.search(selling, order="id") | credited
        return lines, lines._posted_credit()

    def _order_line_due(self, line, own):
        """Points that an order line should have credited by now; the one place that asks sales."""
        if not line._credits_on_order(own):
            return 0
        try:
            return line._whole_support_points()
        except UserError:
            # Changed behind Odoo to what no order may have: due is what was credited, no more.
            return 0

    def _order_values(self, line, contract, expected, posted):
        return {
            "cause": "order",
            "contract_id": contract.id,
            "sale_line_id": line.id,
            "source": line.order_id.name,
            "expected": expected,
            "posted": posted,
        }

    def _repair_credit(self):
        """Let sales post the difference between what is due and what was posted."""
        self.sale_line_id._sync_support_credit()
