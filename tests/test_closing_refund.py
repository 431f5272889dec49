# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import UserError
from odoo.tests import tagged

from .invoice_common import InvoiceCommon


@tagged("post_install", "-at_install")
class TestClosingRefund(InvoiceCommon):
    """Closing with a refund corrects the sale itself: its invoice, tax and price, once."""

    def _close(self, outcome="refund", **values):
        contract = self._contract()
        before = self.env["account.move"].search([("partner_id", "=", self.university.id)])
        action = contract.with_user(self.manager).action_ask_close()
        wizard = (
            self.env[action["res_model"]]
            .with_user(self.manager)
            .with_context(**action["context"])
            .create({"outcome": outcome, "reason": "End of service", **values})
        )
        wizard.action_close()
        self.env.invalidate_all()
        self.assertEqual((contract.state, contract.balance), ("closed", 0))
        moves = self.env["account.move"].search([("partner_id", "=", self.university.id)])
        return moves - before

    def _report(self):
        report = self.env["support.prepaid.report"].create({})
        report.action_show()
        lines = report.line_ids.filtered(lambda line: line.partner_id == self.university)
        names = ("sold", "used", "expired", "refunded", "closing")
        return {name: round(sum(lines.mapped(f"amount_{name}")), 2) for name in names}

    def test_it_reverses_the_invoice_with_its_tax_for_what_is_left(self):
        seven = self.env["account.tax"].create({"name": "7 %", "amount": 7, "type_tax_use": "sale"})
        invoice = self._invoice(self._confirmed(20, tax_ids=[Command.set(seven.ids)]))
        self._log(self._create_ticket(), 60)
        note = self._close()
        self.assertEqual(note.state, "draft")
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertEqual(note.invoice_line_ids.tax_ids, seven)
        self.assertEqual((note.amount_untaxed, note.amount_total), (480, 513.6))
        self.assertEqual(note.invoice_line_ids.quantity, 16)
        note.action_post()
        self.assertEqual(self._balance(), 0)
        self.assertEqual(
            self._report(), {"sold": 600, "used": 120, "expired": 0, "refunded": 480, "closing": 0}
        )

    def test_at_the_price_that_was_invoiced(self):
        order = self._confirmed(20)
        order.order_line.price_unit = 20
        self._invoice(order)
        self.assertEqual(self._close().amount_untaxed, 400)

    def test_with_the_discount_on_the_whole_order(self):
        order = self._order(20)
        self._discount_order(order, 0.5)
        order.action_confirm()
        self.assertEqual(self._report()["closing"], 300)
        invoice = self._invoice(order)
        self.assertEqual(invoice.amount_untaxed, 300)
        self.assertEqual(self._report()["closing"], 300)
        self.assertEqual(self._close().amount_untaxed, 300)

    def test_what_is_not_invoiced_is_not_credited_but_ordered_no_more(self):
        order = self._confirmed(20)
        self._log(self._create_ticket(), 75)
        self.assertFalse(self._close())
        self.assertEqual(order.order_line.product_uom_qty, 5)
        self.assertEqual(self._invoice(order).amount_untaxed, 150)

    def test_partly_invoiced(self):
        order = self._confirmed(20)
        self._invoice(order, 12)
        self._log(self._create_ticket(), 60)
        note = self._close()
        self.assertEqual(order.order_line.product_uom_qty, 12)
        self.assertEqual((note.invoice_line_ids.quantity, note.amount_untaxed), (8, 240))

    def test_a_price_that_no_point_can_share(self):
        self._invoice(self._confirmed(20, price_unit=33.333, product_uom_qty=30))
        left = self._report()["closing"]
        self._log(self._create_ticket(), 27 * 15)
        note = self._close()
        self.assertEqual(sum(note.invoice_line_ids.mapped("quantity")), 3)
        self.assertAlmostEqual(note.amount_untaxed, left / 10, places=2)

    def test_a_deleted_draft_gives_the_points_back(self):
        self._invoice(self._confirmed(20))
        note = self._close()
        note.unlink()
        self.assertEqual(self._balance(), 20)

    def test_credited_once_more_takes_only_what_was_used(self):
        invoice = self._invoice(self._confirmed(20))
        self._log(self._create_ticket(), 60)
        self._close().action_post()
        self._credit_note(invoice)
        self.assertEqual(self._balance(), -4)

    def test_without_an_order(self):
        invoice = self._invoice_alone(20)
        note = self._close()
        self.assertEqual(note.reversed_entry_id, invoice)
        note.action_post()
        self.assertEqual(self._balance(), 0)

    def test_what_was_moved_or_forfeited_is_not_taken_twice(self):
        cases = (("forfeit", {}), ("transfer", {"target_tier_id": self.tier_technical.id}))
        for outcome, values in cases:
            with self.subTest(outcome), self.env.cr.savepoint() as savepoint:
                order = self._confirmed(20)
                invoice = self._invoice(order)
                self._close(outcome, **values)
                refused = self.assertRaisesRegex(UserError, "have been taken already")
                with refused, self.env.cr.savepoint():
                    self._credit_note(invoice)
                self.env.invalidate_all()
                self._credit_note(invoice, support_returns_points=False)
                self.assertEqual(self._balance(), 0)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_what_is_forfeited_is_income_and_no_refund(self):
        self._invoice(self._confirmed(20))
        self._close("forfeit")
        self.assertEqual(
            self._report(), {"sold": 600, "used": 0, "expired": 600, "refunded": 0, "closing": 0}
        )

    def test_an_import_without_a_sale_gets_a_note_of_its_own(self):
        contract = self._open_contract()
        self._grant(
            contract, 10, kind="purchase", amount=300, currency_id=self.company.currency_id.id
        )
        note = self._close()
        self.assertEqual((note.state, note.amount_untaxed), ("draft", 300))
        self.assertFalse(note.reversed_entry_id)

    def test_after_a_partial_credit_note_the_invoice_is_reversed_for_the_rest(self):
        order = self._confirmed(20)
        invoice = self._invoice(order)
        self._credit_note(invoice, 5)
        note = self._close()
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertEqual((note.invoice_line_ids.quantity, note.amount_untaxed), (15, 450))
        self.assertEqual(order.order_line.product_uom_qty, 20)

    def test_with_taxes_in_the_price(self):
        tax = self.env["account.tax"].create(
            {
                "name": "19 % included",
                "amount": 19,
                "type_tax_use": "sale",
                "price_include_override": "tax_included",
            }
        )
        invoice = self._invoice(self._confirmed(20, price_unit=30, tax_ids=[Command.set(tax.ids)]))
        self._log(self._create_ticket(), 60)
        self.assertEqual((invoice.amount_untaxed, invoice.amount_total), (504.2, 600))
        note = self._close()
        self.assertEqual(note.amount_total, 480)
        note.action_post()
        report = self._report()
        self.assertEqual((report["refunded"], report["closing"]), (note.amount_untaxed, 0))

    def test_without_a_sale_and_with_taxes_in_the_price(self):
        self.tier_user.product_id.taxes_id = self.env["account.tax"].create(
            {
                "name": "19 % included",
                "amount": 19,
                "type_tax_use": "sale",
                "price_include_override": "tax_included",
            }
        )
        contract = self._open_contract()
        currency = self.company.currency_id
        self._grant(contract, 20, kind="purchase", amount=504.2, currency_id=currency.id)
        note = self._close()
        self.assertEqual((note.amount_untaxed, note.amount_total), (504.2, 600))

    def test_a_draft_credit_note_is_followed(self):
        self._invoice(self._confirmed(20))
        line = self._close().invoice_line_ids
        line.quantity = 15
        self.assertEqual(self._balance(), 5)
        self.assertFalse(self.env["support.reconciliation"]._find_differences())

    def test_the_customer_reads_why(self):
        self._invoice(self._confirmed(20))
        self._confirmed(20)
        self._close()
        refunds = self._contract().entry_ids.filtered(lambda entry: entry.kind == "refund")
        self.assertEqual(len(refunds), 2)
        for entry in refunds:
            self.assertIn("Refunded when the account closed: End of service", entry.name)

    def test_who_may_not_open_the_credit_note_is_told_of_it(self):
        self._invoice(self._confirmed(20))
        contract = self._contract()
        self.manager.group_ids += self.env.ref("sales_team.group_sale_salesman")
        wizards = self.env["support.contract.close"].with_user(self.manager)
        wizard = wizards.create({"contract_id": contract.id, "outcome": "refund", "reason": "End"})
        action = wizard.action_close()
        self.assertEqual(action["tag"], "display_notification")
        self.assertIn("draft credit note", action["params"]["message"])
