# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io
from datetime import date

import openpyxl
from odoo.tests import freeze_time, tagged

from .test_statement import StatementCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-10-12 10:00:00")
class TestStatementLate(StatementCommon):
    """A line that mixes work of closed days with current work says which points are which."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract.lock_date = date(2026, 9, 30)
        cls.ticket = cls._create_ticket(name="Course import")

    def _late(self, minutes=30, day="2026-09-20"):
        return self._log(self.ticket, minutes, date=day)

    def _notes(self, lang="en_US", first="2026-10-01"):
        self.env["res.lang"]._activate_lang(lang)
        self.university.lang = lang
        statement = self._statement(first, "2026-10-31")
        content = self.env["report.helpdesk_support_points.report_support_statement"]._workbook(
            statement
        )
        rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
        (note,) = (row[5].split("; ")[0] for row in rows if row[3] == "Course import")
        self.assertIn(note, self._text(statement))
        return note

    def test_only_the_late_points_are_called_late(self):
        self._late()
        self._log(self.ticket, 120, date="2026-10-10")
        self.assertEqual(
            self._notes(), "Of these, 2 points for work on 09/20/2026 in a closed period"
        )
        self.assertEqual(
            self._notes("de_DE"),
            "Davon 2 Punkte für Leistungen am 20.09.2026 in einem abgeschlossenen Zeitraum",
        )

    def test_each_late_day_has_its_points(self):
        self._late(15)
        self._late(45, "2026-09-22")
        self._log(self.ticket, 15, date="2026-10-10")
        self.assertEqual(
            self._notes(),
            "Of these, 1 point for work on 09/20/2026, 3 points for work on 09/22/2026 "
            "in a closed period",
        )
        self.assertIn("Davon 1 Punkt für Leistungen am 20.09.2026, 3 Punkte", self._notes("de_DE"))

    def test_what_was_given_back_has_a_sign(self):
        work = self._log(self.ticket, 60, date="2026-10-02")
        self.contract.lock_date = date(2026, 10, 5)
        work.unit_amount = 0.5
        self._log(self.ticket, 15, date="2026-10-10")
        self.assertIn("Of these, +2 points for work on 10/02/2026", self._notes(first="2026-10-06"))

    def test_many_days_are_summed(self):
        for number in range(10, 18):
            self._late(15, f"2026-09-{number}")
        self._log(self.ticket, 15, date="2026-10-10")
        self.assertIn("Of these, 8 points for work on 09/10/2026, …, 09/17/2026 in", self._notes())

    def test_a_line_that_is_wholly_late_needs_no_numbers(self):
        self._late()
        self.assertEqual(self._notes(), "For work on 09/20/2026, in a closed period")
