# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize, str2bool

from ..tools import mail_sender

TRUST_SENDER = "helpdesk_support_points.trust_mail_sender"
AUTHSERV_ID = "helpdesk_support_points.mail_authserv_id"
SUBSCRIBE_CC = "helpdesk_support_points.subscribe_cc"


class HelpdeskTicket(models.Model):
    """A mail's sender is the customer only if that is proven, and whom it names reads nothing."""

    _inherit = "helpdesk.ticket"

    support_suggested_partner_id = fields.Many2one(
        "res.partner",
        string="Suggested Customer",
        compute="_compute_support_suggested_partner_id",
        help="The contact whose address the mail names as its sender. Nothing proves that they "
        "wrote it: read the mail before you take over the suggestion.",
    )

    @api.depends("partner_id", "partner_email")
    def _compute_support_suggested_partner_id(self):
        for ticket in self:
            contacts = ticket.partner_id.browse()
            if not ticket.partner_id:
                contacts = ticket._find_contacts(ticket.partner_email)
            one_customer = len(contacts.commercial_partner_id) == 1
            ticket.support_suggested_partner_id = contacts[:1] if one_customer else False

    def action_set_suggested_customer(self):
        """Make the suggested contact the customer of the ticket."""
        self.check_access("write")
        for ticket in self:
            if not ticket.support_suggested_partner_id:
                raise UserError(
                    self.env._(
                        "There is not exactly one customer with the address %(address)s. "
                        "Choose the contact yourself, and look whether two customers share it.",
                        address=ticket.partner_email or self.env._("(none)"),
                    )
                )
            ticket.partner_id = ticket.support_suggested_partner_id
        return True

    @api.model
    def _find_contacts(self, address):
        normalized = email_normalize(address)
        return self.env["res.partner"].search(
            [("email_normalized", "=", normalized)] if normalized else [(0, "=", 1)]
        )

    @api.model
    def _get_mail_servers(self):
        """Return the names of the mail servers whose verdict on a sender counts."""
        names = self.env["ir.config_parameter"].sudo().get_param(AUTHSERV_ID) or ""
        return names.replace(",", " ").split()

    @api.model
    def _is_sender_proven(self, message):
        """Tell whether the firm's mail server vouches for the one sender of a mail."""
        settings = self.env["ir.config_parameter"].sudo()
        if str2bool(settings.get_param(TRUST_SENDER) or "", False):
            return True
        senders = message.get_all("From", [])
        sender = len(senders) == 1 and email_normalize(str(senders[0]))
        return bool(sender) and mail_sender.is_vouched(
            sender.rpartition("@")[2],
            [str(header) for header in message.get_all("Authentication-Results", [])],
            self._get_mail_servers(),
        )

    def _get_mail_author(self, message, message_dict, author):
        """Return the contact whose mail this is, or nobody: then staff decide.

        An address that two customers have says nothing: one may have taken it from the other in
        the portal. An answer is of the ticket's own customer then. As long as the firm has named
        no mail server that checks senders, so is an unproven answer: who writes it must know the
        conversation. An unproven new request, or an answer as staff, is nobody's.
        """
        contacts = self.sudo()._find_contacts(message_dict.get("email_from"))
        proven = self._is_sender_proven(message)
        if proven and len(contacts.commercial_partner_id) == 1:
            return author
        customer = self.sudo().commercial_partner_id
        own = contacts.filtered(lambda contact: contact.commercial_partner_id == customer)
        if proven or not self._get_mail_servers():
            return author if author in own else own[:1]
        return author.browse()

    # By RPC the caller would say what the mail was; only the gateway knows.
    @api.model
    @api.private
    def message_new(self, msg, custom_values=None):
        return super(HelpdeskTicket, self.with_context(support_mail_gateway=True)).message_new(
            msg, custom_values=custom_values
        )

    @api.private
    def message_update(self, msg, update_vals=None):
        return super(HelpdeskTicket, self.with_context(support_mail_gateway=True)).message_update(
            msg, update_vals=update_vals
        )

    def _message_subscribe(self, partner_ids=None, subtype_ids=None, customer_ids=None):
        """Of those whom a mail names in To and Cc, only staff and the customer's people follow."""
        settings = self.env["ir.config_parameter"].sudo()
        if self.env.context.get("support_mail_gateway") and not str2bool(
            settings.get_param(SUBSCRIBE_CC) or "", False
        ):
            customer = self.sudo().commercial_partner_id
            named = self.env["res.partner"].sudo().browse(partner_ids or ())
            partner_ids = named.filtered(
                lambda partner: (
                    not partner.partner_share or partner.commercial_partner_id == customer
                )
            ).ids
        return super()._message_subscribe(
            partner_ids, subtype_ids=subtype_ids, customer_ids=customer_ids
        )

    @api.model
    def default_get(self, fields):
        """Assign new tickets to staff only: never to the customer who sent one, nor to a robot."""
        defaults = super().default_get(fields)
        user = self.env["res.users"].sudo().browse(defaults.get("user_id") or ())
        if user and (user.share or not user.active):
            defaults["user_id"] = False
        return defaults
