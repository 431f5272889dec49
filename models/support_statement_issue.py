# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_date

from ..report.ir_actions_report import STATEMENT_REPORT

ISSUING_GROUPS = (
    "helpdesk_mgmt.group_helpdesk_manager",
    "helpdesk_support_points.group_support_accounting",
)
RESUME_AFTER_MINUTES = 10

_logger = logging.getLogger(__name__)


class SupportStatement(models.Model):
    """Issuing: a number, a PDF that is kept, and a period that is closed for good (design 4.3)."""

    _inherit = "support.statement"

    attachment_id = fields.Many2one(
        "ir.attachment",
        string="PDF as Issued",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    issue_date = fields.Date(string="Issued On", readonly=True, copy=False)
    late_points = fields.Integer(
        string="Booked Later",
        compute="_compute_late_points",
        compute_sudo=True,
        help="Points of work in this period that were booked when it was closed already. They "
        "are in the statement of the period in which they were booked.",
    )

    # No index on company_id and name alone would keep two companies' first numbers apart.
    _one_number = models.UniqueIndex(
        "(company_id, name) WHERE name IS NOT NULL", "This statement number is taken already."
    )

    @api.depends("contract_id.entry_ids", "date_from", "date_to")
    def _compute_late_points(self):
        ends = [day for day in self.mapped("date_to") if day]
        rows = ends and self.env["support.point.entry"]._read_group(
            [
                ("contract_id", "in", self.contract_id.ids),
                ("date", ">", min(ends)),
                ("work_date", "<=", max(ends)),
            ],
            ["contract_id", "date:day", "work_date:day"],
            ["points:sum"],
        )
        for statement in self:
            first, last = statement.date_from, statement.date_to
            statement.late_points = sum(
                points
                for contract, day, work_day, points in rows
                if contract == statement.contract_id._origin
                and first
                and last
                and first <= work_day <= last < day
            )

    # ------------------------------------------------------------------
    # Issuing
    # ------------------------------------------------------------------

    def action_issue(self):
        """Issue these statements: number them, keep their PDF, and close their periods.

        Each period is closed and that is COMMITTED before anything is computed: whoever books at
        that moment on an older view of the data fails and is retried after the lock date. What
        was interrupted in between stays in the state ``closing``, and issuing it again goes on.

        :raise AccessError: the user is neither helpdesk manager nor accountant
        :raise UserError: the period is not over, or does not follow the last statement's; or the
            account differs from its time and orders
        """
        self._check_may_issue()
        self.check_access("read")
        for statement in self.sudo().sorted(lambda one: (one.contract_id.id, one.date_from)):
            statement._issue()
        return True

    @api.model
    def _check_may_issue(self):
        if not (self.env.su or any(map(self.env.user.has_group, ISSUING_GROUPS))):
            raise AccessError(
                self.env._(
                    "Only helpdesk managers and accountants of support points issue statements. "
                    "You may print this one as a draft."
                )
            )

    def _issue(self):
        """Issue one statement, as superuser; one that has been issued stays as it is."""
        self.ensure_one()
        if self.state == "draft":
            self._check_issuable()
            self._close_period()
            # The caller's transaction ends here; what follows reads what bookers left.
            self.env["ir.cron"]._commit_progress()
        if self.state == "closing":
            self._finish_issuing()

    def _check_issuable(self):
        """Refuse a period that is not over, leaves a gap, overlaps, or does not add up.

        :raise UserError: says which, and what to do
        """
        contract = self.contract_id
        today = contract.company_id._support_today()
        if self.date_to >= today:
            raise UserError(
                self.env._(
                    "The period of %(account)s ends on %(last)s and is not over. Only past periods "
                    "are issued: issue it the day after, or print it as a draft.",
                    account=contract.display_name,
                    last=format_date(self.env, self.date_to),
                )
            )
        interrupted = self.search(
            [("contract_id", "=", contract.id), ("state", "=", "closing")], limit=1
        )
        if interrupted:
            raise UserError(
                self.env._(
                    "Issuing the statement %s was interrupted. Finish it first.",
                    interrupted.display_name,
                )
            )
        if contract.lock_date and self.date_from != fields.Date.add(contract.lock_date, days=1):
            raise UserError(
                self.env._(
                    "%(account)s is closed up to %(lock)s, so its next statement begins on "
                    "%(first)s: without a gap, and without days that were stated already.",
                    account=contract.display_name,
                    lock=format_date(self.env, contract.lock_date),
                    first=format_date(self.env, fields.Date.add(contract.lock_date, days=1)),
                )
            )
        if self.env["ir.actions.report"].get_wkhtmltopdf_state() == "install":
            raise UserError(
                self.env._(
                    "The PDF cannot be made: wkhtmltopdf is missing on the server. Nothing has "
                    "been issued."
                )
            )
        self._check_reconciled()

    def _check_reconciled(self):
        """Refuse to state what differs from time, orders or invoices."""
        difference = self.env["support.reconciliation"]._find_differences(self.contract_id)[:1]
        if difference:
            raise UserError(
                self.env._(
                    "%(account)s does not add up yet: %(cause)s Settle it in the list "
                    "Reconciliation, then issue the statement.",
                    account=self.contract_id.display_name,
                    cause=difference[0]["name"],
                )
            )

    def _close_period(self):
        """Close the period for bookers; a job finishes what is interrupted after it."""
        self.contract_id.lock_date = self.date_to
        self.write({"state": "closing"})
        self.env.ref("helpdesk_support_points.cron_finish_issuing")._trigger(
            fields.Datetime.add(fields.Datetime.now(), minutes=RESUME_AFTER_MINUTES)
        )

    def _finish_issuing(self):
        """Number the statement and keep its PDF, all or nothing."""
        # Two who finish the same statement: the second is retried, and finds it issued.
        self.lock_for_update()
        company = self.company_id
        self.write(
            {
                "state": "issued",
                "name": company._next_support_statement_number(self.date_to),
                "issue_date": company._support_today(),
            }
        )
        pdf, _type = (
            self.env["ir.actions.report"]
            .with_company(company)
            .with_context(force_report_rendering=True)
            ._render_qweb_pdf(STATEMENT_REPORT, self.ids)
        )
        self.attachment_id = self.env["ir.attachment"].create(
            {
                "name": f"{self._get_report_base_filename()}.pdf",
                "raw": pdf,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
                "company_id": company.id,
            }
        )

    @api.model
    def _cron_finish_issuing(self):
        """Finish statements whose issuing was interrupted after their period was closed."""
        cron = self.env["ir.cron"]
        interrupted = self.search([("state", "=", "closing")], order="id")
        cron._commit_progress(remaining=len(interrupted))
        for statement in interrupted:
            try:
                statement._issue()
            except Exception:
                self.env.cr.rollback()
                _logger.exception("Statement %s could not be issued.", statement.id)
            cron._commit_progress(1)

    def action_open_pdf(self):
        """Open the PDF that was kept when the statement was issued."""
        self.ensure_one()
        self.check_access("read")
        if not self.attachment_id:
            raise UserError(self.env._("A PDF is kept as soon as the statement is issued."))
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self.attachment_id.id}?download=true",
            "target": "download",
        }

    def action_view_late_entries(self):
        """Open the entries for work in this period that were booked when it was closed."""
        self.ensure_one()
        action = self.contract_id.action_view_entries()
        action["name"] = self.env._("Booked Later")
        action["domain"] = self._late_domain()
        return action

    def _has_late_entries(self):
        """Tell whether work in this period was booked when it was closed; 0 points in sum count."""
        self.ensure_one()
        entries = self.env["support.point.entry"].sudo()
        return bool(entries.search_count(self._late_domain(), limit=1))

    def _late_domain(self):
        return [
            ("contract_id", "=", self.contract_id.id),
            ("date", ">", self.date_to),
            ("work_date", ">=", self.date_from),
            ("work_date", "<=", self.date_to),
        ]

    # ------------------------------------------------------------------
    # Table
    # ------------------------------------------------------------------

    def action_download_xlsx(self):
        """Download the statement as a table."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/helpdesk_support_points/xlsx/{self._name}/{self.id}",
            "target": "download",
        }

    def _xlsx(self):
        """Return the name and the bytes of the statement as a table."""
        report = self.env["report.helpdesk_support_points.report_support_statement"]
        return f"{self._get_report_base_filename()}.xlsx", report._workbook(self)
