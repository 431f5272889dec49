# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from .invoice_common import InvoiceCommon


@tagged("post_install", "-at_install")
class TestEntrySource(InvoiceCommon):
    """What the arrow beside an entry opens for each role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.accountant = cls._create_staff("entry.accountant", "account.group_account_invoice")
        cls.seller = cls._create_staff("entry.seller", "sales_team.group_sale_salesman_all_leads")

    def _opened(self, entry, user):
        """Follow the arrow as a user; what it leads to must be readable."""
        action = entry.with_user(user).action_open_source()
        record = self.env[action["res_model"]].with_user(user).browse(action["res_id"])
        record.read(["display_name"])
        return record.sudo(False).with_user(self.env.user), action.get("target")

    def test_the_arrow_is_no_dead_end_for_anybody(self):
        order = self._confirmed(20)
        invoice = self._invoice(order)
        note = self._credit_note(invoice, 5)
        contract = self._contract()
        ticket = self._create_ticket()
        usage = self._usage(self._log(ticket, 20).support_contract_id)
        purchase, refund = (
            contract.entry_ids.filtered(lambda entry, kind=kind: entry.kind == kind)
            for kind in ("purchase", "refund")
        )
        self.assertEqual((purchase.sale_line_id.order_id, refund.points), (order, -5))
        grant = self._grant(contract, 1)
        for entry, user, source in (
            (usage, self.staff, ticket),
            (usage, self.accountant, usage),
            (usage, self.seller, usage),
            (purchase, self.staff, purchase),
            (purchase, self.seller, order),
            (purchase, self.accountant, order),
            (refund, self.staff, refund),
            (refund, self.accountant, note),
            (grant, self.manager, grant),
        ):
            with self.subTest(kind=entry.kind, user=user.login):
                opened, target = self._opened(entry, user)
                self.assertEqual(opened, source)
                self.assertEqual(target, "new" if source == entry else "current")
