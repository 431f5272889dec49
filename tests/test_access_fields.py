# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.models import LOG_ACCESS_COLUMNS
from odoo.tests import tagged

from .access_case import AccessCase
from .common import MODULE

# Touched by the system before it reads; their value says nothing.
MEANINGLESS = {"support_rounding_guard"}
FORGED = {
    "char": "FORGED",
    "text": "FORGED",
    "integer": 77,
    "float": 77.0,
    "monetary": 77.0,
    "date": "2020-01-01",
    "datetime": "2020-01-01 00:00:00",
    "boolean": True,
}


@tagged("post_install", "-at_install")
class TestAccessFields(AccessCase):
    """What the system sets is set by nobody else, and a form says nothing but what it asks."""

    def _system_fields(self):
        """Return model and field of what forms show as read-only, with a value to forge it."""
        for name in (*self.written, "support.guarantee.run", "support.ticket.pause"):
            for field in self.env[name]._fields.values():
                if field._module != MODULE or not field.store or not field.readonly:
                    continue
                if field.name in (*MEANINGLESS, *LOG_ACCESS_COLUMNS) or field.related:
                    continue
                value = FORGED.get(field.type)
                if field.type == "selection":
                    value = field.get_values(self.env)[-1]
                if value is not None:
                    yield name, field.name, value

    def test_nobody_sets_by_rpc_what_the_system_sets(self):
        tried = 0
        for model, name, value in self._system_fields():
            record = self.records[model]["A"]
            before = record.sudo()[name]
            for role in ("alice", "own", "all", "manager", "accounting", "sales"):
                with self.subTest(field=f"{model}.{name}", role=role):
                    self.assertIn(self._stored_after(role, record, name, value), (None, before))
                    tried += 1
        self.assertGreater(tried, 50)

    def test_a_form_takes_no_account_company_or_customer_from_the_customer(self):
        self._login(self.alice)
        foreign = self.records["support.contract"]
        for account in (foreign["B"], foreign["2"]):
            response = self.url_open(
                "/submitted/ticket",
                data={
                    "csrf_token": http.Request.csrf_token(self),
                    "subject": f"Posted {account.id}",
                    "description": "x",
                    "support_contract_id": account.id,
                    "contract_id": account.id,
                    "partner_id": self.beta.id,
                    "company_id": self.company_2.id,
                    "support_level_id": self.records["support.level"]["2"].id,
                    "user_id": self.users["manager"].id,
                    "number": "FORGED",
                    "support_points": "0",
                },
            )
            self.assertEqual(response.status_code, 200)
            self.env.invalidate_all()
            ticket = self.env["helpdesk.ticket"].search([("name", "=", f"Posted {account.id}")])
            with self.subTest(account=account.name):
                self.assertEqual(ticket.partner_id, self.alice.partner_id)
                self.assertEqual(ticket.company_id, self.company)
                self.assertNotEqual(ticket.number, "FORGED")
                self.assertFalse(ticket.user_id)
                self.assertIn(ticket.support_contract_id, (foreign["A"], foreign["A"].browse()))
