# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import TransactionCase, new_test_user

MODULE = "helpdesk_support_points"
# For new users of whom nobody reads the invitation: writing it costs most of making them.
UNINVITED = {"no_reset_password": True}


class SupportCommon(TransactionCase):
    """Two universities, staff of the ordinary helpdesk groups, and helpers named after acts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        cls.tier_user = cls.env.ref(f"{MODULE}.tier_user")
        cls.tier_technical = cls.env.ref(f"{MODULE}.tier_technical")
        cls.level_1 = cls.env.ref(f"{MODULE}.level_1")
        cls.level_2 = cls.env.ref(f"{MODULE}.level_2")
        cls.level_3 = cls.env.ref(f"{MODULE}.level_3")
        cls.university = cls.env["res.partner"].create(
            {"name": "University of Testing", "is_company": True}
        )
        cls.student_office = cls.env["res.partner"].create(
            {"name": "Student Office", "parent_id": cls.university.id}
        )
        cls.other_university = cls.env["res.partner"].create(
            {"name": "Other University", "is_company": True}
        )
        cls.staff = cls._create_staff("support.staff", "helpdesk_mgmt.group_helpdesk_user")
        cls.colleague = cls._create_staff("support.colleague", "helpdesk_mgmt.group_helpdesk_user")
        cls.manager = cls._create_staff("support.lead", "helpdesk_mgmt.group_helpdesk_manager")

    @classmethod
    def _create_staff(cls, login, groups, company=None):
        company = company or cls.company
        user = new_test_user(
            cls.env,
            login=login,
            groups=groups,
            context=UNINVITED,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        cls.env["hr.employee"].create(
            {"name": login, "user_id": user.id, "company_id": company.id, "hourly_cost": 50.0}
        )
        return user

    @classmethod
    def _open_contract(cls, partner=None, tier=None, points=0, **values):
        contract = cls.env["support.contract"].create(
            {
                "partner_id": (partner or cls.university).id,
                "tier_id": (tier or cls.tier_user).id,
                "company_id": cls.company.id,
                **values,
            }
        )
        contract.action_open()
        if points:
            cls._grant(contract, points)
        return contract

    @classmethod
    def _grant(cls, contract, points, day="2026-01-05", **values):
        return cls.env["support.point.entry"]._post(
            [
                {
                    "contract_id": contract.id,
                    "kind": "grant",
                    "points": points,
                    "work_date": day,
                    "name": "Grant",
                    **values,
                }
            ]
        )

    @classmethod
    def _create_ticket(cls, partner=None, level=None, **values):
        return cls.env["helpdesk.ticket"].create(
            {
                "name": "Login fails",
                "description": "<p>Nobody can log in.</p>",
                "partner_id": (cls.student_office if partner is None else partner).id,
                "support_level_id": (level or cls.level_1).id,
                **values,
            }
        )

    def _log(self, ticket, minutes, user=None, **values):
        """Log minutes on a ticket as a person would: nothing but the ticket is given."""
        return (
            self.env["account.analytic.line"]
            .with_user(user or self.staff)
            .create(
                {
                    "ticket_id": ticket.id,
                    "name": "Internal note of the work",
                    "unit_amount": minutes / 60,
                    **values,
                }
            )
        )

    def _run_cron(self, name):
        """Run a job of this module, by the end of its name, as the scheduler does."""
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_{name}").method_direct_trigger()
        self.env.invalidate_all()

    def _usage(self, contract):
        """Entries of usage and their corrections, oldest first."""
        return contract.entry_ids.filtered(
            lambda entry: entry.kind in ("usage", "correction")
        ).sorted("id")
