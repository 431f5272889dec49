# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timedelta
from unittest import TestCase

import pytz

from ..wall_time import WallTime


class TestWallTime(TestCase):
    def assert_is_localized(self, zone, wall):
        localized = zone.localize(wall).astimezone(pytz.utc).replace(tzinfo=None)
        self.assertEqual(WallTime(zone).to_utc(wall), localized, (zone, wall))

    def test_the_hour_that_is_shown_twice_is_the_later_one(self):
        to_utc = WallTime(pytz.timezone("Europe/Berlin")).to_utc
        self.assertEqual(to_utc(datetime(2026, 10, 25, 2, 30)), datetime(2026, 10, 25, 1, 30))
        self.assertEqual(to_utc(datetime(2026, 10, 25, 1, 59)), datetime(2026, 10, 24, 23, 59))
        self.assertEqual(to_utc(datetime(2026, 10, 25, 3)), datetime(2026, 10, 25, 2))

    def test_the_hour_that_is_skipped_counts_on_in_standard_time(self):
        to_utc = WallTime(pytz.timezone("Europe/Berlin")).to_utc
        self.assertEqual(to_utc(datetime(2026, 3, 29, 2, 30)), datetime(2026, 3, 29, 1, 30))
        self.assertEqual(to_utc(datetime(2026, 3, 29, 3)), datetime(2026, 3, 29, 1))

    def test_hours_around_each_change_of_the_clocks_in_the_world(self):
        for name in pytz.common_timezones:
            zone = pytz.timezone(name)
            for change in getattr(zone, "_utc_transition_times", ()):
                if change.year not in range(2024, 2028):
                    continue
                wall = pytz.utc.localize(change).astimezone(zone).replace(tzinfo=None)
                for minutes in (
                    -20000,
                    -1500,
                    -90,
                    -61,
                    -60,
                    -1,
                    0,
                    1,
                    59,
                    60,
                    61,
                    90,
                    1500,
                    20000,
                ):
                    self.assert_is_localized(zone, wall + timedelta(minutes=minutes))

    def test_zones_without_changes(self):
        for name in ("UTC", "Etc/GMT+12", "Asia/Kolkata", "Pacific/Kiritimati"):
            for day in range(0, 3000, 97):
                wall = datetime(2024, 1, 1, 9, 30) + timedelta(days=day)
                self.assert_is_localized(pytz.timezone(name), wall)
