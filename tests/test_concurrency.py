# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import threading

from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2.errors import LockNotAvailable, SerializationFailure

from .race_common import RaceCase


@tagged("post_install", "-at_install")
class TestConcurrency(RaceCase):
    """Design 4.3, with real transactions that commit: each test makes its own customer."""

    def test_bookers_on_one_account_do_not_wait_for_each_other(self):
        contract_id, tickets = self._commit_account(10, tickets=2)
        first, second = self._cursor(), self._cursor()
        self._log(first, tickets[0])
        second.execute("SET LOCAL lock_timeout = '2s'")
        self._log(second, tickets[1])
        second.commit()
        first.commit()
        self.assertEqual(self._balance(contract_id), 8)

    @mute_logger("odoo.sql_db")
    def test_with_block_only_one_takes_the_last_point(self):
        contract_id, tickets = self._commit_account(1, tickets=2, overdraft_policy="block")
        first, second = self._cursor(), self._cursor()
        # Both have taken their snapshot while the point was still there.
        for cursor in (first, second):
            cursor.execute("SELECT count(*) FROM support_point_entry")
        self._log(first, tickets[0])
        failures = []

        def book():
            try:
                self._log(second, tickets[1])
            except SerializationFailure as error:
                failures.append(error)

        booker = threading.Thread(target=book)
        booker.start()
        first.commit()
        booker.join(timeout=20)
        self.assertFalse(booker.is_alive())
        second.rollback()
        self.assertEqual(len(failures), 1, "the second booker must be retried on fresh data")
        self.assertEqual(self._balance(contract_id), 0)

    @mute_logger("odoo.sql_db")
    def test_time_that_is_rounded_together_is_summed_on_fresh_data(self):
        contract_id, tickets = self._commit_account(10, rounding_scope="ticket")
        first, second = self._cursor(), self._cursor()
        for cursor in (first, second):
            cursor.execute("SELECT count(*) FROM support_point_entry")
        self._log(first, tickets[0], minutes=10)
        first.commit()
        with self.assertRaises(SerializationFailure):
            self._log(second, tickets[0], minutes=10)
        second.rollback()
        self._log(second, tickets[0], minutes=10)
        second.commit()
        self.assertEqual(self._balance(contract_id), 8)

    @mute_logger("odoo.sql_db")
    def test_nothing_lands_in_a_period_that_closed_meanwhile(self):
        contract_id, tickets = self._commit_account(10)
        booker, closer = self._cursor(), self._cursor()
        booker.execute("SELECT count(*) FROM support_contract")
        self._env(closer)["support.contract"].browse(contract_id).lock_date = "2999-12-30"
        self._env(closer).flush_all()
        closer.commit()
        with self.assertRaises(SerializationFailure):
            self._log(booker, tickets[0])
        booker.rollback()
        line = self._log(booker, tickets[0])
        booker.commit()
        entry = line.env["support.point.entry"].search([("timesheet_id", "=", line.id)])
        self.assertEqual(str(entry.date), "2999-12-31")

    @mute_logger("odoo.sql_db")
    def test_closing_waits_for_a_booker_that_came_first(self):
        contract_id, tickets = self._commit_account(10)
        booker, closer = self._cursor(), self._cursor()
        self._log(booker, tickets[0])
        closer.execute("SET LOCAL lock_timeout = '100ms'")
        with self.assertRaises(LockNotAvailable):
            self._env(closer)["support.contract"].browse(contract_id).lock_date = "2026-12-31"
            self._env(closer).flush_all()
