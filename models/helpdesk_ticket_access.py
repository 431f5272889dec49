# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import str2bool

OPEN_LINKS = "helpdesk_support_points.ticket_links_without_login"

PORTAL_FIELDS = frozenset(
    (
        "access_url",
        "access_warning",
        "active",
        "category_id",
        "channel_id",
        "closed",
        "closed_date",
        "commercial_partner_id",
        "company_id",
        "create_date",
        "description",
        "display_name",
        "id",
        "last_stage_update",
        "name",
        "number",
        "partner_email",
        "partner_id",
        "partner_name",
        "priority",
        "sequence",
        "stage_id",
        "support_level_id",
        "support_points",
        "team_id",
        "user_id",
        "write_date",
    )
)
# The list of tickets filters by its record rules once more.
PORTAL_FILTERS = {"message_partner_ids"}
PORTAL_POST = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}


class HelpdeskTicket(models.Model):
    """What customers get by RPC, links and tokens; pages show what they show on top of that."""

    _inherit = "helpdesk.ticket"

    access_token = fields.Char(groups=fields.NO_ACCESS)

    def _get_portal_fields(self):
        """Return the names of the fields that customers may read; extend it to open more."""
        return PORTAL_FIELDS

    @api.model
    def _has_field_access(self, field, operation):
        if self.env.su or not self.env.user.share:
            return super()._has_field_access(field, operation)
        return operation == "read" and field.name in self._get_portal_fields()

    @api.model
    def _search(self, domain, *args, **kwargs):
        """Let customers filter by what they may read alone.

        The ORM asks for no right to a field that finds its records by a method or a path.
        """
        if self.env.user.share and not self.env.su:
            names = {one.field_expr.partition(".")[0] for one in Domain(domain).iter_conditions()}
            for name in names & self._fields.keys() - PORTAL_FILTERS:
                self._check_field_access(self._fields[name], "read")
        return super()._search(domain, *args, **kwargs)

    def _field_to_sql(self, alias, field_expr, query=None):
        """Let nobody sort or group by a related field that they may not read.

        The ORM looks at the field that it ends in alone.
        """
        field = self._fields.get(field_expr.partition(".")[0])
        if field is not None and field.related and not field.store:
            self._check_field_access(field, "read")
        return super()._field_to_sql(alias, field_expr, query)

    # Tokens ---------------------------------------------------------------------------------

    @api.model
    def _are_links_open(self):
        """Tell whether the firm lets mail links open tickets without a login."""
        settings = self.env["ir.config_parameter"].sudo()
        return str2bool(settings.get_param(OPEN_LINKS) or "", False)

    def _portal_ensure_token(self):
        return super(HelpdeskTicket, self.sudo())._portal_ensure_token()

    def _sign_token(self, pid):
        return super(HelpdeskTicket, self.sudo())._sign_token(pid)

    def _get_share_url(self, redirect=False, signup_partner=False, pid=None, share_token=True):
        is_open = self._are_links_open()
        return super()._get_share_url(
            redirect=redirect,
            signup_partner=signup_partner,
            pid=pid if is_open else None,
            share_token=share_token and is_open,
        )

    def get_portal_url(self, **kwargs):
        """Return the page of the ticket; the token stays out, as this is callable by RPC."""
        url = super().get_portal_url(**kwargs)
        return re.sub(r"[?&]$", "", re.sub(r"access_token=[^&#]*&?", "", url))

    def _get_action_link_params(self, link_type, **kwargs):
        params = super()._get_action_link_params(link_type, **kwargs)
        if self._are_links_open():
            return params
        return {
            name: value
            for name, value in params.items()
            if name not in ("access_token", "pid", "hash")
        }

    @api.model
    def _get_thread_with_access(self, thread_id, *, hash=None, pid=None, token=None, **kwargs):
        if not self._are_links_open():
            hash = pid = token = None
        return super()._get_thread_with_access(thread_id, hash=hash, pid=pid, token=token, **kwargs)

    def _thread_to_store(self, store, fields, *, request_list=None):
        """Tell customers nothing of followers, recipients and files but what their page shows."""
        if self.env.user.share and request_list:
            request_list = [name for name in request_list if name == "display_name"]
        return super()._thread_to_store(store, fields, request_list=request_list)

    @api.model
    def _revoke_portal_tokens(self):
        """Void the tokens that helpdesk_mgmt's pages gave away before this addon was installed."""
        tickets = self.sudo().with_context(active_test=False)
        tickets.search([("access_token", "!=", False)]).write({"access_token": False})
        notes = self.env["mail.message"].sudo()
        notes = notes.search([("model", "=", self._name), ("attachment_ids", "!=", False)])
        notes = notes.filtered(lambda note: not note._is_shown_to_customers())
        notes.attachment_ids.filtered("access_token").write({"access_token": False})

    # Files and messages ---------------------------------------------------------------------

    def _get_portal_attachments(self):
        """Return the files that the customer may have: those of the conversation, and their own.

        A file that staff put on the ticket without sending it stays inside, as does what is left
        of a deleted note.
        """
        self.ensure_one()
        ticket = self.sudo()
        messages = (
            self.env["mail.message"]
            .sudo()
            .search(
                [
                    ("model", "=", self._name),
                    ("res_id", "=", self.id),
                    ("attachment_ids", "!=", False),
                ]
            )
        )
        shown = messages.filtered(lambda message: message._is_shown_to_customers()).attachment_ids
        loose = ticket.attachment_ids - messages.attachment_ids
        return ticket.attachment_ids & (shown | loose.filtered("create_uid.share"))

    def _get_portal_closing_stages(self):
        """Return the stages in which the page of the ticket offers to close it."""
        self.ensure_one()
        team = self.team_id.with_company(self.company_id)
        return team._get_applicable_stages().filtered("close_from_portal")

    def message_post(self, **kwargs):
        """Let customers answer, and nothing else: no date, recipients, sender or kind of theirs."""
        if self.env.su or not self.env.user.share:
            return super().message_post(**kwargs)
        self.check_access("read")
        self._check_portal_post(kwargs)
        thread = self.sudo().with_context(
            mail_post_autofollow=False, mail_post_autofollow_author_skip=True
        )
        return super(HelpdeskTicket, thread).message_post(
            body=kwargs.get("body", ""), **PORTAL_POST
        )

    def _check_portal_post(self, values):
        wrong = [
            name
            for name, value in values.items()
            if name != "body" and PORTAL_POST.get(name) != value
        ]
        if wrong:
            raise AccessError(
                self.env._(
                    "An answer consists of its text. Leave out: %(names)s. Files are sent with "
                    "the answer on the page of the request.",
                    names=", ".join(sorted(wrong)),
                )
            )
