# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import http
from odoo.tests import tagged
from odoo.tools import mute_logger

from .access_case import PACKAGE, AccessCase

HELPDESK = "odoo.addons.helpdesk_mgmt."
HOSTILE_IDS = ("0", "-1", "2147483648", "9" * 40, "1.5", "x", "%00", "1%00", "%F0%9F%92%A3", "..")
HOSTILE = (
    "\x00",
    "a\x00b",
    "-1",
    "0",
    "1e300",
    "NaN",
    "9" * 400,
    "null",
    "[]",
    '{"a": 1}',
    "1' OR '1'='1",
    "'; DROP TABLE support_contract; --",
    "%s %(a)s {0} ${1}",
    "<script>alert(1)</script>",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "\u202e\u0000\u2028",
    "../../../../etc/passwd",
    "__class__",
    "create_uid.password",
    "2020-13-45",
    "9999-99-99 99:99:99",
)
# What pages read, and what they might be tempted to.
READ_NAMES = (
    "page",
    "date_begin",
    "date_end",
    "sortby",
    "filterby",
    "search",
    "search_in",
    "groupby",
    "access_token",
    "report_type",
    "download",
    "pid",
    "hash",
    "error",
    "date_from",
    "date_to",
)
POST_NAMES = (
    "ticket_id",
    "stage_id",
    "contract_id",
    "support_contract_id",
    "partner_id",
    "company_id",
    "team",
    "category",
    "subject",
    "description",
    "context",
)
OF_ACME, OF_BETA = ("Acme cannot log in", "Spare A"), ("Beta lost its exams", "Spare B")
OF_NOBODY = ("Second firm", "Spare 2")
SECRETS = {
    "alice": (*OF_BETA, *OF_NOBODY),
    "bob": (*OF_ACME, *OF_NOBODY),
    "fiona": (*OF_ACME, *OF_BETA, *OF_NOBODY),
    None: (*OF_ACME, *OF_BETA, *OF_NOBODY),
}


@tagged("post_install", "-at_install")
class TestAccessRoutes(AccessCase):
    """No route answers hostile input with a traceback, or with what is another customer's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        accounts = cls.records["support.contract"]
        cls.foreign_ids = {
            str(record.id)
            for records in (accounts, cls.records["helpdesk.ticket"])
            for record in records.values()
        }

    def _routes(self):
        """Return path and methods of the routes that this addon and helpdesk_mgmt define."""
        router = self.env["ir.http"]
        rules = router._generate_routing_rules(
            sorted(self.env.registry._init_modules), router._get_converters()
        )
        for path, endpoint in rules:
            method = endpoint.func
            if any(
                method.__name__ in vars(base) and base.__module__.startswith((PACKAGE, HELPDESK))
                for base in type(method.__self__).mro()
            ):
                yield path, endpoint.routing

    def _urls(self):
        """Return URLs with hostile values for each variable of each route, and their routing."""
        for path, routing in self._routes():
            variables = re.findall("<[^>]*>", path)
            if not variables:
                yield path, routing
            for value in (*HOSTILE_IDS, *self.foreign_ids) if variables else ():
                yield re.sub("<[^>]*>", value, path), routing

    def _assert_harmless(self, role, response, what):
        with self.subTest(role=role, request=what):
            self.assertLess(response.status_code, 500)
            self.assertNotIn("Traceback", response.text)
            for secret in SECRETS[role]:
                self.assertNotIn(secret, response.text)

    def _enter(self, role):
        if role:
            self._login(self.users[role])
        else:
            self.authenticate(None, None)

    def _ask(self, role, method, url, **kwargs):
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_http", "werkzeug"):
            response = self.opener.request(
                method, self.base_url() + url, allow_redirects=False, timeout=30, **kwargs
            )
        self._assert_harmless(role, response, f"{method} {url} {kwargs}"[:300])
        return response

    def test_the_walk_covers_the_known_routes(self):
        paths = {path for path, _routing in self._routes()}
        self.assertLessEqual(
            {
                "/my/tickets",
                "/my/ticket/<int:ticket_id>",
                "/new/ticket",
                "/submitted/ticket",
                "/ticket/close",
                "/my/support-accounts/<int:contract_id>/statement",
            },
            paths,
        )
        self.assertNotIn("/my/ticket/<int:ticket_id>/<access_token>", paths)

    def test_hostile_paths(self):
        for role in SECRETS:
            self._enter(role)
            for url, _routing in self._urls():
                self._ask(role, "GET", url)
        for url, _routing in self._urls():
            self._ask(role, "POST", url)

    def test_unusual_http_methods(self):
        self._enter("bob")
        for path, _routing in self._routes():
            url = re.sub("<[^>]*>", next(iter(self.foreign_ids)), path)
            for method in ("PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"):
                self._ask("bob", method, url)

    def _send(self, url, routing, values):
        """Send parameters as a page's form or link would."""
        if self._is_form(routing):
            token = http.Request.csrf_token(self)
            self._ask("bob", "POST", url, data={**values, "csrf_token": token})
        else:
            self._ask("bob", "GET", url, params=values)

    def _is_form(self, routing):
        return routing.get("methods") == ["POST"]

    def test_hostile_parameters(self):
        self._enter("bob")
        for path, routing in self._routes():
            model = "support.contract" if "contract_id" in path else "helpdesk.ticket"
            url = re.sub("<[^>]*>", str(self.records[model]["B"].id), path)
            for hostile in (*HOSTILE, *self.foreign_ids):
                self._send(url, routing, dict.fromkeys((*READ_NAMES, *POST_NAMES), hostile))

    def test_parameters_one_by_one_and_as_arrays(self):
        self._enter("bob")
        token = http.Request.csrf_token(self)
        for path, routing in self._routes():
            if "statement" in path:
                continue  # A PDF each; the parameters are tried together above.
            url = re.sub("<[^>]*>", str(self.bob_ticket.id), path)
            posted = self._is_form(routing)
            for name in POST_NAMES if posted else READ_NAMES:
                for hostile in ("\x00", "9" * 40, ["1", "x"]):
                    self._send(url, routing, {name: hostile})
            self._ask("bob", "GET", url + "?%00=%00&a[]=1&a[b]=2&=&&%F0%9F")
            if posted:
                # Without a token, as JSON, as a file where text is expected, not as a form at all.
                self._ask("bob", "POST", url, data={"ticket_id": "1"})
                self._ask("bob", "POST", url, json={"params": {"ticket_id": [1]}})
                self._ask("bob", "POST", url, data=b"\x00\xff", headers={"Content-Type": "x/y"})
                self._ask(
                    "bob",
                    "POST",
                    url,
                    data={"csrf_token": token, "subject": "x"},
                    files=[(name, ("a\x00b.txt", b"x")) for name in ("subject", "team", "a[]")],
                )
