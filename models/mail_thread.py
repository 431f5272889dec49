# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError

from ..tools import mail_received

TICKET = "helpdesk.ticket"


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """Let nobody hand in mails by RPC but the user of the firm's own mail script, if any.

        The job that fetches mails runs as superuser. For everyone else this method would write
        any value into any company, and post on any thread as any sender.
        """
        if not self.env.su:
            self._check_mail_gateway_user(custom_values, thread_id)
        gateway = self.with_user(SUPERUSER_ID).with_context(fetchmail_cron_running=True)
        return super(MailThread, self if self.env.su else gateway).message_process(
            model,
            message,
            custom_values=custom_values,
            save_original=save_original,
            strip_attachments=strip_attachments,
            thread_id=thread_id,
        )

    def _check_mail_gateway_user(self, custom_values, thread_id):
        allowed = self.env["ir.config_parameter"].sudo()
        if allowed.get_param("helpdesk_support_points.mail_gateway_user_id") != str(self.env.uid):
            raise AccessError(
                self.env._(
                    "Mails reach Odoo through its incoming mail servers, not through this call. "
                    "If a script of yours delivers them, name its user in the Helpdesk settings."
                )
            )
        if custom_values or thread_id:
            raise AccessError(
                self.env._(
                    "A mail script hands in mails as they are: leave out custom_values and "
                    "thread_id. Where a mail goes is up to the e-mail alias of the team."
                )
            )

    @api.model
    @api.private
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        """File mailed tickets as the gateway: a sender picks neither company nor assignee."""
        routes = super().message_route(
            message, message_dict, model=model, thread_id=thread_id, custom_values=custom_values
        )
        if not any(route[0] == TICKET for route in routes or ()):
            return routes
        proven = self.env[TICKET]._is_sender_proven(message)
        users = self.env["res.users"].sudo()
        return [
            (name, res_id, values, user_id, alias)
            if name != TICKET or (proven and not users.browse(user_id).share)
            else (name, res_id, values, self.env.uid, alias)
            for name, res_id, values, user_id, alias in routes
        ]

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        """Tell tickets when the mail arrived: its own date may say anything."""
        arrival = mail_received.arrival(
            [str(header) for header in message.get_all("Received", [])],
            message.get("Auto-Submitted"),
            message.get("Precedence"),
            fields.Datetime.now(),
        )
        return super(
            MailThread, self.with_context(support_mail_arrival=arrival)
        )._message_route_process(message, message_dict, routes)

    def _message_parse_post_process(self, message, message_dict, routes):
        values = super()._message_parse_post_process(message, message_dict, routes)
        for name, res_id, *_rest in routes or ():
            if name == TICKET and values.get("author_id"):
                ticket = self.env[TICKET].browse(res_id or ())
                author = self.env["res.partner"].browse(values["author_id"])
                values["author_id"] = ticket._get_mail_author(message, message_dict, author).id
        return values
