# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import content_disposition, request

from ..models.support_contract_portal import MAX_ID

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Their `_xlsx()` gives (file name, bytes).
MODELS = ("support.statement", "support.prepaid.report", "support.opening.import")


class SupportXlsx(http.Controller):
    """Tables that staff download."""

    @http.route(
        "/helpdesk_support_points/xlsx/<string:model>/<int:record_id>",
        type="http",
        auth="user",
        methods=["GET"],
    )
    def support_xlsx(self, model, record_id, **kw):
        """Send a record as a table to staff who may read it."""
        is_known = model in MODELS and 0 < record_id <= MAX_ID
        if not (is_known and request.env.user._is_internal()):
            raise request.not_found()
        record = request.env[model].search([("id", "=", record_id)])
        if not record:
            raise request.not_found()
        return xlsx_response(*record._xlsx())


def xlsx_response(name, content):
    """Return the answer that downloads this file."""
    return file_response(name, content, XLSX_TYPE)


def file_response(name, content, mimetype):
    """Return the answer that downloads a file; nothing on the way may keep a copy."""
    return request.make_response(
        content,
        headers=[
            ("Content-Type", mimetype),
            ("Content-Length", len(content)),
            ("Content-Disposition", content_disposition(name)),
            ("Cache-Control", "no-store, private"),
            ("X-Content-Type-Options", "nosniff"),
        ],
    )
