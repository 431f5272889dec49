# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    support_contract_ids = fields.Many2many(
        "support.contract",
        string="Support Accounts",
        compute="_compute_support_contract_ids",
        compute_sudo=True,
        groups="base.group_user",
    )
    support_contract_count = fields.Integer(
        compute="_compute_support_contract_ids",
        compute_sudo=True,
        groups="base.group_user",
        export_string_translation=False,
    )

    @api.depends("invoice_line_ids.sale_line_ids.support_contract_id")
    def _compute_support_contract_ids(self):
        for move in self:
            move.support_contract_ids = move.invoice_line_ids.sale_line_ids.support_contract_id
            move.support_contract_count = len(move.support_contract_ids)

    def action_view_support_contracts(self):
        """Open the accounts whose points this invoice charges."""
        self.ensure_one()
        self.check_access("read")
        self.env["support.contract"].check_access("read")
        return self.support_contract_ids._get_records_action(name=self.env._("Support Accounts"))
