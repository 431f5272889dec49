# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ..tools.guarantee import Pause


class SupportTicketPause(models.Model):
    """Time of a ticket that no resolution time counts; its length is counted in service time."""

    _name = "support.ticket.pause"
    _description = "Pause of Service Time"
    _order = "start_at, id"

    ticket_id = fields.Many2one("helpdesk.ticket", required=True, index=True, ondelete="cascade")
    start_at = fields.Datetime(string="From", required=True)
    end_at = fields.Datetime(string="Until", help="Empty while the pause lasts.")
    reason = fields.Selection(
        [("waiting", "Waiting for the customer"), ("solved", "Solved, then reopened")],
        required=True,
    )
    resume_stage_id = fields.Many2one(
        "helpdesk.ticket.stage",
        ondelete="set null",
        help="Where the customer's answer moves the ticket back to.",
    )

    _ends_after_start = models.Constraint(
        "CHECK (end_at IS NULL OR end_at >= start_at)", "A pause can't end before it began."
    )
    _one_open = models.UniqueIndex(
        "(ticket_id) WHERE end_at IS NULL", "This ticket is paused already."
    )

    def _intervals(self):
        """Return these pauses as the rules in ``tools.guarantee`` want them."""
        return tuple(Pause(pause.start_at, pause.end_at or None) for pause in self)
