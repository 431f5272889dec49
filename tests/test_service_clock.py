# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime

from odoo.tests import TransactionCase, freeze_time, tagged

from .common import MODULE


@tagged("post_install", "-at_install")
@freeze_time("2026-11-20 10:00:00")
class TestServiceClock(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env.ref(f"{MODULE}.calendar_service_hours")

    def test_the_shipped_calendar(self):
        clock = self.calendar._service_clock()
        self.assertEqual(clock.add(datetime(2026, 12, 23, 15), 90), datetime(2026, 12, 28, 8, 30))
        self.assertEqual(clock.known_from, datetime(2024, 12, 31, 23))
        self.assertEqual(clock.known_until, datetime(2029, 12, 31, 23))
        self.assertEqual(len(self.calendar.closing_day_ids), 55)
        self.assertEqual(set(self.calendar.attendance_ids.mapped("duration_hours")), {8})

    def test_a_day_off_is_seen_at_once(self):
        clock = self.calendar._service_clock()
        leave = self.env["resource.calendar.leaves"].create(
            {
                "calendar_id": self.calendar.id,
                "name": "x",
                "date_from": "2026-11-23 00:00:00",
                "date_to": "2026-11-23 22:59:59",
            }
        )
        other = self.calendar._service_clock()
        day = datetime(2026, 11, 23, 0), datetime(2026, 11, 24)
        self.assertEqual(clock.minutes_between(*day), 480)
        self.assertEqual(other.minutes_between(*day), 0)
        leave.unlink()
        self.assertEqual(self.calendar._service_clock().minutes_between(*day), 480)
        with self.assertQueryCount(0):
            self.calendar._service_clock()
