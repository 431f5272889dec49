# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ..tools.mail_received import MailArrival


class HelpdeskTicket(models.Model):
    """Messages that start, stop or resume a clock."""

    _inherit = "helpdesk.ticket"

    def _message_post_after_hook(self, message, msg_values):
        for ticket in self:
            if ticket._is_response(message):
                ticket._note_response()
            elif ticket._is_customer_answer(message):
                ticket._note_customer_answer()
        return super()._message_post_after_hook(message, msg_values)

    def _xmlid_to_id(self, xmlid):
        # Not env.ref, which asks the database on every call.
        return self.env["ir.model.data"]._xmlid_to_res_id(xmlid)

    def _is_automatic(self):
        arrival = self.env.context.get("support_mail_arrival")
        return isinstance(arrival, MailArrival) and arrival.is_automatic

    def _is_conversation(self, message):
        """Tell whether a message was written by somebody, for the customer to read or by them."""
        return (
            message.message_type in ("comment", "email")
            and message.subtype_id.id == self._xmlid_to_id("mail.mt_comment")
            and message._is_shown_to_customers()
            and not self._is_automatic()
        )

    def _is_response(self, message):
        """Tell whether this is an answer of staff to the customer, or a call with them."""
        self.ensure_one()
        author = message.author_id.sudo()
        is_staff = (
            author
            and not author.partner_share
            and author.id != self._xmlid_to_id("base.partner_root")
            and author.commercial_partner_id != self.sudo().commercial_partner_id
        )
        if not is_staff:
            return False
        is_call = message.sudo().mail_activity_type_id.category == "phonecall"
        return is_call or self._is_conversation(message)

    def _is_customer_answer(self, message):
        """Tell whether this comes from outside: the customer, or a mail nobody vouches for."""
        author = message.author_id.sudo()
        return (not author or author.partner_share) and self._is_conversation(message)
