# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .test_sale import SaleCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-06-15 10:00:00")
class TestSettlement(SaleCommon):
    """Overdraft is sold as exactly its points, at the account's rate, once."""

    def _overdrawn(self, minutes=60, day="2026-06-03", **values):
        contract = self._open_contract(**values)
        self._log(self._create_ticket(), minutes, date=day)
        return contract

    def _settle(self, contract):
        action = contract.action_settle_overdraft()
        return self.env["sale.order"].browse(action["res_id"])

    def test_quotation_for_exactly_the_overdraft_at_the_own_rate(self):
        contract = self._overdrawn(60, hourly_rate=100)
        order = self._settle(contract)
        self.assertRecordValues(
            order.order_line,
            [
                {
                    "product_uom_qty": 4,
                    "price_unit": 25,
                    "support_contract_id": contract.id,
                    "support_period_from": fields.Date.to_date("2026-06-03"),
                    "support_period_to": fields.Date.to_date("2026-06-03"),
                }
            ],
        )
        self.assertFalse(order.support_warning)
        self.assertIn("settlement of work from 06/03/2026 to 06/03/2026", order.order_line.name)
        order.action_confirm()
        self.assertEqual(contract.balance, 0)
        invoice = order._create_invoices()
        self.assertIn("06/03/2026", invoice.invoice_line_ids.name)
        self.assertNotIn("Expected period", invoice.invoice_line_ids.name)

    def test_packages_state_what_they_are_and_the_expected_period(self):
        order = self._order(20)
        order.action_confirm()
        self.assertIn("prepaid points", order.order_line.name)
        invoice = order._create_invoices()
        self.assertIn("Expected period: 06/15/2026 – 06/14/2027", invoice.invoice_line_ids.name)

    def test_the_customer_reads_it_in_their_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.university.lang = "de_DE"
        contract = self._overdrawn(60)
        self.assertIn("03.06.2026", self._settle(contract).order_line.name)

    def test_again_opens_the_offer_that_is_there(self):
        contract = self._overdrawn(60)
        order = self._settle(contract)
        self.assertEqual(self._settle(contract), order)
        self._log(self._create_ticket(), 30, date="2026-06-10")
        more = self._settle(contract)
        self.assertEqual(more.order_line.product_uom_qty, 2)
        self.assertEqual(more.order_line.support_period_from, fields.Date.to_date("2026-06-10"))
        (order | more).action_confirm()
        self.assertEqual(contract.balance, 0)

    def test_an_offered_package_counts_for_the_job_but_not_for_the_button(self):
        contract = self._overdrawn(60, billing="postpaid")
        package = self._order(20, support_contract_id=contract.id)
        with freeze_time("2026-07-01 03:00:00"):
            self._run_cron("settle_overdrafts")
        orders = self.env["sale.order"].search([("partner_id", "=", self.university.id)])
        self.assertEqual(orders, package)
        settlement = self._settle(contract)
        self.assertNotEqual(settlement, package)
        package.action_confirm()
        with self.assertRaisesRegex(UserError, "at least 20"):
            settlement.action_confirm()

    def test_refunded_points_that_were_used_are_owed_for_their_work(self):
        order = self._order(20)
        order.action_confirm()
        contract = self._contract()
        self._log(self._create_ticket(), 300, date="2026-06-03")
        order.order_line.product_uom_qty = 16
        self.assertEqual(contract.balance, -4)
        line = self._settle(contract).order_line
        day = fields.Date.to_date("2026-06-03")
        self.assertRecordValues(
            line,
            [{"product_uom_qty": 4, "support_period_from": day, "support_period_to": day}],
        )
        self.assertNotIn("prepaid", line.name.lower(), "It charges work that was done.")

    def test_a_package_that_is_sold_but_not_invoiced_is_an_offer(self):
        self.tier_user.credit_on = "invoice"
        contract = self._overdrawn(60, billing="postpaid")
        package = self._order(20)
        package.action_confirm()
        with freeze_time("2026-07-01 03:00:00"):
            self._run_cron("settle_overdrafts")
        orders = self.env["sale.order"].search([("partner_id", "=", self.university.id)])
        self.assertEqual(orders, package)
        self.assertEqual(self._settle(contract), package)

    def test_a_settlement_is_called_one_and_does_not_expire(self):
        self.tier_user.validity_months = 12
        contract = self._overdrawn(60)
        self._settle(contract).action_confirm()
        entry = contract.entry_ids.filtered(lambda one: one.kind == "purchase")
        self.assertIn("settlement", entry.name)
        self.assertFalse(entry.expiry_date)

    def test_nothing_to_settle_says_so(self):
        with self.assertRaisesRegex(UserError, "not overdrawn"):
            self._open_contract().action_settle_overdraft()

    def test_a_settlement_cannot_grow_into_a_cheap_package(self):
        order = self._settle(self._overdrawn(60))
        order.order_line.product_uom_qty = 5
        with self.assertRaisesRegex(UserError, "at least 20"):
            order.action_confirm()

    def test_a_closed_account_is_settled_where_it_is(self):
        contract = self._overdrawn(60)
        contract.action_close()
        self._settle(contract).action_confirm()
        self.assertEqual(contract.balance, 0)
        self.assertEqual(self._contract(), contract)

    def test_postpaid_accounts_get_one_quotation_for_the_past_month(self):
        contract = self._overdrawn(60, "2026-06-03", billing="postpaid")
        self._log(self._create_ticket(), 30, date="2026-06-30")
        with freeze_time("2026-07-01 03:00:00"):
            self._log(self._create_ticket(), 15, date="2026-07-01")
            self._run_cron("settle_overdrafts")
            self._run_cron("settle_overdrafts")
        order = self.env["sale.order"].search([("partner_id", "=", self.university.id)])
        self.assertRecordValues(
            order.order_line,
            [
                {
                    "product_uom_qty": 6,
                    "support_period_from": fields.Date.to_date("2026-06-03"),
                    "support_period_to": fields.Date.to_date("2026-06-30"),
                }
            ],
        )
        self.assertEqual(order.state, "draft")
        with freeze_time("2026-08-01 03:00:00"):
            self._run_cron("settle_overdrafts")
        orders = self.env["sale.order"].search(
            [("partner_id", "=", self.university.id)], order="id"
        )
        self.assertEqual(orders.order_line.mapped("product_uom_qty"), [6, 1])
        orders.action_confirm()
        self.assertEqual(contract.balance, 0)

    def test_a_cancelled_quotation_is_not_made_again_that_month(self):
        self._overdrawn(60, billing="postpaid")
        with freeze_time("2026-07-01 03:00:00"):
            self._run_cron("settle_overdrafts")
            order = self.env["sale.order"].search([("partner_id", "=", self.university.id)])
            order._action_cancel()
            self._run_cron("settle_overdrafts")
            self.assertEqual(
                self.env["sale.order"].search([("partner_id", "=", self.university.id)]), order
            )

    def test_what_is_sold_but_not_credited_yet_is_not_offered_again(self):
        self.tier_user.credit_on = "invoice"
        contract = self._overdrawn(60)
        order = self._settle(contract)
        order.action_confirm()
        self.assertEqual(contract.balance, -4)
        self.assertEqual(self._settle(contract), order)
        order._create_invoices().action_post()
        self.assertEqual(contract.balance, 0)

    def test_prepaid_accounts_get_no_monthly_quotation(self):
        self._overdrawn(60)
        with freeze_time("2026-07-01 03:00:00"):
            self._run_cron("settle_overdrafts")
        self.assertFalse(self.env["sale.order"].search([("partner_id", "=", self.university.id)]))

    def test_a_quotation_that_has_expired_holds_back_no_settlement(self):
        contract = self._overdrawn(60, billing="postpaid")
        package = self._order(20, support_contract_id=contract.id)
        package.validity_date = "2026-06-20"
        with freeze_time("2026-07-01 03:00:00"):
            self._run_cron("settle_overdrafts")
        orders = self.env["sale.order"].search([("partner_id", "=", self.university.id)])
        self.assertEqual((orders - package).order_line.product_uom_qty, 4)

    def test_an_account_keeps_its_points_when_those_of_its_tier_change(self):
        tier = self.env["support.tier"].create({"name": "Other", "code": "OT", "hourly_rate": 100})
        contract = self._open_contract(tier=tier)
        self._grant(contract, -3, kind="adjustment")
        tier.minutes_per_point = 30
        order = self._settle(contract)
        self.assertEqual((contract.minutes_per_point, order.order_line.product_uom_qty), (15, 3))
        self.assertEqual(order.amount_untaxed, 75)
        order.action_confirm()
        self.assertEqual(contract.balance, 0)
