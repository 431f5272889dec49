# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from dateutil.relativedelta import relativedelta
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class SupportContract(models.Model):
    """The periods of an account, and its balance on any day."""

    _inherit = "support.contract"

    @api.private
    def _balance_on(self, day):
        """Return the balances at the end of a day, in one query for all of these accounts.

        :param day: a date, or a string as Odoo stores it
        :return: dict of contract id → points
        """
        self.check_access("read")
        rows = (
            self.env["support.point.entry"]
            .sudo()
            ._read_group(
                [("contract_id", "in", self.ids), ("date", "<=", day)],
                ["contract_id"],
                ["points:sum"],
            )
        )
        return {**dict.fromkeys(self.ids, 0), **{one.id: points for one, points in rows}}

    def _next_statement_period(self, last=None):
        """Return the first and last day to issue next, or None while there is none.

        :param last: the last day; by default the end of the last month
        """
        self.ensure_one()
        today = self.company_id._support_today()
        last = last or today.replace(day=1) - timedelta(days=1)
        first = self._current_period()[0]
        return None if first > last else (first, last)

    def _next_statement(self, last=None):
        """Return the draft of the period to issue next, made if there is none; or nothing.

        A statement whose issuing was interrupted comes first.
        """
        self.ensure_one()
        statements = self.env["support.statement"]
        interrupted = statements.search(
            [("contract_id", "=", self.id), ("state", "=", "closing")], limit=1
        )
        period = self._next_statement_period(last)
        if interrupted or not period:
            return interrupted
        values = {"contract_id": self.id, "date_from": period[0], "date_to": period[1]}
        return statements.search(
            [("state", "=", "draft"), *((key, "=", value) for key, value in values.items())],
            limit=1,
        ) or statements.create(values)

    def action_next_statement(self):
        """Open the statement to issue next: from the first open day to the end of last month.

        :raise UserError: the account is closed up to the end of last month already
        """
        self.ensure_one()
        self.env["support.statement"].check_access("create")
        statement = self._next_statement()
        if not statement:
            first = self._current_period()[0]
            raise UserError(
                self.env._(
                    "%(account)s has no past month that is still open: its next period begins on "
                    "%(first)s. Issue it from %(ready)s on, or use Print Statement for the "
                    "current state.",
                    account=self.display_name,
                    first=format_date(self.env, first),
                    ready=format_date(self.env, first + relativedelta(months=1, day=1)),
                )
            )
        return statement.get_formview_action()

    def action_balance_on(self):
        """Ask for a day and show the balance that these accounts had."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Balance on…"),
            "res_model": "support.balance.on",
            "view_mode": "form",
            "target": "new",
            "context": {"default_contract_ids": [fields.Command.set(self.ids)]},
        }
