# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain

# The largest id of a table; PostgreSQL refuses to look for a larger one.
MAX_ID = 2**31 - 1
# What the pages need, so that finding an account reads it too.
PAGE_FIELDS = (
    "alert_points",
    "commercial_partner_id",
    "company_id",
    "date_end",
    "date_start",
    "lock_date",
    "minutes_per_point",
    "name",
    "partner_id",
    "rounding_scope",
    "state",
    "tier_id",
)


class SupportContract(models.Model):
    """What customers see of accounts. They may read no field: their pages ask here (design 4.7)."""

    _inherit = "support.contract"

    @api.model
    def _portal_domain(self):
        """Return which accounts the user's company holds or draws from; drafts are no accounts."""
        customer = self._portal_customer()
        return (
            Domain("state", "in", ("open", "closed"))
            & Domain("company_id", "in", self.env.companies.ids)
            & (
                Domain("commercial_partner_id", "=", customer.id)
                | Domain("covered_partner_ids", "in", customer.ids)
            )
        )

    @api.model
    def _portal_customer(self):
        return self.env.user.partner_id.commercial_partner_id

    @api.model
    def _portal_find(self, contract_id):
        """Return one of the user's accounts as superuser; a foreign one is none, as any other."""
        return self._portal_find_all({contract_id} if 0 < contract_id <= MAX_ID else ())

    @api.model
    def _portal_find_all(self, contract_ids):
        """Return those of the accounts that are the user's as superuser, in their order."""
        accounts = self.sudo()
        if not contract_ids:
            return accounts.browse()
        own = self._portal_domain() & Domain("id", "in", list(contract_ids))
        return accounts.search_fetch(own, PAGE_FIELDS, order="id")

    def _portal_is_holder(self):
        """Tell whether the account is the user's own, and not one that only covers them."""
        self.ensure_one()
        return self.sudo().commercial_partner_id == self._portal_customer()

    def _portal_statement(self):
        """Return a statement of all entries, which is not stored: its closing is the balance."""
        self.ensure_one()
        contract = self.sudo()
        ((first, last),) = contract.env["support.point.entry"]._read_group(
            [("contract_id", "=", contract.id)], [], ["date:min", "date:max"]
        )
        today = contract.company_id._support_today()
        start = min(filter(None, (first, contract.date_start, today)))
        return contract.env["support.statement"].new(
            {
                "contract_id": contract.id,
                # The whole month: the label of the first credit needs room in the picture.
                "date_from": start.replace(day=1),
                "date_to": max(filter(None, (last, today))),
            }
        )

    def _portal_issued_statements(self):
        """Return what was issued for the account, newest first; they are for the holder alone."""
        statements = self.env["support.statement"].sudo()
        # Without a closed period there is none, which spares the page a query.
        if not (self and self.lock_date and self._portal_is_holder()):
            return statements
        return statements.search([("contract_id", "=", self.id), ("state", "=", "issued")])

    def _portal_issued_statement(self, statement_id):
        """Return one of the holder's issued statements as superuser, or none."""
        return self._portal_issued_statements().filtered(lambda one: one.id == statement_id)

    def _portal_own_tickets(self, ticket_ids):
        """Return those ids of tickets that are the user's company's, and not another's."""
        tickets = self.env["helpdesk.ticket"].sudo().with_context(active_test=False)
        own = Domain("commercial_partner_id", "=", self._portal_customer().id)
        return set(tickets.search(own & Domain("id", "in", list(ticket_ids)), order="id").ids)
