# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import random
from datetime import date, timedelta
from itertools import pairwise

from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from .test_statement_issue import IssueCommon

START = date(2026, 1, 1)
STEPS = 60
SEEDS = range(4)


class Book:
    """What a careful clerk would write down: an independent, small model of the ledger."""

    def __init__(self):
        self.moves = []  # (day of the ledger, points)
        self.locked = None
        self.issued = []  # (first, last, opening, closing)

    def move(self, day, points):
        if points:
            if self.locked:
                day = max(day, self.locked + timedelta(days=1))
            self.moves.append((day, points))

    def balance(self, day):
        return sum(points for when, points in self.moves if when <= day)

    def issue(self, first, last):
        opening = self.balance(first - timedelta(days=1))
        self.issued.append((first, last, opening, self.balance(last)))
        self.locked = last


@tagged("post_install", "-at_install")
class TestStatementModel(IssueCommon):
    """Design 4.6 under random sales, edits, moves, refunds, expiries and issues."""

    def _run(self, seed):
        rng = random.Random(seed)
        partner = self.env["res.partner"].create({"name": f"U{seed}", "is_company": True})
        self.contract = self._open_contract(partner)
        book, lines, lots, orders = Book(), {}, [], []
        ticket, other = self._create_ticket(partner), self._create_ticket(self.student_office)
        with freeze_time(START):  # the first patches every module, those within cost nothing
            for step in range(STEPS):
                today = START + timedelta(days=2 * step)
                with freeze_time(f"{today} 10:00:00"):
                    self._step(rng, today, book, lines, lots, orders, ticket, other)
                    self._check(book, today)
        self.assertGreater(len(book.issued), 2)

    def _step(self, rng, today, book, lines, lots, orders, ticket, other):
        act = rng.choice(
            ["log", "log", "log", "edit", "move", "delete", "sell", "resell", "take", "issue"]
        )
        past = today - timedelta(days=rng.randint(0, 40))
        if act == "log":
            minutes = rng.randint(0, 130)
            line = self._log(ticket, minutes, date=past)
            lines[line] = -(-minutes // 15)
            book.move(past, -lines[line])
        elif act == "edit" and lines:
            line, minutes = rng.choice(list(lines)), rng.randint(0, 130)
            line.unit_amount = minutes / 60
            book.move(line.date, lines[line] - -(-minutes // 15))
            lines[line] = -(-minutes // 15)
        elif act == "move" and lines:
            line = rng.choice(list(lines))
            line.sudo().ticket_id = other
            book.move(line.date, lines.pop(line))
        elif act == "delete" and lines:
            line = rng.choice(list(lines))
            day, points = line.date, lines.pop(line)
            line.unlink()
            # A deleted line leaves no day: its entry's day of work stands.
            book.move(day, points)
        elif act == "sell":
            orders.append(self._sell(rng.randint(20, 60)))
            book.move(today, int(orders[-1].product_uom_qty))
            lots.append(orders[-1])
        elif act == "resell" and orders:
            line, points = rng.choice(orders), rng.randint(20, 60)
            before = int(line.product_uom_qty)
            line.product_uom_qty = points
            book.move(today, points - before)
        elif act == "take":
            points = rng.randint(1, 5)
            lot = self.contract.entry_ids.filtered(lambda entry: entry.kind == "purchase")[:1]
            if lot:
                kind = rng.choice(["refund", "expiry"])
                self._post(str(past), kind, -points, lot_id=lot.id)
                book.move(past, -points)
        elif act == "issue":
            self._try_to_issue(rng, today, book)

    def _sell(self, points):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.contract.partner_id.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.tier_user.product_id.id,
                            "product_uom_qty": points,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        return order.order_line

    def _try_to_issue(self, rng, today, book):
        first = book.locked and book.locked + timedelta(days=1)
        first = first or START - timedelta(days=60)
        last = today - timedelta(days=rng.randint(0, 20))
        if last < first:
            return
        statement = self._statement(first, last)
        if last >= today:
            with self.assertRaises(UserError):
                self._issue(statement)
            return
        self._issue(statement)
        book.issue(first, last)

    def _check(self, book, today):
        self.assertEqual(self.contract.balance, book.balance(date.max))
        statements = self.contract.statement_ids.filtered(lambda one: one.state == "issued")
        statements = statements.sorted("date_from")
        self.assertEqual(
            [(one.date_from, one.date_to, one.opening, one.closing) for one in statements],
            book.issued,
        )
        for statement in statements:
            data = statement._statement_data()
            moved = data.credited + data.requested + data.other
            self.assertEqual(data.opening + moved, data.closing)
            checksum = statement.attachment_id.checksum
            self.assertEqual(self.kept.setdefault(statement.id, checksum), checksum)
        for earlier, later in pairwise(statements):
            self.assertEqual(later.opening, earlier.closing)
            self.assertEqual(later.date_from - earlier.date_to, timedelta(days=1))

    def test_any_history_adds_up_and_what_was_issued_stays(self):
        if not self.company.account_sale_tax_id:
            self.company.account_sale_tax_id = self.env["account.tax"].create(
                {"name": "19 %", "amount": 19, "type_tax_use": "sale"}
            )
        # The paper is tested elsewhere; here its content stands for it.
        self.patch(
            type(self.env["ir.actions.report"]),
            "_run_wkhtmltopdf",
            lambda report, bodies, **kwargs: "".join(bodies).encode(),
        )
        self.kept = {}
        for seed in SEEDS:
            with self.subTest(seed=seed):
                self._run(seed)
