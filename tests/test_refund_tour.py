# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestRefundTour(HttpCase):
    def test_sell_invoice_refund_and_see_the_account(self):
        """Sell → invoice → credit note by an accountant in the browser → the account."""
        new_test_user(
            self.env,
            login="tour.accountant",
            lang="en_US",
            groups="account.group_account_invoice,sales_team.group_sale_salesman_all_leads",
        )
        company = self.env.company
        if not company.account_sale_tax_id:
            company.account_sale_tax_id = self.env["account.tax"].create(
                {"name": "19 %", "amount": 19, "type_tax_use": "sale"}
            )
        university = self.env["res.partner"].create({"name": "Tour University", "is_company": True})
        product = self.env.ref("helpdesk_support_points.tier_user").product_id
        order = self.env["sale.order"].create(
            {
                "partner_id": university.id,
                "order_line": [Command.create({"product_id": product.id, "product_uom_qty": 20})],
            }
        )
        self.start_tour(
            f"/odoo/action-sale.action_quotations/{order.id}",
            "helpdesk_support_points_refund",
            login="tour.accountant",
            timeout=180,
        )
        self.assertEqual(order.support_contract_ids.balance, 15)
