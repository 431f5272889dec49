# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import threading
from contextlib import suppress
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger
from psycopg2 import InterfaceError, OperationalError
from psycopg2.errors import SerializationFailure

from .race_common import MODULE, RaceCase


@tagged("post_install", "-at_install")
class TestCreditRaces(RaceCase):
    """Where credit and use meet, with real transactions that commit."""

    def _commit_order(self, points=20, partner_id=None):
        """Commit a draft order of a package; return its id and its customer's."""
        with self.registry.cursor() as cursor:
            env = self._env(cursor)
            partner = env["res.partner"].browse(partner_id) or env["res.partner"].create(
                {"name": "Race", "is_company": True}
            )
            product = env.ref(f"{MODULE}.tier_user").product_id
            if not env.company.account_sale_tax_id:
                env.company.account_sale_tax_id = env["account.tax"].create(
                    {"name": "19 %", "amount": 19, "type_tax_use": "sale"}
                )
            order = env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "order_line": [
                        Command.create({"product_id": product.id, "product_uom_qty": points})
                    ],
                }
            )
            cursor.commit()
            return order.id, partner.id

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_eight_bookers_for_three_points_and_no_error_but_the_refusal(self):
        contract_id, tickets = self._commit_account(3, tickets=8, overdraft_policy="block")
        outcomes, gate = [], threading.Barrier(8)

        def book(ticket_id):
            try:
                with self.registry.cursor() as cursor:
                    env = self._env(cursor)
                    gate.wait(timeout=30)
                    retrying(lambda: self._log(cursor, ticket_id), env)
                outcomes.append("booked")
            except Exception as error:  # every kind is counted, so that none goes unseen
                outcomes.append(type(error))

        # Each booker meets at most the three that succeed, so it need not wait to be let in.
        with patch("odoo.service.model.random.uniform", return_value=0):
            threads = [threading.Thread(target=book, args=(ticket,)) for ticket in tickets]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(timeout=60)
        self.assertEqual(outcomes.count("booked"), 3)
        self.assertEqual(outcomes.count(UserError), 5)
        self.assertEqual(self._balance(contract_id), 0)

    @mute_logger("odoo.sql_db")
    def test_two_jobs_of_expiry_at_once_post_once(self):
        contract_id, _tickets = self._commit_account(0)
        with self.registry.cursor() as cursor:
            self._env(cursor)["support.point.entry"]._post(
                [
                    {
                        "contract_id": contract_id,
                        "kind": "grant",
                        "points": 8,
                        "work_date": "2020-01-01",
                        "expiry_date": "2020-12-31",
                        "name": "Grant",
                    }
                ]
            )
            cursor.commit()
        first, second = self._cursor(), self._cursor()
        for cursor in (first, second):
            cursor.execute("SELECT count(*) FROM support_point_entry")
        self._env(first)["support.contract"].browse(contract_id)._post_expiry()
        self._env(first).flush_all()
        first.commit()
        account = self._env(second)["support.contract"].browse(contract_id)
        cron = account.env.ref(f"{MODULE}.ir_cron_expire_points")
        account._run_job(cron, account, lambda one: one._post_expiry())
        self.assertEqual(self._balance(contract_id), 0)
        account._run_job(cron, account, lambda one: one._post_expiry())
        self.assertEqual(self._balance(contract_id), 0)
        account.env.invalidate_all()
        self.assertEqual(account.entry_ids.sorted("id").mapped("points"), [8, -8])

    @mute_logger("odoo.sql_db")
    def test_two_that_credit_one_order_are_told_apart_and_retried(self):
        order_id, partner_id = self._commit_order()
        with self.registry.cursor() as cursor:
            self._env(cursor)["sale.order"].browse(order_id).action_confirm()
            cursor.commit()
        first, second = self._cursor(), self._cursor()
        for cursor in (first, second):
            cursor.execute("SELECT count(*) FROM support_point_entry")
        for cursor, points in ((first, 30), (second, 40)):
            line = self._env(cursor)["sale.order"].browse(order_id).order_line
            if cursor == first:
                line.product_uom_qty = points
                self._env(cursor).flush_all()
                cursor.commit()
            else:
                with self.assertRaises(SerializationFailure):
                    line.product_uom_qty = points
                    self._env(cursor).flush_all()
        second.rollback()
        self._env(second)["sale.order"].browse(order_id).order_line.product_uom_qty = 40
        self._env(second).flush_all()
        second.commit()
        with self.registry.cursor() as cursor:
            contract = self._env(cursor)["support.contract"].search(
                [("partner_id", "=", partner_id)]
            )
            self.assertEqual(contract.entry_ids.sorted("id").mapped("points"), [20, 10, 10])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_two_first_orders_of_a_customer_open_one_account(self):
        order_id, partner_id = self._commit_order()
        other_id, _same = self._commit_order(30, partner_id)
        first, second = self._cursor(), self._cursor()
        for cursor in (first, second):
            cursor.execute("SELECT count(*) FROM support_point_entry")
        self._env(first)["sale.order"].browse(order_id).action_confirm()
        self._env(first).flush_all()
        first.commit()
        env = self._env(second)
        with patch("odoo.service.model.random.uniform", return_value=0):
            retrying(lambda: env["sale.order"].browse(other_id).action_confirm(), env)
        with self.registry.cursor() as cursor:
            contract = self._env(cursor)["support.contract"].search(
                [("partner_id", "=", partner_id)]
            )
            self.assertEqual(len(contract), 1)
            self.assertEqual(contract.entry_ids.sorted("id").mapped("points"), [20, 30])

    @mute_logger("odoo.sql_db")
    def test_a_booker_meets_a_sale_and_is_retried(self):
        contract_id, tickets = self._commit_account(2)
        seller, booker = self._cursor(), self._cursor()
        booker.execute("SELECT count(*) FROM support_point_entry")
        contract = self._env(seller)["support.contract"].browse(contract_id)
        contract._lock_for_posting(exclusive=True)
        seller.commit()
        retrying(lambda: self._log(booker, tickets[0]), self._env(booker))
        self.assertEqual(self._balance(contract_id), 1)

    @mute_logger("odoo.sql_db")
    def test_a_session_killed_while_posting_leaves_nothing_behind(self):
        order_id, partner_id = self._commit_order()
        victim = self.registry.cursor()
        env = self._env(victim)
        env["sale.order"].browse(order_id).action_confirm()
        env.flush_all()
        self.assertTrue(env["support.contract"].search([("partner_id", "=", partner_id)]).entry_ids)
        victim.execute("SELECT pg_backend_pid()")
        pid = victim.fetchone()[0]
        with self.registry.cursor() as killer:
            killer.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
        with self.assertRaises((OperationalError, InterfaceError)):
            victim.execute("SELECT 1")
        with suppress(OperationalError, InterfaceError):
            victim.close()
        with self.registry.cursor() as cursor:
            env = self._env(cursor)
            self.assertEqual(env["sale.order"].browse(order_id).state, "draft")
            self.assertFalse(env["support.contract"].search([("partner_id", "=", partner_id)]))
            env["sale.order"].browse(order_id).action_confirm()
            contract = env["support.contract"].search([("partner_id", "=", partner_id)])
            self.assertEqual(contract.balance, 20)
