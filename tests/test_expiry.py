# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .test_sale import SaleCommon

TODAY = "2026-06-15 10:00:00"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestExpiry(SaleCommon):
    """The expiry date is the last day on which points can be used."""

    def _lot(self, contract, points, expiry_date, **values):
        return self._grant(contract, points, expiry_date=expiry_date, **values)

    def _expiries(self, contract):
        return contract.entry_ids.filtered(lambda entry: entry.kind == "expiry").sorted("id")

    def test_points_last_until_the_end_of_their_day(self):
        contract = self._open_contract()
        lot = self._lot(contract, 8, "2026-06-15")
        self._run_cron("expire_points")
        self.assertEqual(contract.balance, 8)
        with freeze_time("2026-06-16 10:00:00"):
            self._run_cron("expire_points")
        self.assertRecordValues(
            self._expiries(contract),
            [{"points": -8, "lot_id": lot.id, "date": fields.Date.to_date("2026-06-16")}],
        )
        self.assertIn("06/15/2026", self._expiries(contract).name)

    def test_the_day_is_the_one_of_the_company(self):
        contract = self._open_contract()
        self._lot(contract, 8, "2026-06-15")
        self.company.partner_id.tz = "Pacific/Auckland"
        with freeze_time("2026-06-15 13:00:00"):
            self._run_cron("expire_points")
        self.assertEqual(contract.balance, 0)

    def test_a_refund_of_what_expired_changes_no_month_that_is_over(self):
        self.tier_user.validity_months = 1
        with freeze_time("2026-03-01 10:00:00"):
            order = self._order(20)
            order.action_confirm()
        contract = self._contract()
        with freeze_time("2026-04-15 10:00:00"):
            contract._follow_expiry()
        order.order_line.product_uom_qty = 15
        contract._follow_expiry()
        self.assertEqual(contract.balance, 0)
        self.assertEqual(
            [(str(entry.date), entry.points) for entry in self._expiries(contract)],
            [("2026-04-02", -20), ("2026-06-15", 5)],
        )

    def test_twice_posts_once(self):
        contract = self._open_contract()
        self._lot(contract, 8, "2026-06-10")
        self._run_cron("expire_points")
        self._run_cron("expire_points")
        self.assertEqual(self._expiries(contract).mapped("points"), [-8])

    def test_only_what_is_left_expires_with_its_share_of_the_money(self):
        contract = self._open_contract()
        self._lot(contract, 3, "2026-06-10", amount=100, currency_id=self.company.currency_id.id)
        self._lot(contract, 5, False)
        self._log(self._create_ticket(), 15, date="2026-06-09")
        self._run_cron("expire_points")
        self.assertRecordValues(self._expiries(contract), [{"points": -2, "amount": -66.67}])
        self.assertEqual(contract.balance, 5)

    def test_time_entered_late_gets_its_points_back(self):
        contract = self._open_contract()
        self._lot(contract, 8, "2026-06-10", amount=80, currency_id=self.company.currency_id.id)
        self._run_cron("expire_points")
        self._log(self._create_ticket(), 45, date="2026-06-08")
        self._run_cron("expire_points")
        self.assertEqual(self._expiries(contract).mapped("points"), [-8, 3])
        self.assertEqual(sum(self._expiries(contract).mapped("amount")), -50)
        self.assertEqual(contract.balance, 0)

    def test_a_closed_period_takes_the_expiry_on_its_first_open_day(self):
        contract = self._open_contract()
        self._lot(contract, 8, "2026-06-10")
        contract.sudo().lock_date = "2026-06-12"
        self._run_cron("expire_points")
        self.assertRecordValues(
            self._expiries(contract),
            [
                {
                    "date": fields.Date.to_date("2026-06-13"),
                    "work_date": fields.Date.to_date("2026-06-11"),
                }
            ],
        )

    def test_sold_points_expire_after_their_validity_and_not_after_a_refund(self):
        self.tier_user.validity_months = 1
        order = self._order(20)
        order.action_confirm()
        order.order_line.product_uom_qty = 15
        with freeze_time("2026-07-16 10:00:00"):
            self._run_cron("expire_points")
            self._run_cron("expire_points")
        self.assertEqual(self._contract().entry_ids.sorted("id").mapped("points"), [20, -5, -15])
        self.assertEqual(sum(self._contract().entry_ids.mapped("amount")), 0)

    def test_an_account_that_fails_keeps_no_other_from_its_turn(self):
        bad, good = self._open_contract(), self._open_contract(self.other_university)
        for contract in (bad, good):
            self._lot(contract, 8, "2026-06-10")
        cls = self.registry["support.contract"]
        post = cls._post_expiry

        def fail_for_one(contract):
            if contract == bad:
                raise OSError("The disk is on fire")
            return post(contract)

        with (
            patch.object(cls, "_post_expiry", fail_for_one),
            mute_logger("odoo.addons.helpdesk_support_points.models.support_contract_jobs"),
        ):
            self._run_cron("expire_points")
        self.assertEqual((bad.balance, good.balance), (8, 0))
        self.assertIn("on fire", bad.activity_ids.note)
        self._run_cron("expire_points")
        self.assertEqual(bad.balance, 0)

    def test_the_account_manager_is_told_once_per_lot(self):
        contract = self._open_contract(user_id=self.manager.id)
        self.tier_user.expiry_notice_days = 30
        self._lot(contract, 8, "2026-07-15")
        self._lot(contract, 5, "2026-07-16")
        self._run_cron("expire_points")
        self._run_cron("expire_points")
        activity = contract.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("8 points expire", activity.summary)
        self.assertEqual(activity.date_deadline, fields.Date.to_date("2026-07-15"))
        activity.action_done()
        with freeze_time("2026-06-16 10:00:00"):
            self._run_cron("expire_points")
        self.assertIn("5 points expire", contract.activity_ids.summary)

    def test_the_account_says_what_expires_next(self):
        contract = self._open_contract()
        self._lot(contract, 8, "2026-07-15")
        self._lot(contract, 5, "2026-12-31")
        self.assertRecordValues(
            contract,
            [
                {
                    "expiring_points": 8,
                    "expiring_date": fields.Date.today() + timedelta(days=30),
                    "expires_soon": True,
                }
            ],
        )

    def test_no_notice_when_switched_off(self):
        contract = self._open_contract()
        self.tier_user.expiry_notice_days = 0
        self._lot(contract, 8, "2026-06-16")
        self._run_cron("expire_points")
        self.assertFalse(contract.activity_ids)
