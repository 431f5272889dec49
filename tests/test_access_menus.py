# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from .access_case import AccessCase
from .common import MODULE

ACTIONS = {
    "accounts": "action_support_contract",
    "statements": "action_support_statement",
    "entries": "action_support_point_entry",
    "tiers": "action_support_tier",
    "unbooked": "action_unbooked_time",
}
READERS = {"accounts", "statements", "entries"}
REACHED = {
    "employee": set(),
    "own": {"accounts", "entries", "unbooked"},
    "all": {*READERS, "unbooked"},
    "manager": {*READERS, "unbooked", "tiers"},
    "accounting": {*READERS, "tiers"},
    "invoicing": {*READERS, "tiers"},
    "sales": {"accounts"},
    "admin": set(ACTIONS),
}


@tagged("post_install", "-at_install")
class TestAccessMenus(AccessCase):
    """Each role reaches by a click what it works with, and its lists open."""

    def _visible_actions(self, role):
        menus = self.env["ir.ui.menu"].with_user(self.users[role]).load_menus(False)
        return {
            (menu["action_model"], menu["action_id"])
            for menu in menus.values()
            if menu.get("action_id")
        }

    def test_each_role_reaches_its_lists(self):
        actions = {name: self.env.ref(f"{MODULE}.{xml_id}") for name, xml_id in ACTIONS.items()}
        for role, reached in REACHED.items():
            visible = self._visible_actions(role)
            found = {name for name, one in actions.items() if (one._name, one.id) in visible}
            with self.subTest(role=role):
                self.assertEqual(found, reached)
            for name in reached:
                model = actions[name].res_model
                with self.subTest(role=role, opens=name):
                    for kind in ("list", "form"):
                        outcome = self._call(role, model, "get_views", [[False, kind]])
                        self.assertIsNone(outcome.error, str(outcome))

    def test_accountants_and_sellers_have_no_helpdesk(self):
        helpdesk = self.env.ref("helpdesk_mgmt.helpdesk_ticket_main_menu").id
        for role, sees in (("accounting", False), ("sales", False), ("own", True)):
            menus = self.env["ir.ui.menu"].with_user(self.users[role]).load_menus(False)
            with self.subTest(role=role):
                self.assertEqual(helpdesk in menus, sees)

    def test_what_a_customer_paid_is_for_those_who_deal_with_money(self):
        secrets = (
            ("support.point.entry", "amount"),
            ("support.contract", "hourly_rate"),
            ("support.contract", "effective_hourly_rate"),
        )
        for model, name in secrets:
            record = self.records[model]["A"]
            for role in ("own", "team", "all", "manager", "accounting", "invoicing", "sales"):
                with self.subTest(field=name, role=role):
                    outcome = self._call(role, model, "read", record.ids, [name])
                    self.assertEqual(outcome.is_refused, role in ("own", "team", "all"))

    def test_staff_without_money_rights_still_work_with_accounts(self):
        account = self.records["support.contract"]["A"]
        for role in ("own", "team", "all"):
            for model, method in (
                ("support.contract", "action_view_entries"),
                ("support.contract", "action_view_statements"),
            ):
                with self.subTest(role=role, method=method):
                    outcome = self._call(role, model, method, account.ids)
                    self.assertIsNone(outcome.error, str(outcome))

    def test_who_reads_some_tickets_alone_prints_no_statement_of_all(self):
        account = self.records["support.contract"]["A"]
        for role, is_refused in (("own", True), ("team", True), ("all", False)):
            with self.subTest(role=role):
                outcome = self._call(
                    role, "support.contract", "action_print_statement", account.ids
                )
                self.assertEqual(outcome.is_refused, is_refused, str(outcome))
