# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import UserError

# What makes a file the one that the customer got, and where it belongs.
KEPT_KEYS = {
    "datas",
    "raw",
    "db_datas",
    "store_fname",
    "checksum",
    "mimetype",
    "url",
    "type",
    "res_model",
    "res_id",
    "res_field",
    "public",
}


class IrAttachment(models.Model):
    """The PDF of an issued statement stays as the customer got it."""

    _inherit = "ir.attachment"

    def write(self, vals):
        if vals.keys() & KEPT_KEYS and not self.env.su:
            self._check_no_issued_statement()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_issued_statement(self):
        self._check_no_issued_statement()

    def _check_no_issued_statement(self):
        statements = self.env["support.statement"].sudo()
        kept = statements.search([("attachment_id", "in", self.ids)], limit=1)
        if kept:
            raise UserError(
                self.env._(
                    "This is the PDF of the statement %s as it was issued. It stays as the "
                    "customer got it.",
                    kept.display_name,
                )
            )
