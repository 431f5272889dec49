# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from decimal import Decimal

from odoo import Command, fields, models

from ..tools.points import even_prices


class AccountMoveLine(models.Model):
    """Invoice lines whose points are credited because their account closes."""

    _inherit = "account.move.line"

    support_taken_at_closing = fields.Boolean(
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="This draft credits points that were taken when their account closed: it counts "
        "already, and deleting it gives them back.",
    )

    def _support_points_to_credit(self, documents):
        """Points of this invoice line that no credit note about it has taken back.

        :param documents: all invoice and credit note lines of what was sold
        """
        self.ensure_one()
        notes = documents.filtered(
            lambda line: (
                line.move_type == "out_refund" and line.move_id.reversed_entry_id == self.move_id
            )
        )
        credited = [line._as_credit_document() for line in notes]
        return self._as_credit_document().points + sum(
            document.points for document in credited if document.returns
        )

    def _entered_amount(self, net):
        """Amount that one enters to charge a net one: more where prices include taxes."""
        included = self.tax_ids.flatten_taxes_hierarchy().filtered("price_include")
        if not included:
            return float(net)
        total = included.compute_all(float(net), self.currency_id, handle_price_include=False)
        return total["total_included"]

    def _draft_support_credit(self, points, amount, contract, reason):
        """Draft the credit note for some points of this invoice line, and take them at once.

        :param Decimal amount: their money without VAT, to the cent
        :return: the draft
        """
        note = self.move_id._reverse_moves(
            [{"ref": contract.name, "date": contract.company_id._support_today()}]
        )
        line = note.invoice_line_ids.filtered(
            lambda one: one.support_origin_line_id == (self.support_origin_line_id or self)
        )[:1]
        (note.invoice_line_ids - line).unlink()
        env = contract._customer_env()
        unit = self._support_point_unit()
        if line.product_uom_id != unit:
            line.product_uom_id = unit
        values = {
            "discount": 0,
            # Another unit would bring the product's own tax along.
            "tax_ids": [Command.set(self.tax_ids.ids)],
            "support_returns_points": True,
            "support_taken_at_closing": True,
            "name": env._(
                "%(points)s points left of %(invoice)s (%(account)s): %(reason)s",
                points=points,
                invoice=self.move_id.name,
                account=contract.name,
                reason=reason,
            ),
        }
        decimals = self.currency_id.decimal_places
        entered = Decimal(str(self._entered_amount(amount)))
        first, *others = even_prices(points, entered, decimals)
        for quantity, price in others:
            # The last cents, which no price of a point could share.
            copied = line.with_context(include_business_fields=True).copy_data()[0]
            amounts = {"quantity": quantity, "price_unit": float(price)}
            note.invoice_line_ids = [Command.create({**copied, **values, **amounts})]
        line.write({**values, "quantity": first[0], "price_unit": float(first[1])})
        note._sync_support_credit()
        return note
