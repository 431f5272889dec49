# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, http
from odoo.tests import HttpCase, JsonRpcException, new_test_user
from odoo.tools import mute_logger

from .common import UNINVITED

PARAMETER = "helpdesk_support_points.%s"


class HoleCase(HttpCase):
    """Two customers with portal users, staff of the lowest and the highest group, real requests.

    Acme has Alice and Alan, Beta has Bob. Helpers act as a person with a browser would.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.acme = cls.env["res.partner"].create({"name": "Acme", "is_company": True})
        cls.beta = cls.env["res.partner"].create({"name": "Beta", "is_company": True})
        cls.alice = cls._create_portal_user("alice", cls.acme)
        cls.alan = cls._create_portal_user("alan", cls.acme)
        cls.bob = cls._create_portal_user("bob", cls.beta)
        cls.staff = new_test_user(
            cls.env,
            "hole.staff",
            "helpdesk_mgmt.group_helpdesk_user_own",
            context=UNINVITED,
            email="staff@firm.example",
        )
        cls.manager = new_test_user(
            cls.env,
            "hole.lead",
            "helpdesk_mgmt.group_helpdesk_manager",
            context=UNINVITED,
            email="lead@firm.example",
        )
        cls.closing_stage = cls.env["helpdesk.ticket.stage"].search(
            [("close_from_portal", "=", True)], limit=1
        )
        cls.alice_ticket = cls._create_ticket(cls.alice, "Acme cannot log in")
        cls.bob_ticket = cls._create_ticket(cls.bob, "Beta lost its exams")

    @classmethod
    def _create_portal_user(cls, name, company):
        user = new_test_user(
            cls.env,
            f"hole.{name}",
            "base.group_portal",
            context=UNINVITED,
            name=name.title(),
            email=f"{name}@{company.name.lower()}.example",
        )
        user.partner_id.parent_id = company
        return user

    @classmethod
    def _create_ticket(cls, user, name, **values):
        return cls.env["helpdesk.ticket"].create(
            {
                "name": name,
                "description": "<p>Please help.</p>",
                "partner_id": user.partner_id.id,
                "user_id": cls.staff.id,
                **values,
            }
        )

    def _login(self, user):
        self.authenticate(user.login, user.login + "x" * (8 - len(user.login)))

    def _set(self, parameter, value):
        self.env["ir.config_parameter"].sudo().set_param(PARAMETER % parameter, value)

    def _rpc(self, user, model, method, *args, **kwargs):
        """Call a method as the browser's web client does."""
        self._login(user)
        return self.make_jsonrpc_request(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(args), "kwargs": kwargs},
        )

    def _assert_refused(self, user, model, method, *args, **kwargs):
        error = "AccessError|UserError|ValidationError"
        with self.assertRaisesRegex(JsonRpcException, error), mute_logger("odoo.http"):
            self._rpc(user, model, method, *args, **kwargs)
        self.env.invalidate_all()

    def _post(self, url, token=True, **data):
        if token:
            data["csrf_token"] = http.Request.csrf_token(self)
        response = self.url_open(url, data=data)
        self.env.invalidate_all()
        return response

    def _follow(self, ticket, *users):
        ticket.message_subscribe(partner_ids=[user.partner_id.id for user in users])

    def _attach(self, name, **values):
        return self.env["ir.attachment"].create({"name": name, "raw": b"content", **values})

    @classmethod
    def _create_company(cls, name, *users):
        company = cls.env["res.company"].create({"name": name})
        for user in users:
            user.company_ids = [Command.link(company.id)]
        return company
