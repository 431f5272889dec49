# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ..tools.points import explain, points_for


class AccountAnalyticLine(models.Model):
    """What a person may ask of booked and unbooked time."""

    _inherit = "account.analytic.line"

    @api.depends("ticket_id", "support_level_id", "support_contract_id", "support_billable")
    def _compute_support_unbooked_cause(self):
        self.support_unbooked_cause = False
        unbooked = self.filtered(
            lambda line: line.ticket_id and line.support_billable and not line.support_contract_id
        )
        for contract, lines in unbooked._contracts_for().items():
            for line in lines:
                line.support_unbooked_cause = line._unbooked_cause(contract)

    def _unbooked_cause(self, contract):
        """Say why this time is unbooked, given the open account that would take it, if any."""
        if not self.ticket_id.partner_id:
            return self.env._("The ticket has no customer.")
        if not self.support_level_id:
            return self.env._("The ticket had no level.")
        if not contract:
            return self.env._(
                "No open account of the customer for %s.", self.support_level_id.tier_id.name
            )
        points = points_for(sum(self._support_minutes()), contract.minutes_per_point)
        if contract.overdraft_policy == "block" and contract.balance < points:
            return self.env._(
                "%(account)s has %(left)s left and allows no overdraft.",
                account=contract.name,
                left=self._count_points(contract.balance),
            )
        return self.env._("%s can take it, but it was not booked yet.", contract.name)

    def _compute_support_explanation(self):
        for line in self:
            line.support_explanation = line.ticket_id and self.env["ir.qweb"]._render(
                "helpdesk_support_points.explain_points", line._explanation_values()
            )

    def _explanation_values(self):
        """Values of 'why so many points?': minutes → rounding → tier → package."""
        self.ensure_one()
        contract = self.support_contract_id
        values = {"line": self, "contract": contract, "minutes": sum(self._support_minutes())}
        if not (contract and self.support_billable):
            return values
        [(group_key, group)] = self._complete_groups(self.sudo()._billing_groups()).items()
        entries = self.env["support.point.entry"]
        billed = group.lines.filtered("support_billable")
        rounding = explain(sum(billed._support_minutes()), contract.minutes_per_point)
        return {
            **values,
            "tier": contract.tier_id,
            "entries_together": len(billed),
            "rounding": rounding,
            "started": self._count_points(rounding.points),
            "own_points": self._count_points(self.support_points),
            "kinds": dict(entries._fields["kind"]._description_selection(self.env)),
            "posted": entries.search([("group_key", "=", group_key)], order="id"),
            "draws": [
                (entries.browse(lot_id or []), self._count_points(points))
                for lot_id, points in contract._replay().draws_of(group_key)
            ],
        }

    def _count_points(self, points):
        return self.env._("1 point") if points == 1 else self.env._("%s points", points)

    def action_explain_support_points(self):
        """Show step by step why this time costs what it costs."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why %s?", self._count_points(self.support_points)),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [
                (
                    self.env.ref(
                        "helpdesk_support_points.account_analytic_line_view_form_explanation"
                    ).id,
                    "form",
                )
            ],
            "target": "new",
        }

    def action_book_support_time(self):
        """Look again for the account of unbooked time, and say what is missing where none is."""
        self.check_access("read")
        self.ticket_id.check_access("write")
        waiting = self.sudo().filtered(lambda line: line.ticket_id and not line.support_contract_id)
        for line in waiting.filtered(lambda line: not line.support_level_id):
            line.support_level_id = line.ticket_id.support_level_id
        for contract, lines in waiting._contracts_for().items():
            if contract:
                contract._take_time(lines.filtered(lambda line: not line.support_contract_id))
        left = waiting.filtered(lambda line: not line.support_contract_id)
        booked = len(waiting) - len(left)
        message = self.env._("Booked time entries: %s", booked)
        if left:
            message = self.env._(
                "Booked: %(booked)s. Still waiting: %(left)s. %(cause)s Sell the customer a "
                "package, or correct the ticket's customer or level.",
                booked=booked,
                left=len(left),
                cause=left[0].support_unbooked_cause,
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if left else "success",
                "message": message,
                "sticky": bool(left),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_sell_package(self):
        """Open a new quotation for the package that this unbooked time waits for."""
        self.ensure_one()
        self.check_access("read")
        return self.support_level_id.tier_id._sell_package(
            self.ticket_id.commercial_partner_id, self.ticket_id.company_id
        )
