# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class AccountPartialReconcile(models.Model):
    """What calls no hook of the invoice: a payment taken off, and a credit note that pays it."""

    _inherit = "account.partial.reconcile"

    @api.model_create_multi
    def create(self, vals_list):
        partials = super().create(vals_list)
        notes = partials.credit_move_id.move_id.filtered(lambda m: m.move_type == "out_refund")
        if notes and partials._credit_on_payment():
            partials._follow_payments()
        return partials

    def unlink(self):
        credited = self._credit_on_payment()
        result = super().unlink()
        if credited:
            self._follow_payments()
        return result

    def _credit_on_payment(self):
        """Return the lines of what is reconciled that credit points when they are paid."""
        moves = (self.debit_move_id | self.credit_move_id).move_id
        return moves._support_lines().filtered(lambda line: line.support_credit_on == "payment")

    @api.model
    def _follow_payments(self):
        # Not at once: Odoo also takes payments off to put them on again.
        self.env.ref("helpdesk_support_points.ir_cron_follow_payments").sudo()._trigger()
