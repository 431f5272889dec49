# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_sale import SaleCommon


@tagged("post_install", "-at_install")
class TestSaleCredit(SaleCommon):
    """Points go to whom paid for them, at the price they paid, once."""

    def test_another_customer_of_the_order_gets_the_points(self):
        contract = self._open_contract()
        order = self._order(20, support_contract_id=contract.id)
        order.partner_id = self.other_university
        order.action_confirm()
        self.assertEqual(contract.balance, 0)
        self.assertEqual(self._contract(self.other_university).balance, 20)

    def test_another_tier_of_the_line_goes_to_its_own_account(self):
        contract = self._open_contract()
        order = self._order(40, support_contract_id=contract.id)
        order.order_line.product_id = self.tier_technical.product_id
        order.action_confirm()
        self.assertEqual(contract.balance, 0)
        self.assertEqual(self._contract(tier=self.tier_technical).balance, 40)

    def test_a_switched_product_after_cancelling_leaves_nothing_behind(self):
        order = self._order(40)
        order.action_confirm()
        order._action_cancel()
        order.action_draft()
        order.order_line.product_id = self.tier_technical.product_id
        order.action_confirm()
        self.assertEqual(self._contract().balance, 0)
        self.assertEqual(self._contract(tier=self.tier_technical).balance, 40)

    def test_another_account_after_confirmation_takes_the_points_over(self):
        first, second = self._open_contract(), self._open_contract()
        order = self._order(20, support_contract_id=first.id)
        order.action_confirm()
        order.order_line.support_contract_id = second
        self.assertEqual((first.balance, second.balance), (0, 20))
        order.order_line.product_uom_qty = 10
        self.assertEqual((first.balance, second.balance), (0, 10))
        self.assertEqual(second._replay().lots[0].remaining, 10)
        self.assertTrue(self._create_ticket())

    def test_a_closed_account_is_not_credited(self):
        contract = self._open_contract()
        order = self._order(20, support_contract_id=contract.id)
        contract.action_close()
        order.action_confirm()
        self.assertEqual(contract.balance, 0)
        self.assertEqual(order.order_line.support_contract_id.state, "open")
        self.assertEqual(order.order_line.support_contract_id.balance, 20)

    def test_points_of_another_length_get_an_account_of_their_own(self):
        contract = self._open_contract(minutes_per_point=60)
        self._order(20).action_confirm()
        self.assertEqual(contract.balance, 0)
        self.assertEqual(self._contract().mapped("balance"), [0, 20])

    def test_what_the_order_credited_it_takes_back_whatever_the_tier_says_now(self):
        order = self._order(20)
        order.action_confirm()
        self.tier_user.credit_on = "invoice"
        order._action_cancel()
        self.assertEqual(self._contract().balance, 0)

    def test_tiers_that_credit_later_are_not_credited_by_the_order(self):
        self.tier_user.credit_on = "invoice"
        self._order(20).action_confirm()
        self.assertFalse(self._contract())

    def test_negative_quantities_are_refused(self):
        order = self._order(25)
        order.order_line = [
            Command.create({"product_id": self.tier_user.product_id.id, "product_uom_qty": -5})
        ]
        with self.assertRaisesRegex(UserError, "negative quantity"):
            order.action_confirm()
        self.assertFalse(self._contract())

    def test_lots_keep_the_price_they_were_bought_at(self):
        order = self._order(20)
        order.action_confirm()
        order.order_line.price_unit = 100
        order.order_line.product_uom_qty = 10
        entries = self._contract().entry_ids.sorted("id")
        self.assertEqual(entries.mapped("amount"), [600, -300])

    def test_an_overdraft_is_settled_below_the_minimum(self):
        contract = self._open_contract()
        self._log(self._create_ticket(), 60)
        self.assertEqual(contract.balance, -4)
        with self.assertRaisesRegex(UserError, "at least 20"):
            self._order(5).action_confirm()
        self._order(4).action_confirm()
        self.assertEqual(contract.balance, 0)

    def test_an_optional_line_without_quantity_blocks_nothing(self):
        order = self._order(20)
        order.order_line = [
            Command.create({"product_id": self.tier_technical.product_id.id, "product_uom_qty": 0})
        ]
        order.action_confirm()
        self.assertEqual(self._contract().balance, 20)
        self.assertFalse(self._contract(tier=self.tier_technical).entry_ids)

    def test_a_new_package_books_what_a_blocking_account_could_not_pay(self):
        contract = self._open_contract(overdraft_policy="block")
        ticket = self._create_ticket(self.env["res.partner"])
        self._log(ticket, 30)
        ticket.partner_id = self.student_office
        self.assertEqual(contract.balance, 0)
        self._order(20).action_confirm()
        self.assertEqual(contract.balance, 18)

    def test_a_credited_package_is_delivered(self):
        order = self._order(20)
        order.action_confirm()
        self.assertEqual(order.order_line.qty_delivered, 20)
