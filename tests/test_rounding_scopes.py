# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import tagged

from .common import SupportCommon


@tagged("post_install", "-at_install")
class TestRoundingScopes(SupportCommon):
    """What is rounded up together: each entry, the ticket's day, or the whole ticket."""

    def _log_week(self, scope):
        contract = self._open_contract(points=100, rounding_scope=scope)
        ticket = self._create_ticket()
        lines = [
            self._log(ticket, minutes, date=day)
            for day, minutes in (("2026-03-02", 5), ("2026-03-02", 5), ("2026-03-03", 5))
        ]
        return contract, ticket, lines

    def test_entry(self):
        contract, _ticket, lines = self._log_week("entry")
        self.assertEqual(contract.balance, 97)
        self.assertEqual([line.support_points for line in lines], [1, 1, 1])

    def test_day(self):
        contract, _ticket, lines = self._log_week("day")
        self.assertEqual(contract.balance, 98)
        self.assertEqual([line.support_points for line in lines], [1, 0, 1])

    def test_ticket(self):
        contract, ticket, lines = self._log_week("ticket")
        self.assertEqual(contract.balance, 99)
        self.assertEqual([line.support_points for line in lines], [1, 0, 0])
        self._log(ticket, 1, date="2026-03-04")
        self.assertEqual(contract.balance, 98)

    def test_deleting_one_of_a_group_shifts_the_others(self):
        contract, ticket, lines = self._log_week("ticket")
        self._log(ticket, 1, date="2026-03-04")
        lines[0].unlink()
        self.assertEqual(contract.balance, 99)
        self.assertEqual([line.support_points for line in lines[1:]], [1, 0])
        self.assertEqual(sum(ticket.timesheet_ids.mapped("support_points")), 1)

    def test_moving_a_line_to_another_day(self):
        contract, _ticket, lines = self._log_week("day")
        lines[1].date = "2026-03-03"
        self.assertEqual(contract.balance, 98)
        lines[1].date = "2026-03-04"
        self.assertEqual(contract.balance, 97)

    def test_each_users_time_counts_although_they_see_only_their_own(self):
        contract = self._open_contract(points=100, rounding_scope="ticket")
        ticket = self._create_ticket()
        self._log(ticket, 5)
        self._log(ticket, 5, user=self.colleague)
        self.assertEqual(contract.balance, 99)
        self._log(ticket, 6, user=self.colleague)
        self.assertEqual(contract.balance, 98)

    def test_other_minutes_per_point(self):
        tier = self.env["support.tier"].create(
            {"name": "Hourly", "code": "H", "hourly_rate": 60, "minutes_per_point": 20}
        )
        level = self.env["support.level"].create({"name": "H", "code": "H", "tier_id": tier.id})
        contract = self._open_contract(tier=tier, points=10)
        self._log(self._create_ticket(level=level), 21)
        self.assertEqual(contract.balance, 8)

    def test_editing_the_tier_changes_new_accounts_only(self):
        contract = self._open_contract()
        self.tier_user.rounding_scope = "ticket"
        self.assertEqual(contract.rounding_scope, "entry")
        self.assertEqual(self._open_contract(self.other_university).rounding_scope, "ticket")
