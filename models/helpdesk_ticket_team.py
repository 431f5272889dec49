# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class HelpdeskTicketTeam(models.Model):
    """What the dashboard says of a team's assured times."""

    _inherit = "helpdesk.ticket.team"

    support_due_today_count = fields.Integer(
        compute="_compute_support_due_counts", groups="base.group_user"
    )
    support_at_risk_count = fields.Integer(
        compute="_compute_support_due_counts", groups="base.group_user"
    )
    support_missed_count = fields.Integer(
        compute="_compute_support_due_counts", groups="base.group_user"
    )

    @api.depends("ticket_ids.support_due_at")
    def _compute_support_due_counts(self):
        states = ("reaction_state", "resolution_state")
        domains = {
            "support_due_today_count": [
                ("support_due_at", ">=", "today"),
                ("support_due_at", "<", "today +1d"),
            ],
            "support_at_risk_count": ["|", *((name, "=", "at_risk") for name in states)],
            "support_missed_count": ["|", *((name, "=", "missed") for name in states)],
        }
        for name, domain in domains.items():
            counts = dict(
                self.env["helpdesk.ticket"]._read_group(
                    [("team_id", "in", self.ids), ("closed", "=", False), *domain],
                    ["team_id"],
                    ["__count"],
                )
            )
            for team in self:
                team[name] = counts.get(team, 0)
