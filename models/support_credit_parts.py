# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError

from ..tools.ledger import split_amount


class SupportCreditSource(models.AbstractModel):
    """Which packages a difference makes, takes from, or gives back to."""

    _inherit = "support.credit.source"

    def _support_restored_parts(self, own, points):
        """Give points back to the packages that they were taken from, if that is undone now.

        They keep their expiry, whether a credit note or the invoice was reset, or the order was
        cancelled or lowered. What a credit note takes that still counts stays taken. What has
        expired since an order or a payment went is sold anew; what a reset credit note took is as
        it would be without the note.
        """
        parts = []
        today = self.company_id._support_today()
        for entry in own.filtered(lambda entry: entry.points < 0).sorted("id", reverse=True):
            line, lot = entry.invoice_line_id, entry.lot_id
            is_taken = line.move_type == "out_refund" and line._counts_for_credit("invoice")
            is_reset = line.move_type == "out_refund" and not is_taken
            expired_since = (
                not is_reset and lot.expiry_date and entry.work_date <= lot.expiry_date < today
            )
            if is_taken or expired_since or not lot._is_charged():
                continue
            undone = own.filtered(
                lambda one, entry=entry: one.points > 0 and one.corrects_id == entry
            )
            part = min(points, -entry.points - sum(undone.mapped("points")))
            if part > 0:
                share = self._support_share(
                    -entry.amount, -entry.points, sum(undone.mapped("points")), part
                )
                parts.append(
                    {
                        "kind": "refund",
                        "points": part,
                        "amount": share,
                        "expiry_date": False,
                        "lot_id": lot.id,
                        "corrects_id": entry.id,
                        "invoice_line_id": line.id,
                    }
                )
                points -= part
        return parts

    def _support_share(self, *share):
        """``tools.ledger.split_amount`` in the currency of this source."""
        return float(split_amount(*share, self.currency_id.decimal_places))

    def _support_sold_parts(self, own, points, documents):
        """Make new packages: one of an order, else one of each invoice line that charges them."""
        if self.support_credit_on == "order":
            ordered = self._support_ordered_points()
            amount = self.currency_id.round(self._support_point_price() * ordered)
            return [{"points": points, "amount": self._support_share(amount, ordered, 0, points)}]
        parts = []
        for line in documents.sorted("id", reverse=True):
            charged = line._as_credit_document()
            lots = own.filtered(
                lambda entry, line=line: entry.kind == "purchase" and entry.invoice_line_id == line
            )
            credited = sum(
                (lots | own.filtered(lambda e, lots=lots: e.lot_id in lots)).mapped("points")
            )
            part = min(points, charged.points - credited)
            if part > 0 and line._counts_for_credit(self.support_credit_on):
                share = self._support_share(charged.amount, charged.points, credited, part)
                parts.append(
                    {
                        "points": part,
                        "amount": share,
                        "currency_id": line.currency_id.id,
                        "invoice_line_id": line.id,
                    }
                )
                points -= part
        return parts

    def _support_refund_parts(self, contract, own, points, documents):
        """Take points back from the source's own packages, at their own price.

        First from those of the invoice that the last credit note reverses, then the newest.
        """
        credited_by = self._unposted_credit_line(own, documents)
        taken = self._taken_elsewhere(own)
        gone = self._points_gone_at_closing(taken)
        parts = []
        for lot in self._support_lots(own, credited_by):
            about = own.filtered(lambda entry, lot=lot: entry.lot_id == lot)
            left = lot.points + sum(about.mapped("points"))
            part = min(left - gone.get(lot, 0), points)
            if part > 0:
                parts.append(self._support_refund_part(lot, about, part, credited_by))
                points -= part
        notes = taken.filtered(lambda entry: entry.kind == "refund").invoice_line_id.move_id
        if points and notes:
            raise UserError(
                self.env._(
                    "%(points)s of these points have been taken back already by %(notes)s. Reset "
                    "that to draft first, or untick 'Takes Points Back' on its line.",
                    points=points,
                    notes=", ".join(notes.mapped("display_name")),
                )
            )
        if points and gone:
            raise UserError(
                self.env._(
                    "%(points)s of these points have been taken already, when %(account)s was "
                    "closed, so they cannot be taken back a second time. To pay their price back "
                    "all the same, make a credit note and untick 'Takes Points Back' on its line; "
                    "take points that were moved to another account by Adjust Points.",
                    points=points,
                    account=contract.display_name,
                )
            )
        return parts

    def _taken_elsewhere(self, own):
        """Return the entries about packages of this source that it has not posted itself."""
        lots = own.filtered(lambda entry: entry.kind == "purchase")
        return own.search([("lot_id", "in", lots.ids), ("points", "!=", 0)]) - own

    def _points_gone_at_closing(self, taken):
        """Return {package: points} that were moved, forfeited or refunded, but did not expire."""
        gone = {}
        for entry in taken:
            lot = entry.lot_id
            has_expired = (
                entry.kind == "expiry" and lot.expiry_date and lot.expiry_date < entry.date
            )
            if not has_expired:
                gone[lot] = gone.get(lot, 0) - entry.points
        return gone

    def _support_lots(self, own, credited_by):
        """Packages that a credit note is about: of the invoice it reverses, then the newest."""
        reversed_move = credited_by.move_id.reversed_entry_id
        return own.filtered(lambda entry: entry.kind == "purchase").sorted(
            lambda lot: (reversed_move and lot.invoice_line_id.move_id == reversed_move, lot.id),
            reverse=True,
        )

    def _unposted_credit_line(self, own, documents):
        """Return the last credit note line that has not taken back all its points yet, if any."""
        for line in documents.sorted("id", reverse=True):
            document = line._as_credit_document()
            entries = own.filtered(lambda entry, line=line: entry.invoice_line_id == line)
            if document.returns and document.points < min(0, sum(entries.mapped("points"))):
                return line
        return documents.browse()

    def _support_refund_part(self, lot, about, points, credited_by):
        """Values that take points of a package back, with their share of the money it has left.

        :param about: entries that took points or money of the package before
        """
        values = {"points": -points, "lot_id": lot.id, "currency_id": lot.currency_id.id}
        if lot.amount is not False:
            left = lot.points + sum(about.mapped("points"))
            money = lot.currency_id.round(lot.amount + sum(about.mapped("amount")))
            values["amount"] = -self._support_share(money, left, 0, points)
        if credited_by:
            values["invoice_line_id"] = credited_by.id
        return values
