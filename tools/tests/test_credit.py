# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest import TestCase

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ..credit import Charge, Document, charge, points_due, value_due
from .token_order import TokenOrder

PRICE = 30


def invoice(points, price=PRICE):
    return Document(points, points * price)


def credit(points, price=PRICE, returns=True):
    return Document(-points, -points * price, returns)


class TestCharge(TestCase):
    def test_what_documents_come_to(self):
        full, kept, cheaper = credit(20), credit(20, returns=False), credit(20, 2, returns=False)
        cases = (
            ([], 0, 0, 0),
            ([invoice(20)], 20, 0, 600),
            ([invoice(12), invoice(8)], 20, 0, 600),
            ([invoice(20), credit(5)], 15, 5, 450),
            ([invoice(20), full], 0, 20, 0),
            ([invoice(20), full, invoice(20)], 20, 0, 600),
            ([invoice(20), cheaper], 20, 0, 560),
            ([invoice(20), cheaper, cheaper], 20, 0, 520),
            ([invoice(20), cheaper, invoice(20)], 40, 0, 1160),
            ([invoice(20), kept], 20, 0, 0),
            ([invoice(20), kept, invoice(20, 28)], 20, 0, 560),
            ([invoice(20), kept, invoice(10)], 20, 0, 300),
            ([invoice(20), kept, invoice(20, 28), full], 0, 20, -40),
            ([invoice(20), cheaper, full, invoice(20)], 20, 0, 560),
            ([invoice(20), credit(5), kept, invoice(15)], 15, 5, 300),
            ([invoice(20), kept, full, invoice(20)], 20, 0, 0),
            ([invoice(20), credit(25)], 0, 20, -150),
            ([full], 0, 0, -600),
        )
        for documents, charged, returned, value in cases:
            with self.subTest(documents=documents):
                self.assertEqual(charge(documents), Charge(charged, returned))
                self.assertEqual(value_due(documents, charged), value)

    def test_what_points_are_worth_that_are_ordered_or_due_no_more(self):
        self.assertEqual(value_due([], 20, point_price=30), 600)
        self.assertEqual(value_due([invoice(12, 25)], 20, point_price=30), 540)
        self.assertEqual(value_due([invoice(20)], 15, point_price=30), 450)
        self.assertEqual(value_due([invoice(20)], 0, point_price=30), 0)

    def test_an_unknown_rule_is_refused(self):
        with self.assertRaisesRegex(ValueError, "'delivery'"):
            points_due("delivery", [])


class OrderedPoints(RuleBasedStateMachine):
    """Any history of an order, its invoices and credit notes, against tokens."""

    def __init__(self):
        super().__init__()
        self.documents, self.absorbed, self.tokens = [], 0, TokenOrder()

    @rule(points=st.integers(1, 12))
    def raise_order(self, points):
        self.tokens.raise_order(points)

    @rule(points=st.integers(1, 12))
    def lower_order(self, points):
        self.tokens.lower_order(points)

    @rule(points=st.integers(1, 12))
    def invoice(self, points):
        self.documents.append(invoice(points))
        self.tokens.invoice(points)

    @rule(points=st.integers(1, 12))
    def credit(self, points):
        self.documents.append(credit(points))
        self.tokens.credit(points)

    @rule(points=st.integers(1, 12))
    def lower_price(self, points):
        self.documents.append(credit(points, 2, returns=False))

    @invariant()
    def the_account_holds_what_is_sold(self):
        ordered = self.tokens.ordered
        due, self.absorbed = points_due("order", self.documents, ordered, self.absorbed)
        assert due == self.tokens.held("order")
        assert points_due("order", self.documents, ordered, self.absorbed) == (due, self.absorbed)
        assert points_due("invoice", self.documents)[0] == self.tokens.held("invoice")


TestOrderedPoints = OrderedPoints.TestCase
TestOrderedPoints.settings = settings(max_examples=200, deadline=None, derandomize=True)


class TestRulesAgree(TestCase):
    def test_an_order_that_is_fully_invoiced_credits_alike_by_every_rule(self):
        documents = [invoice(20), credit(20), invoice(20), credit(3)]
        self.assertEqual(points_due("order", documents, 20)[0], 17)
        self.assertEqual(points_due("payment", documents, 20)[0], 17)
