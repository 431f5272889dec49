# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from lxml import html as lxml_html
from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import MODULE
from .hole_common import HoleCase

REPORT = f"{MODULE}.report_support_statement"
LIST = "/my/support-accounts"


class PortalAccountCase(HoleCase):
    """Acme holds an account that also covers its faculty, where Fiona works; Beta has its own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.faculty = cls.env["res.partner"].create({"name": "Faculty", "is_company": True})
        cls.fiona = cls._create_portal_user("fiona", cls.faculty)
        cls.acme_account = cls._open_account(
            cls.acme, covered_partner_ids=[Command.set(cls.faculty.ids)]
        )
        cls.beta_account = cls._open_account(cls.beta)
        cls._post(cls.acme_account, "purchase", 40, name="Order S00042")
        cls._post(cls.acme_account, "usage", -3, ticket=cls.alice_ticket)
        cls.fiona_ticket = cls._create_ticket(cls.fiona, "Faculty needs courses")
        cls._post(cls.acme_account, "usage", -5, ticket=cls.fiona_ticket)
        cls._post(cls.beta_account, "grant", 77)

    @classmethod
    def _open_account(cls, partner, **values):
        account = cls.env["support.contract"].create(
            {"partner_id": partner.id, "tier_id": cls.env.ref(f"{MODULE}.tier_user").id, **values}
        )
        account.action_open()
        return account

    @classmethod
    def _post(cls, account, kind, points, ticket=None, name="Entry"):
        entry = {
            "contract_id": account.id,
            "kind": kind,
            "points": points,
            "work_date": "2026-01-05",
            "ticket_id": ticket and ticket.id,
            "level_id": ticket and ticket.support_level_id.id,
            "name": name,
        }
        return cls.env["support.point.entry"]._post([entry])

    def _open(self, user, url):
        """Open a page as a person; return its answer, and its text with single spaces."""
        self._login(user)
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200, url)
        main = lxml_html.fromstring(response.text).find(".//main")
        return response, " ".join(" ".join(main.itertext()).split())

    def _url(self, account, rest=""):
        return f"{LIST}/{account.id}{rest}"


@tagged("post_install", "-at_install")
class TestPortalAccountPages(PortalAccountCase):
    def test_the_home_card_shows_to_those_who_have_an_account(self):
        _response, text = self._open(self.alice, "/my")
        self.assertIn("Support accounts Points left: 32 See your points", text)
        for counters, values in (
            ([], {}),
            (["support_account_count"], {"support_account_count": 1}),
        ):
            with self.subTest(counters):
                found = self.make_jsonrpc_request("/my/counters", {"counters": counters})
                self.assertEqual(found, values)

    def test_the_home_card_says_what_is_left_of_each_account(self):
        second = self._open_account(self.acme, tier_id=self.env.ref(f"{MODULE}.tier_technical").id)
        _response, text = self._open(self.alice, "/my")
        self.assertIn(f"Points left: {self.acme_account.name}: 32 · {second.name}: 0", text)
        (self.acme_account | second).action_close()
        _response, text = self._open(self.alice, "/my")
        self.assertIn("Support accounts See your points", text)

    def test_the_list_has_own_accounts_with_balance_and_hours(self):
        for user in (self.alice, self.alan, self.fiona):
            with self.subTest(user.name):
                _response, text = self._open(user, LIST)
                self.assertIn(f"{self.acme_account.name} User support", text)
                self.assertIn("Acme 32 8:00 h Good", text)
                self.assertNotIn(self.beta_account.name, text)

    def test_without_an_account_the_list_explains_what_one_is(self):
        self.acme_account.covered_partner_ids = False
        _response, text = self._open(self.fiona, LIST)
        self.assertIn("You have no support account yet.", text)

    def test_drafts_do_not_show_and_closed_accounts_do(self):
        self.acme_account.action_close()
        draft = self.acme_account.copy()
        _response, text = self._open(self.alice, LIST)
        self.assertIn("8:00 h Closed", text)
        self.assertNotIn(draft.name, text)
        response = self.url_open(self._url(draft), allow_redirects=False)
        self.assertTrue(response.headers["Location"].endswith("/my"))
        _response, text = self._open(self.alice, self._url(self.acme_account))
        self.assertIn("closed on", text)
        self.assertIn("Points left 32 8:00 h Closed", text)

    def test_the_page_of_an_account_accounts_for_each_point(self):
        response, text = self._open(self.alice, self._url(self.acme_account))
        self.assertIn("Points left 32 8:00 h Good Credited +40 Used by requests −8", text)
        for ticket, points in ((self.alice_ticket, "−3"), (self.fiona_ticket, "−5")):
            # Date and number stand once more below the title, for telephones.
            row = rf"{ticket.number} {ticket.name} \S+ · {ticket.number} Received \S+ \S+ [AP]M"
            self.assertRegex(text, f"{row} 1st level {points}")
        self.assertIn("Purchase – Order S00042 01/05/2026 +40", text)
        self.assertIn("<svg", response.text)
        self.assertIn(f'href="/my/ticket/{self.alice_ticket.id}"', response.text)
        # Its page would not open.
        self.assertNotIn(f'href="/my/ticket/{self.fiona_ticket.id}"', response.text)

    def test_low_and_overdrawn_are_said_in_words(self):
        self._post(self.acme_account, "adjustment", -32)
        self.assertIn("Low", self._open(self.alice, self._url(self.acme_account))[1])
        self._post(self.acme_account, "adjustment", -1)
        _response, text = self._open(self.alice, self._url(self.acme_account))
        self.assertIn("−1 −0:15 h Overdrawn", text)
        self.assertIn("The account is overdrawn by 0:15 h", text)

    def test_an_account_without_entries_explains_itself(self):
        account = self._open_account(self.acme)
        self.assertIn("Nothing has been", self._open(self.alice, self._url(account))[1])

    def test_whom_an_account_covers_sees_the_balance_and_their_own_requests(self):
        response, text = self._open(self.fiona, self._url(self.acme_account))
        self.assertIn("Points left 32", text)
        self.assertRegex(
            text, r"Faculty needs courses \S+ · \S+ Received \S+ \S+ [AP]M 1st level −5"
        )
        self.assertIn("Other requests −3", text)
        self.assertIn("Purchase 01/05/2026 +40", text)
        for secret in (self.alice_ticket.number, "cannot log in", "S00042", "/statement", "<svg"):
            with self.subTest(secret):
                self.assertNotIn(secret, response.text)

    def test_beyond_a_hundred_requests_the_earlier_ones_are_one_line(self):
        for index in range(101):
            self._post(
                self.acme_account, "usage", -1, self._create_ticket(self.alice, f"No {index}")
            )
        _response, text = self._open(self.alice, self._url(self.acme_account))
        self.assertIn("No 100 ", text)
        self.assertNotIn("Acme cannot log in", text)
        self.assertIn("Earlier requests −9", text)

    def test_the_page_of_a_ticket_names_its_points_and_its_account(self):
        self.assertEqual(self.alice_ticket.support_contract_id, self.acme_account)
        response, text = self._open(self.alice, f"/my/ticket/{self.alice_ticket.id}")
        self.assertIn(f"Points used: 3 (0:45 h) Support account: {self.acme_account.name}", text)
        self.assertIn(self._url(self.acme_account), response.text)
        # Who follows a foreign ticket learns nothing of its account.
        self._follow(self.alice_ticket, self.bob)
        _response, text = self._open(self.bob, f"/my/ticket/{self.alice_ticket.id}")
        self.assertIn("Acme cannot log in", text)
        self.assertNotIn("Points used", text)

    def test_the_page_of_an_escalated_ticket_names_the_points_of_each_account(self):
        second = self._open_account(self.acme, tier_id=self.env.ref(f"{MODULE}.tier_technical").id)
        self._post(second, "usage", -2, self.alice_ticket)
        self.assertEqual(
            self.alice_ticket.support_points_by_account,
            f"{self.acme_account.name}: 3 · {second.name}: 2",
        )
        _response, text = self._open(self.alice, f"/my/ticket/{self.alice_ticket.id}")
        self.assertIn(
            f"Points used: {self.acme_account.name}: 3 (0:45 h) · {second.name}: 2 (0:30 h) "
            f"Support account: {self.acme_account.name}",
            text,
        )
        # What another's account lacks, as long as the customer was wrong, is not for them.
        self._post(self.beta_account, "usage", -1, self.fiona_ticket)
        _response, text = self._open(self.fiona, f"/my/ticket/{self.fiona_ticket.id}")
        self.assertIn("Points used: 5 (1:15 h) Support account", text)

    def test_the_words_of_staff_among_themselves_stay_inside(self):
        self.env["hr.employee"].create({"name": "Staff", "user_id": self.staff.id})
        self.env["account.analytic.line"].with_user(self.staff).create(
            {"ticket_id": self.alice_ticket.id, "name": "MARKER of time", "unit_amount": 1}
        )
        self.alice_ticket.with_user(self.staff).message_post(body="MARKER of a note")
        for url in (
            LIST,
            self._url(self.acme_account),
            self._url(self.acme_account, "/statement"),
            f"/my/ticket/{self.alice_ticket.id}",
        ):
            with self.subTest(url):
                self._login(self.alice)
                response = self.url_open(url)
                self.assertEqual(response.status_code, 200)
                self.assertNotIn("MARKER", response.text)

    def test_the_statement_is_a_pdf_for_the_holder(self):
        reports = type(self.env["ir.actions.report"])
        render = reports._pre_render_qweb_pdf

        def force(report, *args, **kwargs):
            return render(report.with_context(force_report_rendering=True), *args, **kwargs)

        self.patch(reports, "_pre_render_qweb_pdf", force)
        self._login(self.alice)
        with self.allow_pdf_render():
            response = self.url_open(self._url(self.acme_account, "/statement"))
        self.assertEqual(response.status_code, 200)
        self.assertEqual(response.headers["Content-Type"], "application/pdf")
        self.assertTrue(response.content.startswith(b"%PDF"))
        self.assertIn(self.acme_account.name, response.headers["Content-Disposition"])

    def test_the_statement_is_of_the_current_period_and_made_once(self):
        self._login(self.alan)
        url = self._url(self.acme_account, "/statement")
        for _time in range(2):
            text = self.url_open(url).text
            for words in (self.acme_account.name, "Acme cannot log in", "Faculty needs courses"):
                self.assertIn(words, text)
        statement = self.env["support.statement"].search(
            [("contract_id", "=", self.acme_account.id)]
        )
        self.assertEqual(statement.mapped("state"), ["draft"])


@tagged("post_install", "-at_install")
class TestPortalAccountAccess(PortalAccountCase):
    """Portal users get their own customer's accounts by their pages, and nothing by RPC."""

    def _assert_no_page(self, url):
        """Assert the answer that foreign and unknown accounts have in common."""
        response = self.url_open(url, allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertTrue(response.headers["Location"].endswith("/my"))
        return response

    def test_foreign_and_unknown_accounts_look_alike(self):
        self._login(self.bob)
        unknown = (0, 999999999, 2**31 - 1, 2**31, 10**30)
        for account_id in (self.acme_account.id, *unknown):
            for rest in ("", "/statement", "?access_token=x", "/statement?report_type=html"):
                with self.subTest(account_id=account_id, rest=rest):
                    self._assert_no_page(f"{LIST}/{account_id}{rest}")
        self.assertFalse(self.acme_account.statement_ids)

    def test_what_is_no_id_is_no_page(self):
        self._login(self.bob)
        with mute_logger("odoo.http"):
            for part in ("x", "-1", "1.5", "1%20or%201=1", "..", "1/../2"):
                with self.subTest(part):
                    self.assertLess(self.url_open(f"{LIST}/{part}").status_code, 500)

    def test_visitors_are_asked_to_log_in(self):
        self.authenticate(None, None)
        for url in (LIST, self._url(self.acme_account), self._url(self.acme_account, "/statement")):
            with self.subTest(url):
                response = self.url_open(url, allow_redirects=False)
                self.assertEqual(response.status_code, 303)
                self.assertIn("/web/login", response.headers["Location"])

    def test_the_statement_is_for_the_holder_alone(self):
        self._login(self.fiona)
        self._assert_no_page(self._url(self.acme_account, "/statement"))

    def test_a_subsidiary_and_a_former_member_see_nothing(self):
        subsidiary = self.env["res.partner"].create(
            {"name": "Acme Sub", "is_company": True, "parent_id": self.acme.id}
        )
        for employer in (subsidiary, self.env["res.partner"]):
            with self.subTest(employer.name):
                self.alan.partner_id.parent_id = employer
                self._login(self.alan)
                self._assert_no_page(self._url(self.acme_account))
        self.acme_account.covered_partner_ids = False
        self._login(self.fiona)
        self._assert_no_page(self._url(self.acme_account))

    def test_accounts_with_other_companies_of_the_firm_stay_there(self):
        company = self._create_company("Second firm")
        account = self.beta_account.copy({"company_id": company.id})
        account.state = "open"
        self._login(self.bob)
        self._assert_no_page(self._url(account))

    def test_a_request_that_moved_to_another_customer_keeps_its_title_there(self):
        self.fiona_ticket.sudo().partner_id = self.bob.partner_id
        response, _text = self._open(self.alice, self._url(self.acme_account))
        self.assertNotIn("Faculty needs courses", response.text)
        self.assertNotIn(self.fiona_ticket.number, response.text)

    def test_a_request_that_was_theirs_by_mistake_says_so_and_nothing_else(self):
        self._post(self.acme_account, "correction", 5, self.fiona_ticket)
        _response, text = self._open(self.alice, self._url(self.acme_account))
        self.assertIn("Faculty needs courses", text)
        self.fiona_ticket.sudo().partner_id = self.bob.partner_id
        _response, text = self._open(self.alice, self._url(self.acme_account))
        self.assertIn("Correction: filed under this account by mistake", text)
        self.assertNotIn("Faculty needs courses", text)
        self.assertIn("Points left 37", text)

    def test_rpc_is_refused_even_to_the_holder(self):
        statement = self.acme_account._current_statement()
        records = (self.acme_account, self.acme_account.entry_ids[:1], statement)
        for record in records:
            for method, args in {
                "read": (record.ids, ["display_name"]),
                "search": ([],),
                "search_read": ([],),
                "search_count": ([],),
                "name_search": (),
                "read_group": ([], ["id"], ["create_uid"]),
                "web_read": (record.ids, {"display_name": {}}),
                "export_data": (record.ids, ["display_name"]),
                "write": (record.ids, {"name": "x"}),
                "unlink": (record.ids,),
                "copy": (record.ids,),
            }.items():
                with self.subTest(model=record._name, method=method):
                    self._assert_refused(self.alice, record._name, method, *args)
        for method in ("action_print_statement", "_portal_statement", "_current_statement"):
            with self.subTest(method):
                self._assert_refused(self.alice, "support.contract", method, self.acme_account.ids)

    def test_report_urls_are_refused_even_to_the_holder(self):
        statement = self.acme_account._current_statement()
        for user in (self.alice, self.bob):
            self._login(user)
            for kind in ("pdf", "html", "text"):
                for report in (REPORT, f"{REPORT}_document"):
                    url = f"/report/{kind}/{report}/{statement.id}"
                    with self.subTest(user=user.name, url=url), mute_logger("odoo.http"):
                        response = self.url_open(url)
                        self.assertGreaterEqual(response.status_code, 400)
                        self.assertNotIn("Acme cannot log in", response.text)
                        self.assertNotIn(self.acme_account.name, response.text)

    def test_pages_carry_no_token(self):
        for url in (LIST, self._url(self.acme_account)):
            response, _text = self._open(self.alice, url)
            self.assertNotRegex(response.text, r"access_token=\w")


@tagged("post_install", "-at_install")
class TestPortalAccountQueries(PortalAccountCase):
    def _count(self):
        url = self._url(self.acme_account)
        for _time in range(3):
            self.url_open(url)
        nested = self.profile(collectors=["sql"], db=False)
        with nested:
            response = self.url_open(url)
        self.assertIn("No 9", response.text)
        (route,) = nested._profiler__.sub_profilers
        queries = [entry["full_query"] for entry in route.collectors[0].entries]
        return len([query for query in queries if "SAVEPOINT" not in query])

    def _use(self, count):
        for index in range(count):
            ticket = self._create_ticket(
                (self.alice, self.alan, self.fiona)[index % 3], f"No {index}"
            )
            self._post(self.acme_account, "usage", -1, ticket)

    def test_a_long_history_costs_no_more_queries(self):
        self._login(self.alice)
        self._use(10)
        few = self._count()
        self._use(40)
        many = self._count()
        self.assertEqual(many, few)
        self.assertLessEqual(many, 20)
