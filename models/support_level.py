# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class SupportLevel(models.Model):
    """Who works on a ticket: 1st, 2nd or 3rd level, maintenance."""

    _name = "support.level"
    _description = "Support Level"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True, help="Short name for lists, such as L1.")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    tier_id = fields.Many2one("support.tier", required=True, index=True, ondelete="restrict")
    company_id = fields.Many2one(related="tier_id.company_id", store=True, index=True)
    escalates_to_id = fields.Many2one(
        "support.level",
        check_company=True,
        ondelete="restrict",
        domain="[('id', '!=', id)]",
        help="Where a ticket goes that this level cannot solve.",
    )
    team_id = fields.Many2one(
        "helpdesk.ticket.team",
        domain="['|', ('company_id', '=', False), ('company_id', '=?', company_id)]",
        help="Tickets of this team start on this level, and escalated tickets move to this team.",
    )

    @api.constrains("escalates_to_id")
    def _check_escalation(self):
        if self._has_cycle("escalates_to_id"):
            raise ValidationError(
                self.env._("Levels must not escalate in a circle: a ticket could never arrive.")
            )
