# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Tables as an XLSX file: numbers as numbers, dates as dates, and text never as a formula."""

import io
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from numbers import Real

import xlsxwriter

DATE_FORMAT = "yyyy-mm-dd"
FORBIDDEN_IN_SHEET_NAMES = "[]:*?/\\"
MAX_SHEET_NAME = 31
MAX_CELL_TEXT = 32767


@dataclass(frozen=True)
class Sheet:
    """One table: `head` are rows above it, `columns` its (title, width) and `rows` its lines.

    Cells are str, int, float, Decimal, date or None. Columns in `money_columns` (positions) are
    written with two decimals. Rows whose position is in `bold_rows` stand out.
    """

    title: str
    columns: tuple
    rows: list
    head: list = field(default_factory=list)
    money_columns: frozenset = frozenset()
    bold_rows: frozenset = frozenset()


def workbook(sheets):
    """The bytes of an XLSX file with these `Sheet`s.

    Text stays text whatever it begins with, also "=", "+", "-" and "@": each cell is written by
    its type, never guessed. Raises TypeError for a cell of another type.

    >>> workbook([Sheet("Points", (("Date", 12),), [[date(2026, 3, 1)], ["=1+1"]])])[:2]
    b'PK'
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    formats = _Formats(book)
    names = set()
    for sheet in sheets:
        name = _sheet_name(sheet.title, names)
        names.add(name.lower())
        _fill(book.add_worksheet(name), sheet, formats)
    book.close()
    return buffer.getvalue()


class _Formats:
    """The formats of a file, each made once."""

    def __init__(self, book):
        self.title = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self._book = book
        self._made = {}

    def get(self, number_format, bold):
        key = number_format, bold
        if key not in self._made:
            properties = {"num_format": number_format} if number_format else {}
            self._made[key] = self._book.add_format({**properties, "bold": bold})
        return self._made[key]


def _fill(page, sheet, formats):
    line = 0
    for row in sheet.head:
        for column, value in enumerate(row):
            _write(page, line, column, value, formats, "", bold=column == 0)
        line += 1
    line += bool(sheet.head)
    for column, (title, width) in enumerate(sheet.columns):
        page.set_column(column, column, width)
        page.write_string(line, column, title, formats.title)
    page.freeze_panes(line + 1, 0)
    for index, row in enumerate(sheet.rows):
        line += 1
        for column, value in enumerate(row):
            money = "#,##0.00" if column in sheet.money_columns else ""
            _write(page, line, column, value, formats, money, bold=index in sheet.bold_rows)


def _write(page, line, column, value, formats, number_format, bold):
    if value is None or value is False:
        return
    if isinstance(value, str):
        page.write_string(line, column, value[:MAX_CELL_TEXT], formats.get("", bold))
    elif isinstance(value, datetime) or not isinstance(value, (date, Decimal, Real)):
        raise TypeError(f"A cell is text, a number or a date, not {value!r}.")
    elif isinstance(value, date):
        page.write_datetime(line, column, value, formats.get(DATE_FORMAT, bold))
    else:
        page.write_number(line, column, value, formats.get(number_format, bold))


def _sheet_name(title, taken):
    """A name that the format allows and that no other sheet of the file has."""
    name = "".join(" " if one in FORBIDDEN_IN_SHEET_NAMES else one for one in title)
    name = name.strip(" '")[:MAX_SHEET_NAME] or "Sheet"
    number, unique = 1, name
    while unique.lower() in taken:
        number += 1
        ending = f" {number}"
        unique = name[: MAX_SHEET_NAME - len(ending)] + ending
    return unique
