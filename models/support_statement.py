# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class SupportStatement(models.Model):
    """Account overview of a period: *Übersicht über das Supportkonto*."""

    _name = "support.statement"
    _description = "Support Account Statement"
    _order = "date_to desc, id desc"
    _check_company_auto = True

    name = fields.Char(string="Number", readonly=True, copy=False)
    contract_id = fields.Many2one(
        "support.contract",
        string="Support Account",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    company_id = fields.Many2one(related="contract_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="contract_id.partner_id", string="Customer")
    date_from = fields.Date(
        string="From",
        required=True,
        compute="_compute_dates",
        store=True,
        precompute=True,
        readonly=False,
    )
    date_to = fields.Date(
        string="To",
        required=True,
        compute="_compute_dates",
        store=True,
        precompute=True,
        readonly=False,
    )
    state = fields.Selection(
        [("draft", "Draft"), ("closing", "Closing"), ("issued", "Issued")],
        default="draft",
        required=True,
        readonly=True,
        copy=False,
    )
    opening = fields.Integer(string="Opening Balance", compute="_compute_balances")
    closing = fields.Integer(string="Closing Balance", compute="_compute_balances")

    _dates_ordered = models.Constraint(
        "CHECK (date_from <= date_to)", "A statement must not end before it begins."
    )

    @api.depends("contract_id")
    def _compute_dates(self):
        for statement in self:
            contract = statement.contract_id
            if contract and not (statement.date_from and statement.date_to):
                date_from, date_to = contract._current_period()
                statement.date_from = statement.date_from or date_from
                statement.date_to = statement.date_to or max(date_to, statement.date_from)

    @api.depends("contract_id", "date_from", "date_to")
    def _compute_balances(self):
        rows = self.env["support.point.entry"].sudo()._read_group(
            [("contract_id", "in", self.contract_id.ids)],
            ["contract_id", "date:day"],
            ["points:sum"],
        )
        for statement in self:
            own = [
                (day, points) for contract, day, points in rows if contract == statement.contract_id
            ]
            first, last = statement.date_from, statement.date_to
            statement.opening = sum(points for day, points in own if first and day < first)
            statement.closing = sum(points for day, points in own if last and day <= last)

    preset = fields.Selection([("this_year", "This Year")], store=False)

    def action_print(self):
        """Print the statement."""
        return self.env.ref("helpdesk_support_points.report_statement").report_action(self)
