# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class AccountPartialReconcile(models.Model):
    """Taking a payment off an invoice calls no hook of the invoice."""

    _inherit = "account.partial.reconcile"

    def unlink(self):
        moves = (self.debit_move_id | self.credit_move_id).move_id
        credited = moves._support_lines().filtered(lambda line: line.support_credit_on == "payment")
        result = super().unlink()
        if credited:
            # Not at once: Odoo also takes payments off to put them on again.
            self.env.ref("helpdesk_support_points.ir_cron_follow_payments").sudo()._trigger()
        return result
