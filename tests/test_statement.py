# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io
import re
from datetime import date

from lxml import html as lxml_html
from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, freeze_time, new_test_user, tagged
from odoo.tools.pdf import PdfFileReader

from ..tools.ledger import LedgerError
from .common import MODULE, SupportCommon

REPORT = f"{MODULE}.report_support_statement"


class StatementCommon(SupportCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._open_contract()

    def _post(self, day, kind, points, **values):
        values.setdefault("name", f"{kind} of {day}")
        return self.env["support.point.entry"]._post(
            [
                {
                    "contract_id": self.contract.id,
                    "work_date": day,
                    "kind": kind,
                    "points": points,
                    **values,
                }
            ]
        )

    def _statement(self, date_from, date_to, contract=None):
        return self.env["support.statement"].create(
            {
                "contract_id": (contract or self.contract).id,
                "date_from": date_from,
                "date_to": date_to,
            }
        )

    def _html(self, statement, user=None):
        report = self.env["ir.actions.report"].with_user(user or self.staff)
        return str(report._render_qweb_html(REPORT, statement.ids)[0], "utf-8")

    def _text(self, statement, user=None):
        """What the page says, with single spaces."""
        page = lxml_html.fromstring(self._html(statement, user)).find(".//main")
        for style in page.findall(".//style"):
            style.drop_tree()
        return " ".join(" ".join(page.itertext()).split())


@tagged("post_install", "-at_install")
@freeze_time("2026-05-12 10:00:00")
class TestStatementSums(StatementCommon):
    def test_opening_and_lines_are_the_closing(self):
        ticket = self._create_ticket()
        self._grant(self.contract, 40, day="2026-02-02")
        self._log(ticket, 40, date="2026-03-10")
        self._post("2026-03-12", "adjustment", 2)
        self._post("2026-03-13", "adjustment", -5)
        statement = self._statement("2026-03-01", "2026-03-31")
        data = statement._statement_data()
        self.assertEqual((data.opening, data.closing), (40, 34))
        self.assertEqual((data.credited, data.requested, data.other), (2, -3, -5))
        self.assertEqual((statement.opening, statement.closing), (40, 34))

    def test_each_opening_is_the_closing_before(self):
        self._grant(self.contract, 40, day="2026-01-31")
        for day in ("2026-02-01", "2026-02-28", "2026-03-01", "2026-03-31"):
            self._log(self._create_ticket(), 15, date=day)
        months = [
            self._statement("2026-01-01", "2026-01-31"),
            self._statement("2026-02-01", "2026-02-28"),
            self._statement("2026-03-01", "2026-03-31"),
        ]
        self.assertEqual([month.opening for month in months], [0, 40, 38])
        self.assertEqual([month.closing for month in months], [40, 38, 36])

    def test_balances_follow_what_is_posted_in_the_same_transaction(self):
        statement = self._statement("2026-03-01", "2026-03-31")
        self.assertEqual(statement.closing, 0)
        self._grant(self.contract, 7, day="2026-03-03")
        self.assertEqual(statement.closing, 7)

    def test_a_request_is_one_line_with_its_corrections(self):
        ticket = self._create_ticket()
        first = self._log(ticket, 60, date="2026-03-02")
        self._log(ticket, 20, date="2026-03-05")
        first.unit_amount = 0.5
        (request,) = self._statement("2026-03-01", "2026-03-31")._statement_data().requests
        self.assertEqual(request.points, -4)
        self.assertEqual(request.ticket.number, ticket.number)

    def test_a_request_that_cost_nothing_in_the_end_still_shows(self):
        line = self._log(self._create_ticket(), 60, date="2026-03-02")
        line.write({"support_billable": False, "support_free_reason": "Our mistake"})
        (request,) = self._statement("2026-03-01", "2026-03-31")._statement_data().requests
        self.assertEqual(request.points, 0)

    def test_levels_show_in_their_order(self):
        ticket = self._create_ticket(level=self.level_2)
        self._log(ticket, 15, date="2026-03-02")
        ticket.support_level_id = self.level_1
        self._log(ticket, 15, date="2026-03-03")
        (request,) = self._statement("2026-03-01", "2026-03-31")._statement_data().requests
        self.assertEqual(request.levels, (self.level_1.name, self.level_2.name))

    def test_late_work_names_its_day(self):
        self.contract.lock_date = date(2026, 3, 31)
        ticket = self._create_ticket(name="Forgotten work")
        self._log(ticket, 30, date="2026-03-20")
        statement = self._statement("2026-04-01", "2026-04-30")
        (request,) = statement._statement_data().requests
        self.assertEqual(request.late, ((date(2026, 3, 20), -2),))
        self.assertIn(
            "Forgotten work For work on 03/20/2026, in a closed period", self._text(statement)
        )

    def test_lines_that_miss_the_closing_are_refused(self):
        self._grant(self.contract, 7, day="2026-03-03")
        statement = self._statement("2026-03-01", "2026-03-31")
        self.patch(type(statement), "_fetch_postings", lambda self: [])
        with self.assertRaises(LedgerError):
            statement._statement_data()

    def test_other_accounts_stay_out(self):
        other = self._open_contract(self.other_university)
        self._grant(other, 99, day="2026-03-03")
        self._grant(self.contract, 7, day="2026-03-03")
        statements = self._statement("2026-03-01", "2026-03-31") | self._statement(
            "2026-03-01", "2026-03-31", contract=other
        )
        self.assertEqual(statements.mapped("closing"), [7, 99])


@tagged("post_install", "-at_install")
@freeze_time("2026-05-12 10:00:00")
class TestStatementPage(StatementCommon):
    def test_a_ticket_of_the_wrong_customer_leaves_no_title(self):
        self._open_contract(self.other_university)
        ticket = self._create_ticket(name="Dean's secret course")
        self._log(ticket, 30, date="2026-03-02")
        statement = self._statement("2026-03-01", "2026-03-31")
        self.assertIn("Dean's secret course", self._text(statement))
        ticket.partner_id = self.other_university
        text = self._text(statement)
        self.assertNotIn("secret", text)
        self.assertNotIn(ticket.number, text)
        self.assertIn("Correction", text)

    def test_titles_of_covered_partners_show(self):
        self.contract.covered_partner_ids = self.other_university
        ticket = self._create_ticket(self.other_university, name="Faculty course")
        self._log(ticket, 30, date="2026-03-02")
        self.assertIn("Faculty course", self._text(self._statement("2026-03-01", "2026-03-31")))

    def test_internal_words_of_the_time_do_not_show(self):
        self._log(self._create_ticket(), 30, date="2026-03-02", name="Customer is slow again")
        html = self._html(self._statement("2026-03-01", "2026-03-31"))
        self.assertNotIn("slow again", html)

    def test_several_statements_print_at_once(self):
        statements = self._statement("2026-03-01", "2026-03-31")
        statements |= self._statement("2026-04-01", "2026-04-30")
        text = self._text(statements)
        self.assertIn("Closing balance on 03/31/2026", text)
        self.assertIn("Closing balance on 04/30/2026", text)

    def test_a_period_without_movements_says_so(self):
        text = self._text(self._statement("2026-03-01", "2026-03-31"))
        self.assertIn("No movements in this period.", text)

    def test_an_overdraft_is_said_in_words(self):
        self._log(self._create_ticket(), 45, date="2026-03-02")
        text = self._text(self._statement("2026-03-01", "2026-03-31"))
        self.assertIn("The account is overdrawn by 0:45 h (points: 3).", text)

    def test_a_draft_says_that_it_closes_nothing(self):
        text = self._text(self._statement("2026-05-01", "2026-12-31"))
        self.assertIn("Current state as of 05/12/2026", text)

    def test_packages_show_when_one_of_them_expires(self):
        self._grant(self.contract, 8, day="2026-03-02")
        statement = self._statement("2026-03-01", "2026-03-31")
        self.assertFalse(statement._open_lots())
        self._grant(self.contract, 5, day="2026-03-03", expiry_date="2026-12-31")
        self.assertEqual([lot.remaining for lot in statement._open_lots()], [5, 8])
        text = self._text(statement)
        self.assertIn("12/31/2026", text)
        self.assertIn("Unlimited", text)

    def test_the_page_speaks_the_customers_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.university.lang = "de_DE"
        self.level_1.with_context(lang="de_DE").name = "Erste Ebene"
        view = self.env.ref(f"{MODULE}.report_support_statement_document")
        view.update_field_translations(
            "arch_db",
            {"de_DE": {"Support Account Statement": "Übersicht über das Supportkonto"}},
        )
        self._log(self._create_ticket(), 15, date="2026-03-27")
        text = self._text(self._statement("2026-03-01", "2026-03-31"))
        self.assertIn("Supportkonto", text)
        self.assertIn("Erste Ebene", text)
        self.assertIn("27.03.2026", text)

    def test_the_picture_shows_opening_and_steps(self):
        self._grant(self.contract, 20, day="2026-02-02")
        self._log(self._create_ticket(), 45, date="2026-03-10")
        svg = re.search(
            r"<svg.*?</svg>", self._html(self._statement("2026-03-01", "2026-03-31")), re.S
        ).group()
        self.assertEqual(len(re.search(r'<polyline[^>]* points="([^"]*)"', svg)[1].split()), 4)
        self.assertIn("Mar 29", svg)

    def test_who_reads_all_tickets_may_print_and_no_portal_user(self):
        staff = self._create_staff("support.all", "helpdesk_mgmt.group_helpdesk_user")
        portal = new_test_user(self.env, login="customer", groups="base.group_portal")
        self._log(self._create_ticket(name="Course import"), 15, date="2026-03-27")
        statement = self._statement("2026-03-01", "2026-03-31")
        self.assertIn("Course import", self._text(statement, staff))
        with self.assertRaises(AccessError):
            self._html(statement, portal)
        with self.assertRaises(AccessError):
            statement.with_user(portal)._statement_data()

    def test_a_statement_of_another_company_is_refused(self):
        company = self.env["res.company"].create({"name": "Sister Company"})
        contract = self._open_contract(self.other_university, company_id=company.id)
        statement = self._statement("2026-03-01", "2026-03-31", contract=contract)
        with self.assertRaises(AccessError):
            self._html(statement)

    def test_queries_do_not_grow_with_rows(self):
        def queries(count, day):
            for number in range(count):
                self._log(self._create_ticket(name=f"Request {number}"), 15, date=day)
            statement = self._statement(day, day)
            self._html(statement)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            page = self._html(statement)
            self.assertEqual(page.count("Request "), count)
            return self.env.cr.sql_log_count - before

        self.assertEqual(queries(10, "2026-03-02"), queries(100, "2026-03-03"))

    def test_a_list_of_statements_takes_one_query_for_all_balances(self):
        for month in range(1, 5):
            self._statement(f"2026-{month:02}-01", f"2026-{month:02}-28")
        statements = self.contract.statement_ids
        statements.fetch(["contract_id", "date_from", "date_to"])
        self.contract.fetch(["company_id"])
        with self.assertQueryCount(1):
            statements.mapped("opening")
            statements.mapped("closing")


@tagged("post_install", "-at_install")
@freeze_time("2026-05-12 10:00:00")
class TestStatementRecord(StatementCommon):
    def test_presets_set_the_period(self):
        self._grant(self.contract, 5, day="2025-11-03")
        statement = self._statement("2026-03-01", "2026-03-31")
        expected = {
            "this_month": (date(2026, 5, 1), date(2026, 5, 31)),
            "last_month": (date(2026, 4, 1), date(2026, 4, 30)),
            "this_quarter": (date(2026, 4, 1), date(2026, 6, 30)),
            "last_quarter": (date(2026, 1, 1), date(2026, 3, 31)),
            "this_year": (date(2026, 1, 1), date(2026, 12, 31)),
            "last_year": (date(2025, 1, 1), date(2025, 12, 31)),
            "since_start": (date(2025, 11, 3), date(2026, 5, 12)),
        }
        for preset, period in expected.items():
            with self.subTest(preset=preset), Form(statement) as form:
                form.preset = preset
                shown = (form.date_from, form.date_to)
                self.assertEqual(tuple(map(fields.Date.to_date, shown)), period)
            self.assertEqual((statement.date_from, statement.date_to), period)

    def test_a_period_of_ones_own_is_no_preset(self):
        with Form(self._statement("2026-03-01", "2026-03-31")) as form:
            form.preset = "last_month"
            form.date_from = date(2026, 4, 7)
            self.assertFalse(form.preset)
        self.assertEqual(form.record.date_from, date(2026, 4, 7))

    def test_a_draft_may_be_of_any_period(self):
        self._statement("2020-01-01", "2020-01-01")
        future = self._statement("2030-01-01", "2030-12-31")
        future.date_to = "2031-12-31"
        future.unlink()

    def test_an_issued_statement_stays(self):
        statement = self._statement("2026-03-01", "2026-03-31")
        statement.sudo().write({"state": "closing"})
        with self.assertRaises(UserError):
            statement.date_to = "2026-04-30"
        statement.sudo().write({"state": "issued", "name": "2026/0001"})
        self.assertEqual(statement.display_name, "2026/0001")
        for values in ({"date_to": "2026-04-30"}, {"state": "draft"}, {"name": "2026/0002"}):
            with self.subTest(values=values), self.assertRaises(UserError):
                statement.sudo().write(values)
        with self.assertRaises(UserError):
            statement.sudo().unlink()

    def test_no_one_issues_by_hand(self):
        statement = self._statement("2026-03-01", "2026-03-31").with_user(self.manager)
        for values in ({"state": "issued"}, {"name": "2026/0001"}):
            with self.subTest(values=values), self.assertRaises(UserError):
                statement.write(values)
            with self.subTest(values=values), self.assertRaises(UserError):
                statement.create({"contract_id": self.contract.id, **values})

    def test_one_click_prints_from_the_account(self):
        action = self.contract.with_user(self.staff).action_print_statement()
        self.assertEqual(action["report_name"], REPORT)
        statement = self.contract.statement_ids
        self.assertEqual(action["context"]["active_ids"], statement.ids)
        self.assertEqual(statement.with_user(self.staff).action_print()["report_name"], REPORT)
        self.assertEqual(
            statement._get_report_base_filename(),
            f"Support account {self.contract.name} 2026-05-12 – 2026-05-12",
        )


@tagged("post_install", "-at_install")
@freeze_time("2026-05-12 10:00:00")
class TestStatementPdf(StatementCommon):
    def setUp(self):
        super().setUp()
        report = self.env["ir.actions.report"]
        if report.get_wkhtmltopdf_state() != "ok":
            self.skipTest("wkhtmltopdf is not installed")

    def _pages(self, statements):
        report = self.env["ir.actions.report"].with_user(self.staff)
        with self.allow_pdf_render():
            pdf, _type = report.with_context(force_report_rendering=True)._render_qweb_pdf(
                REPORT, statements.ids
            )
        return pdf, [page.extract_text() for page in PdfFileReader(io.BytesIO(pdf)).pages]

    def test_a_pdf_has_selectable_text_and_page_numbers(self):
        self._grant(self.contract, 20, day="2026-03-02")
        for number in range(60):
            self._log(self._create_ticket(name=f"Course import {number}"), 15, date="2026-03-09")
        statement = self._statement("2026-03-01", "2026-03-31")
        self.company.external_report_layout_id = self.env.ref("web.external_layout_standard")
        pdf, pages = self._pages(statement)
        text = " ".join(pages)
        self.assertGreater(len(pages), 1)
        for expected in (self.contract.name, self.university.name, "Course import 59", "+20"):
            self.assertIn(expected, text)
        for page in pages:
            self.assertIn("Subject", page)
            self.assertRegex(page, rf"{pages.index(page) + 1}\s*/\s*{len(pages)}")
        self.assertLess(len(pdf), 150 * 1024)

    def test_styles_are_in_the_page_and_no_time_is_waited(self):
        report = self.env.ref(f"{MODULE}.report_statement")
        statement = self._statement("2026-03-01", "2026-03-31")
        html = report._render_qweb_html(REPORT, statement.ids)[0]
        bodies, _ids, header, footer, _arguments = report._prepare_html(
            html, report_model=report.model
        )
        for part in (*bodies, header, footer):
            self.assertNotIn("/web/assets/", part)
            self.assertNotIn("url(/web", part.replace('"', ""))
            self.assertIn("<style>", part)
        plain = report._build_wkhtmltopdf_args(report.get_paperformat(), False)
        quick = report.with_context(support_statement_no_delay=True)._build_wkhtmltopdf_args(
            report.get_paperformat(), False
        )
        self.assertEqual(quick[quick.index("--javascript-delay") + 1], "0")
        self.assertEqual(plain[plain.index("--javascript-delay") + 1], "1000")
