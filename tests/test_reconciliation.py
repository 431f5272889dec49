# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged

from .common import MODULE, SupportCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-05-12 10:00:00")
class TestReconciliation(SupportCommon):
    """Design 4.2: what differs between time, ledger and orders is found with its cause."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contract = cls._open_contract(points=100)
        cls.ticket = cls._create_ticket()
        cls.reconciliation = cls.env["support.reconciliation"]

    def _behind_odoo(self, query, *values):
        """Change the database as no one does who uses Odoo."""
        self.env.flush_all()
        self.cr.execute(query, values)
        self.env.invalidate_all()

    def _found(self):
        return self.reconciliation._find_differences()

    def _sold_line(self, points=20):
        if not self.company.account_sale_tax_id:
            self.company.account_sale_tax_id = self.env["account.tax"].create(
                {"name": "19 %", "amount": 19, "type_tax_use": "sale"}
            )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.university.id,
                "order_line": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.tier_user.product_id.id,
                            "product_uom_qty": points,
                        },
                    )
                ],
            }
        )
        order.action_confirm()
        return order.order_line

    def test_a_healthy_database_differs_in_nothing(self):
        for scope in ("entry", "day", "ticket"):
            contract = self._open_contract(
                self.env["res.partner"].create({"name": scope, "is_company": True}),
                rounding_scope=scope,
            )
            ticket = self._create_ticket(contract.partner_id)
            for minutes in (1, 7, 15, 16, 17.5, 0):
                line = self._log(ticket, minutes)
                self._log(ticket, minutes, date="2026-05-11")
            line.unlink()
            self._log(ticket, 40, support_billable=False, support_free_reason="Ours")
        moved = self._log(self.ticket, 20)
        moved.ticket_id = self._create_ticket(self.university)
        self._sold_line().product_uom_qty = 30
        self._sold_line().order_id.with_context(disable_cancel_warning=True)._action_cancel()
        self.assertEqual(self._found(), [])
        self.assertFalse(self.reconciliation._reconcile())

    def test_time_changed_behind_odoo_is_posted_and_reported(self):
        line = self._log(self.ticket, 15)
        self._behind_odoo("UPDATE account_analytic_line SET unit_amount = 1 WHERE id = %s", line.id)
        (found,) = self._found()
        self.assertEqual((found["cause"], found["expected"], found["posted"]), ("usage", 4, 1))
        row = self.reconciliation._reconcile()
        self.assertRecordValues(
            row,
            [
                {
                    "state": "repaired",
                    "contract_id": self.contract.id,
                    "difference": 3,
                    "company_id": self.company.id,
                }
            ],
        )
        self.assertIn(self.ticket.number, row.name)
        self.assertEqual(self.contract.balance, 96)
        self.assertEqual(line.support_points, 4)
        self.assertEqual(self._found(), [])

    def test_time_deleted_behind_odoo_gives_its_points_back(self):
        line = self._log(self.ticket, 30)
        self._log(self.ticket, 15).unlink()
        self._behind_odoo("DELETE FROM account_analytic_line WHERE id = %s", line.id)
        (found,) = self._found()
        self.assertEqual((found["expected"], found["posted"]), (0, 2))
        self.assertEqual(self.reconciliation._reconcile().state, "repaired")
        self.assertEqual(self.contract.balance, 100)

    def test_groups_wider_than_a_line(self):
        contract = self._open_contract(self.other_university, rounding_scope="day")
        ticket = self._create_ticket(self.other_university)
        lines = self._log(ticket, 5) | self._log(ticket, 5)
        self._behind_odoo(
            "UPDATE account_analytic_line SET unit_amount = 0.5 WHERE id = %s", lines[0].id
        )
        (found,) = self._found()
        self.assertEqual((found["expected"], found["posted"]), (3, 1))
        self.reconciliation._reconcile()
        self.assertEqual(contract.balance, -3)
        self.assertEqual(sum(lines.mapped("support_points")), 3)
        self.assertEqual(self._found(), [])

    def test_points_shown_at_the_time(self):
        line = self._log(self.ticket, 30)
        self._behind_odoo(
            "UPDATE account_analytic_line SET support_points = 9 WHERE id = %s", line.id
        )
        (found,) = self._found()
        self.assertEqual((found["cause"], found["posted"]), ("stored", 9))
        self.reconciliation._reconcile()
        self.assertEqual(line.support_points, 2)
        self.assertEqual(len(self._usage(self.contract)), 1)

    def test_an_order_that_credited_less_is_listed_and_repaired_by_a_click(self):
        line = self._sold_line(20)
        self._behind_odoo("UPDATE sale_order_line SET product_uom_qty = 25 WHERE id = %s", line.id)
        row = self.reconciliation._reconcile()
        self.assertRecordValues(
            row, [{"cause": "order", "state": "open", "expected": 25, "posted": 20}]
        )
        self.assertIn(line.order_id.name, row.name)
        self.assertEqual(self.contract.balance, 120)
        row.with_user(self.manager).action_repair()
        self.assertEqual(row.state, "repaired")
        self.assertEqual(self.contract.balance, 125)

    def test_only_the_asked_accounts(self):
        line = self._log(self.ticket, 15)
        self._behind_odoo("UPDATE account_analytic_line SET unit_amount = 1 WHERE id = %s", line.id)
        other = self._open_contract(self.other_university)
        self.assertFalse(self.reconciliation._find_differences(other))
        self.assertTrue(self.reconciliation._find_differences(self.contract))

    def test_the_queries_do_not_grow_with_accounts(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._found()
            return self.cr.sql_log_count - before

        self._log(self.ticket, 15)
        self._sold_line()
        count()
        few = count()
        for number in range(5):
            partner = self.env["res.partner"].create({"name": f"U{number}", "is_company": True})
            self._open_contract(partner, points=10)
            self._log(self._create_ticket(partner), 15)
            self._sold_line()
        self.assertEqual(count(), few)

    def test_who_may_reconcile(self):
        accountant = new_test_user(
            self.env, login="books", groups=f"{MODULE}.group_support_accounting"
        )
        for user in (accountant, self.manager):
            params = self.reconciliation.with_user(user).action_check()["params"]
            self.assertEqual(params["next"]["tag"], "soft_reload")
            self.assertEqual(params["message"], "Compared: nothing differs.")
        for method in ("action_check", "action_repair"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(self.reconciliation.with_user(self.staff), method)()

    def test_the_job_of_the_night(self):
        line = self._log(self.ticket, 15)
        self._behind_odoo("UPDATE account_analytic_line SET unit_amount = 1 WHERE id = %s", line.id)
        with (
            self.enter_registry_test_mode(),
            self.assertLogs(f"odoo.addons.{MODULE}.models.support_reconciliation", "WARNING"),
        ):
            self.env.ref(f"{MODULE}.cron_reconcile").method_direct_trigger()
        self.assertEqual(self.contract.balance, 96)

    def test_the_job_books_time_that_waits_beside_an_open_account(self):
        """Its customer's account was opened by a transaction that did not see the time."""
        ticket = self._create_ticket(self.other_university)
        line = self._log(ticket, 20)
        contract = self.env["support.contract"].create(
            {"partner_id": self.other_university.id, "tier_id": self.tier_user.id}
        )
        contract.sudo().state = "open"
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.cron_reconcile").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(line.support_contract_id, contract)
        self.assertEqual(contract.balance, -2)

    def test_entries_that_no_rule_could_have_posted(self):
        """Each by SQL and beside the guard, as only somebody with the database can."""
        time = self._log(self.ticket, 30)
        sold = self._sold_line(20)
        other = self._open_contract(self.other_university)
        lot = self.contract.entry_ids.filtered("sale_line_id")
        insert = """INSERT INTO support_point_entry (contract_id, date, work_date, name, kind,
                                                     points, lot_id, sale_line_id, timesheet_id)
                    VALUES (%s, '2026-01-07', '2026-01-07', 'x', %s, %s, %s, %s, %s)"""
        contract, update = self.contract.id, "UPDATE support_point_entry SET "
        for query, values, causes in (
            (insert, (contract, "usage", -5, None, None, time.id), {"usage"}),
            (insert, (contract, "purchase", 5, None, sold.id, None), {"entry"}),
            (insert, (contract, "refund", -5, lot.id, sold.id, None), {"entry"}),
            (insert, (contract, "expiry", -50, lot.id, None, None), {"package"}),
            (update + "contract_id = %s WHERE kind = 'usage'", (other.id,), {"usage"}),
            (update + "sale_line_id = NULL WHERE id = %s", (lot.id,), {"order", "entry"}),
        ):
            with self.subTest(query, values=values), self.env.cr.savepoint() as savepoint:
                self.cr.execute("ALTER TABLE support_point_entry DISABLE TRIGGER USER")
                self._behind_odoo(query, *values)
                for found in (self._found(), self.reconciliation._find_differences(self.contract)):
                    self.assertEqual({one["cause"] for one in found}, causes)
                    self.assertTrue(all(one["name"] for one in found))
                statement = self.env["support.statement"].create(
                    {
                        "contract_id": contract,
                        "date_from": "2026-01-01",
                        "date_to": "2026-01-31",
                    }
                )
                with self.assertRaisesRegex(UserError, "does not add up"):
                    statement.with_user(self.manager).action_issue()
                rows = self.reconciliation._reconcile()
                unmendable = rows.filtered(lambda one: one.cause in ("entry", "package"))
                self.assertLessEqual(set(unmendable.mapped("state")), {"open"})
                savepoint.rollback()
        self.assertFalse(self._found())
