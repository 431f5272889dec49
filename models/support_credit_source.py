# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools.credit import points_due
from ..tools.points import whole_points
from .support_tier import CREDIT_ON


class SupportCreditSource(models.AbstractModel):
    """What is sold and credits points: an order line, or an invoice line without an order.

    The one rule: what a source is due follows from its order and its posted invoices and credit
    notes (``tools.credit``); the difference to what its entries say is posted. Confirming,
    invoicing, paying, refunding, cancelling and each of them again are all this one step.
    """

    _name = "support.credit.source"
    _description = "Source of Support Points"

    support_credit_on = fields.Selection(
        CREDIT_ON,
        string="Points Credited When",
        copy=False,
        readonly=True,
        help="Copied from the tier when it was sold, so that editing the tier changes new sales "
        "only.",
    )

    support_absorbed_points = fields.Integer(
        copy=False,
        readonly=True,
        export_string_translation=False,
        help="Points of credit notes that the order was lowered by as well.",
    )

    # ------------------------------------------------------------------
    # What order lines and invoice lines answer, each in its own way
    # ------------------------------------------------------------------

    def _support_group_prefix(self):
        """Begin of the group keys of these sources, such as ``order``."""
        raise NotImplementedError

    def _support_documents(self):
        """Return the posted invoice and credit note lines of each source, oldest first."""
        raise NotImplementedError

    def _posted_support_credit(self):
        """Return what these sources have credited: dict of source → entries, oldest first."""
        raise NotImplementedError

    def _support_ordered_points(self):
        """Points of the confirmed order; 0 without one."""
        raise NotImplementedError

    def _is_support_sale_active(self):
        """Tell whether the source is sold now, so that it copies its rule from the tier."""
        raise NotImplementedError

    def _support_customer(self):
        """Return the customer's commercial partner, as superuser."""
        raise NotImplementedError

    def _support_seller(self):
        """Return the user who sells, who becomes the manager of a new account."""
        raise NotImplementedError

    def _support_reference(self):
        """Number of the order or invoice, for the description of the entries."""
        raise NotImplementedError

    def _takes_closed_support_contract(self):
        """Tell whether the source may credit an account that is closed."""
        return False

    # ------------------------------------------------------------------
    # The account
    # ------------------------------------------------------------------

    def _get_support_contract(self):
        """Return the account that this line credits, as superuser; empty before there is one."""
        self.ensure_one()
        chosen = self.support_contract_id.sudo()
        partner = self._support_customer()
        is_open = chosen.state != "closed" or self._takes_closed_support_contract()
        if self._fits_support_contract(chosen) and is_open:
            return chosen
        if not partner:
            return chosen.browse()
        key = (partner, self.support_tier_id.sudo(), self.company_id)
        found = self.env["support.contract"]._find_open([key])[key]
        return found if self._fits_support_contract(found) else found.browse()

    def _chosen_support_contract(self):
        """Return the account that somebody, or a settlement, chose for this source; or none."""
        return self.support_contract_id

    def _support_minutes_per_point(self):
        """Length of the points that this source sells: the chosen account's, else its tier's."""
        tier, chosen = self.support_tier_id.sudo(), self._chosen_support_contract().sudo()
        return (chosen if chosen.tier_id == tier else tier).minutes_per_point

    def _support_point_unit(self):
        return self.support_tier_id._get_point_uom(self._support_minutes_per_point())

    def _points_in(self, quantity, unit):
        """Whole points of this source in a quantity of a unit.

        :raise ValueError: it is not a whole number of points
        """
        # Not the product's unit, which somebody may have changed.
        own_unit = self._support_point_unit()
        if unit != own_unit:
            quantity = unit._compute_quantity(quantity, own_unit, round=False)
        return whole_points(quantity)

    def _fits_support_contract(self, contract):
        """Tell whether what this line sells belongs on the account.

        Customer, tier, company and length of a point must be the same; an account that was chosen
        has its own points. A covered faculty draws from the account, but what it buys itself is
        its own.
        """
        return bool(contract) and (
            contract.tier_id == self.support_tier_id.sudo()
            and contract.minutes_per_point == self._support_minutes_per_point()
            and contract.company_id == self.company_id
            and contract.commercial_partner_id == self._support_customer()
        )

    def _open_support_contract(self, credited):
        """Return the account for this line; a customer's first purchase opens one.

        :param credited: the account that the line has credited already, if any
        """
        self.ensure_one()
        chosen = self.support_contract_id
        if chosen in credited and self._fits_support_contract(chosen):
            # Even a closed one: what was credited there is corrected there.
            return chosen
        contract = self._get_support_contract()
        if not contract:
            partner = self._support_customer()
            contract._guard_first_account(partner)
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
                    "user_id": self._support_seller().id,
                }
            )
        if contract.state == "draft":
            contract.action_open()
        return contract

    # ------------------------------------------------------------------
    # From what is sold to the ledger
    # ------------------------------------------------------------------

    def _sync_support_credit(self):
        """Bring what these sources have credited in line with what they sell now."""
        sources = self.sudo().filtered(lambda one: one.support_tier_id or one.support_contract_id)
        if not sources:
            return
        no_entries = self.env["support.point.entry"].sudo()
        documents = sources._support_documents()
        due = sources._support_points_due(documents, sources._posted_support_credit())
        # Setting another account posts for its order line by itself, so it is read afterwards.
        posted = sources._posted_support_credit()
        vals_list, contracts = [], self.env["support.contract"].sudo()
        for source in sources:
            own = posted.get(source, no_entries)
            targets = {source.support_contract_id: due[source]} if due[source] else {}
            for contract in own.contract_id:
                targets.setdefault(contract, 0)
            for contract, points in targets.items():
                on_account = own.filtered(lambda entry, c=contract: entry.contract_id == c)
                vals_list += source._support_credit_entries(
                    contract, on_account, points, documents[source]
                )
                contracts |= contract
            source._set_support_delivered(due[source])
        changed = contracts.browse({vals["contract_id"] for vals in vals_list})
        # Exclusive: another one that posts for the same source is retried on fresh data.
        changed._lock_for_posting(exclusive=True)
        no_entries._post(vals_list)
        vals_list += sources._sync_support_values(documents)
        no_entries._follow_expired(vals_list)
        grown = {vals["contract_id"] for vals in vals_list if vals["points"] > 0}
        contracts.browse(grown).filtered(lambda c: c.state == "open")._book_unbooked_time()

    def _support_points_due(self, documents, posted):
        """Return the points that each source should have credited, and set rule and account."""
        due = {}
        for source in self:
            own = posted.get(source, self.env["support.point.entry"])
            source._copy_credit_rule(own, documents[source])
            counted = documents[source].filtered(
                lambda line, source=source: line._counts_for_credit(source.support_credit_on)
            )
            due[source] = 0
            if source.support_credit_on and source.support_tier_id:
                due[source] = source._points_due_now(counted)
            if due[source]:
                contract = source._open_support_contract(own.contract_id)
                if source.support_contract_id != contract:
                    source.support_contract_id = contract
        return due

    def _points_due_now(self, documents):
        """Points that this source should have credited, by its order and these documents."""
        points, absorbed = points_due(
            self.support_credit_on,
            [document._as_credit_document() for document in documents],
            self._support_ordered_points(),
            self.support_absorbed_points,
        )
        if absorbed != self.support_absorbed_points:
            self.support_absorbed_points = absorbed
        return points

    def _copy_credit_rule(self, own, documents):
        """Copy the tier's rule when the source is sold; forget it once nothing of it is left."""
        credited = sum(own.mapped("points"))
        if self._is_support_sale_active():
            if not self.support_credit_on and self.support_tier_id:
                # What was credited before the rule was kept on the line came from the order.
                self.support_credit_on = "order" if credited else self._support_credit_rule()
        elif self.support_credit_on and not credited and not documents:
            self.support_credit_on = False

    def _support_credit_rule(self):
        return self.support_tier_id.credit_on

    def _set_support_delivered(self, points):
        """Let a sold line follow the points that it has credited; nothing by default."""

    def _support_credit_entries(self, contract, own, due, documents):
        """Return values of the entries that bring what is posted to what is due.

        :param own: entries of this source on this account
        :param int due: points that the source should have credited there
        :param documents: its posted invoice and credit note lines
        """
        difference = due - sum(own.mapped("points"))
        if difference > 0:
            parts = self._support_restored_parts(own, difference)
            rest = difference - sum(part["points"] for part in parts)
            parts += self._support_sold_parts(own, rest, documents) if rest else []
        elif difference:
            parts = self._support_refund_parts(contract, own, -difference, documents)
        else:
            parts = []
        revision = max(own.mapped("revision"), default=-1) + 1
        lines = self.env["account.move.line"]
        return [
            {
                **self._support_credit_values(
                    part["points"],
                    contract,
                    lines.browse(part.get("invoice_line_id")),
                    own.browse(part.get("lot_id")),
                    own.browse(part.get("corrects_id")),
                ),
                "corrects_id": own[-1:].id,
                **part,
                "revision": revision + index,
            }
            for index, part in enumerate(parts)
        ]

    def _support_credit_values(self, points, contract, cause, lot=None, undone=None):
        """Values of the entry that adds (+) or takes back (−) points of this source.

        :param cause: the invoice or credit note line behind it; empty for an order or a reset
        :param lot: the package that it is about, if it is no new one
        :param undone: the entry that it takes back, if any
        """
        day = self._support_credit_day(cause, lot, undone)
        tier = contract.tier_id
        # Points that settle an overdraft are used up at once.
        expires = points > 0 and tier.validity_months and not self._settles_period()
        return {
            "contract_id": contract.id,
            "kind": "purchase" if points > 0 else "refund",
            "work_date": day,
            "expiry_date": fields.Date.add(day, months=tier.validity_months) if expires else False,
            "currency_id": self.currency_id.id,
            "group_key": f"{self._support_group_prefix()}:{self.id}:c{contract.id}",
            "name": self._support_credit_text(cause),
        }

    def _support_credit_day(self, cause, lot=None, undone=None):
        """Day in the books: of the document, if it is what credits, else today.

        A document that was reset never was, as in accounting, so what it did is undone on the same
        day: it may be posted again, and no day in between must have it twice. Nothing happens to a
        package before it was bought.
        """
        today = self.company_id._support_today()
        reset = undone.invoice_line_id if undone else cause.browse()
        if reset and not reset._counts_for_credit("invoice"):
            return undone.work_date
        if lot and not undone and not lot._is_charged() and self.support_credit_on == "invoice":
            return lot.work_date
        if undone and lot.invoice_line_id:
            cause = lot.invoice_line_id
        is_of_document = self.support_credit_on == "invoice" or cause.move_type == "out_refund"
        day = today
        if cause.move_id.state == "posted" and is_of_document:
            day = min(cause.move_id.date, today)
        earliest = undone or lot
        return max(day, earliest.work_date) if earliest else day

    def _support_credit_text(self, cause):
        """Description of the entry for the customer: number and what it is about."""
        tier = self.support_tier_id.with_context(lang=self._support_customer().lang)
        text = f"{cause.move_id.name or self._support_reference()}: {tier.name}"
        if reason := self.env.context.get("support_closing_reason"):
            closed = tier.env._("Refunded when the account closed: %s", reason)
            text = f"{text}. {closed}"
        return text

    def _settles_period(self):
        """Tell whether the source sells what has been used already; by default a package."""
        return False

    def _check_whole_points(self, quantity, unit):
        """Points in a quantity of this source's unit.

        :raise UserError: it is not a whole number of points
        """
        try:
            return self._points_in(quantity, unit)
        except ValueError as error:
            raise UserError(
                self.env._(
                    "%(quantity)s %(unit)s of %(tier)s is not a whole number of support points. "
                    "One point is %(minutes)s minutes.",
                    quantity=quantity,
                    unit=unit.name,
                    tier=self.support_tier_id.sudo().name,
                    minutes=self._support_minutes_per_point(),
                )
            ) from error
