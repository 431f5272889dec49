# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class SupportPointsAdjust(models.TransientModel):
    """A manager gives points or takes some, and says why."""

    _name = "support.points.adjust"
    _description = "Adjust Support Points"

    contract_id = fields.Many2one("support.contract", string="Support Account", required=True)
    balance = fields.Integer(string="Points Left Now", compute="_compute_balance")
    points = fields.Integer(required=True, help="Below zero takes points.")
    balance_after = fields.Integer(string="Points Left Then", compute="_compute_balance")
    reason = fields.Char(required=True, help="The customer reads it on the statement.")
    date = fields.Date(
        required=True, compute="_compute_date", store=True, readonly=False, precompute=True
    )
    expiry_date = fields.Date(
        string="Usable Until", help="Last day on which the points can be used; empty is forever."
    )
    currency_id = fields.Many2one(related="contract_id.currency_id")
    amount = fields.Monetary(
        string="Paid Amount",
        help="Only for points that the customer has paid for: their net price. Else they are free.",
    )

    @api.depends("contract_id")
    def _compute_date(self):
        for wizard in self:
            company = wizard.contract_id.company_id or self.env.company
            wizard.date = wizard.date or company._support_today()

    @api.depends("points", "contract_id")
    def _compute_balance(self):
        # The balance is read from the ledger by the superuser.
        self.contract_id.check_access("read")
        for wizard in self:
            wizard.balance = wizard.contract_id.balance
            wizard.balance_after = wizard.balance + wizard.points

    def action_post(self):
        """Post the adjustment; points that are added are a package of their own."""
        self.ensure_one()
        contract = self.contract_id
        contract.check_access("write")
        self._check_values()
        contract._lock_for_posting(exclusive=True)
        self.env["support.point.entry"]._post(
            [
                {
                    "contract_id": contract.id,
                    "kind": "adjustment",
                    "points": self.points,
                    "amount": self.amount or False,
                    "currency_id": bool(self.amount) and self.currency_id.id,
                    "work_date": self.date,
                    "expiry_date": self.expiry_date,
                    # One wizard posts once, however often its button is pressed.
                    "group_key": f"adjust:{self.id}:c{contract.id}",
                    "revision": 0,
                    "name": self.reason.strip(),
                }
            ]
        )
        contract.message_post(
            body=self.env._(
                "Adjusted by %(points)+d points: %(reason)s",
                points=self.points,
                reason=self.reason,
            )
        )
        if self.points > 0 and contract.state == "open":
            contract.sudo()._book_unbooked_time()
        return {"type": "ir.actions.act_window_close"}

    def _check_values(self):
        """Refuse what makes no sense on the ledger.

        :raise UserError: says what to enter instead
        """
        if not self.points:
            raise UserError(self.env._("Enter how many points to add, or to take below zero."))
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why the points are adjusted."))
        if self.points < 0 and (self.expiry_date or self.amount):
            raise UserError(
                self.env._(
                    "Only points that are added can have an expiry date or an amount. Leave both "
                    "empty, or enter points above zero."
                )
            )
        if self.currency_id.compare_amounts(self.amount, 0) < 0:
            raise UserError(
                self.env._(
                    "The paid amount cannot be below zero. Enter what the customer paid for the "
                    "points, or leave it empty if they are free."
                )
            )
        today = self.contract_id.company_id._support_today()
        if self.date > today:
            raise UserError(
                self.env._(
                    "The points cannot be adjusted on a day that is still to come: today is %s.",
                    format_date(self.env, today),
                )
            )
        if self.expiry_date and self.expiry_date < self.date:
            raise UserError(self.env._("The points would expire before they are there."))
