# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .test_sale import SaleCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-06-15 10:00:00")
class TestAdjust(SaleCommon):
    """Managers give and take points, with a reason and without money unless they say so."""

    def _adjust(self, contract, points, user=None, **values):
        wizard = (
            self.env["support.points.adjust"]
            .with_user(user or self.manager)
            .create({"contract_id": contract.id, "points": points, "reason": "Goodwill", **values})
        )
        wizard.action_post()
        return wizard

    def test_added_points_are_a_lot_without_money(self):
        contract = self._open_contract()
        self._adjust(contract, 6, expiry_date="2026-12-31")
        entry = contract.entry_ids
        self.assertRecordValues(
            entry,
            [
                {
                    "kind": "adjustment",
                    "points": 6,
                    "name": "Goodwill",
                    "expiry_date": fields.Date.to_date("2026-12-31"),
                    "date": fields.Date.to_date("2026-06-15"),
                    "create_uid": self.manager.id,
                }
            ],
        )
        self.assertIsNone(contract._replay().lots[0].amount)

    def test_money_only_when_given(self):
        contract = self._open_contract()
        self._adjust(contract, 6, amount=180)
        self.assertEqual(float(contract._replay().lots[0].amount), 180)

    def test_taken_points_may_overdraw_and_have_no_expiry(self):
        contract = self._open_contract(points=2, overdraft_policy="block")
        self._adjust(contract, -3)
        self.assertEqual(contract.balance, -1)
        with self.assertRaisesRegex(UserError, "Only points that are added"):
            self._adjust(contract, -3, expiry_date="2026-12-31")

    def test_nothing_without_points_or_reason(self):
        contract = self._open_contract()
        with self.assertRaisesRegex(UserError, "how many points"):
            self._adjust(contract, 0)
        with self.assertRaisesRegex(UserError, "Say why"):
            self._adjust(contract, 1, reason="  ")

    def test_no_negative_price(self):
        contract = self._open_contract()
        with self.assertRaisesRegex(UserError, "paid amount cannot be below zero"):
            self._adjust(contract, 6, amount=-180)
        self.assertFalse(contract.entry_ids)

    def test_no_day_that_is_still_to_come(self):
        contract = self._open_contract()
        self.company.partner_id.tz = "Asia/Tokyo"
        with freeze_time("2026-06-15 20:00:00"):
            # It is the 16th where the company is.
            self._adjust(contract, 1, date="2026-06-16")
            with self.assertRaisesRegex(UserError, "still to come: today is 06/16/2026"):
                self._adjust(contract, 1, date="2026-06-17")
        self.assertEqual(contract.balance, 1)

    def test_added_points_book_what_waited(self):
        contract = self._open_contract(overdraft_policy="block")
        ticket = self._create_ticket(self.env["res.partner"])
        self._log(ticket, 30)
        ticket.partner_id = self.student_office
        self._adjust(contract, 6)
        self.assertEqual(contract.balance, 4)

    def test_managers_only(self):
        contract = self._open_contract()
        with self.assertRaises(AccessError):
            self._adjust(contract, 1, user=self.staff)


@tagged("post_install", "-at_install")
@freeze_time("2026-06-15 10:00:00")
class TestClose(SaleCommon):
    """Closing asks what becomes of the points that are left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._open_contract()

    def _buy(self, points=20):
        self._order(points, support_contract_id=self.contract.id).action_confirm()

    def _close(self, outcome, **values):
        action = self.contract.with_user(self.manager).action_ask_close()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create({"outcome": outcome, "reason": "End of service", **values})
        )
        return wizard, wizard.action_close()

    def test_an_empty_account_closes_straight_away(self):
        self.assertTrue(self.contract.with_user(self.manager).action_ask_close() is True)
        self.assertEqual(self.contract.state, "closed")

    def test_forfeit_takes_what_is_left_with_its_money(self):
        self._buy(20)
        self._log(self._create_ticket(), 60)
        self._close("forfeit")
        self.assertEqual((self.contract.state, self.contract.balance), ("closed", 0))
        entry = self.contract.entry_ids.sorted("id")[-1]
        self.assertRecordValues(entry, [{"kind": "expiry", "points": -16, "amount": -480.0}])
        self.assertIn("End of service", entry.name)

    def test_transfer_within_the_tier_moves_points_money_and_expiry(self):
        other = self._open_contract()
        self.tier_user.validity_months = 12
        self._buy(20)
        self._log(self._create_ticket(support_contract_id=self.contract.id), 60)
        self._close("transfer", target_contract_id=other.id)
        self.assertEqual((self.contract.balance, other.balance), (0, 16))
        self.assertRecordValues(
            other.entry_ids,
            [{"points": 16, "amount": 480, "expiry_date": fields.Date.to_date("2027-06-15")}],
        )

    def test_transfer_to_another_tier_keeps_the_value(self):
        self._buy(20)
        self._close("transfer", target_tier_id=self.tier_technical.id)
        other = self._contract(tier=self.tier_technical)
        # 600 € buy 14 points at 41.50 €; 19.00 € are left over.
        self.assertEqual((self.contract.balance, other.balance), (0, 14))
        self.assertEqual(sum(other.entry_ids.mapped("amount")), 600)

    def test_the_preview_says_what_becomes_of_the_points(self):
        self._buy(20)
        wizard = self.env["support.contract.close"].create(
            {
                "contract_id": self.contract.id,
                "outcome": "transfer",
                "target_tier_id": self.tier_technical.id,
                "reason": "x",
            }
        )
        self.assertIn("20 points become 14 points", wizard.preview)
        self.assertIn("19.00", wizard.preview)
        wizard.outcome = "refund"
        self.assertIn("600.00", wizard.preview)

    def test_not_to_another_customer(self):
        self._buy(20)
        foreign = self._open_contract(self.other_university)
        with self.assertRaisesRegex(UserError, "same customer"):
            self._close("transfer", target_contract_id=foreign.id)
        self.assertEqual(self.contract.balance, 20)

    def test_twice_takes_once(self):
        self._buy(20)
        wizard, _action = self._close("forfeit")
        wizard.action_close()
        self.assertEqual(self.contract.balance, 0)

    def test_another_company_s_account_is_out_of_reach(self):
        self._buy(20)
        foreign = self._create_staff(
            "foreign.lead",
            "helpdesk_mgmt.group_helpdesk_manager",
            self.env["res.company"].create({"name": "Other Company"}),
        )
        for model, field, act, values in (
            ("support.contract.close", "points_left", "action_close", {"outcome": "forfeit"}),
            ("support.points.adjust", "balance", "action_post", {"points": 1}),
        ):
            values = {"contract_id": self.contract.id, "reason": "x", **values}
            wizards = self.env[model].with_user(foreign)
            with self.assertRaises(AccessError):
                wizards.new(values)[field]
            with self.assertRaises(AccessError):
                getattr(wizards.create(values), act)()
        self.assertEqual(self.contract.balance, 20)
