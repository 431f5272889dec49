# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, http
from odoo.addons.helpdesk_mgmt.controllers.myaccount import CustomerPortalHelpdesk
from odoo.exceptions import AccessError, MissingError
from odoo.http import request


def _is_date(value):
    try:
        return bool(isinstance(value, str) and fields.Datetime.to_datetime(value))
    except ValueError:
        return False


class SupportTicketPortal(CustomerPortalHelpdesk):
    @http.route()
    def portal_my_tickets(
        self,
        page=1,
        date_begin=None,
        date_end=None,
        sortby=None,
        filterby=None,
        search=None,
        search_in=None,
        groupby=None,
        **kw,
    ):
        """List the tickets; a parameter that the page does not offer counts as not given."""
        if not (_is_date(date_begin) and _is_date(date_end)):
            date_begin = date_end = None
        return super().portal_my_tickets(
            page=page,
            date_begin=date_begin,
            date_end=date_end,
            sortby=sortby if sortby in self._ticket_get_searchbar_sortings() else None,
            filterby=filterby if isinstance(filterby, str) else None,
            search=search.replace("\x00", "") if isinstance(search, str) else None,
            search_in=search_in if search_in in self._ticket_get_searchbar_inputs() else None,
            groupby=groupby if groupby in self._ticket_get_searchbar_groupby() else None,
            **kw,
        )

    @http.route(["/my/ticket/<int:ticket_id>"])
    def portal_my_ticket(self, ticket_id, access_token=None, **kw):
        """Show a ticket behind the login.

        The original is not called: it gives every file of the ticket a permanent token.
        """
        if not request.env["helpdesk.ticket"]._are_links_open():
            access_token = None
            kw = {name: value for name, value in kw.items() if name not in ("pid", "hash")}
        try:
            ticket_sudo = self._document_check_access(
                "helpdesk.ticket", ticket_id, access_token=access_token
            )
        except (AccessError, MissingError):
            if request.env.user._is_public():
                page = {"redirect": f"/my/ticket/{ticket_id}"}
                return request.redirect_query("/web/login", page)
            return request.redirect("/my")
        values = self._ticket_get_page_view_values(ticket_sudo, access_token, **kw)
        return request.render("helpdesk_mgmt.portal_helpdesk_ticket_page", values)

    def _ticket_get_page_view_values(self, ticket, access_token, **kwargs):
        values = super()._ticket_get_page_view_values(ticket, access_token, **kwargs)
        values["closed_stages"] = ticket._get_portal_closing_stages()
        values["ticket_attachments"] = ticket._get_portal_attachments()
        values["support_times"] = ticket.sudo()._portal_service_times()
        return values
