# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io
import re
import unittest
import zipfile
from datetime import date, datetime
from decimal import Decimal

import openpyxl

from ..opening_import import (
    UnreadableTable,
    parse_date,
    parse_number,
    parse_rows,
    read_table,
)

TODAY = date(2026, 5, 1)
TITLES = ["Referenz", "Kunde", "Tarif", "Punkte", "Betrag", "Währung", "Datum", "Gültig bis"]
GOOD = ["A1", "Uni", "user", "20", "600,00", "EUR", "31.12.2025", ""]


def rows_of(*rows):
    return parse_rows([(1, TITLES), *((2 + n, row) for n, row in enumerate(rows))], TODAY)


def problems_of(**changes):
    names = ("reference", "customer", "tier", "points", "amount", "currency", "date", "expiry")
    row = [changes.get(name, value) for name, value in zip(names, GOOD, strict=True)]
    return [reason for reason, _value in rows_of(row)[0].problems]


class TestNumbers(unittest.TestCase):
    def test_german_english_and_plain(self):
        for text, expected in (
            ("1.234,50", "1234.50"),
            ("1,234.50", "1234.50"),
            ("1234,5", "1234.5"),
            ("1 234,50 €", "1234.50"),
            ("1'234.50", "1234.50"),
            ("1.234", "1234"),
            ("1.234.567", "1234567"),
            ("0,500", "0.500"),
            ("−3", "-3"),
            (12.5, "12.5"),
            (7, "7"),
        ):
            with self.subTest(text=text):
                self.assertEqual(parse_number(text), Decimal(expected))

    def test_what_is_no_number(self):
        for text in (
            "abc",
            "1.2.3",
            "1,2,3",
            "12.34,56.7",
            "1.23,456,78",
            True,
            float("nan"),
            "1e",
            "1e3",
            "1E+3",
            "1_000",
            "NaN",
            "Infinity",
            "٣",
        ):
            with self.subTest(text=text), self.assertRaises(ValueError):
                parse_number(text)

    def test_empty_is_none(self):
        for text in ("", None, "  "):
            self.assertIsNone(parse_number(text))


class TestDates(unittest.TestCase):
    def test_formats(self):
        for text in (
            "2026-03-01",
            "1.3.2026",
            "01.03.26",
            datetime(2026, 3, 1, 12),
            date(2026, 3, 1),
        ):
            with self.subTest(text=text):
                self.assertEqual(parse_date(text), date(2026, 3, 1))

    def test_what_two_countries_read_differently_is_refused(self):
        for text in ("03/01/2026", "31.02.2026", "2026", "tomorrow", 45000):
            with self.subTest(text=text), self.assertRaises(ValueError):
                parse_date(text)


class TestTitles(unittest.TestCase):
    def _refused(self, *titles):
        with self.assertRaises(UnreadableTable) as caught:
            parse_rows([(1, titles), (2, GOOD)], TODAY)
        return caught.exception.reason, caught.exception.detail

    def test_words_of_the_dialog_are_titles(self):
        words = [*TITLES[:3], "Restpunkte", "Nettowert", "Währung", "Datum", "Ende der Gültigkeit"]
        (row,) = parse_rows([(1, words), (2, [*GOOD[:7], "31.12.2026"])], TODAY)
        self.assertEqual((row.points, row.amount), (20, Decimal("600.00")))
        self.assertEqual(row.expiry_date, date(2026, 12, 31))

    def test_unknown_titles_are_refused_by_name(self):
        titles = [*TITLES[:4], "Wert?", "", "Datum", "Bemerkung"]
        self.assertEqual(self._refused(*titles), ("unknown_columns", "Wert?, Bemerkung"))

    def test_two_titles_of_the_same_are_refused(self):
        titles = [*TITLES[:4], "Restpunkte", *TITLES[5:]]
        self.assertEqual(self._refused(*titles), ("same_columns", "Punkte, Restpunkte"))

    def test_empty_lines_and_the_line_of_excel_may_come_first(self):
        for head, delimiter in (
            ("\n", ","),
            ("\r\n ,,\r\n", ","),
            ("sep=;\n", ";"),
            ('"sep=,"\r\n', ","),
            ("\nSEP=\t\n", "\t"),
        ):
            text = head + delimiter.join(("Kunde; a, b" if delimiter == "\t" else "Kunde", "Tarif"))
            with self.subTest(head=head):
                ((line, cells),) = read_table(text.encode(), "x.csv")
                self.assertEqual(line, head.count("\n") + 1)
                self.assertEqual(cells[1], "Tarif")


