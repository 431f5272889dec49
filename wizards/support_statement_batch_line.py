# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SupportStatementBatchLine(models.TransientModel):
    """What became of one account when statements were issued."""

    _name = "support.statement.batch.line"
    _description = "Outcome of Issuing a Statement"
    _order = "outcome, id"

    batch_id = fields.Many2one("support.statement.batch", required=True, ondelete="cascade")
    contract_id = fields.Many2one("support.contract", string="Support Account", readonly=True)
    outcome = fields.Selection(
        [("failed", "Not issued"), ("issued", "Issued"), ("skipped", "Skipped")], readonly=True
    )
    reason = fields.Char(readonly=True)
    statement_id = fields.Many2one("support.statement", readonly=True)
