# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SupportOpeningImportLine(models.TransientModel):
    """One row of the file, as it would be imported, or why it would not."""

    _name = "support.opening.import.line"
    _description = "Row of Opening Balances"
    _order = "status, line, id"

    wizard_id = fields.Many2one(
        "support.opening.import", required=True, ondelete="cascade", index=True
    )
    line = fields.Integer()
    status = fields.Selection(
        [
            ("bad", "Bad"),
            ("known", "Imported before"),
            ("good", "Correct"),
            ("imported", "Imported"),
        ],
        required=True,
    )
    problem = fields.Text()
    reference = fields.Char()
    customer = fields.Char(string="Customer as Written")
    partner_id = fields.Many2one("res.partner", string="Customer")
    tier_id = fields.Many2one("support.tier")
    points = fields.Integer()
    amount = fields.Monetary()
    currency_id = fields.Many2one("res.currency")
    date = fields.Date()
    expiry_date = fields.Date(string="Valid Until")
    contract_id = fields.Many2one("support.contract", string="Support Account")
