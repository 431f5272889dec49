# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.tools import SQL

from ..models.support_guarantee_run import STATES


class SupportGuaranteeReport(models.Model):
    """Assured times, kept and missed: a row per measured promise."""

    _name = "support.guarantee.report"
    _description = "Guarantees"
    _auto = False
    _order = "start_at desc, id"
    _rec_name = "ticket_id"

    ticket_id = fields.Many2one("helpdesk.ticket", readonly=True)
    kind = fields.Selection(
        [("reaction", "First response"), ("resolution", "Solution")],
        string="Promise",
        readonly=True,
    )
    state = fields.Selection(STATES, readonly=True)
    start_at = fields.Datetime(string="From", readonly=True)
    due_at = fields.Datetime(string="Due", readonly=True)
    tier_id = fields.Many2one("support.tier", readonly=True)
    level_id = fields.Many2one("support.level", readonly=True)
    contract_id = fields.Many2one("support.contract", string="Support Account", readonly=True)
    partner_id = fields.Many2one("res.partner", string="Customer", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    team_id = fields.Many2one("helpdesk.ticket.team", readonly=True)
    user_id = fields.Many2one("res.users", string="Assigned User", readonly=True)
    priority = fields.Selection(
        [("0", "Low"), ("1", "Medium"), ("2", "High"), ("3", "Very High")], readonly=True
    )
    goal_hours = fields.Float(string="Hours Assured", aggregator="avg", readonly=True)
    taken_hours = fields.Float(
        string="Hours Taken", aggregator="avg", readonly=True, help="Of promises that are decided."
    )
    kept = fields.Integer(readonly=True)
    missed = fields.Integer(readonly=True)
    kept_rate = fields.Float(
        string="Kept Share",
        aggregator="avg",
        readonly=True,
        help="Share of the decided promises that were kept, from 0 to 1.",
    )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH promise AS (%(reaction)s UNION ALL %(resolution)s)
            SELECT promise.id, promise.kind, promise.state, promise.start_at, promise.due_at,
                   promise.tier_id, promise.contract_id, promise.ticket_id, promise.priority,
                   promise.goal_minutes / 60.0 AS goal_hours,
                   CASE WHEN promise.state IN ('met', 'missed') AND promise.is_decided
                        THEN promise.minutes / 60.0 END AS taken_hours,
                   (promise.state = 'met')::int AS kept,
                   (promise.state = 'missed')::int AS missed,
                   CASE promise.state WHEN 'met' THEN 1.0 WHEN 'missed' THEN 0.0 END AS kept_rate,
                   ticket.commercial_partner_id AS partner_id,
                   promise.level_id,
                   ticket.company_id, ticket.team_id, ticket.user_id
              FROM promise
              JOIN helpdesk_ticket ticket ON ticket.id = promise.ticket_id
            """,
            reaction=self._promise_query("reaction", 0),
            resolution=self._promise_query("resolution", 1),
        )

    def _promise_query(self, kind, offset):
        """Rows of one kind of promise; their ids are twice those of the runs, plus the offset."""
        now = fields.Datetime.now()

        def column(name):
            return SQL.identifier("run", f"{kind}_{name}")

        return SQL(
            """
            SELECT run.id * 2 + %(offset)s AS id, %(kind)s AS kind, run.start_at, run.ticket_id,
                   run.tier_id, run.level_id, run.contract_id, run.priority,
                   %(goal)s AS goal_minutes, %(minutes)s AS minutes, %(due_at)s AS due_at,
                   %(result)s IS NOT NULL AS is_decided,
                   CASE WHEN %(result)s IS NOT NULL THEN %(result)s
                        WHEN %(missed)s OR %(due_at)s < %(this_minute)s THEN 'missed'
                        WHEN %(paused)s THEN 'paused'
                        WHEN %(due_at)s IS NULL THEN 'none'
                        WHEN %(risk_at)s <= %(now)s THEN 'at_risk'
                        ELSE 'running' END AS state
              FROM support_guarantee_run run
             WHERE %(goal)s > 0 OR %(missed)s
            """,
            kind=kind,
            offset=offset,
            goal=column("goal_minutes"),
            minutes=column("minutes"),
            due_at=column("deadline"),
            result=column("result"),
            missed=column("missed"),
            risk_at=column("risk_at"),
            paused=SQL("run.paused_at IS NOT NULL") if kind == "resolution" else SQL("FALSE"),
            now=now,
            this_minute=now.replace(second=0, microsecond=0),
        )
