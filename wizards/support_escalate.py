# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import plaintext2html

MONEY_GROUPS = (
    "helpdesk_mgmt.group_helpdesk_manager,"
    "helpdesk_support_points.group_support_accounting,"
    "sales_team.group_sale_salesman"
)


class SupportEscalate(models.TransientModel):
    """Say what handing a ticket to the next level means for its customer, and do it."""

    _name = "support.escalate"
    _description = "Escalate a Ticket"

    ticket_id = fields.Many2one("helpdesk.ticket", required=True, readonly=True)
    level_id = fields.Many2one("support.level", string="To Level", compute="_compute_target")
    tier_id = fields.Many2one("support.tier", compute="_compute_target")
    currency_id = fields.Many2one("res.currency", compute="_compute_target")
    hourly_rate = fields.Monetary(compute="_compute_target", groups=MONEY_GROUPS)
    contract_id = fields.Many2one(
        "support.contract", string="Support Account", compute="_compute_target"
    )
    points_left = fields.Integer(compute="_compute_target")
    comment = fields.Text(help="Internal; the customer does not see it.")

    @api.depends("ticket_id")
    def _compute_target(self):
        # Whoever may read a ticket may know this; the account is looked for by the superuser.
        self.ticket_id.check_access("read")
        for wizard in self:
            ticket = wizard.ticket_id.sudo()
            level = ticket.support_level_id.escalates_to_id
            account = ticket.support_contract_id
            if level and not account._pays_for(ticket, level.tier_id):
                account = ticket._find_support_contract(level.tier_id)
            wizard.level_id = level
            wizard.tier_id = level.tier_id
            wizard.currency_id = level.tier_id.currency_id
            wizard.hourly_rate = level.tier_id.hourly_rate
            wizard.contract_id = level and account
            wizard.points_left = wizard.contract_id.sudo().balance

    def action_escalate(self):
        """Post the comment as an internal note, and hand the ticket over."""
        self.ensure_one()
        ticket = self.ticket_id
        ticket.check_access("write")
        comment = (self.comment or "").strip()
        if comment:
            # Before: the next level's tickets may not be for this user.
            ticket.message_post(
                body=plaintext2html(comment),
                message_type="comment",
                subtype_xmlid="mail.mt_note",
            )
        ticket.action_escalate()
        return {"type": "ir.actions.act_window_close"}
