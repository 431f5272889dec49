# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import JsonRpcException, tagged

from .hole_common import HoleCase

PORTAL_FIELDS = {
    "access_url",
    "access_warning",
    "active",
    "category_id",
    "channel_id",
    "closed",
    "closed_date",
    "commercial_partner_id",
    "company_id",
    "create_date",
    "description",
    "display_name",
    "id",
    "last_stage_update",
    "name",
    "number",
    "partner_email",
    "partner_id",
    "partner_name",
    "priority",
    "sequence",
    "stage_id",
    "support_level_id",
    "support_points",
    "team_id",
    "user_id",
    "write_date",
}


@tagged("post_install", "-at_install")
class TestHoleFollowers(HoleCase):
    """One follower opened a ticket to the follower's whole company."""

    def _reads(self, user, ticket):
        found = self._rpc(user, "helpdesk.ticket", "search", [("id", "=", ticket.id)])
        self.assertEqual(
            "Beta lost" in self.url_open("/my/tickets").text, found == self.bob_ticket.ids
        )
        return bool(found)

    def test_a_follower_reads_the_ticket_and_their_colleagues_do_not(self):
        self.assertFalse(self._reads(self.alice, self.bob_ticket))
        self._follow(self.bob_ticket, self.alice)
        self.assertTrue(self._reads(self.alice, self.bob_ticket))
        self.assertFalse(self._reads(self.alan, self.bob_ticket))

    def test_a_company_that_follows_opens_nothing_to_its_people(self):
        self.bob_ticket.message_subscribe(partner_ids=self.acme.ids)
        self.assertFalse(self._reads(self.alice, self.bob_ticket))

    def test_colleagues_read_each_others_tickets(self):
        self.assertTrue(self._reads(self.alan, self.alice_ticket))

    def test_a_subsidiary_is_a_customer_of_its_own(self):
        subsidiary = self.env["res.partner"].create(
            {"name": "Acme Sub", "is_company": True, "parent_id": self.acme.id}
        )
        ticket = self._create_ticket(self.bob, "Of the subsidiary", partner_id=subsidiary.id)
        self.assertFalse(self._reads(self.alice, ticket))

    def test_staff_and_employees_lose_nothing(self):
        self.assertTrue(self._reads(self.staff, self.bob_ticket))
        self.assertTrue(self._reads(self.manager, self.bob_ticket))


@tagged("post_install", "-at_install")
class TestHoleFields(HoleCase):
    """Portal users read the ticket that theirs duplicates, and whatever an addon adds."""

    def test_what_portal_users_read_is_a_list_that_someone_decided(self):
        found = self._rpc(self.alice, "helpdesk.ticket", "fields_get")
        self.assertLessEqual(set(found), PORTAL_FIELDS)
        rows = self._rpc(self.alice, "helpdesk.ticket", "read", self.alice_ticket.ids)
        self.assertLessEqual(set(rows[0]), PORTAL_FIELDS)

    def test_a_foreign_title_does_not_leak_through_the_duplicate(self):
        self.alice_ticket.duplicate_id = self.bob_ticket
        ids = self.alice_ticket.ids
        for method, args in {
            "read": (ids, ["duplicate_id"]),
            "export_data": (ids, ["duplicate_id/name"]),
            "search": ([("duplicate_id.name", "ilike", "Beta")],),
            "read_group": ([], ["duplicate_id"], ["duplicate_id"]),
            "web_read": (ids, {"duplicate_id": {"fields": {"display_name": {}}}}),
            "formatted_read_group": ([], ["duplicate_id"], ["__count"]),
        }.items():
            with self.subTest(method):
                self._assert_refused(self.alice, "helpdesk.ticket", method, *args)
        for name in ("duplicate_ids", "duplicate_count", "attachment_ids", "email_cc", "tag_ids"):
            with self.subTest(name):
                self._assert_refused(self.alice, "helpdesk.ticket", "read", ids, [name])

    def test_staff_still_read_it(self):
        self.alice_ticket.duplicate_id = self.bob_ticket
        rows = self._rpc(
            self.manager, "helpdesk.ticket", "read", self.alice_ticket.ids, ["duplicate_id"]
        )
        self.assertIn("Beta", rows[0]["duplicate_id"][1])

    def test_the_list_sorts_and_filters_by_what_it_shows(self):
        for order in ("create_date desc", "name", "stage_id", "last_stage_update desc", None):
            with self.subTest(order=order):
                found = self._rpc(self.alice, "helpdesk.ticket", "search", [], order=order)
                self.assertEqual(found, self.alice_ticket.ids)


@tagged("post_install", "-at_install")
class TestHoleStage(HoleCase):
    """The public group may write stages, by helpdesk_mgmt's own access list."""

    def test_only_staff_write_stages(self):
        stage = self.env["helpdesk.ticket.stage"].search([], limit=1)
        for user in (self.env.ref("base.public_user"), self.alice, self.staff):
            with self.subTest(user.login), self.assertRaises(AccessError):
                stage.with_user(user).name = "Defaced"
        stage.with_user(self.manager).name = "Renamed"


