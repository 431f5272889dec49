# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.http import request


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _serve_fallback(cls):
        """Look for no file whose address has a NUL: PostgreSQL would answer with an error."""
        if "\x00" in request.httprequest.path:
            return None
        return super()._serve_fallback()
