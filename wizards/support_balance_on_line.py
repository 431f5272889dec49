# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SupportBalanceOnLine(models.TransientModel):
    """One account's balance."""

    _name = "support.balance.on.line"
    _description = "Balance of a Support Account on a Day"

    wizard_id = fields.Many2one("support.balance.on", ondelete="cascade")
    contract_id = fields.Many2one("support.contract", string="Support Account")
    balance = fields.Integer(string="Points Left")
    balance_hours = fields.Float(string="As Time")
