# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, http
from odoo.tests import tagged
from odoo.tools import mute_logger

from .hole_common import HoleCase


@tagged("post_install", "-at_install")
class TestHoleClose(HoleCase):
    """/ticket/close closed any ticket of anyone by a plain link."""

    def _close(self, ticket, stage=None, **values):
        stage = stage or self.closing_stage
        return self._post("/ticket/close", ticket_id=ticket.id, stage_id=stage.id, **values)

    def test_a_customer_closes_their_own_ticket(self):
        self._login(self.alan)
        page = self.url_open(f"/my/ticket/{self.alice_ticket.id}").text
        self.assertRegex(page, r'<form[^>]*method="POST"[^>]*action="/ticket/close"')
        response = self._close(self.alice_ticket)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self.alice_ticket.stage_id, self.closing_stage)
        self.assertTrue(self.alice_ticket.closed_date)

    def test_nobody_closes_a_foreign_ticket(self):
        self._login(self.bob)
        self._close(self.alice_ticket)
        self.assertNotEqual(self.alice_ticket.stage_id, self.closing_stage)

    def test_a_link_or_a_foreign_form_does_not_close(self):
        self._login(self.alice)
        url = f"/ticket/close?ticket_id={self.alice_ticket.id}&stage_id={self.closing_stage.id}"
        self.assertEqual(self.url_open(url).status_code, 405)
        with mute_logger("odoo.http"):
            response = self._post("/ticket/close", token=False, ticket_id=self.alice_ticket.id)
        self.assertEqual(response.status_code, 400)
        self.env.invalidate_all()
        self.assertFalse(self.alice_ticket.closed_date)

    def test_the_stage_must_be_one_that_the_page_offers(self):
        team = self.env["helpdesk.ticket.team"].create({"name": "Elsewhere"})
        elsewhere = self.closing_stage.copy({"team_ids": [Command.set(team.ids)]})
        inside = self.env["helpdesk.ticket.stage"].search([("close_from_portal", "=", False)])[-1]
        before = self.alice_ticket.stage_id
        self._login(self.alice)
        for stage in (elsewhere, inside):
            with self.subTest(stage.name):
                self._close(self.alice_ticket, stage)
                self.assertEqual(self.alice_ticket.stage_id, before)

    def test_an_employee_who_may_only_read_does_not_close(self):
        self.staff.group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        self._follow(self.alice_ticket, self.staff)
        self._login(self.staff)
        self._close(self.alice_ticket)
        self.assertFalse(self.alice_ticket.closed_date)

    def test_hostile_values_are_answered_without_a_crash(self):
        self._login(self.alice)
        for ticket_id in ("x", "", "-1", "9" * 30, "1e9", "١", "\x00"):
            with self.subTest(ticket_id=ticket_id):
                response = self._post("/ticket/close", ticket_id=ticket_id, stage_id=ticket_id)
                self.assertLess(response.status_code, 500)
        self.assertLess(self._post("/ticket/close").status_code, 500)
        data = {"csrf_token": http.Request.csrf_token(self)}
        files = {"ticket_id": ("x.txt", b"1"), "stage_id": ("x.txt", b"1")}
        self.assertLess(self.url_open("/ticket/close", data=data, files=files).status_code, 500)
        self.assertLess(self._close(self.alice_ticket, other_id="x").status_code, 500)


