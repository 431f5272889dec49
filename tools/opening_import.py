# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Opening balances from a table: what firms had sold before they went live.

`read_table` reads CSV or XLSX, `parse_rows` turns cells into `OpeningRow`s or says what is wrong
with them. Numbers and dates may be written the German way (1.234,50 and 31.12.2026), the English
way (1,234.50) or as real cells of a spreadsheet; a date that two countries read differently, such
as 03/04/2026, is refused. Who the customer is, and which tier, is for the caller to find.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

import openpyxl

COLUMNS = ("reference", "customer", "tier", "points", "amount", "currency", "date", "expiry_date")
REQUIRED = ("reference", "customer", "tier", "points", "date")
MAX_POINTS = 1_000_000
MAX_AMOUNT = 1_000_000_000
MAX_ROWS = 20_000
MAX_BYTES = 20 * 1024 * 1024
PLAIN_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
DATE_FORMATS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y")
DELIMITERS = ";,\t"
# Excel reads and writes such a line before the titles.
SEPARATOR_LINE = re.compile(rf'"?sep=([{DELIMITERS}])"?[{DELIMITERS}\s]*', re.IGNORECASE)
# Titles that a template in another language, or a person, may have given the columns.
ALIASES = {
    "reference": {"reference", "referenz", "ref", "beleg", "belegnummer"},
    "customer": {"customer", "kunde", "kundin", "partner"},
    "tier": {"tier", "stufe", "tarif", "leistung", "leistungsart", "service"},
    "points": {"points", "points left", "punkte", "restpunkte", "supportpunkte"},
    "amount": {"amount", "net amount", "betrag", "betrag netto", "nettobetrag", "nettowert"},
    "currency": {"currency", "währung", "waehrung"},
    "date": {"date", "datum", "kaufdatum", "bought on"},
    "expiry_date": {
        "expiry date",
        "expiry",
        "valid until",
        "gültig bis",
        "ende der gültigkeit",
        "ablauf",
        "ablaufdatum",
    },
}


class UnreadableTable(ValueError):
    """A file that holds no table of opening balances; `reason` and `detail` say why."""

    def __init__(self, reason, detail=""):
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Uncalculated(str):
    """The formula of a cell for which the file has no result."""


@dataclass
class OpeningRow:
    """One row: its line in the file, its values, and what is wrong with it as (reason, value)."""

    line: int
    reference: str = ""
    customer: str = ""
    tier: str = ""
    points: int | None = None
    amount: Decimal | None = None
    currency: str = ""
    date: date | None = None
    expiry_date: date | None = None
    problems: list = field(default_factory=list)


