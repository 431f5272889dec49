# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import format_date

MAX_ATTEMPTS = 3

_logger = logging.getLogger(__name__)


class SupportStatementBatch(models.TransientModel):
    """Issues the statements of many accounts, and says of each what became of it."""

    _name = "support.statement.batch"
    _description = "Issue Statements of Many Accounts"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date_to = fields.Date(
        string="Up To",
        required=True,
        default=lambda self: self.env.company._support_today().replace(day=1) - timedelta(days=1),
        help="Each account is stated from its first open day up to this day.",
    )
    contract_ids = fields.Many2many(
        "support.contract",
        string="Support Accounts",
        domain="[('company_id', '=', company_id), ('state', '!=', 'draft')]",
        help="Empty means all accounts of the company that are open or have moved since their "
        "last statement.",
    )
    with_idle = fields.Boolean(
        string="Also Without Movements",
        help="Otherwise an account where nothing moved is skipped; its next statement then covers "
        "both periods.",
    )
    line_ids = fields.One2many("support.statement.batch.line", "batch_id", readonly=True)
    is_done = fields.Boolean(readonly=True)
    issued_count = fields.Integer(compute="_compute_counts")
    skipped_count = fields.Integer(compute="_compute_counts")
    failed_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.outcome")
    def _compute_counts(self):
        for batch in self:
            outcomes = batch.line_ids.mapped("outcome")
            batch.issued_count = outcomes.count("issued")
            batch.skipped_count = outcomes.count("skipped")
            batch.failed_count = outcomes.count("failed")

    def action_issue(self):
        """Issue a statement for each account; one that fails holds up no other.

        Each account is committed by itself, so that an interruption loses nothing.

        :raise AccessError: the user is neither helpdesk manager nor accountant
        """
        self.ensure_one()
        self.env["support.statement"]._check_may_issue()
        self.env["support.contract"].check_access("read")
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("You do not work in the company %s.", self.company_id.id))
        if self.date_to >= self.company_id._support_today():
            raise UserError(self.env._("Only past periods are issued. Choose a day before today."))
        contract_ids = self._contracts().ids
        self.line_ids.unlink()
        # So that trying again, for one account, starts from data of now.
        self.env["ir.cron"]._commit_progress()
        for contract_id in contract_ids:
            values = self._issue_account(contract_id)
            self.env["support.statement.batch.line"].create(
                {"batch_id": self.id, "contract_id": contract_id, **values}
            )
            self.env["ir.cron"]._commit_progress()
        self.is_done = True
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Statements Issued"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    def _contracts(self):
        """Return the accounts to state, of the wizard's company alone."""
        contracts = self.env["support.contract"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("state", "!=", "draft"),
                *([("id", "in", self.contract_ids.ids)] if self.contract_ids else []),
            ],
            order="id",
        )
        if self.contract_ids:
            return contracts
        moved = self._moved(contracts)
        return contracts.filtered(lambda one: one.state == "open" or one.id in moved)

    def _moved(self, contracts):
        """Return the ids of accounts with entries in their open period, in one query."""
        rows = (
            self.env["support.point.entry"]
            .sudo()
            ._read_group(
                [("contract_id", "in", contracts.ids), ("date", "<=", self.date_to)],
                ["contract_id"],
                ["date:max"],
            )
        )
        return {one.id for one, last in rows if not one.lock_date or last > one.lock_date}

    def _issue_account(self, contract_id):
        """Issue one account's statement; return the values of its line."""
        for attempt in range(1, MAX_ATTEMPTS + 1):
            contract = self.env["support.contract"].browse(contract_id)
            try:
                return self._try_account(contract)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                if attempt == MAX_ATTEMPTS:
                    _logger.exception("Statement of account %s was not issued.", contract_id)
            except UserError as error:
                self.env.cr.rollback()
                return {"outcome": "failed", "reason": error.args[0]}
            except Exception as error:
                self.env.cr.rollback()
                _logger.exception("Statement of account %s was not issued.", contract_id)
                return {"outcome": "failed", "reason": str(error)}
        return {
            "outcome": "failed",
            "reason": self.env._("Somebody was booking on it all the time. Issue it again."),
        }

    def _try_account(self, contract):
        statements = self.env["support.statement"].sudo()
        interrupted = statements.search_count(
            [("contract_id", "=", contract.id), ("state", "=", "closing")], limit=1
        )
        if not interrupted and not contract._next_statement_period(self.date_to):
            return {"outcome": "skipped", "reason": self._no_period_reason(contract)}
        if not (interrupted or self.with_idle or self._moved(contract)):
            return {"outcome": "skipped", "reason": self.env._("Nothing moved in this period.")}
        statement = contract.sudo()._next_statement(self.date_to)
        statement._issue()
        return {"outcome": "issued", "statement_id": statement.id}

    def _no_period_reason(self, contract):
        """Say why an account has no open day up to the day of the batch."""
        if contract.lock_date:
            return self.env._("Its period is closed already up to this day or later.")
        return self.env._(
            "It has no days up to then: the account begins on %s.",
            format_date(self.env, contract._current_period()[0]),
        )
