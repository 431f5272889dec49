# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SupportPrepaidReportLine(models.TransientModel):
    """One package, or one overdraft, in the report of prepaid points."""

    _name = "support.prepaid.report.line"
    _description = "Line of the Report on Prepaid Points"
    _order = "tier_id, partner_id, date, id"

    report_id = fields.Many2one(
        "support.prepaid.report", required=True, ondelete="cascade", index=True
    )
    kind = fields.Selection([("lot", "Package"), ("overdraft", "Overdraft")], required=True)
    contract_id = fields.Many2one("support.contract", string="Support Account")
    partner_id = fields.Many2one("res.partner", string="Customer")
    tier_id = fields.Many2one("support.tier")
    entry_id = fields.Many2one("support.point.entry", string="Package")
    entry_name = fields.Char(
        related="entry_id.name",
        string="Origin",
        help="The order or invoice that the package came with.",
    )
    currency_id = fields.Many2one("res.currency")
    date = fields.Date(string="Bought")
    expiry_date = fields.Date(string="Valid Until")

    points_opening = fields.Integer(string="Opening (Points)")
    points_sold = fields.Integer(string="Sold (Points)")
    points_used = fields.Integer(string="Used (Points)")
    points_expired = fields.Integer(string="Expired (Points)")
    points_refunded = fields.Integer(string="Refunded (Points)")
    points_closing = fields.Integer(string="Outstanding (Points)")
    points_overdrawn = fields.Integer(string="Overdrawn (Points)")
    amount_opening = fields.Monetary(string="Opening")
    amount_sold = fields.Monetary(string="Sold")
    amount_used = fields.Monetary(string="Used")
    amount_expired = fields.Monetary(string="Expired")
    amount_refunded = fields.Monetary(string="Refunded")
    amount_closing = fields.Monetary(string="Outstanding")
    amount_overdrawn = fields.Monetary(string="Overdrawn")

    def action_open_entries(self):
        """Open the account's entries, which led to this line."""
        self.ensure_one()
        return self.contract_id.action_view_entries()
