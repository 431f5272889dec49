# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SupportContract(models.Model):
    """What a person can reach from an account by a click."""

    _inherit = "support.contract"

    ticket_count = fields.Integer(compute="_compute_counts")
    statement_count = fields.Integer(compute="_compute_counts")
    order_count = fields.Integer(compute="_compute_order_count", compute_sudo=True)
    invoice_count = fields.Integer(compute="_compute_order_count", compute_sudo=True)

    def _compute_counts(self):
        for field, model, key in (
            ("ticket_count", "helpdesk.ticket", "support_contract_id"),
            ("statement_count", "support.statement", "contract_id"),
        ):
            counts = {}
            if self.env[model].has_access("read"):
                counts = dict(
                    self.env[model]._read_group([(key, "in", self.ids)], [key], ["__count"])
                )
            for contract in self:
                contract[field] = counts.get(contract._origin, 0)

    def _compute_order_count(self):
        lines = self._sale_lines().grouped("support_contract_id")
        alone = self._lone_invoice_lines().grouped("support_contract_id")
        for contract in self:
            own = lines.get(contract._origin, self.env["sale.order.line"])
            invoice_lines = alone.get(contract._origin, self.env["account.move.line"])
            contract.order_count = len(own.order_id)
            contract.invoice_count = len((own.invoice_lines | invoice_lines).move_id)

    def _current_period(self):
        """Return the first and last day of the period that is still open: up to today.

        It begins after the last issued statement, else with the account's first entry.
        """
        self.ensure_one()
        today = self.company_id._support_today()
        if self.lock_date:
            date_from = fields.Date.add(self.lock_date, days=1)
        else:
            first = (
                self.env["support.point.entry"]
                .sudo()
                .search_fetch([("contract_id", "=", self.id)], ["date"], order="date, id", limit=1)
            )
            date_from = min(filter(None, (first.date, self.date_start, today)))
        return date_from, max(date_from, today)

    def action_print_statement(self):
        """Print the account overview up to today, as a draft: one click, nothing is closed."""
        self.ensure_one()
        self.check_access("read")
        statement = self._current_statement()
        statement.sudo(False).check_access("read")
        return self.env.ref("helpdesk_support_points.report_statement").report_action(statement)

    def _current_statement(self):
        """Return the draft of the period that is still open, as superuser."""
        date_from, date_to = self._current_period()
        values = {"contract_id": self.id, "date_from": date_from, "date_to": date_to}
        # Whoever may see the account may print it; not everybody may keep statements.
        statements = self.env["support.statement"].sudo()
        return statements.search(
            [("state", "=", "draft"), *((key, "=", value) for key, value in values.items())],
            limit=1,
        ) or statements.create(values)

    def action_view_entries(self):
        """Open the ledger of these accounts."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_support_points.action_support_point_entry"
        )
        action["domain"] = [("contract_id", "in", self.ids)]
        action["context"] = {}
        return action

    def action_view_tickets(self):
        """Open the tickets that draw from these accounts."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_mgmt.helpdesk_ticket_action"
        )
        action["domain"] = [("support_contract_id", "in", self.ids)]
        action["context"] = {}
        return action

    def action_view_statements(self):
        """Open the statements of this account, to make one for any period."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "helpdesk_support_points.action_support_statement"
        )
        action["domain"] = [("contract_id", "=", self.id)]
        action["context"] = {"default_contract_id": self.id}
        return action

    def _sale_lines(self):
        return self.env["sale.order.line"].search([("support_contract_id", "in", self.ids)])

    def _lone_invoice_lines(self):
        """Invoice lines without an order that credit these accounts."""
        return self.env["account.move.line"].search([("support_contract_id", "in", self.ids)])

    def action_view_orders(self):
        """Open the orders that credited these accounts."""
        self.check_access("read")
        return self._sale_lines().order_id._get_records_action(name=self.env._("Orders"))

    def action_view_invoices(self):
        """Open the invoices of the packages of these accounts."""
        self.check_access("read")
        lines = self._sale_lines().invoice_lines | self._lone_invoice_lines()
        return lines.move_id._get_records_action(name=self.env._("Invoices"))

    def action_sell_package(self):
        """Open a new quotation for the minimum package of this account's tier."""
        self.ensure_one()
        self.check_access("read")
        return self.tier_id._sell_package(self.partner_id, self.company_id, self)
