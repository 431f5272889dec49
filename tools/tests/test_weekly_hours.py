# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest import TestCase

from ..weekly_hours import weekly_hours


class TestWeeklyHours(TestCase):
    def test_days_with_the_same_hours_go_together(self):
        week = [(day, 9.0, 17.0) for day in range(5)]
        self.assertEqual(weekly_hours(week), [(0, 4, ((9.0, 17.0),))])

    def test_a_gap_or_other_hours_part_them(self):
        week = [(0, 9.0, 17.0), (2, 9.0, 17.0), (3, 8.0, 12.0)]
        self.assertEqual(
            weekly_hours(week),
            [(0, 0, ((9.0, 17.0),)), (2, 2, ((9.0, 17.0),)), (3, 3, ((8.0, 12.0),))],
        )

    def test_a_day_in_parts_that_touch_is_one(self):
        self.assertEqual(weekly_hours([(0, 13.0, 17.0), (0, 9.0, 13.0)]), [(0, 0, ((9.0, 17.0),))])

    def test_never_open(self):
        self.assertEqual(weekly_hours([]), [])
