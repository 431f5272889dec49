# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from bisect import bisect_left, bisect_right
from itertools import accumulate

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..tools.ledger import replay
from ..tools.statement import Posting, Ticket, build, preset_period

# Set by issuing alone.
ISSUED_KEYS = {"attachment_id", "issue_date", "name", "state"}


class SupportStatement(models.Model):
    """Account overview of a period: *Übersicht über das Supportkonto*.

    A draft is computed from the ledger whenever it is read or printed, and closes nothing.
    """

    _name = "support.statement"
    _description = "Support Account Statement"
    _order = "date_to desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, copy=False)
    contract_id = fields.Many2one(
        "support.contract",
        string="Support Account",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(
        related="contract_id.partner_id", string="Customer", help="Who gets it."
    )
    preset = fields.Selection(
        [
            ("this_month", "This month"),
            ("last_month", "Last month"),
            ("this_quarter", "This quarter"),
            ("last_quarter", "Last quarter"),
            ("this_year", "This year"),
            ("last_year", "Last year"),
            ("since_start", "Since start"),
        ],
        string="Choose a Period",
        compute="_compute_preset",
        inverse="_inverse_preset",
        help="Sets the first and the last day.",
    )
    date_from = fields.Date(
        string="From",
        required=True,
        compute="_compute_dates",
        store=True,
        precompute=True,
        readonly=False,
    )
    date_to = fields.Date(
        string="To",
        required=True,
        compute="_compute_dates",
        store=True,
        precompute=True,
        readonly=False,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("closing", "Closing"), ("issued", "Issued")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    opening = fields.Integer(string="Opening Balance", compute="_compute_balances")
    closing = fields.Integer(string="Closing Balance", compute="_compute_balances")
    preview = fields.Html(
        compute="_compute_preview",
        sanitize=False,
        export_string_translation=False,
        help="What the customer reads, in their language.",
    )

    _dates_ordered = models.Constraint(
        "CHECK (date_from <= date_to)", "A statement must not end before it begins."
    )

    # ------------------------------------------------------------------
    # Compute
    # ------------------------------------------------------------------

    @api.depends("contract_id")
    def _compute_dates(self):
        for statement in self:
            contract = statement.contract_id
            if contract and not (statement.date_from and statement.date_to):
                date_from, date_to = contract._current_period()
                statement.date_from = statement.date_from or date_from
                statement.date_to = statement.date_to or max(date_to, statement.date_from)

    @api.depends("contract_id", "date_from", "date_to")
    def _compute_preset(self):
        for statement in self:
            period = (statement.date_from, statement.date_to)
            matching = (
                name
                for name, _label in self._fields["preset"].selection
                if statement.contract_id and statement._preset_period(name) == period
            )
            statement.preset = next(matching, False)

    @api.onchange("preset")
    def _inverse_preset(self):
        for statement in self.filtered(lambda one: one.preset and one.contract_id):
            date_from, date_to = statement._preset_period(statement.preset)
            if (statement.date_from, statement.date_to) != (date_from, date_to):
                statement.update({"date_from": date_from, "date_to": date_to})

    def _preset_period(self, preset):
        contract = self.contract_id._origin
        today = contract.company_id._support_today()
        start = today
        if preset == "since_start":
            first = (
                self.env["support.point.entry"]
                .sudo()
                .search_fetch(
                    [("contract_id", "=", contract.id)], ["date"], order="date, id", limit=1
                )
            )
            start = min(filter(None, (first.date, contract.date_start, today)))
        return preset_period(preset, today, start)

    @api.depends("contract_id.entry_ids", "date_from", "date_to")
    def _compute_balances(self):
        rows = (
            self.env["support.point.entry"]
            .sudo()
            ._read_group(
                [("contract_id", "in", self.contract_id.ids)],
                ["contract_id", "date:day"],
                ["points:sum"],
                order="contract_id, date:day",
            )
        )
        moves = {}
        for contract, day, points in rows:
            days, sums = moves.setdefault(contract.id, ([], []))
            days.append(day)
            sums.append(points)
        balances = {
            contract_id: (days, [0, *accumulate(sums)])
            for contract_id, (days, sums) in moves.items()
        }
        for statement in self:
            days, totals = balances.get(statement.contract_id._origin.id, ([], [0]))
            first, last = statement.date_from, statement.date_to
            statement.opening = totals[bisect_left(days, first)] if first else 0
            statement.closing = totals[bisect_right(days, last)] if last else 0

    def _compute_preview(self):
        pages = self.env["report.helpdesk_support_points.report_support_statement"]
        for statement in self:
            # Not while it is typed: it shows what is saved.
            statement.preview = statement.id and pages._preview(statement)

    @api.depends("name", "contract_id", "date_from", "date_to")
    def _compute_display_name(self):
        for statement in self:
            if not (statement.contract_id and statement.date_from and statement.date_to):
                statement.display_name = self.env._("Draft Statement")
                continue
            statement.display_name = statement.name or (
                f"{statement.contract_id.name or ''} · "
                f"{format_date(self.env, statement.date_from)} – "
                f"{format_date(self.env, statement.date_to)}"
            )

    # ------------------------------------------------------------------
    # CRUD: issued is issued
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        statements = super().create(vals_list)
        # Judged afterwards: defaults may come from the caller's context too.
        if not self.env.su and any(
            one.name or one.attachment_id or one.issue_date or one.state != "draft"
            for one in statements
        ):
            raise UserError(self._issuing_message())
        return statements

    def write(self, vals):
        if not self.env.su and vals.keys() & ISSUED_KEYS:
            raise UserError(self._issuing_message())
        closed = self.filtered(
            lambda statement: (
                (statement.state == "issued" and not statement._only_adds_pdf(vals))
                or (statement.state == "closing" and vals.keys() - ISSUED_KEYS)
            )
        )
        if vals and closed:
            raise UserError(
                self.env._(
                    "The statement %s has been issued and stays as the customer got it. What "
                    "was wrong is corrected by an entry in the next period.",
                    closed[0].display_name,
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_issued(self):
        closed = self.filtered(lambda statement: statement.state != "draft")
        if closed:
            raise UserError(
                self.env._(
                    "The statement %s has been issued, so it cannot be deleted.",
                    closed[0].display_name,
                )
            )

    def _only_adds_pdf(self, vals):
        """Tell whether these values do nothing but add the PDF, which shows the final status."""
        return vals.keys() == {"attachment_id"} and not self.attachment_id

    def _issuing_message(self):
        return self.env._("Issuing a statement sets its number and status; no one else does.")

    # ------------------------------------------------------------------
    # Content
    # ------------------------------------------------------------------

    def _statement_data(self):
        """Return the sections of this statement, in the language of the context.

        Whoever may read the statement may read all of it: the rest is computed as superuser.

        :rtype: odoo.addons.helpdesk_support_points.tools.statement.Statement
        """
        self.ensure_one()
        self.check_access("read")
        postings = self._fetch_postings()
        return build(
            postings,
            self.date_from,
            self.date_to,
            opening=self.opening,
            closing=self.closing,
            tickets=self._fetch_tickets({posting.ticket_id for posting in postings} - {None}),
            levels={
                level.id: level.name
                for level in self.env["support.level"]
                .sudo()
                .with_context(active_test=False)
                .search_fetch([], ["name"])
            },
        )

    def _fetch_postings(self):
        return [
            Posting._make(row)
            for row in self._select(
                "support.point.entry",
                [
                    ("contract_id", "=", self.contract_id.id),
                    ("date", ">=", self.date_from),
                    ("date", "<=", self.date_to),
                    # A statement is about points; a lowered price moves money alone.
                    ("points", "!=", 0),
                ],
                Posting._fields,
            )
        ]

    def _fetch_tickets(self, ticket_ids):
        """Return {id: Ticket} of those whose customer is still covered by the account.

        A ticket that was filed under the wrong customer must not show them its title.
        """
        times = ("received_at", "first_response_at", "resolved_at")
        lengths = ("reaction_minutes", "resolution_minutes")
        rows = self._select(
            "helpdesk.ticket",
            [("id", "in", list(ticket_ids))],
            ("id", "number", "name", "partner_id", *times, *lengths, "guarantee_outcome"),
        )
        contract = self.contract_id.sudo()
        partners = contract.env["res.partner"].browse({row[3] for row in rows} - {None})
        covered = {partner.id for partner in partners if contract._covers(partner)}
        return {
            ticket_id: Ticket(
                number,
                title,
                received_at,
                reaction_minutes if responded_at else None,
                resolution_minutes if resolved_at else None,
                outcome,
            )
            for (
                ticket_id,
                number,
                title,
                partner_id,
                received_at,
                responded_at,
                resolved_at,
                reaction_minutes,
                resolution_minutes,
                outcome,
            ) in rows
            if partner_id in covered
        }

    def _select(self, model_name, domain, names):
        """Fetch plain rows, in one query and without a record for each of them."""
        model = self.env[model_name].sudo().with_context(active_test=False)
        query = model._search(domain)
        return self.env.execute_query(
            query.select(*(model._field_to_sql(model._table, name, query) for name in names))
        )

    def _open_lots(self):
        """Return the packages with points left at the end of the period, if any of them expires.

        :return: list of ``tools.ledger.Lot`` in the order in which they are drawn from
        """
        self.ensure_one()
        self.check_access("read")
        entries = self.env["support.point.entry"].sudo()
        own = [("contract_id", "=", self.contract_id.id)]
        if not entries.search_count([*own, ("expiry_date", "!=", False)], limit=1):
            return []
        lots = replay(entries.search(own), until=self.date_to).lots
        lots = [lot for lot in lots if lot.remaining]
        return lots if any(lot.expiry_date for lot in lots) else []

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    def action_print(self):
        """Print the statements; a draft shows the current state."""
        self.check_access("read")
        return self.env.ref("helpdesk_support_points.report_statement").report_action(self)

    def _customer_lang(self):
        """Return the code of the language in which the customer reads the statement."""
        self.ensure_one()
        installed = dict(self.env["res.lang"].get_installed())
        wanted = (self.sudo().contract_id.partner_id.lang, self.env.lang, "en_US")
        return next((code for code in wanted if code in installed), next(iter(installed)))

    def _get_report_base_filename(self):
        self.ensure_one()
        statement = self.with_context(lang=self._customer_lang())
        return statement.env._(
            "Support account %(account)s %(date_from)s – %(date_to)s",
            account=statement.contract_id.name,
            date_from=self.date_from.isoformat(),
            date_to=self.date_to.isoformat(),
        )
