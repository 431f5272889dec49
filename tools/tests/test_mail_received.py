# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st

from ..mail_received import arrival

NOW = datetime(2026, 3, 2, 12)


class TestArrival(TestCase):
    def at(self, *received, auto=None, precedence=None):
        return arrival(list(received), auto, precedence, NOW)

    def test_topmost_header_counts(self):
        found = self.at(
            "from mx by store; Mon, 02 Mar 2026 10:00:05 +0100 (CET)",
            "from evil by mx; Mon, 02 Mar 2020 10:00:00 +0100",
        )
        self.assertEqual(found.at, datetime(2026, 3, 2, 9, 0, 5))

    def test_future_missing_and_broken_headers_are_now(self):
        for headers in (
            (),
            ("from a by b",),
            ("from a by b; soon",),
            ("from a by b; Mon, 02 Mar 2099 10:00:00 +0000",),
        ):
            self.assertEqual(self.at(*headers).at, NOW, headers)

    def test_folded_header(self):
        found = self.at(
            "from a (x; y)\r\n\tby b with SMTP id 1;\r\n\tMon, 2 Mar 2026 09:00:00 +0000"
        )
        self.assertEqual(found.at, datetime(2026, 3, 2, 9))

    def test_robots(self):
        self.assertTrue(self.at(auto="auto-replied").is_automatic)
        self.assertTrue(self.at(auto="auto-generated; type=x").is_automatic)
        self.assertTrue(self.at(precedence="bulk").is_automatic)
        self.assertFalse(self.at(auto="no", precedence="first-class").is_automatic)

    @given(st.text(), st.none() | st.text(), st.none() | st.text())
    def test_any_header_gives_an_instant_that_is_not_in_the_future(self, header, auto, precedence):
        self.assertLessEqual(arrival([header], auto, precedence, NOW).at, NOW)
