# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_datetime

from ..tools.guarantee import AT_RISK_PERCENT
from .support_guarantee_run import KINDS

_logger = logging.getLogger(__name__)

MISSED_PERCENT = 100
AT_RISK_ACTIVITY = "helpdesk_support_points.activity_guarantee_at_risk"
MISSED_ACTIVITY = "helpdesk_support_points.activity_guarantee_missed"


class SupportGuaranteeRun(models.Model):
    """Telling people in time: the assignee at 75 %, the team leader too at a miss, once each."""

    _inherit = "support.guarantee.run"

    @api.model
    def _cron_alert(self, batch_size=100):
        """Alert about all runs that need it. What fails is logged and tried again next time."""
        runs = self.search(Domain.OR([self._alert_domain(kind) for kind in KINDS]))
        for start in range(0, len(runs), batch_size):
            batch = runs[start : start + batch_size]
            for run in batch:
                try:
                    with self.env.cr.savepoint():
                        run._alert()
                except Exception:
                    _logger.exception("No alert for %s of %s", run, run.ticket_id)
            self.env["ir.cron"]._commit_progress(
                len(batch), remaining=len(runs) - start - len(batch)
            )

    @api.model
    def _alert_domain(self, kind):
        """Return the domain of the runs about whose reaction or solution people must be told."""
        alerted = f"{kind}_alert"
        at_risk = self._state_domain(kind, "at_risk") & Domain(alerted, "<", AT_RISK_PERCENT)
        missed = self._state_domain(kind, "missed") & Domain(alerted, "<", MISSED_PERCENT)
        return (
            Domain("is_current", "=", True)
            & Domain("end_at", "=", False)
            & Domain("ticket_id.active", "=", True)
            & Domain(f"{kind}_result", "=", False)
            & (at_risk | missed)
        )

    def _alert(self):
        """Tell people about what is at risk or missed and has not been told yet."""
        self.ensure_one()
        for kind in KINDS:
            percent = {"at_risk": AT_RISK_PERCENT, "missed": MISSED_PERCENT}.get(
                self[f"{kind}_state"], 0
            )
            if self[f"{kind}_result"] or percent <= self[f"{kind}_alert"]:
                continue
            for user in self._people_to_alert(percent):
                self._schedule_alert(kind, percent, user)
            self.write({f"{kind}_alert": percent, f"{kind}_missed": percent == MISSED_PERCENT})

    def _people_to_alert(self, percent):
        """Return the assignee, else the team leader, else the account manager; both at a miss."""
        ticket = self.ticket_id
        leader = ticket.team_id.user_id
        people = ticket.user_id or leader or ticket.support_contract_id.user_id
        if percent == MISSED_PERCENT:
            people |= leader
        return people.filtered(lambda user: user.active and not user.share)

    def _schedule_alert(self, kind, percent, user):
        env = self.with_context(lang=user.lang, tz=user.tz).env
        due_at = self[f"{kind}_deadline"]
        time = format_datetime(env, due_at, dt_format="short") if due_at else ""
        if percent == MISSED_PERCENT:
            summary = (
                env._("First response was due at %s", time)
                if kind == "reaction"
                else env._("Solution was due at %s", time)
            )
        else:
            summary = (
                env._("First response is due at %s", time)
                if kind == "reaction"
                else env._("Solution is due at %s", time)
            )
        day = fields.Datetime.context_timestamp(user, due_at or fields.Datetime.now()).date()
        self.ticket_id.with_context(mail_activity_quick_update=True).activity_schedule(
            MISSED_ACTIVITY if percent == MISSED_PERCENT else AT_RISK_ACTIVITY,
            date_deadline=day,
            summary=summary,
            user_id=user.id,
        )

    def _withdraw_alerts(self):
        """Take back warnings that have become moot: what was at risk is decided."""
        moot = self.filtered(
            lambda run: (
                any(run[f"{kind}_alert"] and run[f"{kind}_result"] for kind in KINDS)
                and all(not run[f"{kind}_alert"] or run[f"{kind}_result"] for kind in KINDS)
            )
        )
        if moot:
            moot.ticket_id.activity_unlink([AT_RISK_ACTIVITY])
