# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, models
from odoo.tools import formatLang

from ..tools.ledger import split_amount
from ..tools.transfer import transfer


class SupportContract(models.Model):
    """What becomes of the points that are left when an account closes."""

    _inherit = "support.contract"

    def action_ask_close(self):
        """Close the account; if points are left, ask first what becomes of them."""
        self.ensure_one()
        self.check_access("write")
        if not self._lots_left():
            return self.action_close()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Close Account"),
            "res_model": "support.contract.close",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contract_id": self.id},
        }

    def _lots_left(self):
        """Return the lots that have points left, in the order in which they are drawn.

        What is past its last day is not left, whether the job that expires it has run or not.
        """
        self.ensure_one()
        today = self.company_id._support_today()
        return [
            lot
            for lot in self._replay().lots
            if lot.remaining and (not lot.expiry_date or lot.expiry_date >= today)
        ]

    def _take_values(self, lot, kind, name):
        """Values of the entry that takes the rest of a lot, with its money."""
        has_money = lot.remaining_amount is not None
        return {
            "contract_id": self.id,
            "kind": kind,
            "points": -lot.remaining,
            "amount": has_money and -float(lot.remaining_amount),
            "currency_id": has_money and lot.currency_id,
            "work_date": self.company_id._support_today(),
            "lot_id": lot.entry_id,
            "name": name,
        }

    def _customer_env(self):
        return self.with_context(lang=self.partner_id.lang).env

    def _forfeit_rest(self, reason):
        """Take what is left without giving anything for it: it expires before its time."""
        self._lock_for_posting(exclusive=True)
        name = self._customer_env()._("Forfeited when the account closed: %s", reason)
        entries, lots = self.env["support.point.entry"], self._lots_left()
        keys = {lot.entry_id: f"expiry:{lot.entry_id}" for lot in lots}
        posted = entries._posted_by_group(keys.values())
        entries._post(
            [
                {
                    **self._take_values(lot, "expiry", name),
                    "group_key": keys[lot.entry_id],
                    "revision": posted.get(keys[lot.entry_id], (0, 0, 0, False))[2],
                }
                for lot in lots
            ]
        )

    def _refund_rest(self, reason):
        """Take what is left and pay its money back.

        What was invoiced gets a draft credit note for its invoice, at that one's price and tax,
        which takes the points at once; deleting it gives them back. Orders are lowered by what is
        not invoiced. What no sale is known for, as of an import, gets a credit note of its own.

        :return: the draft credit notes; none if nothing had a price or was invoiced
        """
        self._lock_for_posting(exclusive=True)
        self = self.with_context(support_closing_reason=reason)
        notes = self.env["account.move"].sudo().with_company(self.company_id)
        entries = self.env["support.point.entry"].sudo()
        for lot in self._lots_left():
            package = entries.browse(lot.entry_id)
            # A settlement or a grant is no sale that somebody could take back.
            if package.kind == "purchase":
                notes |= self._credit_sale(package, lot.remaining, lot.remaining_amount, reason)
        self.invalidate_recordset(["entry_ids"])
        return notes | self._refund_without_sale(reason)

    def _credit_sale(self, package, points, amount, reason):
        """Lower the order, and credit the invoices, that sold so many points of a package.

        :return: the draft credit notes
        """
        notes = self.env["account.move"].sudo()
        order_line, invoice_line = package.sale_line_id, package.invoice_line_id
        source = order_line or (invoice_line.support_origin_line_id or invoice_line)
        if not source or source.support_contract_id != self:
            return notes
        documents = source._support_documents()[source]
        if order_line:
            lowered = order_line._lower_support_order(points, documents)
            if lowered:
                amount -= split_amount(amount, points, 0, lowered)
                points -= lowered
        charging = documents.filtered(lambda line: line.move_type == "out_invoice")
        if invoice_line in charging:
            charging = invoice_line | charging
        for line in charging.sorted(lambda line: (line == invoice_line, line.id), reverse=True):
            part = min(points, line._support_points_to_credit(documents))
            if part > 0:
                money = split_amount(amount, points, 0, part)
                notes |= line._draft_support_credit(part, money, self, reason)
                points, amount = points - part, amount - money
        return notes

    def _refund_without_sale(self, reason):
        """Take the rest of packages that no sale is known for; draft a credit note for its money.

        :return: the draft credit notes, one for each currency
        """
        lots = self._lots_left()
        name = self._customer_env()._("Refunded when the account closed: %s", reason)
        self.env["support.point.entry"]._post(
            [self._take_values(lot, "refund", name) for lot in lots]
        )
        paid = {}
        for lot in lots:
            if lot.remaining_amount:
                paid.setdefault(lot.currency_id or self.currency_id.id, []).append(lot)
        notes = self.env["account.move"].sudo().with_company(self.company_id)
        notes = notes.create(
            [
                {
                    "move_type": "out_refund",
                    "partner_id": self.partner_id.id,
                    "company_id": self.company_id.id,
                    "currency_id": currency_id,
                    "ref": self.name,
                    "invoice_line_ids": [
                        Command.create(self._refund_line_values(lot, reason)) for lot in of_currency
                    ],
                }
                for currency_id, of_currency in paid.items()
            ]
        )
        for line in notes.invoice_line_ids:
            line.price_unit = line._entered_amount(line.price_unit)
        return notes

    def _refund_line_values(self, lot, reason):
        env = self._customer_env()
        package = env["support.point.entry"].sudo().browse(lot.entry_id)
        return {
            "product_id": self.tier_id.product_id.id,
            # A lump sum: points × a rounded price need not be the money that is left.
            "quantity": 1,
            "price_unit": float(lot.remaining_amount),
            "name": env._(
                "%(points)s points left of %(package)s (%(account)s): %(reason)s",
                points=lot.remaining,
                package=package.name,
                account=self.name,
                reason=reason,
            ),
            "support_contract_id": self.id,
            # They are taken already.
            "support_returns_points": False,
        }

    def _transfer_rest(self, target, reason):
        """Move what is left to another account, at the same value (``tools.transfer``)."""
        (self | target)._lock_for_posting(exclusive=True)
        source_env, target_env = self._customer_env(), target._customer_env()
        entries = self.env["support.point.entry"]
        lots = {lot.entry_id: lot for lot in self._lots_left()}
        vals_list = []
        for currency, moved, _value, _money in self._transfers_to(target):
            for one in moved:
                vals_list.append(
                    self._take_values(
                        lots[one.lot_id],
                        "adjustment",
                        source_env._("Transferred to %(to)s: %(why)s", to=target.name, why=reason),
                    )
                )
                if one.points_in:
                    has_money = one.amount_in is not None
                    vals_list.append(
                        {
                            "contract_id": target.id,
                            "kind": "adjustment",
                            "points": one.points_in,
                            "amount": has_money and float(one.amount_in),
                            "currency_id": has_money and currency.id,
                            "expiry_date": one.expiry_date,
                            "work_date": target.company_id._support_today(),
                            "name": target_env._(
                                "Transferred from %(account)s: %(why)s",
                                account=self.name,
                                why=reason,
                            ),
                        }
                    )
        entries._post(vals_list)
        target.filtered(lambda one: one.state == "open")._book_unbooked_time()

    def _transfers_to(self, target):
        """Return what each currency's lots become there.

        :return: list of (currency, transfers, value left, money left) of ``tools.transfer``
        """
        today = self.company_id._support_today()
        same = (target.tier_id, target.minutes_per_point) == (self.tier_id, self.minutes_per_point)
        by_currency = {}
        for lot in self._lots_left():
            by_currency.setdefault(lot.currency_id or self.currency_id.id, []).append(lot)
        found = []
        for currency_id, lots in by_currency.items():
            currency = self.env["res.currency"].browse(currency_id)
            prices = [
                self.currency_id._convert(
                    account._point_price(), currency, self.company_id, today, round=False
                )
                for account in (self, target)
            ]
            moved, value, money = transfer(lots, prices[0], None if same else prices[1])
            found.append((currency, moved, value, money))
        return found

    def _point_price(self):
        """Price of a point of this account, in its company's currency."""
        return self.effective_hourly_rate * self.minutes_per_point / 60

    def _money_left_text(self):
        """Say what the points that are left have cost, such as '360.00 €'."""
        sums = {}
        for lot in self._lots_left():
            if lot.remaining_amount:
                currency_id = lot.currency_id or self.currency_id.id
                sums[currency_id] = sums.get(currency_id, 0) + float(lot.remaining_amount)
        return " + ".join(
            formatLang(self.env, amount, currency_obj=self.env["res.currency"].browse(currency_id))
            for currency_id, amount in sums.items()
        )
