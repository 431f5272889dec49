# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    support_mail_authserv_id = fields.Char(
        string="Mail Server that Checks Senders",
        config_parameter="helpdesk_support_points.mail_authserv_id",
    )
    support_trust_mail_sender = fields.Boolean(
        string="Trust Every Sender",
        config_parameter="helpdesk_support_points.trust_mail_sender",
    )
    support_subscribe_cc = fields.Boolean(
        string="Everyone in Cc Follows",
        config_parameter="helpdesk_support_points.subscribe_cc",
    )
    support_mail_gateway_user_id = fields.Many2one(
        "res.users",
        string="User of the Mail Script",
        config_parameter="helpdesk_support_points.mail_gateway_user_id",
    )
    support_ticket_links_without_login = fields.Boolean(
        string="Mail Links Open Without Login",
        config_parameter="helpdesk_support_points.ticket_links_without_login",
    )
    support_portal_max_files = fields.Integer(
        string="Files per Request",
        default=20,
        config_parameter="helpdesk_support_points.portal_max_files",
    )
