# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import closing

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo.tests import tagged

from ..tools.tests.token_order import TokenOrder
from .invoice_common import InvoiceCommon

few = st.integers(1, 9)
STEPS = st.one_of(
    *(
        st.tuples(st.just(name), few)
        for name in ("raise_order", "lower_order", "invoice", "credit", "redo_credit", "use")
    ),
    st.tuples(st.sampled_from(("lower_price", "pay", "expire", "sync")), few),
)


@tagged("post_install", "-at_install")
class TestCreditWalk(InvoiceCommon):
    """Whatever happens to an order, its account has what is sold less what is used."""

    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(credit_on=st.sampled_from(("order", "invoice")), steps=st.lists(STEPS, max_size=9))
    def test_the_account_equals_what_is_sold_less_what_is_used(self, credit_on, steps):
        with closing(self.env.cr.savepoint()):
            self._walk(credit_on, steps)
        self.env.invalidate_all()

    def _walk(self, credit_on, steps):
        self.order = self._confirmed(20, credit_on)
        self.ticket = self._create_ticket()
        self.invoices = self.env["account.move"]
        self.notes = self.env["account.move"]
        self.lowered = self.env["account.move"]
        self.tokens = TokenOrder()
        self.tokens.raise_order(20)
        used = 0
        for name, points in steps:
            if name == "use":
                self._log(self.ticket, points * 15)
                used += points
            else:
                getattr(self, f"_step_{name}")(points)
            sold = self.tokens.held(credit_on)
            waiting = (
                sum(
                    self.ticket.timesheet_ids.filtered(
                        lambda line: not line.support_contract_id
                    ).mapped("unit_amount")
                )
                * 4
            )
            self.assertEqual(self._balance(), sold - used + waiting, (credit_on, name, steps))
            for contract in self._contract():
                account = contract._replay()
                left = sum(lot.remaining for lot in account.lots)
                self.assertEqual(left - account.overdraft, contract.balance)
            self._compare_money(credit_on, (name, steps))

    def _compare_money(self, credit_on, step):
        """Packages are worth what was invoiced, less credit notes, and the rest of the order."""
        moves = (self.invoices | self.notes | self.lowered).filtered(
            lambda move: move.state == "posted"
        )
        charged = sum(-move.direction_sign * move.amount_untaxed for move in moves)
        ordered = self.tokens.open * 30 if credit_on == "order" else 0
        # What is over-credited is worth nothing; what is over-invoiced, its part of the price.
        if charged + ordered < 0 or (credit_on == "order" and self.tokens.surplus):
            return
        entries = self._contract().entry_ids
        self.assertAlmostEqual(
            sum(entries.mapped("amount")), charged + ordered, places=2, msg=f"{credit_on} {step}"
        )

    def _step_raise_order(self, points):
        self.order.order_line.product_uom_qty += points
        self.tokens.raise_order(points)

    def _step_lower_order(self, points):
        points = min(points, int(self.order.order_line.product_uom_qty))
        self.order.order_line.product_uom_qty -= points
        self.tokens.lower_order(points)

    def _step_invoice(self, points):
        if self.order.order_line.qty_to_invoice > 0:
            self.invoices |= self._invoice(self.order, points)
            self.tokens.invoice(points)

    def _step_credit(self, points):
        if self.invoices:
            invoice = self.invoices[-1]
            self.notes |= self._credit_note(invoice, points)
            self.tokens.credit(points)

    def _step_redo_credit(self, _points):
        for note in self.notes[-1:]:
            note.button_draft()
            note.action_post()

    def _step_lower_price(self, points):
        if self.invoices:
            self.lowered |= self._credit_note(self.invoices[-1], points, price_unit=1)

    def _step_pay(self, _points):
        for invoice in self.invoices[-1:].filtered(lambda one: one.payment_state == "not_paid"):
            self._pay(invoice)

    def _step_expire(self, _points):
        for contract in self._contract():
            contract._post_expiry()

    def _step_sync(self, _points):
        self.order.order_line._sync_support_credit()
