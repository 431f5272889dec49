# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ..tools.credit import value_due


class SupportCreditSource(models.AbstractModel):
    """What packages are worth: what customers were charged for them, less what was paid back."""

    _inherit = "support.credit.source"

    def _sync_support_values(self, documents):
        """Bring what packages are worth in line with orders, invoices and credit notes.

        As with points, what is due follows from the documents, and the difference to what was
        posted is posted: entries that move money and no points.

        :param documents: invoice and credit note lines of each of these sources, oldest first
        """
        posted = self._posted_support_credit()
        no_entries = self.env["support.point.entry"].sudo()
        vals_list = []
        for source in self:
            contract = source.support_contract_id
            own = posted.get(source, no_entries).filtered(
                lambda entry, contract=contract: entry.contract_id == contract
            )
            vals_list += source._support_value_entries(contract, own, documents[source])
        no_entries._post(vals_list)
        return vals_list

    def _support_value_entries(self, contract, own, documents):
        """Return values of the entries that change what packages of this source are worth.

        :param own: entries of this source on this account
        """
        counted = documents.filtered(lambda line: line._counts_for_credit(self.support_credit_on))
        lowering = counted.filtered(lambda line: not line._as_credit_document().returns)
        cause = (lowering or counted)[-1:]
        lots = self._support_lots(own, cause).filtered(
            lambda lot: lot.currency_id == self.currency_id
        )
        if not lots:
            return []
        difference = self._support_value_difference(own, counted)
        revision = max(own.mapped("revision")) + 1
        vals_list = []
        for lot in lots:
            about = own.filtered(lambda entry, lot=lot: entry.lot_id == lot)
            # A package is worth nothing at least.
            part = max(difference, -(lot.amount + sum(about.mapped("amount"))))
            part = self.currency_id.round(part)
            if not part:
                continue
            difference = self.currency_id.round(difference - part)
            paid_back = about.filtered(lambda entry: entry.kind == "refund" and not entry.points)
            is_refund = bool(lowering) if part < 0 else -sum(paid_back.mapped("amount")) >= part
            undone = about.filtered(
                lambda entry, part=part: (
                    not entry.points
                    and entry.amount * part < 0
                    and entry.invoice_line_id
                    and entry.invoice_line_id not in counted
                )
            )[-1:]
            vals_list.append(
                {
                    **self._support_credit_values(0, contract, cause, lot, undone),
                    "kind": "refund" if is_refund else "adjustment",
                    "points": 0,
                    "amount": part,
                    "lot_id": lot.id,
                    "corrects_id": lot.id,
                    "invoice_line_id": cause.id,
                    "revision": revision + len(vals_list),
                    "name": self._changed_price_text(cause),
                }
            )
        return vals_list

    def _support_value_difference(self, own, counted):
        """Money that own entries lack, by the documents about them.

        What is not invoiced is worth what it was when it was sold, whatever the order says later.
        """
        if not counted:
            # Nothing changes a price any more.
            changes = own.filtered(lambda entry: not entry.points)
            return -self.currency_id.round(sum(changes.mapped("amount")))
        sold = own.filtered(lambda entry: entry.kind == "purchase")
        due = value_due(
            [line._as_credit_document() for line in counted],
            sum(own.mapped("points")),
            sum(sold.mapped("amount")) / sum(sold.mapped("points")),
        )
        return self.currency_id.round(due - sum(own.mapped("amount")))

    def _changed_price_text(self, cause):
        env = self.with_context(lang=self._support_customer().lang).env
        return env._(
            "%(document)s: price of %(tier)s",
            document=cause.move_id.name or self._support_reference(),
            tier=self.support_tier_id.with_env(env).name,
        )