def read_table(content, name):
    """Rows of cells of a CSV or XLSX file, as [(line number, cells)], without empty rows.

    Raises UnreadableTable with a `reason`: "empty", "too_big", "not_xlsx" or "not_text".

    >>> read_table("Kunde;Punkte\\n\\nUni;20".encode(), "start.csv")
    [(1, ['Kunde', 'Punkte']), (3, ['Uni', '20'])]
    """
    if len(content) > MAX_BYTES:
        raise UnreadableTable("too_big", str(MAX_BYTES // 1024 // 1024))
    is_xlsx = content[:2] == b"PK" or name.lower().endswith((".xlsx", ".xlsm"))
    rows = _xlsx_rows(content) if is_xlsx else _csv_rows(content)
    table = []
    for line, cells in rows:
        if any(cell not in (None, "") and str(cell).strip() for cell in cells):
            table.append((line, list(cells)))
            if len(table) > MAX_ROWS:
                raise UnreadableTable("too_big", str(MAX_ROWS))
    if not table:
        raise UnreadableTable("empty")
    return table


def parse_rows(table, today, titles=None):
    """The `OpeningRow`s of a table whose first row has the titles; bad ones name their problems.

    `titles` are further titles of columns, {column: [title]}, such as those of a translated
    template. Raises UnreadableTable "missing_columns" with their names when titles are not there,
    "unknown_columns" or "same_columns" with the titles that say nothing or the same, as what
    stands below them would be lost, and "no_rows" when there is nothing but titles.

    >>> rows = parse_rows([(1, ["Reference", "Customer", "Tier", "Points", "Date"]),
    ...                    (2, ["A1", "Uni", "user", "2,5", "31.02.2026"])], date(2026, 5, 1))
    >>> rows[0].problems
    [('fraction', '2,5'), ('bad_date', '31.02.2026')]
    """
    positions = _positions(table[0][1], titles or {})
    if not table[1:]:
        raise UnreadableTable("no_rows")
    rows, seen = [], {}
    for line, cells in table[1:]:
        values = {
            column: cells[position] if position < len(cells) else None
            for column, position in positions.items()
        }
        row = _parse_row(line, values, today)
        if row.reference:
            if row.reference in seen:
                row.problems.append(("duplicate", str(seen[row.reference])))
            seen.setdefault(row.reference, line)
        rows.append(row)
    return rows


def parse_number(value):
    """The Decimal in a cell, or None for an empty one; raises ValueError if it is no number.

    A sole separator before exactly three digits separates thousands, as no money and no point has
    three decimals.

    >>> [str(parse_number(text)) for text in ("1.234,50", "1,234.50", "1.234", "0,5", "600 €")]
    ['1234.50', '1234.50', '1234', '0.5', '600']
    """
    if isinstance(value, bool):
        raise ValueError(value)
    if isinstance(value, (int, float, Decimal)):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    else:
        text = re.sub(r"[\s\u00a0\u202f'’€]|EUR|CHF", "", str(value or ""))
        if not text:
            return None
        number = _decimal(text.replace("−", "-"))
    if not number.is_finite():
        raise ValueError(value)
    return number


def parse_date(value):
    """The date in a cell, or None for an empty one; raises ValueError if it is none.

    >>> parse_date("31.12.2026") == parse_date("2026-12-31") == date(2026, 12, 31)
    True
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value or "").strip()
    if not text:
        return None
    for form in DATE_FORMATS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise ValueError(text)


def _parse_row(line, values, today):
    row = OpeningRow(line)
    problems = row.problems
    # Never empty: points would be free of charge, or valid forever.
    pending = {name: cell for name, cell in values.items() if isinstance(cell, Uncalculated)}
    problems.extend(("uncalculated", str(formula)) for formula in pending.values())
    values = {**values, **dict.fromkeys(pending)}
    for column in ("reference", "customer", "tier", "currency"):
        setattr(row, column, _text(values.get(column)))
    for column in REQUIRED:
        if not _text(values.get(column)) and column not in pending:
            problems.append(("missing", column))
    number = _parsed(values.get("points"), parse_number, "bad_number", problems)
    if number is not None:
        if number != number.to_integral_value():
            problems.append(("fraction", _text(values["points"])))
        elif number <= 0:
            problems.append(("not_positive", _text(values["points"])))
        elif number > MAX_POINTS:
            problems.append(("too_many", _text(values["points"])))
        else:
            row.points = int(number)
    row.amount = _parsed(values.get("amount"), parse_number, "bad_number", problems)
    if row.amount is not None and abs(row.amount) > MAX_AMOUNT:
        problems.append(("too_large", _text(values["amount"])))
        row.amount = None
    elif row.amount is not None and row.amount < 0:
        problems.append(("negative_amount", _text(values["amount"])))
    row.date = _parsed(values.get("date"), parse_date, "bad_date", problems)
    row.expiry_date = _parsed(values.get("expiry_date"), parse_date, "bad_date", problems)
    if row.date and row.date > today:
        problems.append(("future", row.date.isoformat()))
    if row.date and row.expiry_date and row.expiry_date < row.date:
        problems.append(("expired_before", row.expiry_date.isoformat()))
    return row


def _parsed(value, parse, reason, problems):
    try:
        return parse(value)
    except ValueError:
        problems.append((reason, _text(value)))
        return None


def _text(value):
    if value is None:
        return ""
    # A spreadsheet makes 4711 of a reference "4711", and sometimes 4711.0.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip()


def _decimal(text):
    dots, commas = text.count("."), text.count(",")
    if dots and commas:
        decimal = "." if text.rfind(".") > text.rfind(",") else ","
        thousands = "," if decimal == "." else "."
        if text.count(decimal) > 1 or not _groups_of_three(text.split(decimal)[0], thousands):
            raise ValueError(text)
        text = text.replace(thousands, "").replace(decimal, ".")
    elif dots or commas:
        separator = "." if dots else ","
        if _groups_of_three(text, separator):
            text = text.replace(separator, "")
        elif text.count(separator) == 1:
            text = text.replace(separator, ".")
        else:
            raise ValueError(text)
    # Decimal would also read 1e3, 1_000 and NaN, which nobody means in such a table.
    if not PLAIN_NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _groups_of_three(text, separator):
    return re.fullmatch(rf"[+-]?[1-9]\d{{0,2}}({re.escape(separator)}\d{{3}})+", text) is not None


def _positions(cells, titles):
    """Where each column stands: {column: position}."""
    columns = {
        _title(title): column
        for column, aliases in ALIASES.items()
        for title in (*aliases, *titles.get(column, ()))
    }
    found, unknown = {}, []
    for position, title in enumerate(cells):
        if not _title(title):
            continue
        column = columns.get(_title(title))
        if column in found:
            same = (_text(cells[found[column]]), _text(title))
            raise UnreadableTable("same_columns", ", ".join(same))
        if column:
            found[column] = position
        else:
            unknown.append(_text(title))
    missing = [column for column in REQUIRED if column not in found]
    if unknown:
        raise UnreadableTable("unknown_columns", ", ".join(unknown))
    if missing:
        raise UnreadableTable("missing_columns", ", ".join(missing))
    return found


def _title(text):
    return _text(text).lower().rstrip("*:").strip().replace("_", " ")


def _csv_rows(content):
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise UnreadableTable("not_text")
    if "\0" in text:
        raise UnreadableTable("not_text")
    lines = text.splitlines()
    first = next((number for number, line in enumerate(lines) if line.strip(DELIMITERS + " ")), 0)
    head = lines[first] if lines else ""
    told = SEPARATOR_LINE.fullmatch(head)
    delimiter = told[1] if told else max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        last = 0
        for cells in reader:
            if not (told and last == first):
                yield last + 1, cells
            last = reader.line_num
    except csv.Error as error:
        raise UnreadableTable("not_text", str(error)) from error


def _xlsx_rows(content):
    try:
        results, formulas = (_first_sheet(content, data_only) for data_only in (True, False))
        for line, rows in enumerate(zip(results, formulas, strict=True), start=1):
            yield line, [_cell_value(*cells) for cells in zip(*rows, strict=True)]
    except (zipfile.BadZipFile, KeyError, ValueError, IndexError, OSError, EOFError) as error:
        raise UnreadableTable("not_xlsx", str(error)) from error


def _first_sheet(content, data_only):
    """The rows of cells of a file's first sheet: with results, or else with formulas."""
    book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=data_only)
    page = book.worksheets[0]
    # Some programs write a wrong size into the file, and rows beyond it would be lost.
    page.reset_dimensions()
    return page.iter_rows()


def _cell_value(result, formula):
    """The value of a cell. A result of type "str" that is empty is the text "", so calculated."""
    if result.value is None and formula.data_type == "f" and result.data_type != "str":
        return Uncalculated(getattr(formula.value, "text", None) or formula.value)
    return result.value