@tagged("post_install", "-at_install")
class TestHoleSubmit(HoleCase):
    """/submitted/ticket took any team, category and number of files, and a plain link."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.write(
            {
                "helpdesk_mgmt_portal_select_team": True,
                "helpdesk_mgmt_portal_select_category": True,
                "helpdesk_mgmt_portal_team_id_required": False,
                "helpdesk_mgmt_portal_category_id_required": False,
            }
        )
        cls.second = cls._create_company("Second firm")
        cls.team = cls.env["helpdesk.ticket.team"].create({"name": "Offered"})
        cls.category = cls.env["helpdesk.ticket.category"].create({"name": "Offered"})

    def _tickets(self):
        return self.env["helpdesk.ticket"].search([("name", "=", "From the portal")])

    def _submit(self, files=None, **values):
        data = {"subject": "From the portal", "description": "text", **values}
        data["csrf_token"] = http.Request.csrf_token(self)
        response = self.url_open("/submitted/ticket", data=data, files=files)
        self.env.invalidate_all()
        return response

    def test_what_the_form_offers_is_taken(self):
        self._login(self.alice)
        files = [("attachment", (f"{number}.txt", b"x")) for number in range(2)]
        self._submit(files, team=self.team.id, category=self.category.id)
        ticket = self._tickets()
        self.assertEqual((ticket.team_id, ticket.category_id), (self.team, self.category))
        self.assertEqual(ticket.partner_id, self.alice.partner_id)
        self.assertEqual(len(ticket.attachment_ids), 2)

    def test_a_link_does_not_file_a_ticket(self):
        self._login(self.alice)
        answer = self.url_open("/submitted/ticket?subject=From the portal&description=x")
        self.assertEqual(answer.status_code, 405)
        self.assertFalse(self._tickets())

    def test_team_and_category_must_be_offered(self):
        values = {"name": "Hidden", "company_id": self.second.id}
        foreign_team = self.env["helpdesk.ticket.team"].create(values)
        foreign_category = self.env["helpdesk.ticket.category"].create(values)
        hidden = self.env["helpdesk.ticket.team"].create({"name": "x", "show_in_portal": False})
        self._login(self.alice)
        posts = [{"team": foreign_team.id}, {"team": hidden.id}, {"category": foreign_category.id}]
        bad = ("x", "-1", "9" * 30, "1.5")
        posts += [{name: value} for name in ("team", "category") for value in bad]
        for values in posts:
            with self.subTest(**values):
                response = self._submit(**values)
                self.assertEqual(response.status_code, 200)
                self.assertIn("Please choose", response.text)
                self.assertIn("From the portal", response.text, "what was typed is kept")
                self.assertFalse(self._tickets())

    def test_what_the_firm_requires_is_required(self):
        self.company.helpdesk_mgmt_portal_category_id_required = True
        self._login(self.alice)
        self.assertIn("Please choose", self._submit(team=self.team.id).text)
        self.assertFalse(self._tickets())

    def test_subject_and_description_are_needed(self):
        self._login(self.alice)
        for values in ({"subject": ""}, {"subject": "  "}, {"description": ""}):
            with self.subTest(**values):
                response = self._submit(**values)
                self.assertEqual(response.status_code, 200)
                self.assertIn("Please write", response.text)
        answer = self._post("/submitted/ticket")
        self.assertEqual(answer.status_code, 200)
        self.assertFalse(self._tickets())
        self._submit(subject="From the portal", description="nul\x00byte")
        self.assertEqual(len(self._tickets()), 1)

    def test_files_in_place_of_words_are_answered_without_a_crash(self):
        self._login(self.alice)
        for name in ("subject", "description", "team", "category"):
            with self.subTest(name):
                response = self._submit([(name, ("x.txt", b"x"))])
                self.assertEqual(response.status_code, 200)
        self.assertEqual(self._submit(attachment="x").status_code, 200)

    def test_the_number_of_files_is_limited(self):
        self._login(self.alice)
        files = [("attachment", (f"{number}.txt", b"x")) for number in range(21)]
        self.assertIn("20 files", self._submit(files).text)
        self.assertFalse(self._tickets())
        self._set("portal_max_files", 21)
        self._submit(files)
        self.assertEqual(len(self._tickets().attachment_ids), 21)


@tagged("post_install", "-at_install")
class TestHoleList(HoleCase):
    """A bad parameter of /my/tickets ended in a server error."""

    def test_the_list_shows_the_own_company_only(self):
        self._login(self.alan)
        page = self.url_open("/my/tickets?search=a&search_in=all&groupby=stage&sortby=stage").text
        self.assertIn("Acme cannot log in", page)
        self.assertNotIn("Beta lost", page)

    def test_hostile_parameters_are_answered_without_a_crash(self):
        self._login(self.alice)
        bad = ("nonsense", "%00", "a%00b", "-1", "'", "9" * 30, "x" * 3000, "%F0%9F%92%A9")
        names = ("sortby", "groupby", "filterby", "search", "search_in", "date_begin", "date_end")
        for name in names:
            for value in bad:
                with self.subTest(name=name, value=value[:20]):
                    url = f"/my/tickets?{name}={value}"
                    self.assertEqual(self.url_open(url).status_code, 200)
        url = "/my/tickets?date_begin=x&date_end=y&search=%00&search_in=nonsense"
        self.assertEqual(self.url_open(url).status_code, 200)
        url = "/my/tickets?date_begin=2020-01-01&date_end=2999-01-01"
        self.assertIn("Acme cannot", self.url_open(url).text)
        for path in ("page/" + "9" * 30, "page/0", "?page=x"):
            with self.subTest(path=path):
                self.assertLess(self.url_open(f"/my/tickets/{path}").status_code, 500)

    def test_hostile_ticket_numbers_lead_to_no_crash_and_no_ticket(self):
        self._login(self.alice)
        for number in (0, self.bob_ticket.id, "9" * 12, "9" * 40):
            with self.subTest(number=number):
                response = self.url_open(f"/my/ticket/{number}")
                self.assertLess(response.status_code, 500)
                self.assertNotIn("Beta lost", response.text)
