# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

_logger = logging.getLogger(__name__)


class SupportContract(models.Model):
    """Jobs: each account by itself, so that one that fails keeps no other from its turn."""

    _inherit = "support.contract"

    @api.model
    def _run_job(self, cron, records, step):
        """Take a step for each record, in a savepoint each, and commit after each.

        A step that meets another transaction is left to the next run, which is asked for at once.
        Any other failure is logged and shown on the account.

        :param cron: the job, to be run again
        :param records: accounts, or sources of points that have one
        :param step: function of one record
        """
        progress = self.env["ir.cron"]
        progress._commit_progress(remaining=len(records))
        for record in records:
            company = record.company_id
            one = record.with_company(company).with_context(allowed_company_ids=company.ids)
            try:
                with self.env.cr.savepoint():
                    step(one)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                _logger.info("%s meets another transaction; it is tried again", one)
                cron._trigger()
            except Exception as error:  # a job must go on with the others
                _logger.exception("%s fails for %s", cron.name, one)
                contract = one if one._name == self._name else one.support_contract_id
                contract._report_job_failure(cron, error)
            if not progress._commit_progress(1):
                break

    def _report_job_failure(self, cron, error):
        """Ask the account manager by an activity to look at what a job could not do, once."""
        for contract in self:
            summary = self.env._("%s failed", cron.name)
            if summary not in contract.activity_ids.mapped("summary"):
                contract._schedule_activity(summary, str(error))

    def _schedule_activity(self, summary, note, date_deadline=None):
        """Give the account manager something to do; without one, whoever made the account."""
        self.ensure_one()
        user = self.user_id.filtered("active") or self.create_uid
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            date_deadline=date_deadline or self.company_id._support_today(),
            summary=summary,
            note=note,
            user_id=user.id,
        )

    @api.model
    def _cron_follow_payments(self):
        """Take back, or give, what paid invoices credit, where a payment called no hook."""
        cron = self.env.ref("helpdesk_support_points.ir_cron_follow_payments")
        for model in ("sale.order.line", "account.move.line"):
            # Of invoice lines, those with an order belong to it; it knows the others' relatives.
            sources = self.env[model].search([("support_credit_on", "=", "payment")])
            if model == "account.move.line":
                _orders, sources = sources._support_sources()
            self._run_job(cron, sources, lambda source: source._sync_support_credit())

    @api.model
    def _book_all_waiting_time(self):
        """Book time that waits although its customer has an open account by now.

        Who logs time while somebody else opens the account sees no account, and is not seen.
        """
        waiting = self.env["account.analytic.line"].search(
            [
                ("ticket_id", "!=", False),
                ("support_contract_id", "=", False),
                ("support_level_id", "!=", False),
            ]
        )
        lines_of = waiting.filtered(
            lambda line: line.company_id == line.ticket_id.company_id
        )._contracts_for()
        cron = self.env.ref("helpdesk_support_points.cron_reconcile")
        accounts = self.union(*lines_of)
        self._run_job(cron, accounts, lambda account: account._take_time(lines_of[account]))
