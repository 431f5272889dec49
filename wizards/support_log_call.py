# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime


class SupportLogCall(models.TransientModel):
    """A phone call about a ticket, entered now or later: a reaction, and perhaps time."""

    _name = "support.log.call"
    _description = "Log a Call"

    ticket_id = fields.Many2one("helpdesk.ticket", required=True, readonly=True)
    called_at = fields.Datetime(
        string="When", required=True, default=fields.Datetime.now, help="When the call began."
    )
    direction = fields.Selection(
        [("out", "We called the customer"), ("in", "The customer called")],
        required=True,
        default="out",
    )
    summary = fields.Char(required=True, help="Internal; the customer does not see it.")
    duration = fields.Float(help="Hours and minutes to log as time; 0 logs no time.")

    @api.constrains("called_at")
    def _check_called_at(self):
        for call in self:
            if call.called_at > fields.Datetime.now():
                raise UserError(self.env._("The call lies in the future. Check date and time."))
            if call.called_at < call.ticket_id.received_at:
                raise UserError(
                    self.env._(
                        "The request was received on %s. If the call came first, correct "
                        "'Received' on the ticket.",
                        format_datetime(self.env, call.ticket_id.received_at),
                    )
                )

    def action_log(self):
        """Note the call on the ticket, as a reaction, and log its time."""
        self.ensure_one()
        ticket = self.ticket_id
        ticket.check_access("write")
        directions = dict(self._fields["direction"]._description_selection(self.env))
        ticket.message_post(
            body=Markup("<b>%s</b> · %s<br/>%s")
            % (
                directions[self.direction],
                format_datetime(self.env, self.called_at),
                self.summary,
            ),
            message_type="comment",
            subtype_xmlid="mail.mt_note",
        )
        ticket._note_response(self.called_at)
        if self.duration:
            day = fields.Datetime.context_timestamp(self, self.called_at).date()
            self.env["account.analytic.line"].create(
                {
                    "ticket_id": ticket.id,
                    "name": self.summary,
                    "unit_amount": self.duration,
                    "date": day,
                }
            )
        return {"type": "ir.actions.act_window_close"}
