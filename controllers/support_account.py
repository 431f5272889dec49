# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.fields import Domain
from odoo.http import request

from ..report.report_support_statement import Words
from .portal_ticket import SupportTicketPortal
from .support_xlsx import file_response, xlsx_response

# As wide as the page, and as a telephone, with the classes that show one of them.
CHARTS = (((960, 180), "d-none d-md-block"), ((360, 180), "d-md-none"))
MAX_HOME_ACCOUNTS = 3
MAX_REQUESTS = 100
REPORT = "helpdesk_support_points.report_support_statement"


class SupportAccountPortal(SupportTicketPortal):
    """Accounts of the own customer, behind the login: there are no tokens."""

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "support_account_count" in counters:
            accounts = request.env["support.contract"]
            values["support_account_count"] = accounts.sudo().search_count(
                accounts._portal_domain()
            )
        return values

    @http.route()
    def home(self, **kw):
        """Say on the card of the accounts what is left."""
        response = super().home(**kw)
        if response.is_qweb:
            response.qcontext["support_points_left"] = self._support_points_left()
        return response

    def _support_points_left(self):
        accounts = request.env["support.contract"]
        is_open = Domain("state", "=", "open")
        found = accounts.sudo().search(accounts._portal_domain() & is_open, order="id")
        shown = [
            (account.name, Words(request.env, account).balance(account.balance))
            for account in found[:MAX_HOME_ACCOUNTS]
        ]
        if len(found) > 1:
            parts = [f"{number}: {points}" for number, points in shown]
            left = " · ".join(parts + ["…"] * (len(found) > len(shown)))
        else:
            left = "".join(points for _number, points in shown)
        return left and request.env._("Points left: %s", left)

    @http.route("/my/support-accounts", type="http", auth="user", website=True, readonly=True)
    def portal_my_support_accounts(self, **kw):
        """List the accounts, open ones first."""
        accounts = request.env["support.contract"]
        found = accounts.sudo().search(accounts._portal_domain(), order="state desc, id")
        values = {
            "page_name": "support_account",
            "rows": [self._support_account_row(contract) for contract in found],
        }
        return request.render("helpdesk_support_points.portal_my_support_accounts", values)

    @http.route(
        "/my/support-accounts/<int:contract_id>",
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_support_account(self, contract_id, **kw):
        """Show the balance of an account and what led to it."""
        contract = request.env["support.contract"]._portal_find(contract_id)
        if not contract:
            return request.redirect("/my")
        return request.render(
            "helpdesk_support_points.portal_my_support_account",
            self._support_account_values(contract),
        )

    @http.route(
        "/my/support-accounts/<int:contract_id>/statement", type="http", auth="user", website=True
    )
    def portal_my_support_statement(self, contract_id, **kw):
        """Print the overview of the current period; it names all requests, so for the holder."""
        contract = request.env["support.contract"]._portal_find(contract_id)
        if not (contract and contract._portal_is_holder()):
            return request.redirect("/my")
        return self._show_report(
            contract._current_statement(), "pdf", "helpdesk_support_points.report_statement"
        )

    @http.route(
        "/my/support-accounts/<int:contract_id>/statement/xlsx",
        type="http",
        auth="user",
        website=True,
    )
    def portal_my_support_statement_xlsx(self, contract_id, **kw):
        """Send the overview of the current period as a table."""
        contract = request.env["support.contract"]._portal_find(contract_id)
        if not (contract and contract._portal_is_holder()):
            return request.redirect("/my")
        return xlsx_response(*contract._current_statement()._xlsx())

    @http.route(
        [
            "/my/support-accounts/<int:contract_id>/statements/<int:statement_id>/<string:kind>",
        ],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_my_issued_statement(self, contract_id, statement_id, kind, **kw):
        """Send an issued statement: the PDF that was kept, or its lines as a table."""
        contract = request.env["support.contract"]._portal_find(contract_id)
        statement = contract._portal_issued_statement(statement_id)
        if not statement or kind not in ("pdf", "xlsx"):
            return request.redirect("/my")
        if kind == "xlsx":
            return xlsx_response(*statement._xlsx())
        kept = statement.attachment_id
        return file_response(kept.name, kept.raw, "application/pdf")

    def _ticket_get_page_view_values(self, ticket, access_token, **kwargs):
        values = super()._ticket_get_page_view_values(ticket, access_token, **kwargs)
        ticket_sudo = ticket.sudo()
        current = ticket_sudo.support_contract_id
        used = ticket_sudo._support_points_by_account()[ticket_sudo]
        account_ids = {current.id, *(one.id for one in used)} - {False}
        accounts = request.env["support.contract"]._portal_find_all(account_ids)
        values["support_account"] = current in accounts and {
            "url": _url(current),
            "number": current.name,
        }
        values["support_usage"] = [
            _usage(account, used.get(account, 0))
            for account in accounts
            if account in used or len(accounts) == 1
        ]
        return values

    # Contents -------------------------------------------------------------------------------

    def _support_account_row(self, contract):
        words = Words(request.env, contract)
        return {
            "url": _url(contract),
            "number": contract.name,
            "tier": contract.tier_id.name,
            "customer": contract.partner_id.name,
            **_balance(contract, contract.balance, words),
        }

    def _support_account_values(self, contract):
        """Return the texts of an account's page: the user gets no record to go on from."""
        report = request.env[f"report.{REPORT}"].sudo()
        data = contract._portal_statement()._statement_data()
        words = Words(request.env, contract)
        is_holder = contract._portal_is_holder()
        requests, rests = self._support_request_rows(contract, data, words, is_holder)
        today = contract.company_id._support_today()
        return {
            "page_name": "support_account",
            "account": {
                "url": _url(contract),
                "number": contract.name,
                "facts": self._support_account_facts(contract, words),
                "is_holder": is_holder,
                "credited": words.signed(data.credited),
                "requested": words.signed(data.requested),
                "other": data.other and words.signed(data.other),
                **_balance(contract, data.closing, words),
            },
            "notice": data.closing < 0 and report._overdraft_notice(data, words),
            "is_empty": data.is_empty,
            "charts": [
                {"screens": screens, "chart": report._chart(data, today, words, size=size)}
                for size, screens in CHARTS
                if is_holder and not data.is_empty
            ],
            "requests": requests,
            "rests": rests,
            "movements": [
                self._support_movement_row(line, words, is_holder)
                for line in reversed(data.credits + data.others)
            ],
            "rounding": report._rounding(contract),
            "statements": [
                self._support_statement_row(statement, words)
                for statement in contract._portal_issued_statements()
            ],
        }

    def _support_statement_row(self, statement, words):
        return {
            "url": f"{_url(statement.contract_id)}/statements/{statement.id}",
            "number": statement.name,
            "period": f"{words.date(statement.date_from)} – {words.date(statement.date_to)}",
            "issued": words.date(statement.issue_date),
            "closing": words.balance(statement.closing),
        }

    def _support_account_facts(self, contract, words):
        facts = [contract.tier_id.name, contract.partner_id.name]
        if contract.state == "closed" and contract.date_end:
            facts.append(request.env._("closed on %s", words.date(contract.date_end)))
        elif contract.date_start:
            facts.append(request.env._("since %s", words.date(contract.date_start)))
        return facts

    def _support_request_rows(self, contract, data, words, is_holder):
        """Return rows of requests, newest first, and sums of those that are not listed.

        Who does not hold the account gets the titles of their own company's requests alone.
        """
        report = request.env[f"report.{REPORT}"].sudo()
        own = contract._portal_own_tickets(line.ticket_id for line in data.requests)
        shown, hidden = [], []
        for line in reversed(data.requests):
            (shown if is_holder or line.ticket_id in own else hidden).append(line)
        rows = [
            {
                **report._request_row(line, words),
                "url": line.ticket_id in own and f"/my/ticket/{line.ticket_id}",
            }
            for line in shown[:MAX_REQUESTS]
        ]
        sums = (
            (request.env._("Earlier requests"), shown[MAX_REQUESTS:]),
            (request.env._("Other requests"), hidden),
        )
        rests = [
            (label, words.signed(sum(line.points for line in lines)))
            for label, lines in sums
            if lines
        ]
        return rows, rests

    def _support_movement_row(self, line, words, is_holder):
        row = request.env[f"report.{REPORT}"].sudo()._movement_row(line, words)
        if not is_holder:
            # The text names orders of the holder.
            kind = request.env["support.point.entry"]._fields["kind"]
            row["text"] = dict(kind._description_selection(request.env))[line.kind]
        return row


def _url(contract):
    return f"/my/support-accounts/{contract.id}"


def _usage(contract, points):
    """Return what a ticket used of an account, as a number and as time."""
    words = Words(request.env, contract)
    return {
        "number": contract.name,
        "points": words.balance(points),
        "hours": words.hours(points),
    }


def _balance(contract, points, words):
    """Return how a balance shows: a number, its hours, and how it stands in a word."""
    state = contract._balance_state(points)
    labels = dict(contract._fields["balance_state"]._description_selection(request.env))
    return {
        "balance": words.balance(points),
        "hours": words.hours(points),
        "is_closed": contract.state == "closed",
        "state": state,
        "state_label": labels[state],
    }
