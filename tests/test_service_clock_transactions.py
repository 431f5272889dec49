# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged

from .common import MODULE

DAY = datetime(2026, 11, 22, 23), datetime(2026, 11, 23, 23)


@tagged("post_install", "-at_install")
class TestServiceClockTransactions(BaseCase):
    """One cache for all transactions of a worker, and each sees the calendar as it knows it."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        with self.registry.cursor() as cursor:
            calendar = self._env(cursor).ref(f"{MODULE}.calendar_service_hours").copy()
            calendar.write({"closing_first_year": 2025, "closing_last_year": 2029})
            calendar.leave_ids.unlink()
            cursor.commit()
            self.calendar_id = calendar.id
        self.addCleanup(self._remove_calendar)

    def _remove_calendar(self):
        with self.registry.cursor() as cursor:
            self._calendar(cursor).unlink()
            cursor.commit()

    def _env(self, cursor):
        return api.Environment(cursor, SUPERUSER_ID, {})

    def _calendar(self, cursor):
        return self._env(cursor)["resource.calendar"].browse(self.calendar_id)

    def _cursor(self):
        cursor = self.registry.cursor()
        self.addCleanup(cursor.close)
        return cursor

    def _minutes(self, cursor):
        return self._calendar(cursor)._service_clock().minutes_between(*DAY)

    def _close(self, cursor):
        self._env(cursor)["resource.calendar.leaves"].create(
            {
                "name": "Closed",
                "calendar_id": self.calendar_id,
                "date_from": DAY[0],
                "date_to": DAY[1],
            }
        )

    def test_others_see_a_change_when_it_is_committed_and_not_before(self):
        before, changing, meanwhile = self._cursor(), self._cursor(), self._cursor()
        self.assertEqual(self._minutes(before), 480)
        self._close(changing)
        self.assertEqual(self._minutes(changing), 0)
        self.assertEqual(self._minutes(meanwhile), 480)
        changing.commit()
        self.assertEqual(self._minutes(self._cursor()), 0)

    def test_a_change_that_is_rolled_back_is_never_seen_by_others(self):
        changing = self._cursor()
        self._close(changing)
        self.assertEqual(self._minutes(changing), 0)
        # As a cron or a script does it: nobody tells the registry.
        changing.rollback()
        self.assertEqual(self._minutes(changing), 480)
        self.assertEqual(self._minutes(self._cursor()), 480)

    def test_an_older_transaction_that_asks_late_leaves_no_stale_clock(self):
        older = self._cursor()
        self._env(older)["res.company"].search_count([])  # its snapshot begins
        with self.registry.cursor() as changing:
            self._close(changing)
            changing.commit()
        self.assertEqual(self._minutes(older), 480)
        self.assertEqual(self._minutes(self._cursor()), 0)

    def test_a_worker_that_was_told_nothing_sees_the_change(self):
        clock = self._calendar(self._cursor())._service_clock()
        sequences = self.registry.get_sequences(self._cursor())
        with self.registry.cursor() as changing:
            self._close(changing)
            changing.commit()
        # Neither was the cache emptied nor a signal sent: this worker is any worker.
        cache = self.registry._Registry__caches["default"]
        self.assertIn(clock, list(cache.snapshot.values()))
        self.assertEqual(self.registry.get_sequences(self._cursor()), sequences)
        self.assertEqual(self._minutes(self._cursor()), 0)
