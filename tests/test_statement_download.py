# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io

import openpyxl
from odoo import Command, api
from odoo.tests import new_test_user, tagged

from .test_portal_account import PortalAccountCase

XLSX = "/helpdesk_support_points/xlsx"


@tagged("post_install", "-at_install")
class TestStatementDownload(PortalAccountCase):
    """Tables and kept PDFs: for staff, and for the holder of the account, and for nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.env["ir.actions.report"].get_wkhtmltopdf_state() != "ok":
            raise cls.skipTest(cls, "wkhtmltopdf is not installed")
        cls.alice_ticket.name = "=cmd|' /C calc'!A0"
        cls.lead = new_test_user(
            cls.env, login="lead", groups="helpdesk_mgmt.group_helpdesk_manager"
        )
        cls.outsider = new_test_user(cls.env, login="outsider", groups="base.group_user")

    def setUp(self):
        super().setUp()
        self.statement = self.env["support.statement"].create(
            {
                "contract_id": self.acme_account.id,
                "date_from": "2026-01-01",
                "date_to": "2026-01-31",
            }
        )
        self.env.flush_all()
        with self.enter_registry_test_mode(), self.registry.cursor() as cursor:
            env = api.Environment(cursor, self.lead.id, {})
            self.statement.with_env(env).action_issue()

    def _issued_url(self, kind, statement=None, account=None):
        account = account or self.acme_account
        return self._url(account, f"/statements/{(statement or self.statement).id}/{kind}")

    def _rows(self, content):
        (page,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        return page, list(page.iter_rows(values_only=True))

    def _assert_nothing(self, user, url):
        self._login(user)
        response = self.url_open(url, allow_redirects=False)
        self.assertIn(response.status_code, (303, 403, 404), url)
        self.assertFalse(response.content.startswith((b"%PDF", b"PK")), url)

    def test_the_holder_gets_the_pdf_that_was_kept(self):
        _response, text = self._open(self.alice, self._url(self.acme_account))
        self.assertIn(
            f"Issued statements Number Period Issued on Closing balance Download "
            f"{self.statement.name}",
            text,
        )
        response = self.url_open(self._issued_url("pdf"))
        self.assertEqual(response.content, self.statement.attachment_id.raw)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertIn("attachment", response.headers["Content-Disposition"])

    def test_the_table_has_numbers_dates_and_no_formula(self):
        self._login(self.alice)
        for url in (
            self._issued_url("xlsx"),
            self._url(self.acme_account, "/statement/xlsx"),
        ):
            page, rows = self._rows(self.url_open(url).content)
            with self.subTest(url=url):
                self.assertEqual(rows[-1][-1], 32)
                self.assertTrue(hasattr(rows[-1][0], "year"))
                self.assertNotIn("f", {cell.data_type for row in page for cell in row})
        _page, rows = self._rows(self.url_open(self._issued_url("xlsx")).content)
        lines = [row for row in rows if row[6] is not None and row[6] != "Points"]
        self.assertEqual([row[6] for row in lines], [40, -3, -5])
        self.assertEqual([row[7] for row in lines], [40, 37, 32])
        self.assertIn("=cmd|' /C calc'!A0", [row[3] for row in lines])

    def test_nobody_else_gets_a_byte(self):
        other = self.env["support.statement"].create(
            {
                "contract_id": self.beta_account.id,
                "date_from": "2026-01-01",
                "date_to": "2026-01-31",
            }
        )
        # Fiona's faculty is covered by the account and does not hold it; Bob is of Beta.
        for user in (self.fiona, self.bob):
            for url in (
                self._issued_url("pdf"),
                self._issued_url("xlsx"),
                self._url(self.acme_account, "/statement/xlsx"),
                self._issued_url("pdf", account=self.beta_account),
                f"/web/content/{self.statement.attachment_id.id}",
                f"{XLSX}/support.statement/{self.statement.id}",
            ):
                with self.subTest(user=user.login, url=url):
                    self._assert_nothing(user, url)
        for url in (
            self._issued_url("pdf", other),
            self._issued_url("exe"),
            f"/web/content/{self.statement.attachment_id.id}",
            f"{XLSX}/support.statement/{self.statement.id}",
        ):
            with self.subTest(url=url):
                self._assert_nothing(self.alice, url)

    def test_a_draft_is_no_issued_statement(self):
        draft = self.env["support.statement"].create(
            {
                "contract_id": self.acme_account.id,
                "date_from": "2026-02-01",
                "date_to": "2026-02-28",
            }
        )
        for kind in ("pdf", "xlsx"):
            self._assert_nothing(self.alice, self._issued_url(kind, draft))

    def test_visitors_are_asked_to_log_in(self):
        for url in (self._issued_url("pdf"), f"{XLSX}/support.statement/{self.statement.id}"):
            response = self.url_open(url, allow_redirects=False)
            self.assertIn("/web/login", response.headers["Location"])

    def test_staff_download_what_they_may_read(self):
        url = f"{XLSX}/support.statement/{self.statement.id}"
        self._login(self.lead)
        action = self.statement.with_user(self.lead).action_download_xlsx()
        self.assertEqual(action["url"], url)
        _page, rows = self._rows(self.url_open(url).content)
        self.assertEqual(rows[-1][-1], 32)
        action = self.statement.with_user(self.lead).action_open_pdf()
        self.assertTrue(self.url_open(action["url"]).content.startswith(b"%PDF"))
        for wrong in ("res.users/2", "support.contract/1", f"support.statement/{2**40}"):
            with self.subTest(wrong=wrong):
                self._assert_nothing(self.lead, f"{XLSX}/{wrong}")
        self._assert_nothing(self.outsider, url)

    def test_staff_of_another_company_get_nothing(self):
        company = self.env["res.company"].create({"name": "Sister Company"})
        stranger = new_test_user(
            self.env,
            login="stranger",
            groups="helpdesk_mgmt.group_helpdesk_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        self._assert_nothing(stranger, f"{XLSX}/support.statement/{self.statement.id}")
        self._assert_nothing(stranger, f"/web/content/{self.statement.attachment_id.id}")
