# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import http
from odoo.addons.helpdesk_mgmt.controllers.main import HelpdeskTicketController
from odoo.http import request

MAX_FILES = 20


def _to_id(value):
    """Return the record id that a form sent, or 0 for anything else."""
    return int(value) if isinstance(value, str) and re.fullmatch("[1-9][0-9]{0,8}", value) else 0


class SupportTicketController(HelpdeskTicketController):
    @http.route(methods=["POST"])
    def support_ticket_close(self, **kw):
        """Close a ticket of the own customer, into a stage that its page offers."""
        ticket = request.env["helpdesk.ticket"].browse(_to_id(kw.get("ticket_id"))).exists()
        operation = "read" if request.env.user.share else "write"
        if not ticket or not ticket.has_access(operation):
            return request.redirect("/my/tickets", 302)
        stage_id = _to_id(kw.get("stage_id"))
        if stage_id not in ticket.sudo()._get_portal_closing_stages().ids:
            return request.redirect(f"/my/ticket/{ticket.id}", 302)
        return super().support_ticket_close(ticket_id=ticket.id, stage_id=stage_id)

    @http.route(methods=["POST"])
    def submit_ticket(self, **kw):
        """File a request with what the form offers; otherwise show the form again, and why."""
        posted = {
            name: value.replace("\x00", "") for name, value in kw.items() if isinstance(value, str)
        }
        error = self._find_submit_error(posted)
        if error:
            values = {**self._get_create_new_ticket_values(), "error": error, "posted": posted}
            return request.render("helpdesk_mgmt.portal_create_ticket", values)
        # A choice that the form does not offer at all counts as not made.
        choices = {name: offered and posted.get(name) for name, offered, *_rest in self._choices()}
        return super().submit_ticket(**{**kw, **posted, **choices})

    def _choices(self):
        """Return what the form lets choose: name, offered records, required, error."""
        company = request.env.company
        return (
            (
                "team",
                self._get_teams(),
                company.helpdesk_mgmt_portal_team_id_required,
                request.env._("Please choose a team of the list."),
            ),
            (
                "category",
                self._get_categories(),
                company.helpdesk_mgmt_portal_category_id_required,
                request.env._("Please choose a category of the list."),
            ),
        )

    def _find_submit_error(self, posted):
        """Return what is wrong with a request, in words for its author, or False."""
        for name, offered, required, error in self._choices():
            chosen = posted.get(name)
            if offered and (chosen or required) and _to_id(chosen) not in offered.ids:
                return error
        if not all(posted.get(name, "").strip() for name in ("subject", "description")):
            return request.env._("Please write a subject and a description.")
        limit = self._get_max_files()
        if len([file for file in request.httprequest.files.getlist("attachment") if file]) > limit:
            return request.env._(
                "Please send at most %(limit)s files with a request, and further ones with an "
                "answer to it.",
                limit=limit,
            )
        return False

    def _get_max_files(self):
        settings = request.env["ir.config_parameter"].sudo()
        return _to_id(settings.get_param("helpdesk_support_points.portal_max_files")) or MAX_FILES
