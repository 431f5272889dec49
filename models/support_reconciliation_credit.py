# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class SupportReconciliation(models.Model):
    """What orders and invoices credited, beside what is due for them."""

    _inherit = "support.reconciliation"

    def _find_credit_differences(self, contracts):
        """Compare order lines, and invoice lines without an order, with what they credited."""
        found = []
        for cause, sources in self._credit_sources(contracts).items():
            documents = sources._support_documents()
            posted = sources._posted_support_credit()
            for source in sources:
                own = posted.get(source, self.env["support.point.entry"])
                due = self._points_due(source, documents[source])
                target = source.support_contract_id
                for contract in target | own.contract_id:
                    on_account = own.filtered(lambda one, c=contract: one.contract_id == c)
                    has = sum(on_account.mapped("points"))
                    expected = due if contract == target else 0
                    if expected != has and (contracts is None or contract in contracts):
                        found.append(self._credit_values(cause, source, contract, expected, has))
                if due and not target and contracts is None:
                    found.append(self._credit_values(cause, source, target, due, 0))
        return found

    def _credit_sources(self, contracts):
        """Return what sells points or has credited some: {cause: order lines or invoice lines}."""
        entries = self.env["support.point.entry"].sudo()
        own = [] if contracts is None else [("contract_id", "in", contracts.ids)]
        on_account = (
            [("support_contract_id", "in", contracts.ids)]
            if contracts is not None
            else [("support_contract_id", "!=", False)]
        )
        orders = self.env["sale.order.line"].sudo()
        selling = on_account if contracts is not None else [("support_tier_id", "!=", False)]
        credited = entries.search(
            [*own, ("sale_line_id", "!=", False), ("group_key", "=like", "order:%")]
        )
        orders = (
            orders.search([*selling, ("state", "=", "sale")], order="id") | credited.sale_line_id
        )
        lines = self.env["account.move.line"].sudo()
        invoiced = entries.search(
            [*own, ("invoice_line_id", "!=", False), ("group_key", "=like", "invoice:%")]
        )
        lines = lines.search(on_account, order="id") | invoiced.invoice_line_id
        return {"order": orders, "invoice": lines._support_sources()[1]}

    def _points_due(self, source, documents):
        """Points that a source should have credited by now; the one place that asks sales."""
        rule = source.support_credit_on
        if not (rule and source.support_tier_id):
            return 0
        return source._points_due_now(
            documents.filtered(lambda line: line._counts_for_credit(rule))
        )

    def _credit_values(self, cause, source, contract, expected, posted):
        return {
            "cause": cause,
            "contract_id": contract.id,
            "sale_line_id" if cause == "order" else "invoice_line_id": source.id,
            "source": source._support_reference(),
            "expected": expected,
            "posted": posted,
        }

    def _repair_credit(self):
        """Let sales post the difference between what is due and what was posted."""
        (self.sale_line_id or self.invoice_line_id)._sync_support_credit()
