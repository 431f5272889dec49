# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import tagged

from .invoice_common import InvoiceCommon


@tagged("post_install", "-at_install")
class TestCreditPrice(InvoiceCommon):
    """A credit note that only lowers the price: points stay, what they are worth does not."""

    def _outstanding(self):
        """Points and money of the customer's packages in the report of prepaid points."""
        report = self.env["support.prepaid.report"].create({})
        report.action_show()
        lots = report.line_ids.filtered(
            lambda line: line.partner_id == self.university and line.kind == "lot"
        )
        return sum(lots.mapped("points_closing")), round(sum(lots.mapped("amount_closing")), 2)

    def _moved_money(self):
        entries = self._contract().entry_ids.sorted("id")
        return [(entry.kind, entry.points, entry.amount) for entry in entries]

    def test_money_follows_and_points_stay_whatever_credits(self):
        for credit_on in ("order", "invoice", "payment"):
            with self.subTest(credit_on=credit_on), self.env.cr.savepoint() as savepoint:
                order = self._confirmed(20, credit_on)
                invoice = self._invoice(order)
                self._pay(invoice)
                self._credit_note(invoice, price_unit=5)
                self.assertEqual(self._outstanding(), (20, 500))
                self.assertEqual(self._moved_money(), [("purchase", 20, 600), ("refund", 0, -100)])
                order.order_line._sync_support_credit()
                self.assertEqual(len(self._contract().entry_ids), 2, "Once is enough.")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_what_is_invoiced_counts_whatever_was_ordered(self):
        order = self._confirmed(20)
        order.order_line.price_unit = 20
        self.assertEqual(self._outstanding(), (20, 600), "Sold is sold, until it is invoiced.")
        invoice = self._invoice(order)
        self.assertEqual(self._outstanding(), (20, 400))
        invoice.button_draft()
        self.assertEqual(self._outstanding(), (20, 600))
        invoice.invoice_line_ids.price_unit = 35
        invoice.action_post()
        self.assertEqual(self._outstanding(), (20, 700))

    def test_a_part_that_is_invoiced_at_another_price(self):
        order = self._confirmed(20)
        invoice = self._invoice(order, 12, post=False)
        invoice.invoice_line_ids.price_unit = 25
        invoice.action_post()
        self.assertEqual(self._outstanding(), (20, 540))

    def test_points_taken_back_at_a_price_of_their_own(self):
        invoice = self._invoice(self._confirmed(20))
        self._credit_note(invoice, 5, price_unit=20, support_returns_points=True)
        self.assertEqual(self._outstanding(), (15, 500))

    def test_the_last_part_of_the_price_takes_the_points_back(self):
        invoice = self._invoice(self._confirmed(20))
        self._credit_note(invoice, price_unit=10)
        note = self._credit_note(invoice, price_unit=20, post=False)
        self.assertTrue(note.invoice_line_ids.support_returns_points)
        note.action_post()
        self.assertEqual((self._balance(), self._outstanding()), (0, (0, 0)))

    def test_a_discount_on_the_whole_invoice_and_a_down_payment(self):
        order = self._order(20)
        self._discount_order(order, 0.1)
        order.action_confirm()
        self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "percentage",
                "amount": 50,
            }
        ).create_invoices()
        order.invoice_ids.action_post()
        self.assertEqual(self._outstanding(), (20, 540))
        self._invoice(order)
        self.assertEqual(self._outstanding(), (20, 540))

    def test_before_the_payment_that_credits(self):
        order = self._confirmed(20, "payment")
        invoice = self._invoice(order)
        self._credit_note(invoice, price_unit=5)
        self._pay(invoice)
        self.assertEqual(self._outstanding(), (20, 500))

    def test_a_note_back_in_draft_raises_the_price_again(self):
        note = self._credit_note(self._invoice(self._confirmed(20)), price_unit=5)
        note.button_draft()
        self.assertEqual(self._outstanding(), (20, 600))
        note.action_post()
        self.assertEqual(self._outstanding(), (20, 500))
        self.assertEqual([points for _kind, points, _money in self._moved_money()], [20, 0, 0, 0])

    def test_points_taken_back_afterwards_are_paid_at_the_lower_price(self):
        invoice = self._invoice(self._confirmed(20))
        self._credit_note(invoice, price_unit=5)
        self._credit_note(invoice, 4, price_unit=25, support_returns_points=True)
        self.assertEqual(self._moved_money()[-1], ("refund", -4, -100))
        self.assertEqual(self._outstanding(), (16, 400))

    def test_used_points_bear_their_part_of_it(self):
        invoice = self._invoice(self._confirmed(20))
        self._log(self._create_ticket(), 60)
        self._credit_note(invoice, price_unit=5)
        self.assertEqual(self._outstanding(), (16, 400))

    def test_a_price_that_was_waived_and_is_charged_again(self):
        order = self._confirmed(20)
        self._credit_note(self._invoice(order), support_returns_points=False)
        self.assertEqual(self._outstanding(), (20, 0))
        self._invoice(order)
        self.assertEqual(self._outstanding(), (20, 600))

    def test_never_below_nothing(self):
        order = self._confirmed(20)
        invoice = self._invoice(order)
        self._credit_note(invoice, price_unit=29, support_returns_points=False)
        self._credit_note(invoice, price_unit=29, support_returns_points=False)
        self.assertEqual(self._outstanding(), (20, 0))
        self.assertEqual(self._balance(), 20)

    def test_an_invoice_without_an_order(self):
        invoice = self._invoice_alone(20)
        self._credit_note(invoice, price_unit=5)
        self.assertEqual(self._outstanding(), (20, 500))

    def test_the_customer_reads_of_points_alone(self):
        invoice = self._invoice(self._confirmed(20))
        self._credit_note(invoice, price_unit=5)
        statement = self._contract()._current_statement()
        data = statement._statement_data()
        self.assertEqual([line.points for line in data.credits], [20])
        self.assertFalse(data.others)
