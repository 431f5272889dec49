# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io
import json
from urllib.parse import urlencode

from odoo.tests import HttpCase, freeze_time, new_test_user, tagged
from odoo.tools.pdf import PdfFileReader

from .common import SupportCommon


@tagged("post_install", "-at_install")
class TestSettlementPaper(HttpCase, SupportCommon):
    """What a customer who pays afterwards gets at the month's end, as printed by Odoo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.env["ir.actions.report"].get_wkhtmltopdf_state() != "ok":
            raise cls.skipTest(cls, "wkhtmltopdf is not installed")
        if not cls.company.account_sale_tax_id:
            cls.company.account_sale_tax_id = cls.env["account.tax"].create(
                {"name": "19 %", "amount": 19, "type_tax_use": "sale"}
            )
        new_test_user(
            cls.env,
            login="paper.accountant",
            groups="account.group_account_invoice,sales_team.group_sale_salesman_all_leads",
        )

    def _paper(self, report, record):
        """The text of the PDF that the accountant prints."""
        self.authenticate("paper.accountant", "paper.accountant")
        # Else tests get the page instead of the paper.
        context = json.dumps({"force_report_rendering": True})
        response = self.url_open(
            f"/report/pdf/{report}/{record.id}?{urlencode({'context': context})}", timeout=120
        )
        self.assertEqual(response.headers["Content-Type"], "application/pdf", response.text[:200])
        pages = PdfFileReader(io.BytesIO(response.content)).pages
        return " ".join(" ".join(page.extract_text() for page in pages).split())

    def test_the_past_month_on_quotation_and_invoice_in_german(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.university.lang = "de_DE"
        contract = self._open_contract(billing="postpaid", hourly_rate=100)
        ticket = self._create_ticket()
        self._log(ticket, 50, date="2026-06-03")
        self._log(ticket, 20, date="2026-06-30")
        with freeze_time("2026-07-01 03:00:00"):
            self._log(ticket, 15, date="2026-07-01")
            self._run_cron("settle_overdrafts")
        order = self.env["sale.order"].search([("partner_id", "=", self.university.id)])
        work = "Abrechnung der Leistungen vom 03.06.2026 bis 30.06.2026"
        with self.subTest("quotation"):
            paper = self._paper("sale.report_saleorder", order)
            self.assertIn(order.name, paper)
            self.assertIn(work, paper)
            # 6 points of 15 minutes at 100 an hour; July's hour is not among them.
            self.assertIn("150,00", paper)
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        with self.subTest("invoice"):
            paper = self._paper("account.report_invoice", invoice)
            self.assertIn(invoice.name, paper)
            self.assertIn(work, paper)
            self.assertIn("150,00", paper)
            self.assertNotIn("Voraussichtlicher Leistungszeitraum", paper)
        self.assertEqual(contract.balance, -1)