@tagged("post_install", "-at_install")
class TestHoleGuard(HoleCase):
    """Staff of the lowest group wrote what guarantees and money hang on."""

    def _write(self, user, ticket, **values):
        return self._rpc(user, "helpdesk.ticket", "write", ticket.ids, values)

    def test_dates_and_numbers_are_the_systems_to_set(self):
        for name, value in {
            "closed_date": "2020-01-01 00:00:00",
            "assigned_date": "2020-01-01 00:00:00",
            "last_stage_update": "2020-01-01 00:00:00",
            "number": "HT00001",
            "commercial_partner_id": self.beta.id,
        }.items():
            with self.subTest(name):
                args = (self.alice_ticket.ids, {name: value})
                self._assert_refused(self.staff, "helpdesk.ticket", "write", *args)
                vals = {"name": "x", "description": "x", name: value}
                self._assert_refused(self.staff, "helpdesk.ticket", "create", [vals])
                self._assert_refused(
                    self.staff, "helpdesk.ticket", "copy", self.alice_ticket.ids, {name: value}
                )
                self._write(self.manager, self.alice_ticket, **{name: value})

    def test_the_stock_flow_still_sets_them(self):
        self._write(self.staff, self.alice_ticket, stage_id=self.closing_stage.id)
        self.env.invalidate_all()
        self.assertTrue(self.alice_ticket.closed_date)
        new = self._rpc(self.staff, "helpdesk.ticket", "copy", self.alice_ticket.ids)
        copy = self.env["helpdesk.ticket"].browse(new)
        self.assertNotIn(copy.number, ("/", self.alice_ticket.number))
        self.assertFalse(copy.closed_date)
        vals = {"name": "x", "description": "x", "user_id": self.staff.id}
        new = self._rpc(self.staff, "helpdesk.ticket", "create", [vals])
        self.assertTrue(self.env["helpdesk.ticket"].browse(new).assigned_date)

    def test_the_context_does_not_smuggle_them_in(self):
        vals = {"name": "x", "description": "x"}
        context = {"default_closed_date": "2020-01-01 00:00:00", "default_number": "HT00001"}
        try:
            new = self._rpc(self.staff, "helpdesk.ticket", "create", [vals], context=context)
        except JsonRpcException:
            return
        ticket = self.env["helpdesk.ticket"].browse(new)
        self.assertFalse(ticket.closed_date)
        self.assertNotEqual(ticket.number, "HT00001")

    def test_another_company_as_customer_needs_the_manager(self):
        ticket = self.alice_ticket
        for partner in (self.bob.partner_id, self.beta, self.env["res.partner"]):
            with self.subTest(partner.name):
                args = (ticket.ids, {"partner_id": partner.id})
                self._assert_refused(self.staff, "helpdesk.ticket", "write", *args)
        self._write(self.staff, ticket, partner_id=self.alan.partner_id.id)
        self._write(self.staff, ticket, partner_id=self.acme.id)
        self._write(self.manager, ticket, partner_id=self.bob.partner_id.id)
        self.env.invalidate_all()
        self.assertEqual(ticket.commercial_partner_id, self.beta)

    def test_a_ticket_without_customer_gets_one_from_anyone_on_the_helpdesk(self):
        ticket = self._create_ticket(self.bob, "Triage", partner_id=False)
        self._write(self.staff, ticket, partner_id=self.bob.partner_id.id)
        self.env.invalidate_all()
        self.assertEqual(ticket.commercial_partner_id, self.beta)

    def test_the_customers_new_owner_gets_a_new_token(self):
        token = self.alice_ticket.sudo()._portal_ensure_token()
        self.alice_ticket.with_user(self.manager).partner_id = self.bob.partner_id
        self.assertNotEqual(self.alice_ticket.sudo()._portal_ensure_token(), token)


@tagged("post_install", "-at_install")
class TestHoleAssignee(HoleCase):
    def test_a_ticket_is_never_assigned_to_a_customer(self):
        self.env.company.helpdesk_mgmt_ticket_auto_assign = True
        tickets = self.env["helpdesk.ticket"]
        for user, assignee in ((self.bob, tickets.user_id), (self.staff, self.staff)):
            with self.subTest(user.login):
                ticket = tickets.with_user(user).sudo().create({"name": "x", "description": "x"})
                self.assertEqual(ticket.user_id, assignee)

    def test_the_team_rule_of_automatic_assignment_stays(self):
        self.env.company.helpdesk_mgmt_ticket_auto_assign = True
        team = self.env["helpdesk.ticket.team"].create(
            {"name": "Team", "user_ids": [Command.set(self.manager.ids)]}
        )
        values = {"name": "x", "description": "x", "team_id": team.id}
        ticket = self.env["helpdesk.ticket"].with_user(self.manager).create(values)
        self.assertIn(ticket.user_id, (self.manager, self.manager.browse()))
