# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.ledger import replay


def overdraft_error(message):
    """A UserError for usage that an account refuses; `is_overdraft_error` tells it apart.

    Not a class of its own: the web client shows the message of those alone that it knows.
    """
    error = UserError(message)
    error.refuses_overdraft = True
    return error


def is_overdraft_error(error):
    """Tell whether an account's policy refused an overdraft."""
    return getattr(error, "refuses_overdraft", False)


class SupportContract(models.Model):
    """How tickets and orders find their account, and how it is held while they post."""

    _inherit = "support.contract"

    # ------------------------------------------------------------------
    # Finding the account of a ticket or an order
    # ------------------------------------------------------------------

    def _covers(self, partner):
        """Tell whether tickets of this partner draw from this account."""
        self.ensure_one()
        contract, partner = self.sudo(), partner.sudo()
        if not partner:
            return False
        # In this order each step spares the queries of the next in the common case.
        return (
            partner == contract.commercial_partner_id
            or partner.commercial_partner_id == contract.commercial_partner_id
            or partner.commercial_partner_id in contract.covered_partner_ids
        )

    def _pays_for(self, ticket, tier):
        """Tell whether new work of this tier on the ticket is booked on this account."""
        contract = self.sudo()
        return (
            contract.state == "open"
            and contract.tier_id == tier
            and contract.company_id == ticket.company_id
            and contract._covers(ticket.sudo().commercial_partner_id)
        )

    @api.model
    def _find_open(self, wanted):
        """Find the open account for each wanted key, in one query.

        Of several, the one whose points expire first is drawn from, then the oldest.

        :param wanted: iterable of (commercial partner, tier, company) record triples
        :return: dict of the same triples → contract, possibly empty, as superuser
        """
        wanted = list(wanted)
        partners = [partner.id for partner, _tier, _company in wanted]
        contracts = self.sudo().search(
            Domain("state", "=", "open")
            & Domain("tier_id", "in", [tier.id for _partner, tier, _company in wanted])
            & Domain("company_id", "in", [company.id for _partner, _tier, company in wanted])
            & (
                Domain("commercial_partner_id", "in", partners)
                | Domain("covered_partner_ids", "in", partners)
            ),
            order="id",
        )
        found = {}
        for key in wanted:
            partner, tier, company = key
            matching = contracts.filtered(
                lambda contract, partner=partner, tier=tier, company=company: (
                    contract.tier_id == tier
                    and contract.company_id == company
                    and contract._covers(partner)
                )
            )
            found[key] = matching[:1] if len(matching) < 2 else matching._first_to_draw()
        return found

    def _first_to_draw(self):
        """Return the account whose open points expire first; else one with points; else oldest."""
        far = fields.Date.to_date("9999-12-31")

        def urgency(contract):
            lots = [lot for lot in contract._replay().lots if lot.remaining]
            first_expiry = min((lot.expiry_date or far for lot in lots), default=far)
            return (first_expiry, not lots, contract.id)

        return min(self, key=urgency)

    def _replay(self):
        """Replay this account's ledger: its lots, overdraft and who drew from which lot."""
        self.ensure_one()
        entries = self.sudo().entry_ids
        return replay(entries, entries._decimals())

    # ------------------------------------------------------------------
    # Posting
    # ------------------------------------------------------------------

    def _lock_for_posting(self, exclusive=False):
        """Hold the accounts' rows so that what is posted next stays right under concurrency.

        Bookers share the row and never wait for each other. Where the balance must be read
        first, a guard column is written *before* reading: a concurrent booker then fails
        serialization and is retried on fresh data, which locking alone does not achieve.

        :param exclusive: guard every account, as for sales and jobs, which are rare
        :return: dict of those accounts that have packages whose last day is today (UTC) or was
            before → last day of the last one
        """
        if not self:
            return {}
        self.flush_recordset(["lock_date", "overdraft_policy", "state"])
        guarded = self.filtered(lambda c: exclusive or c.overdraft_policy == "block")
        shared = self - guarded
        last_expiry = SQL(
            """(SELECT max(entry.expiry_date) FROM support_point_entry entry
                 WHERE entry.contract_id = support_contract.id AND entry.expiry_date <= %s)""",
            # No company's today, which would ask the database: its day may have ended already.
            fields.Date.today(),
        )
        found = []
        if guarded:
            found += self.env.execute_query(
                SQL(
                    """UPDATE support_contract SET booking_guard = COALESCE(booking_guard, 0) + 1
                        WHERE id IN %s RETURNING id, %s""",
                    tuple(guarded.ids),
                    last_expiry,
                )
            )
        if shared:
            found += self.env.execute_query(
                SQL(
                    "SELECT id, %s FROM support_contract WHERE id IN %s FOR SHARE",
                    last_expiry,
                    tuple(shared.ids),
                )
            )
        return {self.browse(contract_id): last_day for contract_id, last_day in found if last_day}

    @api.model
    def _guard_first_account(self, partner):
        """Write the customer's row before an account is opened for them.

        Two first purchases at once would otherwise open one each: neither sees the other's. The
        second fails serialization instead and is retried, when it finds the first one's account.
        """
        self.env.cr.execute(
            SQL("UPDATE res_partner SET write_date = write_date WHERE id = %s", partner.id)
        )

    def _post_usage(self, vals_list, last_expiries):
        """Post usage, unless one of these accounts allows no overdraft and cannot pay it.

        What was entered late was worked while packages were valid that have expired since, so less
        of them has expired. And nobody pays by what the nightly job has still to expire.

        :param vals_list: values of entries of usage and its corrections
        :param last_expiries: what ``_lock_for_posting`` returned for these accounts
        """
        used, first_days = dict.fromkeys(self.ids, 0), {}
        for vals in vals_list:
            contract_id, day = vals["contract_id"], vals["work_date"]
            used[contract_id] -= vals["points"]
            first_days[contract_id] = min(first_days.get(contract_id, day), day)
        late = self.browse(
            contract.id
            for contract, last_expiry in last_expiries.items()
            if contract.id in first_days and first_days[contract.id] <= last_expiry
        )
        for contract in last_expiries:
            if contract.overdraft_policy == "block" and contract not in late:
                contract._post_expiry()
        (self - late)._check_overdraft(used)
        self.env["support.point.entry"]._post(vals_list)
        for contract in late:
            contract._post_expiry()
            contract._check_overdraft(used, is_posted=True)

    def _check_overdraft(self, used, is_posted=False):
        """Refuse usage that a blocking account cannot pay; reductions always pass.

        :param dict used: id of contract → points of usage
        :param is_posted: whether they are in the ledger already
        :raise UserError: names the account, its balance and what is missing
        """
        spending = self.sudo().filtered(
            lambda c: c.overdraft_policy == "block" and used.get(c.id, 0) > 0
        )
        spending.invalidate_recordset(["balance"])
        for contract in spending:
            left = contract.balance + (used[contract.id] if is_posted else 0)
            if left < used[contract.id]:
                raise overdraft_error(
                    self.env._(
                        "%(account)s has %(balance)s points left; this time needs %(points)s. "
                        "The account does not allow an overdraft: sell a package first, or mark "
                        "the time as not billable.",
                        account=contract.display_name,
                        balance=left,
                        points=used[contract.id],
                    )
                )

    def _customers(self):
        """Return the commercial partners whose tickets draw from this account, as superuser."""
        self.ensure_one()
        return self.sudo().commercial_partner_id | self.sudo().covered_partner_ids

    def _book_unbooked_time(self):
        """Book the time that customers of these accounts have spent while they had none."""
        lines = self.env["account.analytic.line"].sudo()
        for contract in self.sudo():
            contract._take_time(
                lines.search(
                    [
                        ("ticket_id.commercial_partner_id", "in", contract._customers().ids),
                        ("ticket_id.company_id", "=", contract.company_id.id),
                        ("company_id", "=", contract.company_id.id),
                        ("support_contract_id", "=", False),
                        ("support_level_id.tier_id", "=", contract.tier_id.id),
                    ]
                )
            )

    def _take_time(self, lines):
        """Book lines on this account, oldest first.

        What a blocking account cannot pay is left unbooked and stays listed for staff: it must
        not keep anybody from opening the account or from selling it the missing package.
        """
        self.ensure_one()
        if self.overdraft_policy == "allow":
            lines.write({"support_contract_id": self.id})
            return
        for line in lines.sorted(lambda line: (line.date, line.id)):
            try:
                with self.env.cr.savepoint():
                    line.write({"support_contract_id": self.id})
            except UserError as error:
                if not is_overdraft_error(error):
                    raise
                if line.support_contract_id:
                    line.write({"support_contract_id": False})

    def _adopt_tickets(self):
        """Set these accounts on their customers' tickets without one, or with a closed one."""
        tickets = self.env["helpdesk.ticket"].sudo()
        for contract in self.sudo():
            tickets.search(
                [
                    ("commercial_partner_id", "in", contract._customers().ids),
                    ("company_id", "=", contract.company_id.id),
                    ("support_level_id.tier_id", "=", contract.tier_id.id),
                    "|",
                    ("support_contract_id", "=", False),
                    "&",
                    ("support_contract_id.state", "=", "closed"),
                    ("stage_id.closed", "=", False),
                ]
            ).write({"support_contract_id": contract.id})

    # ------------------------------------------------------------------
    # Opening and closing
    # ------------------------------------------------------------------

    def action_open(self):
        """Open the accounts: tickets draw from them, and waiting time is booked."""
        self.check_access("write")
        for contract in self.sudo():
            if contract.state == "closed":
                raise UserError(
                    self.env._("%s is closed. Open a new support account.", contract.display_name)
                )
            contract.write(
                {
                    "state": "open",
                    "date_start": contract.date_start or contract.company_id._support_today(),
                }
            )
        self._adopt_tickets()
        self._book_unbooked_time()
        return True

    def action_close(self):
        """Close the accounts: corrections still land there, new work stays unbooked."""
        self.check_access("write")
        for contract in self.sudo():
            contract.write({"state": "closed", "date_end": contract.company_id._support_today()})
        return True
