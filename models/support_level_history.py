# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SupportLevelHistory(models.Model):
    """A level that a ticket has left. Where it is now stands on the ticket itself."""

    _name = "support.level.history"
    _description = "Level History of a Ticket"
    _order = "end_at, id"

    ticket_id = fields.Many2one("helpdesk.ticket", required=True, index=True, ondelete="cascade")
    level_id = fields.Many2one("support.level", required=True, ondelete="restrict")
    start_at = fields.Datetime(string="From", required=True)
    end_at = fields.Datetime(string="Until", required=True)
    user_id = fields.Many2one(
        "res.users", string="Moved By", default=lambda self: self.env.uid, ondelete="set null"
    )
