# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name

MODULE = "helpdesk_support_points"


class RaceCase(BaseCase):
    """Real transactions that commit: each test makes its own customer."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())

    def _cursor(self):
        cursor = self.registry.cursor()
        self.addCleanup(cursor.close)
        return cursor

    def _env(self, cursor):
        return api.Environment(cursor, SUPERUSER_ID, {"tracking_disable": True})

    def _commit_account(self, points, tickets=1, **values):
        """Commit an open account with points and tickets; return their ids."""
        with self.registry.cursor() as cursor:
            env = self._env(cursor)
            partner = env["res.partner"].create({"name": "Race", "is_company": True})
            contract = env["support.contract"].create(
                {
                    "partner_id": partner.id,
                    "tier_id": env.ref(f"{MODULE}.tier_user").id,
                    "company_id": env.company.id,
                    **values,
                }
            )
            contract.action_open()
            if points:
                env["support.point.entry"]._post(
                    [
                        {
                            "contract_id": contract.id,
                            "kind": "grant",
                            "points": points,
                            "work_date": "2026-01-01",
                            "name": "Grant",
                        }
                    ]
                )
            ticket_ids = [
                env["helpdesk.ticket"]
                .create(
                    {
                        "name": "Race",
                        "description": "x",
                        "partner_id": partner.id,
                        "support_level_id": env.ref(f"{MODULE}.level_1").id,
                    }
                )
                .id
                for _index in range(tickets)
            ]
            if not env["hr.employee"].search([("user_id", "=", SUPERUSER_ID)]):
                env["hr.employee"].create({"name": "Race", "user_id": SUPERUSER_ID})
            # Made once here: its creation is not what these races are about.
            env.company._get_support_project()
            cursor.commit()
            return contract.id, ticket_ids

    def _log(self, cursor, ticket_id, minutes=15, **values):
        env = self._env(cursor)
        line = env["account.analytic.line"].create(
            {"ticket_id": ticket_id, "unit_amount": minutes / 60, "name": "Race", **values}
        )
        env.flush_all()
        return line

    def _balance(self, contract_id):
        with self.registry.cursor() as cursor:
            return self._env(cursor)["support.contract"].browse(contract_id).balance
