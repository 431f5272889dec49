# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.tests import HttpCase, new_test_user, tagged


@tagged("post_install", "-at_install")
class TestTour(HttpCase):
    def test_sell_log_and_print(self):
        """Sell a package → log 20 minutes on a ticket → balance down by 2 → statement."""
        user = new_test_user(
            self.env,
            login="tour.lead",
            lang="en_US",
            groups="helpdesk_mgmt.group_helpdesk_manager,sales_team.group_sale_salesman_all_leads",
        )
        self.env["hr.employee"].create({"name": "Tour Lead", "user_id": user.id})
        if not self.env.company.account_sale_tax_id:
            self.env.company.account_sale_tax_id = self.env["account.tax"].create(
                {"name": "19 %", "amount": 19, "type_tax_use": "sale"}
            )
        university = self.env["res.partner"].create({"name": "Tour University", "is_company": True})
        ticket = self.env["helpdesk.ticket"].create(
            {
                "name": "Nobody can log in",
                "description": "<p>Since this morning.</p>",
                "partner_id": university.id,
            }
        )
        self.start_tour(
            "/odoo/action-sale.action_quotations",
            "helpdesk_support_points_spine",
            login="tour.lead",
            timeout=180,
        )
        contract = ticket.support_contract_id
        self.assertEqual(contract.balance, 18)
        self.assertEqual(ticket.timesheet_ids.user_id, user)
        statement = self.env["support.statement"].search([("contract_id", "=", contract.id)])
        self.assertRecordValues(statement, [{"opening": 0, "closing": 18, "state": "draft"}])

    def test_phone_call_entered_later(self):
        """Enter a call of two days ago → countdown → log our call back → assured time kept."""
        user = new_test_user(
            self.env,
            login="tour.support",
            lang="en_US",
            tz="UTC",
            groups="helpdesk_mgmt.group_helpdesk_user",
        )
        self.env["hr.employee"].create({"name": "Tour Support", "user_id": user.id})
        self.env["res.partner"].create({"name": "Tour University", "is_company": True})
        self.env["support.guarantee"].create(
            {
                "tier_id": self.env.ref("helpdesk_support_points.tier_technical").id,
                "priority": "1",
                "reaction_hours": 4,
                "resolution_hours": 80,
            }
        )
        self.start_tour(
            "/odoo/helpdesk-tickets",
            "helpdesk_support_points_phone",
            login="tour.support",
            timeout=180,
        )
        ticket = self.env["helpdesk.ticket"].search([("name", "=", "The phone rang two days ago")])
        self.assertEqual(ticket.reaction_state, "met")
        self.assertEqual((ticket.first_response_at - ticket.received_at).seconds, 600)
        self.assertEqual(ticket.timesheet_ids.support_points, 0, "No account is open yet.")
