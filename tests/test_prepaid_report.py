# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io
from datetime import date

import openpyxl
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user, tagged

from .common import MODULE, SupportCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-05-12 10:00:00")
class TestPrepaidReport(SupportCommon):
    """Design 4.2: what is owed for prepaid points is the sum of the open lots, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._open_contract()
        cls.accountant = new_test_user(
            cls.env, login="books", groups=f"{MODULE}.group_support_accounting"
        )

    def _buy(self, points, amount, day, contract=None, currency=None):
        return self._grant(
            contract or self.contract,
            points,
            day=day,
            kind="purchase",
            amount=amount,
            currency_id=(currency or self.company.currency_id).id,
        )

    def _report(self, user=None, **values):
        reports = self.env["support.prepaid.report"].with_user(user or self.accountant)
        report = reports.create(values)
        report.action_show()
        return report

    def _lines(self, report):
        """Lines of this test's customers: other tests commit accounts of theirs."""
        customers = self.university | self.other_university
        return report.line_ids.filtered(lambda line: line.partner_id in customers)

    def test_as_of_a_day(self):
        self._buy(30, 100.0, "2026-03-02")
        ticket = self._create_ticket()
        self._log(ticket, 7 * 15, date="2026-03-10")
        self._log(ticket, 15, date="2026-04-10")
        lines = self._lines(self._report(date_to="2026-03-31"))
        self.assertRecordValues(
            lines,
            [
                {
                    "kind": "lot",
                    "partner_id": self.university.id,
                    "tier_id": self.tier_user.id,
                    "date": date(2026, 3, 2),
                    "points_sold": 30,
                    "points_used": 7,
                    "points_closing": 23,
                    "amount_sold": 100.0,
                    "amount_used": 23.33,
                    "amount_closing": 76.67,
                }
            ],
        )

    def test_a_period_rolls_forward(self):
        self._buy(20, 600.0, "2026-02-02")
        self._buy(10, 250.0, "2026-03-02")
        self._log(self._create_ticket(), 5 * 15, date="2026-03-10")
        lines = self._lines(self._report(date_from="2026-03-01", date_to="2026-03-31"))
        sums = {
            name: sum(lines.mapped(f"amount_{name}"))
            for name in ("opening", "sold", "used", "expired", "refunded", "closing")
        }
        self.assertEqual(
            sums,
            {
                "opening": 600.0,
                "sold": 250.0,
                "used": 150.0,
                "expired": 0.0,
                "refunded": 0.0,
                "closing": 700.0,
            },
        )

    def test_overdrafts_stand_apart_at_the_accounts_rate(self):
        self._buy(10, 300.0, "2026-03-02")
        other = self._open_contract(self.other_university, hourly_rate=100)
        self._log(self._create_ticket(self.other_university), 60, date="2026-03-10")
        lines = self._lines(self._report())
        owed = lines.filtered(lambda line: line.contract_id == other)
        self.assertRecordValues(
            owed,
            [
                {
                    "kind": "overdraft",
                    "points_overdrawn": 4,
                    "amount_overdrawn": 100.0,
                    "amount_closing": 0.0,
                }
            ],
        )
        self.assertEqual(sum(lines.mapped("amount_closing")), 300.0)

    def test_companies_and_currencies_are_never_added_up(self):
        francs = (
            self.env["res.currency"].with_context(active_test=False).search([("name", "=", "CHF")])
        )
        francs.active = True
        company = self.env["res.company"].create({"name": "Sister Company"})
        sister = self._open_contract(self.other_university, company_id=company.id)
        self._buy(10, 300.0, "2026-03-02")
        self._buy(10, 999.0, "2026-03-02", sister)
        self._buy(10, 280.0, "2026-03-03", currency=francs)
        report = self._report()
        self.assertEqual(self._lines(report).mapped("amount_closing"), [300.0])
        self.assertEqual(report.other_currencies, "CHF")
        report.currency_id = francs
        report.action_show()
        self.assertEqual(self._lines(report).mapped("amount_closing"), [280.0])
        with self.assertRaises(AccessError):
            self._report(company_id=company.id)
        self.accountant.company_ids = [Command.link(company.id)]
        report = self._report(company_id=company.id)
        self.assertEqual(self._lines(report).mapped("amount_closing"), [999.0])

    def test_who_may_read_it(self):
        self._buy(10, 300.0, "2026-03-02")
        report = self._report()
        for user in (self.staff, self.colleague):
            with self.assertRaises(AccessError):
                self._report(user)
            with self.assertRaises(AccessError):
                report.line_ids.with_user(user).read(["amount_closing"])
        # A manager may make one, but reads nobody else's.
        with self.assertRaises(AccessError):
            report.line_ids.with_user(self.manager).read(["amount_closing"])
        self.assertEqual(len(self._lines(self._report(self.manager))), 1)

    def test_the_table_has_the_sums_and_the_packages(self):
        self._buy(30, 100.0, "2026-03-02")
        self._log(self._create_ticket(), 7 * 15, date="2026-03-10")
        _name, content = self._report(date_to="2026-03-31")._xlsx()
        book = openpyxl.load_workbook(io.BytesIO(content))
        self.assertEqual(book.sheetnames, ["By tier", "By customer", "By month", "Packages"])
        for page in book.worksheets[:3]:
            rows = list(page.iter_rows(values_only=True))
            (head,) = (index for index, row in enumerate(rows) if "Outstanding" in row)
            column = rows[head].index("Outstanding")
            *parts, total = rows[head + 1 :]
            self.assertEqual(total[0], "Total")
            self.assertAlmostEqual(total[column], sum(row[column] for row in parts))
        lots = list(book["Packages"].iter_rows(values_only=True))
        own = [row for row in lots if row[0] == self.university.name]
        self.assertEqual([row[-2] for row in own], [76.67])

    def _sheet_rows(self, page):
        """The rows below the titles, as dicts by title."""
        rows = list(page.iter_rows(values_only=True))
        (head,) = (index for index, row in enumerate(rows) if "Outstanding" in row)
        return [dict(zip(rows[head], row, strict=True)) for row in rows[head + 1 :]]

    def test_all_sums_of_the_table_agree_on_overdrafts_too(self):
        self._buy(10, 300.0, "2026-03-02")
        self._open_contract(self.other_university, hourly_rate=100)
        self._log(self._create_ticket(self.other_university), 60, date="2026-03-10")
        _name, content = self._report()._xlsx()
        book = openpyxl.load_workbook(io.BytesIO(content))
        totals = [list(page.values)[-1] for page in book.worksheets[:3]]
        self.assertEqual(totals[0], totals[1])
        self.assertEqual(totals[0], totals[2])
        *months, overdraft, _total = self._sheet_rows(book["By month"])
        self.assertEqual(overdraft["By month"], "Overdraft")
        self.assertGreaterEqual(overdraft["Overdrawn (Points)"], 4)
        self.assertGreaterEqual(overdraft["Overdrawn"], 100.0)
        self.assertFalse(sum(row["Overdrawn"] for row in months))

    def test_packages_name_their_order_or_invoice(self):
        self._grant(
            self.contract, 10, day="2026-03-02", kind="purchase", amount=300.0, name="INV/7: Users"
        )
        report = self._report()
        self.assertEqual(self._lines(report).mapped("entry_name"), ["INV/7: Users"])
        found = report.line_ids.search(
            [("report_id", "=", report.id), ("entry_name", "like", "INV/7")]
        )
        self.assertEqual(found, self._lines(report))
        _name, content = report._xlsx()
        rows = self._sheet_rows(openpyxl.load_workbook(io.BytesIO(content))["Packages"])
        origins = [row["Origin"] for row in rows if row["Customer"] == self.university.name]
        self.assertEqual(origins, ["INV/7: Users"])

    def test_one_query_fetches_all_entries(self):
        report = self._report()

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            report._line_values()
            return self.cr.sql_log_count - before

        self._buy(10, 300.0, "2026-03-02")
        count()
        few = count()
        for number in range(5):
            partner = self.env["res.partner"].create({"name": f"U{number}", "is_company": True})
            self._buy(10, 300.0, "2026-03-02", self._open_contract(partner))
        self.assertEqual(count(), few)
