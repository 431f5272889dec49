# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io
import unittest
from datetime import date, datetime
from decimal import Decimal

import openpyxl

from ..workbook import Sheet, workbook


def cells_of(sheet):
    (page,) = openpyxl.load_workbook(io.BytesIO(workbook([sheet]))).worksheets
    return page


class TestWorkbook(unittest.TestCase):
    def test_text_never_becomes_a_formula(self):
        texts = ["=1+1", "+49 30 1234", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "https://x.example"]
        page = cells_of(Sheet("T", (("=A1", 10),), [[text] for text in texts], head=[["=2", "@x"]]))
        for row in page.iter_rows():
            for cell in row:
                self.assertIn(cell.data_type, "sn")
        self.assertEqual([page.cell(4 + index, 1).value for index in range(6)], texts)
        self.assertIsNone(page.cell(9, 1).hyperlink)

    def test_numbers_are_numbers_and_dates_are_dates(self):
        row = [3, Decimal("12.50"), 0.5, date(2026, 3, 1), None]
        page = cells_of(Sheet("T", (("A", 9),), [row], money_columns=frozenset((1,))))
        values = [cell.value for cell in page[2]]
        self.assertEqual(values[:4], [3, 12.5, 0.5, datetime(2026, 3, 1)])
        self.assertTrue(page["D2"].is_date)
        self.assertEqual(page["B2"].number_format, "#,##0.00")

    def test_other_types_are_refused(self):
        for value in (object(), datetime(2026, 3, 1), b"x", [1]):
            with self.subTest(value=value), self.assertRaises(TypeError):
                workbook([Sheet("T", (("A", 9),), [[value]])])

    def test_names_of_sheets_are_made_to_fit(self):
        names = ["ST/2026/00001", "st 2026 00001", "x" * 40, "x" * 40, "", "'"]
        content = workbook([Sheet(name, (("A", 9),), []) for name in names])
        made = openpyxl.load_workbook(io.BytesIO(content)).sheetnames
        self.assertEqual(made[:2], ["ST 2026 00001", "st 2026 00001 2"])
        self.assertEqual(len(set(made)), 6)


if __name__ == "__main__":
    unittest.main()
