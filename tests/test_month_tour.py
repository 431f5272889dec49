# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io
import json
from datetime import timedelta

from odoo import Command
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools.pdf import PdfFileReader

OPEN_DIALOGS = """
(async () => {
    const { action } = odoo.__WOWL_DEBUG__.root.env.services;
    const pause = () => new Promise((done) => setTimeout(done, 1000));
    const dialogs = [
        ["helpdesk_support_points.action_support_prepaid_report", "date_to"],
        [%s, "date"],
    ];
    for (const [name, field] of dialogs) {
        await action.doAction(name);
        await pause();
        if (!document.querySelector(`.modal .o_field_widget[name=${field}]`)) {
            throw new Error(`No dialog with ${field} has opened.`);
        }
        if (document.querySelector(".o_datetime_picker")) {
            throw new Error(`The calendar of a dialog with ${field} has opened by itself.`);
        }
        await action.doAction({ type: "ir.actions.act_window_close" });
        await pause();
    }
    console.log("test successful");
})();
"""


@tagged("post_install", "-at_install")
class TestMonthTour(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.university = cls.env["res.partner"].create(
            {"name": "Tour University", "is_company": True}
        )
        cls.tier = cls.env.ref("helpdesk_support_points.tier_user")
        if not cls.company.account_sale_tax_id:
            cls.company.account_sale_tax_id = cls.env["account.tax"].create(
                {"name": "19 %", "amount": 19, "type_tax_use": "sale"}
            )

    def _account_of_last_month(self):
        """An account with 16 points left of 20 at the end of last month."""
        last_month = self.company._support_today().replace(day=1) - timedelta(days=1)
        contract = self.env["support.contract"].create(
            {"partner_id": self.university.id, "tier_id": self.tier.id}
        )
        contract.action_open()
        values = {"contract_id": contract.id, "work_date": last_month, "name": "Last month"}
        self.env["support.point.entry"]._post(
            [
                {**values, "kind": "purchase", "points": 20},
                {**values, "kind": "usage", "points": -4},
            ]
        )
        return contract

    def test_an_accountants_month(self):
        """Sell → invoice → refund → issue the past month's statement, in the browser."""
        new_test_user(
            self.env,
            login="tour.accountant",
            lang="en_US",
            groups="account.group_account_invoice,sales_team.group_sale_salesman_all_leads",
        )
        contract = self._account_of_last_month()
        order = self.env["sale.order"].create(
            {
                "partner_id": self.university.id,
                "order_line": [
                    Command.create({"product_id": self.tier.product_id.id, "product_uom_qty": 20})
                ],
            }
        )
        self.start_tour(
            f"/odoo/action-sale.action_quotations/{order.id}",
            "helpdesk_support_points_month",
            login="tour.accountant",
            timeout=180,
        )
        self.assertEqual(contract.balance, 31)
        statement = contract.statement_ids
        self.assertRecordValues(statement, [{"state": "issued", "opening": 0, "closing": 16}])
        self.assertEqual(contract.lock_date, statement.date_to)
        pages = PdfFileReader(io.BytesIO(statement.attachment_id.raw)).pages
        self.assertIn(statement.name, "".join(page.extract_text() for page in pages))

    def test_dialogs_of_balances_open_without_a_calendar(self):
        balance = self._account_of_last_month().action_balance_on()
        balance["views"] = [[False, "form"]]
        self.browser_js(
            "/odoo/action-helpdesk_support_points.action_support_contract",
            OPEN_DIALOGS % json.dumps(balance),
            ready="Boolean(document.querySelector('.o_list_view'))",
            login="admin",
        )
