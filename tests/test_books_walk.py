# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import closing
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odoo import api
from odoo.tests import freeze_time, tagged

from ..tools.ledger import Entry
from ..tools.tests.unit_ledger import UnitLedger
from .invoice_common import InvoiceCommon

FIRST_DAY = date(2026, 3, 2)
number = st.integers(0, 5)
STEPS = st.one_of(
    st.tuples(st.just("log"), number, st.integers(1, 95), st.integers(0, 40)),
    st.tuples(st.just("edit"), number, st.integers(0, 95)),
    st.tuples(st.sampled_from(("delete", "free")), number),
    st.tuples(st.sampled_from(("move_line", "correct_customer")), number, number),
    st.tuples(st.sampled_from(("sell", "refund")), number, st.integers(1, 8)),
    st.tuples(st.just("adjust"), number, st.integers(-5, 5).filter(bool)),
    st.tuples(st.just("pass_days"), st.integers(5, 60)),
    st.tuples(st.just("issue"), number),
)


@tagged("post_install", "-at_install")
class TestBooksWalk(InvoiceCommon):
    """Sales, time, edits, moves, refunds, expiry and closed periods in any order.

    Beside Odoo runs a model of its own, in plain dictionaries: which line costs whom how much,
    what was sold and given back, and what each issued statement said.
    """

    @settings(
        max_examples=8,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        scope=st.sampled_from(("entry", "ticket")),
        months=st.sampled_from((0, 1)),
        steps=st.lists(STEPS, min_size=4, max_size=14),
    )
    def test_books_agree_with_a_model_whatever_happens(self, scope, months, steps):
        with closing(self.env.cr.savepoint()):
            self._walk(scope, months, steps)
        self.env.invalidate_all()

    def _walk(self, scope, months, steps):
        self.today = FIRST_DAY
        self.tier_user.write({"rounding_scope": scope, "validity_months": months})
        self.scope = scope
        self.customers = [self.university, self.other_university]
        self.tickets = [self._create_ticket(self.customers[index % 2]) for index in range(3)]
        self.customer_of = {ticket: ticket.partner_id for ticket in self.tickets}
        self.minutes_of = {}  # line: (ticket, minutes that are billed)
        self.given = dict.fromkeys(self.customers, 0)  # sold, refunded and adjusted points
        self.invoices = []  # [invoice, points that may still be credited]
        self.said = []  # (statement, closing balance) as issued
        with freeze_time(FIRST_DAY):  # the first patches every module, those within cost nothing
            for step in [("sell", 0, 20), *steps]:
                with freeze_time(f"{self.today} 10:00:00"):
                    getattr(self, f"_step_{step[0]}")(*step[1:])
                    self.env.flush_all()
                    self.env.invalidate_all()
                    self._compare(step)

    # ------------------------------------------------------------------
    # The model
    # ------------------------------------------------------------------

    def _used(self, customer):
        groups = {}
        for line, (ticket, minutes) in self.minutes_of.items():
            if self.customer_of[ticket] == customer:
                key = line if self.scope == "entry" else ticket
                groups[key] = groups.get(key, 0) + minutes
        return sum((minutes + 14) // 15 for minutes in groups.values())

    def _compare(self, step):
        for customer in self.customers:
            contract = self._contract(customer)
            if not contract:
                continue
            entries = contract.entry_ids
            expired = sum(entries.filtered(lambda one: one.kind == "expiry").mapped("points"))
            model = self.given[customer] - self._used(customer) + expired
            self.assertEqual(contract.balance, model, (customer.name, step))
            self._compare_lots(contract, step)
        for statement, balance in self.said:
            closed = statement.contract_id.entry_ids.filtered(
                lambda one, statement=statement: one.date <= statement.date_to
            )
            self.assertEqual(sum(closed.mapped("points")), balance, ("closed period", step))
            self.assertEqual(statement.closing, balance)
        contracts = self.env["support.contract"].union(*map(self._contract, self.customers))
        self.assertFalse(self.env["support.reconciliation"]._find_differences(contracts), step)

    def _compare_lots(self, contract, step):
        """Nothing that has expired is left, by the rules of lots written a second time."""
        tokens = UnitLedger(
            [
                Entry(
                    one.id,
                    one.date,
                    one.kind,
                    one.points,
                    one.group_key or "",
                    one.lot_id.id or None,
                    one.corrects_id.id or None,
                    one.expiry_date or None,
                )
                for one in contract.entry_ids
            ]
        )
        left = {lot.entry_id: lot.remaining for lot in contract._replay().lots}
        self.assertEqual(
            {key: n for key, n in tokens.remaining().items() if n},
            {key: points for key, points in left.items() if points},
        )
        if step[0] == "pass_days":
            stale = [
                token
                for token in tokens.tokens
                if token["holder"] is None and token["expiry"] < self.today
            ]
            self.assertFalse(stale, step)

    # ------------------------------------------------------------------
    # What people and jobs do
    # ------------------------------------------------------------------

    def _line(self, index):
        lines = list(self.minutes_of)
        return lines[index % len(lines)] if lines else None

    def _step_sell(self, index, points):
        customer = self.customers[index % 2]
        order = self._order(points + 20, partner=customer)
        order.action_confirm()
        self.invoices.append([self._invoice(order), points + 20])
        self.given[customer] += points + 20

    def _step_refund(self, index, points):
        entry = self.invoices[index % len(self.invoices)]
        if points <= entry[1]:
            self._credit_note(entry[0], points)
            entry[1] -= points
            self.given[entry[0].partner_id] -= points

    def _step_log(self, index, minutes, days_ago):
        ticket = self.tickets[index % 3]
        line = self._log(ticket, minutes, date=self.today - timedelta(days=days_ago))
        self.minutes_of[line.sudo(False).with_env(self.env)] = (ticket, minutes)

    def _step_edit(self, index, minutes):
        if line := self._line(index):
            ticket, before = self.minutes_of[line]
            line.unit_amount = minutes / 60
            self.minutes_of[line] = (ticket, minutes if line.support_billable else before)

    def _step_free(self, index):
        if line := self._line(index):
            line.write({"support_billable": False, "support_free_reason": "A bug of ours"})
            self.minutes_of[line] = (self.minutes_of[line][0], 0)

    def _step_delete(self, index):
        if line := self._line(index):
            del self.minutes_of[line]
            line.unlink()

    def _step_move_line(self, index, to):
        if line := self._line(index):
            ticket = self.tickets[to % 3]
            line.ticket_id = ticket
            self.minutes_of[line] = (ticket, self.minutes_of[line][1])

    def _step_correct_customer(self, index, to):
        ticket, customer = self.tickets[index % 3], self.customers[to % 2]
        ticket.partner_id = customer
        self.customer_of[ticket] = customer

    def _step_adjust(self, index, points):
        customer = self.customers[index % 2]
        if contract := self._contract(customer):
            self.env["support.points.adjust"].create(
                {"contract_id": contract.id, "points": points, "reason": "Goodwill"}
            ).action_post()
            self.given[customer] += points

    def _step_pass_days(self, days):
        self.today += timedelta(days=days)
        with freeze_time(datetime.combine(self.today, datetime.min.time().replace(hour=1))):
            for customer in self.customers:
                for contract in self._contract(customer):
                    contract._post_expiry()

    def _step_issue(self, index):
        contract = self._contract(self.customers[index % 2])
        last = self.today - timedelta(days=1)
        if not contract or not contract._next_statement_period(last):
            return
        before = contract.statement_ids.filtered(lambda one: one.state == "issued").sorted(
            "date_to"
        )
        with self.enter_registry_test_mode(), self.registry.cursor() as cursor:
            env = api.Environment(cursor, self.manager.id, {"tracking_disable": True})
            statement = contract.with_env(env)._next_statement(last)
            statement.action_issue()
            statement_id = statement.id
        self.env.invalidate_all()
        statement = self.env["support.statement"].browse(statement_id)
        self.assertEqual(statement.state, "issued")
        self.assertEqual(statement.opening, before[-1:].closing)
        self.said.append((statement, statement.closing))
