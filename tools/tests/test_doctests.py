# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import doctest
from importlib import import_module
from pathlib import Path
from unittest import TestCase

TOOLS = Path(__file__).resolve().parents[1]
PACKAGE = __package__.rpartition(".")[0]


class TestDoctests(TestCase):
    def test_examples_in_docstrings_are_true(self):
        attempted = 0
        for path in sorted(TOOLS.glob("[a-z]*.py")):
            with self.subTest(module=path.stem):
                module = import_module(f"{PACKAGE}.{path.stem}")
                results = doctest.testmod(module)
                attempted += results.attempted
                self.assertEqual(results.failed, 0)
        self.assertGreater(attempted, 5)
