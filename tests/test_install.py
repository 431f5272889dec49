# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import TransactionCase, tagged

from .. import hooks


@tagged("post_install", "-at_install")
class TestInstall(TransactionCase):
    def _ledger_functions(self):
        self.env.cr.execute(
            "SELECT count(*) FROM pg_proc WHERE proname = 'support_point_entry_append_only'"
        )
        return self.env.cr.fetchone()[0]

    def test_uninstall_takes_the_trigger_and_its_function_along(self):
        self.assertEqual(self._ledger_functions(), 1)
        hooks.uninstall_hook(self.env)
        self.assertEqual(self._ledger_functions(), 0)

    def test_shipped_data(self):
        tiers = self.env["support.tier"].search([("code", "in", ("USM", "TS"))])
        self.assertRecordValues(
            tiers,
            [
                {"hourly_rate": 120.0, "minimum_points": 20, "minutes_per_point": 15},
                {"hourly_rate": 166.0, "minimum_points": 40, "minutes_per_point": 15},
            ],
        )
        levels = {
            name: self.env.ref(f"helpdesk_support_points.level_{name}")
            for name in ("1", "2", "3", "maintenance")
        }
        self.assertEqual(levels["1"].escalates_to_id, levels["2"])
        self.assertEqual(levels["2"].escalates_to_id, levels["3"])
        self.assertEqual(levels["3"].tier_id, tiers[1])
        for name in ("1", "2", "maintenance"):
            self.assertEqual(levels[name].tier_id, tiers[0])

    def test_four_points_are_an_hour(self):
        point = self.env.ref("helpdesk_support_points.uom_point")
        hour = self.env.ref("uom.product_uom_hour")
        self.assertEqual(point._compute_quantity(4, hour, round=False), 1)
        for product in self.env["support.tier"].search([]).product_id:
            self.assertIn(hour, product.uom_ids)

    def test_every_menu_opens_for_support_staff(self):
        """Each view of this addon is readable for the ordinary helpdesk user."""
        user = self.env["res.users"].create(
            {
                "name": "Reader",
                "login": "reader",
                "group_ids": [
                    (6, 0, self.env.ref("helpdesk_mgmt.group_helpdesk_user").ids),
                ],
            }
        )
        actions = self.env["ir.actions.act_window"].search(
            [("res_model", "in", ("support.contract", "support.point.entry", "support.statement"))]
        )
        self.assertTrue(actions)
        for action in actions:
            views = [(False, mode) for mode in action.view_mode.split(",")]
            with self.subTest(action.name):
                found = (
                    self.env[action.res_model]
                    .with_user(user)
                    .get_views([*views, (False, "search")])
                )
                self.assertIn("search", found["views"])
