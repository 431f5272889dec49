# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import math

from odoo.tests import tagged
from odoo.tools import mute_logger

from .access_case import AccessCase

HOSTILE = (
    math.nan,
    math.inf,
    -math.inf,
    -5,
    -0.5,
    1e300,
    2_000_000_000,
    2**31,
    10**30,
    "NaN",
    "1e9999",
    "abc",
    [],
    {},
    [1],
)
# What may be below zero or without end.
FREE = {"sequence"}
LARGEST = 1_000_000


@tagged("post_install", "-at_install")
class TestAccessNumbers(AccessCase):
    """A number that makes no sense is refused, whoever sends it: none is ever stored.

    PostgreSQL holds that NaN is greater than any number, so bounds from below alone let it pass.
    """

    def _numbers(self):
        """Return model and field of each number that a person can write to our models."""
        writable = {name for name in self.written if name in self._own_models()}
        for name in sorted(writable - {"support.point.entry"}):
            for field in self.env[name]._fields.values():
                if (
                    field.type in ("integer", "float", "monetary")
                    and field.store
                    and not field.readonly
                    and field.name not in ("id", *FREE)
                ):
                    yield name, field.name
        yield "account.analytic.line", "unit_amount"
        yield "sale.order.line", "product_uom_qty"

    def test_no_number_without_sense_is_stored(self):
        tried = 0
        records = {name: by_label["A"] for name, by_label in self.records.items()}
        records["sale.order.line"] = records["sale.order"].order_line
        records["support.contract"] = self.spare["support.contract"]["A"]
        for model, name in self._numbers():
            for value in HOSTILE:
                with self.subTest(field=f"{model}.{name}", value=value):
                    stored = self._stored_after("admin", records[model], name, value)
                    tried += 1
                    if stored is None or model == "sale.order.line":
                        continue
                    self.assertTrue(math.isfinite(stored), stored)
                    self.assertGreaterEqual(stored, 0)
                    self.assertLessEqual(stored, LARGEST)
        self.assertGreater(tried, 100)

    def test_an_order_of_a_senseless_amount_is_not_confirmed(self):
        order = self.records["sale.order"]["A"]
        for value in (math.nan, math.inf, -5, 0.5, 1e300, 10**30, "NaN"):
            with self.subTest(value=value):
                outcome = None
                try:
                    with self.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                        order.order_line.product_uom_qty = value
                        self.env.flush_all()
                        outcome = order.action_confirm()
                        self.env.flush_all()
                except Exception as error:
                    outcome = error
                self.assertIsInstance(outcome, Exception)
                self.assertEqual(self.records["support.contract"]["A"].balance, 38)

    def test_time_of_a_senseless_length_is_not_logged(self):
        for value in (math.nan, math.inf, -5, 25, 1e300, 10**30, "NaN", "x"):
            with self.subTest(value=value):
                outcome = self._call(
                    "own",
                    "account.analytic.line",
                    "create",
                    [{"ticket_id": self.alice_ticket.id, "name": "x", "unit_amount": value}],
                )
                self.assertTrue(outcome.error, outcome)
