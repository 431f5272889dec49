# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..tools.ledger import replay
from ..tools.settlement import debts, period, points_to_settle


class SupportContract(models.Model):
    """Overdraft becomes a quotation for exactly its points, by a click or monthly."""

    _inherit = "support.contract"

    billing = fields.Selection(
        [("prepaid", "Prepaid packages"), ("postpaid", "Afterwards, once a month")],
        default="prepaid",
        required=True,
        tracking=True,
        help="Afterwards: each month, a draft quotation is made for the overdraft of the past one.",
    )
    settled_until = fields.Date(
        readonly=True,
        copy=False,
        help="Last day of the last month whose overdraft has been looked at.",
    )
    overdraft = fields.Integer(compute="_compute_overdraft", compute_sudo=True)

    @api.depends("entry_ids")
    def _compute_overdraft(self):
        for contract in self:
            # Replaying is for accounts that may owe something.
            owes = contract._origin and contract.balance < 0
            contract.overdraft = contract._origin._replay().overdraft if owes else 0

    def action_settle_overdraft(self):
        """Make a quotation for exactly the points that the account owes and nobody offered yet.

        A settlement that covers them is opened instead of a second one. A package that is merely
        offered does not count: once sold, it settles the overdraft, and the settlement is refused.
        """
        self.ensure_one()
        self.check_access("read")
        # Guarded, so that two people at once cannot both make an offer for the same points.
        self.sudo()._lock_for_posting(exclusive=True)
        overdraft = self.sudo()._replay().overdraft
        if not overdraft:
            raise UserError(
                self.env._("%s is not overdrawn, so there is nothing to settle.", self.display_name)
            )
        offered = self._offered_lines().filtered(
            lambda line: line.support_period_to or line.state == "sale"
        )
        offered_points = sum(line._support_points_to_come() for line in offered)
        if overdraft > offered_points:
            settlement = self._make_settlement(overdraft - offered_points, offered_points)
            return settlement.get_formview_action()
        orders = self.env["sale.order"].browse(offered.order_id.ids)
        return orders._get_records_action(name=self.env._("Offers for the Overdraft"))

    def _offered_lines(self):
        """Return the order lines that may credit this account but have not yet, as superuser.

        A package in a quotation that has expired will not be bought any more.
        """
        # The account of a line is set when its points are due; until then it is found.
        lines = (
            self.env["sale.order.line"]
            .sudo()
            .search(
                [
                    ("support_contract_id", "in", (self.id, False)),
                    ("support_tier_id", "=", self.tier_id.id),
                    ("company_id", "=", self.company_id.id),
                    ("order_partner_id", "child_of", self.sudo().commercial_partner_id.id),
                    ("state", "in", ("draft", "sent", "sale")),
                ]
            )
        )
        return lines.filtered(
            lambda line: (
                (line.support_period_to or not line.order_id.is_expired)
                and line._get_support_contract() == self
                and line._support_points_to_come() > 0
            )
        )

    def _make_settlement(self, points, offered_points, until=None):
        """Create the draft quotation for points of overdraft, with the period of their work.

        :param int offered_points: older points of overdraft that others settle
        """
        self.ensure_one()
        account = self.sudo()
        entries = account.entry_ids
        owed = debts(replay(entries, entries._decimals(), until), entries)
        today = account.company_id._support_today()
        first, last = period(owed, offered_points, points) or (today, today)
        line = {
            "product_id": account.tier_id.product_id.id,
            "product_uom_id": account.tier_id._get_point_uom(account.minutes_per_point).id,
            "product_uom_qty": points,
            "support_contract_id": account.id,
            "support_period_from": first,
            "support_period_to": last,
        }
        return (
            self.env["sale.order"]
            .with_company(account.company_id)
            .create(
                {
                    "partner_id": account.partner_id.id,
                    "company_id": account.company_id.id,
                    "user_id": account.user_id.id,
                    "order_line": [Command.create(line)],
                }
            )
        )

    @api.model
    def _cron_settle_overdrafts(self):
        """Offer each post-paid account the overdraft of the past month, once."""
        cron = self.env.ref("helpdesk_support_points.ir_cron_settle_overdrafts")
        accounts = self.search([("billing", "=", "postpaid"), ("state", "!=", "draft")])
        self._run_job(cron, accounts, lambda account: account._settle_past_month())

    def _settle_past_month(self):
        """Make a draft quotation for what the account owed when the past month ended."""
        self.ensure_one()
        month_end = fields.Date.subtract(
            fields.Date.start_of(self.company_id._support_today(), "month"), days=1
        )
        if self.settled_until and self.settled_until >= month_end:
            return
        # Guarded, so that two jobs cannot both make an offer for the same points.
        self._lock_for_posting(exclusive=True)
        offered_points = sum(line._support_points_to_come() for line in self._offered_lines())
        points = points_to_settle(
            replay(self.entry_ids, until=month_end).overdraft,
            self._replay().overdraft,
            offered_points,
        )
        if points:
            order = self._make_settlement(points, offered_points, until=month_end)
            self.message_post(
                body=self.env._("Quotation for the past month: %s", order._get_html_link())
            )
        self.settled_until = month_end
