# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ..tools.credit import charge


class SupportCreditSource(models.AbstractModel):
    """Credit notes that lower the price of packages and leave their points to the customer."""

    _inherit = "support.credit.source"

    def _sync_lowered_prices(self, documents):
        """Bring what packages are worth in line with what credit notes took off their price.

        As with points, what is due follows from the documents, and the difference to what was
        posted is posted: entries that move money and no points.

        :param documents: posted invoice and credit note lines of each of these sources
        """
        posted = self._posted_support_credit()
        no_entries = self.env["support.point.entry"].sudo()
        vals_list = []
        for source in self:
            contract = source.support_contract_id
            own = posted.get(source, no_entries).filtered(
                lambda entry, contract=contract: entry.contract_id == contract
            )
            lowers = any(not line._as_credit_document().returns for line in documents[source])
            if own and (lowers or not all(own.mapped("points"))):
                vals_list += source._support_price_entries(contract, own, documents[source])
        no_entries._post(vals_list)

    def _support_price_entries(self, contract, own, documents):
        """Return values of the entries that lower the price of packages, or raise it again.

        :param own: entries of this source on this account
        """
        counted = documents.filtered(lambda line: line._counts_for_credit(self.support_credit_on))
        lowered = own.filtered(lambda entry: not entry.points)
        due = charge([line._as_credit_document() for line in counted]).lowered
        difference = self.currency_id.round(due + sum(lowered.mapped("amount")))
        lowering = counted.filtered(lambda line: not line._as_credit_document().returns)
        note_line = (lowering or lowered.invoice_line_id)[-1:]
        revision = max(own.mapped("revision")) + 1
        vals_list = []
        for lot in self._support_lots(own, note_line):
            about = own.filtered(lambda entry, lot=lot: entry.lot_id == lot)
            # Down to nothing, and up to what it was sold for.
            part = min(difference, lot.amount + sum(about.mapped("amount")))
            part = self.currency_id.round(max(part, sum((about & lowered).mapped("amount"))))
            if part and lot.currency_id == self.currency_id:
                difference -= part
                vals_list.append(
                    {
                        **self._support_credit_values(0, contract),
                        "points": 0,
                        "amount": -part,
                        "lot_id": lot.id,
                        "corrects_id": lot.id,
                        "invoice_line_id": note_line.id,
                        "revision": revision + len(vals_list),
                        "name": self._lowered_price_text(note_line),
                    }
                )
        return vals_list

    def _lowered_price_text(self, note_line):
        env = self.with_context(lang=self._support_customer().lang).env
        return env._(
            "%(note)s: price of %(tier)s",
            note=note_line.move_id.name or self._support_reference(),
            tier=self.support_tier_id.with_env(env).name,
        )
