# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError


class HelpdeskTicketStage(models.Model):
    """What a stage means for service time: worked on, waiting, solved, or dropped."""

    _inherit = "helpdesk.ticket.stage"

    pauses_service_time = fields.Boolean(
        string="Waits for the Customer",
        help="The resolution time stands still while a ticket is here. The customer's answer moves "
        "the ticket back to where it was.",
    )
    solves_request = fields.Boolean(
        string="Solves the Request",
        compute="_compute_solves_request",
        store=True,
        readonly=False,
        help="The resolution time ends here. A closed stage that solves nothing (cancelled, "
        "rejected, a duplicate) ends it without a result.",
    )

    @api.depends("closed")
    def _compute_solves_request(self):
        for stage in self:
            stage.solves_request = stage.closed

    @api.constrains("pauses_service_time", "solves_request", "closed")
    def _check_one_meaning(self):
        for stage in self:
            if stage.pauses_service_time and (stage.solves_request or stage.closed):
                raise ValidationError(
                    self.env._(
                        "%s can't both wait for the customer and end the request. Choose one.",
                        stage.name,
                    )
                )

    def _service_role(self):
        """Return what a ticket does here: `open`, `waiting`, `solved` or `dropped`."""
        self.ensure_one()
        if self.solves_request:
            return "solved"
        if self.closed:
            return "dropped"
        return "waiting" if self.pauses_service_time else "open"
