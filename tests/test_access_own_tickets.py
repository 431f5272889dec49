# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from .common import SupportCommon


@tagged("post_install", "-at_install")
class TestAccessOwnTickets(SupportCommon):
    """Staff who read only their own tickets read of the ledger what belongs to those."""

    def test_entries_follow_the_ticket_and_the_balance_stays_visible(self):
        contract = self._open_contract(points=20)
        own_staff = self._create_staff("own.tickets", "helpdesk_mgmt.group_helpdesk_user_own")
        own = self._create_ticket(name="Mine", user_id=own_staff.id)
        other = self._create_ticket(name="Of a colleague", user_id=self.colleague.id)
        for ticket in (own, other):
            self._log(ticket, 15)
        entries = self.env["support.point.entry"]
        domain = [("contract_id", "=", contract.id), ("kind", "=", "usage")]
        self.assertEqual(entries.with_user(own_staff).search(domain).ticket_id, own)
        self.assertEqual(entries.with_user(self.staff).search(domain).ticket_id, own | other)
        self.assertEqual(contract.with_user(own_staff).balance, 18)
        self.assertFalse(
            self.env["support.statement"].with_user(own_staff).search_count([]),
            "A statement shows the titles of all requests.",
        )