class TestRows(unittest.TestCase):
    def test_a_good_row(self):
        (row,) = rows_of(GOOD)
        self.assertEqual(row.problems, [])
        self.assertEqual((row.points, row.amount), (20, Decimal("600.00")))
        self.assertEqual((row.date, row.expiry_date), (date(2025, 12, 31), None))

    def test_bad_rows_say_why(self):
        for changes, reason in (
            ({"points": "2,5"}, "fraction"),
            ({"points": "-3"}, "not_positive"),
            ({"points": "0"}, "not_positive"),
            ({"points": "2000000"}, "too_many"),
            ({"points": "many"}, "bad_number"),
            ({"points": ""}, "missing"),
            ({"reference": " "}, "missing"),
            ({"customer": ""}, "missing"),
            ({"tier": ""}, "missing"),
            ({"date": ""}, "missing"),
            ({"date": "03/04/2026"}, "bad_date"),
            ({"date": "2026-05-02"}, "future"),
            ({"expiry": "30.12.2025"}, "expired_before"),
            ({"amount": "-600"}, "negative_amount"),
            ({"amount": "a lot"}, "bad_number"),
            ({"amount": "99999999999999999"}, "too_large"),
            ({"amount": 1e300}, "too_large"),
            ({"points": "1e3"}, "bad_number"),
        ):
            with self.subTest(changes=changes):
                self.assertEqual(problems_of(**changes), [reason])

    def test_a_reference_twice_names_the_first_line(self):
        first, second = rows_of(GOOD, GOOD)
        self.assertEqual(first.problems, [])
        self.assertEqual(second.problems, [("duplicate", "2")])

    def test_missing_columns_are_named(self):
        with self.assertRaises(UnreadableTable) as caught:
            parse_rows([(1, ["Referenz", "Kunde"])], TODAY)
        self.assertEqual(caught.exception.detail, "tier, points, date")

    def test_titles_alone_are_no_table(self):
        with self.assertRaises(UnreadableTable) as caught:
            rows_of()
        self.assertEqual(caught.exception.reason, "no_rows")

    def test_short_rows_and_own_titles(self):
        table = [(1, ["Nr.", "Kunde", "Tarif", "Punkte", "Datum"]), (2, ["A1", "Uni"])]
        (row,) = parse_rows(table, TODAY, {"reference": ["Nr."]})
        self.assertEqual(row.reference, "A1")
        self.assertEqual([value for _reason, value in row.problems], ["tier", "points", "date"])


class TestFiles(unittest.TestCase):
    def test_csv_of_either_kind(self):
        for content in (
            "Kunde;Punkte\r\nMünchen;3\r\n".encode("cp1252"),
            "Kunde,Punkte\nMünchen,3\n".encode("utf-8-sig"),
            "Kunde\tPunkte\nMünchen\t3\n".encode(),
        ):
            with self.subTest(content=content):
                table = read_table(content, "x.csv")
                self.assertEqual(table[1], (2, ["München", "3"]))

    def test_lines_are_those_of_the_file(self):
        table = read_table(b'A;B\n"two\nlines";1\n;\n\nx;2\n', "x.csv")
        self.assertEqual([line for line, _cells in table], [1, 2, 6])

    def test_xlsx_keeps_numbers_and_dates(self):
        book = openpyxl.Workbook()
        book.active.append(TITLES)
        book.active.append([])
        book.active.append([4711.0, "Uni", "user", 20, 600.5, None, datetime(2026, 3, 1), None])
        buffer = io.BytesIO()
        book.save(buffer)
        (row,) = parse_rows(read_table(buffer.getvalue(), "x.xlsx"), TODAY)
        self.assertEqual((row.line, row.reference, row.points), (3, "4711", 20))
        self.assertEqual((row.amount, row.date), (Decimal("600.5"), date(2026, 3, 1)))
        self.assertEqual(row.problems, [])

    def _xlsx(self, *rows, change=None):
        """Rows as openpyxl saves them: formulas without a result; `change` edits the sheet."""
        book = openpyxl.Workbook()
        for row in (TITLES, *rows):
            book.active.append(row)
        buffer = io.BytesIO()
        book.save(buffer)
        if not change:
            return buffer.getvalue()
        changed = io.BytesIO()
        with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(changed, "w") as target:
            for name in source.namelist():
                part = source.read(name)
                target.writestr(name, change(part) if "sheet1" in name else part)
        return changed.getvalue()

    def _row(self, content):
        (row,) = parse_rows(read_table(content, "x.xlsx"), TODAY)
        return row

    def test_a_formula_without_a_result_is_no_empty_cell(self):
        for position, column in enumerate(("reference", "customer", "tier", "points", "amount")):
            cells = [*GOOD[:3], 20, 600, "EUR", date(2025, 12, 31), None]
            cells[position] = "=D2*30"
            with self.subTest(column=column):
                row = self._row(self._xlsx(cells))
                self.assertEqual(row.problems, [("uncalculated", "=D2*30")])
                self.assertFalse(getattr(row, column))

    def test_the_result_of_a_formula_counts(self):
        cells = [*GOOD[:3], 20, "=D2*30", '=""', date(2025, 12, 31), None]

        def calculated(sheet):
            sheet, first = re.subn(rb"(<f>D2\*30</f>)<v.*?(?=</c>)", rb"\1<v>600</v>", sheet)
            sheet, second = re.subn(
                rb'"F2"(><f>""</f>)<v.*?(?=</c>)', rb'"F2" t="str"\1<v/>', sheet
            )
            self.assertEqual((first, second), (1, 1))
            return sheet

        row = self._row(self._xlsx(cells, change=calculated))
        self.assertEqual((row.problems, row.amount, row.currency), ([], 600, ""))

    def test_rows_beyond_the_size_that_a_file_tells_are_read(self):
        content = self._xlsx(
            [*GOOD[:3], 20, None, None, date(2025, 12, 31), None],
            change=lambda sheet: sheet.replace(b'ref="A1:H2"', b'ref="A1:C1"'),
        )
        self.assertEqual(self._row(content).points, 20)

    def test_what_is_no_table(self):
        for content, name, reason in (
            (b"", "x.csv", "empty"),
            (b";;\n\n", "x.csv", "empty"),
            (b"PK\x03\x04junk", "x.xlsx", "not_xlsx"),
            (b"plain", "x.xlsx", "not_xlsx"),
            (b"a\0b", "x.csv", "not_text"),
        ):
            with self.subTest(content=content):
                with self.assertRaises(UnreadableTable) as caught:
                    read_table(content, name)
                self.assertEqual(caught.exception.reason, reason)
