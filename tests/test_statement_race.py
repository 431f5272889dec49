# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import io
import threading

from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.pdf import PdfFileReader
from psycopg2.errors import SerializationFailure

from .race_common import RaceCase

PERIOD = {"date_from": "2020-01-01", "date_to": "2020-01-31"}
DAY = "2020-01-15"


@tagged("post_install", "-at_install")
class TestStatementRace(RaceCase):
    """Design 4.3, with real transactions: what is stated is all that is in the period."""

    def setUp(self):
        super().setUp()
        cursor = self._cursor()
        if self._env(cursor)["ir.actions.report"].get_wkhtmltopdf_state() != "ok":
            self.skipTest("wkhtmltopdf is not installed")
        cursor.close()

    def _book(self, cursor, ticket_id):
        """Book a quarter of an hour on a day of the period, without committing it."""
        return self._log(cursor, ticket_id, date=DAY)

    def _issue(self, contract_id):
        with self.registry.cursor() as cursor:
            env = self._env(cursor)
            statement = env["support.statement"].create({"contract_id": contract_id, **PERIOD})
            statement.action_issue()
            return statement.id

    def _figures(self, statement_id):
        with self.registry.cursor() as cursor:
            statement = self._env(cursor)["support.statement"].browse(statement_id)
            entries = statement.contract_id.entry_ids.filtered(
                lambda entry: entry.date <= statement.date_to
            )
            return statement.state, statement.closing, sum(entries.mapped("points"))

    def _paper(self, statement_id):
        """The text of the PDF that was kept."""
        with self.registry.cursor() as cursor:
            statement = self._env(cursor)["support.statement"].browse(statement_id)
            pages = PdfFileReader(io.BytesIO(statement.attachment_id.raw)).pages
            return " ".join(page.extract_text() for page in pages)

    @mute_logger("odoo.sql_db")
    def test_a_booker_with_an_older_view_lands_after_the_period(self):
        contract_id, tickets = self._commit_account(0)
        booker = self._cursor()
        booker.execute("SELECT count(*) FROM support_point_entry")
        statement_id = self._issue(contract_id)
        with self.assertRaises(SerializationFailure):
            self._book(booker, tickets[0])
        booker.rollback()
        line = self._book(booker, tickets[0])
        booker.commit()
        entry = line.env["support.point.entry"].search([("timesheet_id", "=", line.id)])
        self.assertGreater(str(entry.date), PERIOD["date_to"])
        self.assertEqual(self._figures(statement_id), ("issued", 0, 0))

    @mute_logger("odoo.sql_db")
    def test_a_booker_that_came_first_is_in_the_statement(self):
        contract_id, tickets = self._commit_account(0)
        booker = self._cursor()
        self._book(booker, tickets[0])
        issued = []
        issuer = threading.Thread(target=lambda: issued.append(self._issue(contract_id)))
        issuer.start()
        self._wait_until_blocked()
        booker.commit()
        issuer.join(timeout=60)
        self.assertFalse(issuer.is_alive())
        self.assertEqual(self._figures(issued[0]), ("issued", -1, -1))
        self.assertRegex(self._paper(issued[0]), r"Closing balance on 01/31/2020\s+−1")

    def _wait_until_blocked(self):
        """Wait until the issuer waits for the booker's lock."""
        watcher = self._cursor()
        for _attempt in range(600):
            watcher.execute(
                """SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'"""
            )
            if watcher.fetchone()[0]:
                return
            watcher.rollback()
            threading.Event().wait(0.05)
        self.fail("issuing did not wait for the booker")

    @mute_logger("odoo.sql_db")
    def test_two_who_issue_the_same_period_make_one_statement(self):
        contract_id, _tickets = self._commit_account(0)
        first, second = self._cursor(), self._cursor()
        statements = [
            self._env(cursor)["support.statement"].create({"contract_id": contract_id, **PERIOD})
            for cursor in (first, second)
        ]
        statements[0].action_issue()
        first.commit()
        with self.assertRaises(SerializationFailure):
            statements[1].action_issue()
        second.rollback()
        with self.registry.cursor() as cursor:
            contract = self._env(cursor)["support.contract"].browse(contract_id)
            self.assertEqual(contract.statement_ids.mapped("state"), ["issued"])
