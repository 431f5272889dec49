# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    support_contract_count = fields.Integer(
        string="Support Accounts",
        compute="_compute_support_contract_count",
        groups="helpdesk_mgmt.group_helpdesk_user_own,sales_team.group_sale_salesman,"
        "helpdesk_support_points.group_support_accounting",
    )

    def _compute_support_contract_count(self):
        counts = dict(
            self.env["support.contract"]._read_group(
                [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
                ["commercial_partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.support_contract_count = counts.get(partner.commercial_partner_id, 0)

    def action_view_support_contracts(self):
        """Open the support accounts of this customer."""
        self.ensure_one()
        self.check_access("read")
        self.env["support.contract"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_support_points.action_support_contract"
        )
        partner = self.commercial_partner_id
        action["domain"] = [("commercial_partner_id", "=", partner.id)]
        action["context"] = {"default_partner_id": partner.id}
        return action
