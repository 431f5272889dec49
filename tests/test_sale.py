# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import SupportCommon


class SaleCommon(SupportCommon):
    """Orders of packages, in a company with sales tax."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not cls.company.account_sale_tax_id:
            cls.company.account_sale_tax_id = cls.env["account.tax"].create(
                {"name": "19 %", "amount": 19, "type_tax_use": "sale"}
            )

    def _order(self, points=20, tier=None, partner=None, **values):
        return self.env["sale.order"].create(
            {
                "partner_id": (partner or self.university).id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": (tier or self.tier_user).product_id.id,
                            "product_uom_qty": points,
                            **values,
                        }
                    )
                ],
            }
        )

    def _contract(self, partner=None, tier=None):
        return self.env["support.contract"].search(
            [
                ("partner_id", "=", (partner or self.university).id),
                ("tier_id", "=", (tier or self.tier_user).id),
            ]
        )


@tagged("post_install", "-at_install")
class TestSale(SaleCommon):
    """Packages: minimum, VAT, crediting on confirmation."""

    def test_shipped_prices(self):
        self.assertEqual(self.tier_user.point_price, 30.0)
        self.assertEqual(self.tier_technical.point_price, 41.5)
        self.assertEqual(self.tier_technical.product_id.lst_price, 41.5)
        self.assertEqual(self.tier_user.product_id.uom_id, self.tier_technical.product_id.uom_id)

    def test_first_order_opens_the_account_and_credits_it(self):
        order = self._order(20)
        self.assertFalse(self._contract())
        order.action_confirm()
        contract = self._contract()
        self.assertEqual((contract.state, contract.balance), ("open", 20))
        line = order.order_line
        self.assertRecordValues(
            contract.entry_ids,
            [
                {
                    "kind": "purchase",
                    "points": 20,
                    "amount": 600.0,
                    "currency_id": order.currency_id.id,
                    "sale_line_id": line.id,
                    "expiry_date": False,
                    "date": self.company._support_today(),
                }
            ],
        )
        self.assertEqual(line.support_contract_id, contract)
        self.assertEqual(order.support_contract_ids, contract)

    def test_second_order_credits_the_same_account(self):
        (self._order(20) | self._order(30)).action_confirm()
        self.assertEqual(self._contract().balance, 50)

    def test_a_contact_buys_for_its_company(self):
        self._order(20, partner=self.student_office).action_confirm()
        self.assertEqual(self._contract().balance, 20)

    def test_crediting_is_idempotent(self):
        order = self._order(20)
        order.action_confirm()
        order.order_line._sync_support_credit()
        order.action_lock()
        self.assertEqual(len(self._contract().entry_ids), 1)

    def test_waiting_time_is_booked_by_the_first_order(self):
        ticket = self._create_ticket()
        self._log(ticket, 20)
        self._order(20).action_confirm()
        self.assertEqual(self._contract().balance, 18)

    def test_minimum_package(self):
        for tier, points in ((self.tier_user, 19), (self.tier_technical, 39)):
            order = self._order(points, tier)
            for act in (order.action_confirm, order.action_quotation_send):
                with self.assertRaisesRegex(
                    UserError, f"at least {points + 1} points.*has {points}"
                ):
                    act()
            self.assertIn(str(points + 1), order.support_warning)
            self.assertFalse(self._contract(tier=tier))
            order.order_line.product_uom_qty = points + 1
            order.action_confirm()
            self.assertEqual(self._contract(tier=tier).balance, points + 1)

    def test_the_portal_neither_signs_nor_pays_less_than_the_minimum(self):
        order = self._order(19)
        order.write({"require_signature": True, "require_payment": True, "state": "sent"})
        self.assertFalse(order._has_to_be_signed() or order._has_to_be_paid())
        order.order_line.product_uom_qty = 20
        self.assertTrue(order._has_to_be_signed() and order._has_to_be_paid())

    def test_minimum_counts_per_tier_over_the_whole_order(self):
        order = self._order(10)
        order.order_line.copy({"order_id": order.id})
        order.action_confirm()
        self.assertEqual(self._contract().balance, 20)

    def test_hours_are_sold_as_points(self):
        order = self._order(5, product_uom_id=self.env.ref("uom.product_uom_hour").id)
        self.assertEqual(order.order_line.price_unit, 120.0)
        order.action_confirm()
        self.assertEqual(self._contract().balance, 20)
        self.assertEqual(self._contract().entry_ids.amount, 600.0)

    def test_part_of_a_point_is_refused(self):
        order = self._order(20.5)
        with self.assertRaisesRegex(UserError, "not a whole number"):
            order.action_confirm()

    def test_part_of_a_point_is_refused_after_confirmation_too(self):
        order = self._order(20)
        order.action_confirm()
        with self.assertRaisesRegex(UserError, "not a whole number"), self.env.cr.savepoint():
            order.order_line.product_uom_qty = 20.5
        self.assertEqual(self._contract().balance, 20)

    def test_point_price_must_fit_the_price_precision(self):
        with self.assertRaisesRegex(ValidationError, "does not fit"):
            self.tier_user.hourly_rate = 120.01

    def test_package_without_tax_is_refused(self):
        order = self._order(20)
        order.order_line.tax_ids = False
        with self.assertRaisesRegex(UserError, "without VAT"):
            order.action_confirm()

    def test_what_is_added_to_a_confirmed_order_must_be_sellable_too(self):
        order = self._order(20)
        order.action_confirm()
        line = {"product_id": self.tier_technical.product_id.id, "product_uom_qty": 1}
        with self.assertRaisesRegex(UserError, "at least 40 points"), self.env.cr.savepoint():
            order.order_line = [Command.create(line)]
        line["product_uom_qty"] = 40
        with self.assertRaisesRegex(UserError, "has no tax"), self.env.cr.savepoint():
            order.order_line = [Command.create({**line, "tax_ids": [Command.clear()]})]
        self.assertFalse(self._contract(tier=self.tier_technical).entry_ids)
        order.order_line = [Command.create(line)]
        self.assertEqual(self._contract(tier=self.tier_technical).balance, 40)

    def test_a_package_is_not_sold_below_nothing(self):
        with self.assertRaisesRegex(UserError, "below nothing"):
            self._order(20, price_unit=-5).action_confirm()

    def test_packages_carry_the_default_sales_tax(self):
        order = self._order(20)
        self.assertEqual(order.order_line.tax_ids, self.company.account_sale_tax_id)
        order.action_confirm()
        invoice = order._create_invoices()
        self.assertEqual(invoice.amount_untaxed, 600.0)
        self.assertAlmostEqual(invoice.amount_tax, 114.0)
        self.assertEqual(invoice.support_contract_ids, self._contract())

    def test_products_take_a_sales_tax_that_comes_later(self):
        products = (self.tier_user | self.tier_technical).product_id
        products.taxes_id = False
        self.company.account_sale_tax_id = self.company.account_sale_tax_id.copy({"name": "New"})
        self.assertEqual(products.taxes_id, self.company.account_sale_tax_id)

    def test_amount_is_net_after_discount(self):
        self._order(20, discount=10).action_confirm()
        self.assertEqual(self._contract().entry_ids.amount, 540.0)

    def test_own_rate_of_the_account_is_the_price(self):
        self._open_contract(hourly_rate=100)
        self.assertEqual(self._order(20).order_line.price_unit, 25.0)

    def test_changed_quantity_and_cancellation_post_differences(self):
        order = self._order(20)
        order.action_confirm()
        order.order_line.product_uom_qty = 30
        contract = self._contract()
        self.assertEqual(contract.balance, 30)
        order.order_line.product_uom_qty = 15
        self.assertEqual(contract.balance, 15)
        order._action_cancel()
        self.assertEqual(contract.balance, 0)
        entries = contract.entry_ids.sorted("id")
        self.assertEqual(entries.mapped("points"), [20, 10, -10, -5, -15])
        self.assertEqual(entries[2].lot_id, entries[1])
        self.assertEqual(entries[3].lot_id, entries[0])
        self.assertEqual(sum(entries.mapped("amount")), 0)

    def test_validity_sets_the_expiry(self):
        self.tier_user.validity_months = 12
        self._order(20).action_confirm()
        entry = self._contract().entry_ids
        self.assertEqual(entry.expiry_date.year, entry.date.year + 1)

    def test_later_product_and_tier_edits_leave_lots_alone(self):
        self._order(20).action_confirm()
        self.tier_user.hourly_rate = 200
        self.tier_user.product_id.lst_price = 1
        self.assertEqual(self._contract().entry_ids.amount, 600.0)

    def test_no_remaining_hours_on_point_lines(self):
        order = self._order(20)
        order.action_confirm()
        line = order.order_line.with_context(with_remaining_hours=True)
        self.assertFalse(line.remaining_hours_available)
        self.assertNotIn("remaining", line.display_name)

    def test_deleted_cancelled_order_leaves_the_ledger(self):
        order = self._order(20)
        order.action_confirm()
        order._action_cancel()
        contract = self._contract()
        order.unlink()
        self.assertEqual(contract.entry_ids.mapped("points"), [-20, 20])
        self.assertFalse(contract.entry_ids.sale_line_id)

    def test_an_own_rate_is_met_to_the_cent_beside_visible_discounts(self):
        self.env["res.config.settings"].create({"group_discount_per_so_line": True}).execute()
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Partners",
                "item_ids": [Command.create({"compute_price": "percentage", "percent_price": 10})],
            }
        )
        self._open_contract(hourly_rate=100)
        order = self._order(20)
        order.pricelist_id = pricelist
        order._recompute_prices()
        self.assertRecordValues(
            order.order_line, [{"price_unit": 25, "discount": 0, "price_subtotal": 500}]
        )

    def test_a_rate_whose_point_price_no_price_can_show_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "does not fit"):
            self._open_contract(hourly_rate=100.01)
