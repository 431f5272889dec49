# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import date, timedelta
from itertools import pairwise
from unittest import TestCase

from hypothesis import given, settings
from hypothesis import strategies as st

from ..balance_chart import (
    MARK_LABEL_WIDTH,
    MAX_DAY_TICKS,
    MAX_POINT_TICKS,
    TICK_LABEL_WIDTH,
    balance_chart,
)

FIRST_DAY = date(2026, 3, 1)


def march(balances, opening=0, **values):
    return balance_chart(balances, opening, FIRST_DAY, date(2026, 3, 31), **values)


@st.composite
def charts(draw):
    length = draw(st.integers(1, 4000))
    moves = draw(
        st.dictionaries(st.integers(0, length - 1), st.integers(-100_000, 100_000), max_size=20)
    )
    balances = [(FIRST_DAY + timedelta(days=key), moves[key]) for key in sorted(moves)]
    credits = [(day, abs(points) + 1) for day, points in balances[::2]]
    last_day = FIRST_DAY + timedelta(days=length - 1)
    return balance_chart(
        balances, draw(st.integers(-1000, 1000)), FIRST_DAY, last_day, credits=credits
    )


class TestPicture(TestCase):
    @settings(deadline=None, max_examples=200)
    @given(charts())
    def test_everything_is_within_the_frame(self, chart):
        for x, y in (*chart.line, *chart.above, *chart.below):
            self.assertTrue(chart.left <= x <= chart.right, x)
            self.assertTrue(chart.top <= y <= chart.bottom, y)
        self.assertTrue(chart.top <= chart.zero <= chart.bottom)
        for _x, y in chart.above:
            self.assertLessEqual(y, chart.zero)
        for _x, y in chart.below:
            self.assertGreaterEqual(y, chart.zero)

    @settings(deadline=None, max_examples=200)
    @given(charts())
    def test_the_axes_have_few_ticks_in_order(self, chart):
        self.assertTrue(2 <= len(chart.point_ticks) <= MAX_POINT_TICKS)
        self.assertTrue(len(chart.day_ticks) <= MAX_DAY_TICKS)
        values = [tick.value for tick in chart.point_ticks]
        self.assertEqual(values, sorted(set(values)))
        self.assertIn(0, values)
        days = [tick.value for tick in chart.day_ticks]
        self.assertEqual(days, sorted(set(days)))

    def test_a_narrow_picture_has_as_many_days_as_have_room(self):
        for length in (5, 31, 62, 63, 200, 3000):
            with self.subTest(length):
                last_day = FIRST_DAY + timedelta(days=length - 1)
                chart = balance_chart([], 0, FIRST_DAY, last_day, size=(360, 180))
                places = [tick.position for tick in chart.day_ticks]
                self.assertTrue(places)
                for one, following in pairwise(places):
                    self.assertGreaterEqual(following - one, TICK_LABEL_WIDTH)

    def test_the_line_steps_from_the_opening_to_the_closing(self):
        chart = march([(date(2026, 3, 10), 20)], opening=10)
        ys = [y for _x, y in chart.line]
        self.assertEqual(ys[0], ys[1])
        self.assertEqual(ys[2], ys[3])
        self.assertLess(ys[2], ys[1])
        self.assertEqual((chart.line[0][0], chart.line[-1][0]), (chart.left, chart.right))

    def test_only_an_overdraft_has_an_area_below_zero(self):
        self.assertFalse(march([(date(2026, 3, 10), 20)]).below)
        self.assertTrue(march([(date(2026, 3, 10), -1)]).below)
        self.assertFalse(march([(date(2026, 3, 10), -1)]).above)

    def test_the_line_of_a_running_period_ends_today(self):
        chart = march([(date(2026, 3, 10), 20)], until=date(2026, 3, 15))
        self.assertLess(chart.line[-1][0], (chart.left + chart.right) / 2 + 1)

    def test_labels_of_near_credits_do_not_cover_each_other(self):
        days = [date(2026, 3, 10), date(2026, 3, 11), date(2026, 3, 20)]
        chart = march([(day, 20) for day in days], credits=[(day, 20) for day in (*days, days[2])])
        self.assertEqual([mark.is_labelled for mark in chart.marks], [True, False, True])
        self.assertEqual([mark.points for mark in chart.marks], [20, 20, 40])

    def test_labels_stay_within_the_picture(self):
        first, last = date(2026, 6, 1), date(2026, 11, 30)
        balances, credits = [(first, 47), (last, 87)], [(first, 47), (last, 40)]
        chart = balance_chart(balances, 0, first, last, credits)
        for mark in chart.marks:
            self.assertGreaterEqual(mark.label_x - MARK_LABEL_WIDTH / 2, chart.left)
            self.assertLessEqual(mark.label_x + MARK_LABEL_WIDTH / 2, chart.right)

    def test_long_periods_have_month_ticks(self):
        chart = balance_chart([], 0, date(2026, 1, 15), date(2026, 12, 31))
        self.assertTrue(chart.has_month_ticks)
        self.assertEqual(chart.day_ticks[0].value, date(2026, 2, 1))
        self.assertFalse(march([]).has_month_ticks)
