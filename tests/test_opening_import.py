# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import io
from datetime import date

import openpyxl
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, tagged

from .common import SupportCommon

TITLES = "Referenz;Kunde;Tarif;Punkte;Betrag;Währung;Datum;Gültig bis"


@tagged("post_install", "-at_install")
@freeze_time("2026-05-12 10:00:00")
class TestOpeningImport(SupportCommon):
    def _wizard(self, *rows, user=None, **values):
        content = "\n".join([TITLES, *rows]).encode()
        return (
            self.env["support.opening.import"]
            .with_user(user or self.manager)
            .create({"file": base64.b64encode(content), "file_name": "x.csv", **values})
        )

    def _row(self, reference="A1", customer="University of Testing", tier=None, **values):
        values = {
            "points": "20",
            "amount": "600,00",
            "currency": self.company.currency_id.name,
            "date": "31.12.2025",
            "expiry": "31.12.2026",
            **values,
        }
        return ";".join([reference, customer, tier or self.tier_user.code, *values.values()])

    def _contracts(self, partner):
        return self.env["support.contract"].search([("partner_id", "=", partner.id)])

    def test_rows_become_packages_of_accounts_that_open(self):
        existing = self._open_contract(self.other_university)
        wizard = self._wizard(
            self._row(),
            self._row("A2", "other university", points="1.000", amount="", expiry=""),
        )
        wizard.action_check()
        self.assertEqual(wizard.line_ids.mapped("status"), ["good", "good"])
        self.assertFalse(self._contracts(self.university))
        wizard.action_import()
        contract = self._contracts(self.university)
        self.assertEqual((contract.state, contract.balance), ("open", 20))
        self.assertRecordValues(
            contract.entry_ids,
            [
                {
                    "kind": "purchase",
                    "amount": 600.0,
                    "date": date(2025, 12, 31),
                    "expiry_date": date(2026, 12, 31),
                    "group_key": f"opening:{self.company.id}:A1",
                    "currency_id": self.company.currency_id.id,
                }
            ],
        )
        self.assertRecordValues(existing.entry_ids, [{"kind": "grant", "points": 1000}])
        report = self.env["support.prepaid.report"].create({})
        report.action_show()
        self.assertEqual(sum(report.line_ids.mapped("amount_closing")), 600.0)

    def test_time_that_waited_is_booked_on_the_new_account(self):
        line = self._log(self._create_ticket(), 30)
        self.assertFalse(line.support_contract_id)
        self._wizard(self._row()).action_import()
        self.assertEqual(self._contracts(self.university).balance, 18)

    def test_the_same_file_twice_imports_nothing_twice(self):
        self._wizard(self._row()).action_import()
        again = self._wizard(self._row(), self._row("A2"))
        again.action_check()
        self.assertEqual(again.line_ids.mapped("status"), ["known", "good"])
        again.action_import()
        again.action_import()
        self.assertEqual(self._contracts(self.university).balance, 40)

    def test_a_known_reference_with_other_values_is_bad(self):
        self._wizard(self._row()).action_import()
        again = self._wizard(self._row(points="21"))
        again.action_check()
        self.assertRecordValues(again.line_ids, [{"status": "bad"}])
        self.assertIn("other values", again.line_ids.problem)

    def test_nothing_is_imported_while_a_row_is_bad(self):
        wizard = self._wizard(self._row(), self._row("A2", "Nobody"))
        with self.assertRaisesRegex(UserError, "Line 3: There is no customer “Nobody”"):
            wizard.action_import()
        self.assertFalse(self._contracts(self.university))
        wizard.skip_bad = True
        wizard.action_import()
        self.assertEqual(self._contracts(self.university).balance, 20)
        self.assertEqual(wizard.line_ids.filtered(lambda line: line.status == "bad").line, 3)

    def test_each_bad_row_says_why(self):
        self.env["res.partner"].create({"name": "University of Testing", "is_company": True})
        foreign = "USD" if self.company.currency_id.name != "USD" else "EUR"
        for row, problem in (
            (self._row(), "Several customers"),
            (self._row(customer="Other University", tier="gold"), "no tier “gold”"),
            (self._row(customer="Other University", points="2,5"), "whole number"),
            (self._row(customer="Other University", points="-2"), "more than zero"),
            (self._row(customer="Other University", currency=foreign), "not the company's"),
            (self._row(customer="Other University", currency="Taler"), "not the company's"),
            (self._row(customer="Other University", date="03/04/2026"), "is no date"),
            (self._row(customer="Other University", amount="1,234567"), "more decimals"),
            (self._row(customer="Other University", amount="9" * 17), "more than 1,000,000,000."),
            (self._row(customer="Other University", points="1e3"), "not a number"),
        ):
            with self.subTest(problem=problem):
                wizard = self._wizard(row)
                wizard.action_check()
                self.assertEqual((wizard.line_ids.status, wizard.line_ids.line), ("bad", 2))
                self.assertIn(problem, wizard.line_ids.problem)

    def test_customers_are_found_by_reference_tax_id_address_and_contact(self):
        self.university.write({"ref": "K-100%", "email": "office@uni.example"})
        for name in ("k-100%", "OFFICE@uni.example", "Student Office"):
            wizard = self._wizard(self._row(customer=name))
            wizard.action_check()
            self.assertEqual(wizard.line_ids.partner_id, self.university, name)
        wizard = self._wizard(self._row(customer="%"))
        wizard.action_check()
        self.assertIn("no customer", wizard.line_ids.problem)

    def test_what_is_no_table_is_refused(self):
        wizard = self._wizard()
        wizard.file = base64.b64encode(b"PK\x03\x04junk")
        with self.assertRaisesRegex(UserError, "no XLSX"):
            wizard.action_check()
        wizard.file = base64.b64encode(b"Kunde;Punkte\nUni;3\n")
        with self.assertRaisesRegex(UserError, "Missing: Reference, Tier, Date"):
            wizard.action_check()
        wizard.file = base64.b64encode(b"Kunde;Punkte;Preis\nUni;3;4\n")
        with self.assertRaisesRegex(UserError, "not known: Preis"):
            wizard.action_check()
        wizard.file = False
        with self.assertRaisesRegex(UserError, "Choose a file"):
            wizard.action_check()

    def test_the_template_can_be_filled_in_and_read(self):
        _name, content = self._wizard()._xlsx()
        self._fill_in(content).action_import()
        self.assertEqual(self._contracts(self.university).balance, 20)

    def _fill_in(self, template, **cells):
        """A wizard with a template that somebody filled in, as openpyxl saves it."""
        book = openpyxl.load_workbook(io.BytesIO(template))
        for cell, value in {"B2": "University of Testing", **cells}.items():
            book.active[cell] = value
        buffer = io.BytesIO()
        book.save(buffer)
        wizard = self._wizard()
        wizard.write({"file": base64.b64encode(buffer.getvalue()), "file_name": "t.xlsx"})
        return wizard

    def test_the_german_template_is_read_for_users_of_any_language(self):
        language = self.env["res.lang"]._activate_lang("de_DE")
        _name, content = self._wizard().with_context(lang="de_DE")._xlsx()
        titles = next(openpyxl.load_workbook(io.BytesIO(content)).active.values)
        self.assertEqual(titles[2], "Leistungsart")
        for installed in (True, False):
            language.active = installed
            wizard = self._fill_in(content, C2=self.tier_user.code, H2="31.12.2026")
            wizard.action_check()
            self.assertRecordValues(
                wizard.line_ids,
                [
                    {
                        "status": "good",
                        "points": 20,
                        "amount": 600.0,
                        "currency_id": self.company.currency_id.id,
                        "date": date(2026, 5, 12),
                        "expiry_date": date(2026, 12, 31),
                    }
                ],
            )

    def test_a_formula_without_a_result_is_bad(self):
        _name, content = self._wizard()._xlsx()
        wizard = self._fill_in(content, E2="=D2*30")
        wizard.action_check()
        self.assertEqual(wizard.line_ids.status, "bad")
        self.assertIn("“=D2*30” has no result", wizard.line_ids.problem)

    def test_titles_without_rows_are_refused(self):
        with self.assertRaisesRegex(UserError, "no rows below the titles"):
            self._wizard().action_check()

    def test_only_managers_import(self):
        with self.assertRaises(AccessError):
            self._wizard(self._row(), user=self.staff)
        company = self.env["res.company"].create({"name": "Sister Company"})
        with self.assertRaises(AccessError):
            self._wizard(self._row(), company_id=company.id).action_import()

    def test_points_without_an_amount_move_at_the_rate_of_their_account(self):
        wizard = self._wizard(self._row(amount="", currency="", expiry=""))
        wizard.action_check()
        wizard.action_import()
        contract = self._contracts(self.university)
        target = self._open_contract(tier=self.tier_technical)
        [(_currency, [moved], _value, _money)] = contract._transfers_to(target)
        self.assertEqual((moved.points_out, moved.points_in, moved.amount_in), (20, 14, None))
