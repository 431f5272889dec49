# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class SupportBalanceOn(models.TransientModel):
    """Asks for a day and shows what accounts had left at its end."""

    _name = "support.balance.on"
    _description = "Balance of Support Accounts on a Day"

    contract_ids = fields.Many2many("support.contract", string="Support Accounts", required=True)
    date = fields.Date(
        string="At the End of",
        required=True,
        default=lambda self: self.env.company._support_today(),
    )
    line_ids = fields.One2many("support.balance.on.line", "wizard_id", compute="_compute_line_ids")

    @api.depends("contract_ids", "date")
    def _compute_line_ids(self):
        for wizard in self:
            contracts = wizard.contract_ids._origin
            balances = contracts._balance_on(wizard.date) if wizard.date else {}
            wizard.line_ids = [fields.Command.clear()] + [
                fields.Command.create(
                    {
                        "contract_id": contract.id,
                        "balance": balances[contract.id],
                        "balance_hours": balances[contract.id] * contract.minutes_per_point / 60,
                    }
                )
                for contract in contracts
                if balances
            ]
