# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import new_test_user

from .common import MODULE, UNINVITED
from .hole_common import HoleCase

EXPORT = "base.group_allow_export"
STAFF = {
    "employee": "base.group_user",
    "own": "helpdesk_mgmt.group_helpdesk_user_own",
    "team": "helpdesk_mgmt.group_helpdesk_user_team",
    "all": "helpdesk_mgmt.group_helpdesk_user",
    "manager": "helpdesk_mgmt.group_helpdesk_manager",
    "accounting": f"{MODULE}.group_support_accounting",
    "invoicing": "account.group_account_invoice",
    "sales": "sales_team.group_sale_salesman",
}
# The strongest rights that there are, in the other company alone.
STAFF_2 = (
    "helpdesk_mgmt.group_helpdesk_manager,account.group_account_manager,"
    "sales_team.group_sale_manager"
)
DAY = "2026-01-05"


class AccessWorld(HoleCase):
    """Two companies with customers and staff of every kind. Each record has a label: A is of Acme
    and B of Beta in company 1, 2 of company 2, which serves Acme too. Acme's account covers the
    faculty of Fiona. ``records``, ``spare`` (what nothing hangs on), ``written`` and ``created``.
    """

    # Further roles of a test: name → group.
    others = {}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        cls.company_2 = cls.env["res.company"].create(
            {"name": "Second firm", "currency_id": cls._other_currency().id}
        )
        cls.faculty = cls.env["res.partner"].create({"name": "Faculty", "is_company": True})
        cls.fiona = cls._create_portal_user("fiona", cls.faculty)
        cls._create_users()
        cls._create_terms()
        cls._create_tickets()
        cls._create_accounts()
        cls._create_time()
        cls._create_measures()
        cls._create_documents()
        cls._describe_changes()
        cls.env.flush_all()

    @classmethod
    def _other_currency(cls):
        currency = cls.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("id", "!=", cls.env.company.currency_id.id)], limit=1)
        currency.active = True
        return currency

    @classmethod
    def _create_users(cls):
        cls.users = {
            "public": cls.env.ref("base.public_user"),
            "alice": cls.alice,
            "alan": cls.alan,
            "bob": cls.bob,
            "fiona": cls.fiona,
        }
        # Not what customers have, but then rules alone stand between them and an export.
        for user in (cls.alice, cls.alan, cls.bob, cls.fiona):
            user.group_ids = [Command.link(cls.env.ref(EXPORT).id)]
        for role, group in {**STAFF, **cls.others}.items():
            cls.users[role] = cls._create_staff(role, f"{group},{EXPORT}", cls.company)
        cls.users["staff 2"] = cls._create_staff("staff2", f"{STAFF_2},{EXPORT}", cls.company_2)
        admin = cls.env.ref("base.user_admin")
        admin.company_ids = [Command.link(cls.company_2.id)]
        admin.group_ids = [
            Command.link(cls.env.ref(group).id)
            for group in (*STAFF.values(), *STAFF_2.split(","), EXPORT)
        ]
        cls.users["admin"] = admin

    @classmethod
    def _create_staff(cls, name, groups, company):
        user = new_test_user(
            cls.env,
            f"access.{name}",
            groups,
            context=UNINVITED,
            email=f"{name}@firm.example",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        cls.env["hr.employee"].create(
            {"name": name, "user_id": user.id, "company_id": company.id, "hourly_cost": 71.5}
        )
        return user

    @classmethod
    def _create_terms(cls):
        tiers = cls.env["support.tier"]
        shared = cls.env.ref(f"{MODULE}.tier_user")
        rate = {"hourly_rate": 120}
        own, foreign = tiers.create(
            [
                {"name": "Tier of 1", "code": "T1", "company_id": cls.company.id, **rate},
                {"name": "Tier of 2", "code": "T2", "company_id": cls.company_2.id, **rate},
            ]
        )
        spares = tiers.create(
            [
                {"name": f"Spare {label}", "code": "SP", "company_id": company.id, **rate}
                for label, company in cls._companies(shared=True)
            ]
        )
        tier_by_label = {"A": shared, "B": own, "2": foreign}
        levels = cls.env["support.level"].create(
            [
                {"name": f"Level {label}", "code": f"L{label}", "tier_id": tier.id}
                for label, tier in tier_by_label.items()
            ]
        )
        cls.records = {
            "support.tier": tier_by_label,
            "support.level": dict(zip("AB2", levels, strict=True)),
        }
        cls.spare = {
            "support.tier": dict(zip("AB2", spares, strict=True)),
            "support.level": {
                label: level.copy() for label, level in cls.records["support.level"].items()
            },
        }

    @classmethod
    def _companies(cls, shared=False):
        first = cls.company.browse() if shared else cls.company
        return (("A", first), ("B", cls.company), ("2", cls.company_2))

    @classmethod
    def _customers(cls):
        return {"A": cls.acme, "B": cls.beta, "2": cls.acme}

    @classmethod
    def _create_tickets(cls):
        teams = cls.env["helpdesk.ticket.team"].create(
            [
                {"name": "Team of 1", "company_id": cls.company.id},
                {"name": "Others of 1", "company_id": cls.company.id},
                {"name": "Team of 2", "company_id": cls.company_2.id},
            ]
        )
        teams[0].user_ids = cls.users["own"] | cls.users["team"]
        cls.alice_ticket.write({"user_id": cls.users["own"].id, "team_id": teams[0].id})
        cls.bob_ticket.write({"user_id": cls.users["manager"].id, "team_id": teams[1].id})
        foreign = cls._new_ticket("Second firm's secret", "2", team_id=teams[2].id)
        cls.records["helpdesk.ticket"] = {"A": cls.alice_ticket, "B": cls.bob_ticket, "2": foreign}
        for label, ticket in cls.records["helpdesk.ticket"].items():
            ticket.support_level_id = cls.records["support.level"][label]
        assignee = {"A": cls.users["own"].id, "B": cls.users["manager"].id}
        cls.spare["helpdesk.ticket"] = {
            label: cls._new_ticket(
                f"Spare {label}", label, user_id=assignee.get(label), team_id=team.id
            )
            for label, team in zip("AB2", teams, strict=True)
        }

    @classmethod
    def _new_ticket(cls, name, label, **values):
        partner = {"A": cls.alice, "B": cls.bob, "2": cls.alice}[label].partner_id
        return cls.env["helpdesk.ticket"].create(
            {
                "name": name,
                "description": f"<p>{name}</p>",
                "partner_id": partner.id,
                "company_id": dict(cls._companies())[label].id,
                **values,
            }
        )

    @classmethod
    def _create_accounts(cls):
        contracts = cls.env["support.contract"]
        companies = dict(cls._companies())
        values = [
            {
                "partner_id": cls._customers()[label].id,
                "tier_id": cls.records["support.tier"][label].id,
                "company_id": companies[label].id,
                "user_id": False,
            }
            for label in "AB2"
        ]
        accounts = dict(zip("AB2", contracts.create(values), strict=True))
        accounts["A"].covered_partner_ids = cls.faculty
        cls.records["support.contract"] = accounts
        cls.spare["support.contract"] = dict(zip("AB2", contracts.create(values), strict=True))
        entries, statements, guarantees = {}, {}, {}
        for label, account in accounts.items():
            account.action_open()
            entries[label] = cls.env["support.point.entry"]._post(
                [
                    {
                        "contract_id": account.id,
                        "kind": "purchase",
                        "points": 40,
                        "work_date": DAY,
                        "amount": 1234.5,
                        "currency_id": account.currency_id.id,
                        "name": f"Order of {label}",
                    }
                ]
            )
            statements[label] = cls.env["support.statement"].create({"contract_id": account.id})
            guarantees[label] = cls.env["support.guarantee"].create(
                {"contract_id": account.id, "reaction_hours": 2}
            )
        cls.records["support.reconciliation"] = {
            label: cls.env["support.reconciliation"].create(
                {"contract_id": one.id, "company_id": one.company_id.id, "cause": "usage"}
            )
            for label, one in accounts.items()
        }
        cls.records["support.point.entry"] = entries
        cls.records["support.statement"] = statements
        cls.records["support.guarantee"] = guarantees

    @classmethod
    def _create_time(cls):
        workers = {"A": "own", "B": "all", "2": "staff 2"}
        cls.records["account.analytic.line"] = {
            label: cls.env["account.analytic.line"]
            .with_user(cls.users[role])
            .sudo()
            .create(
                {
                    "ticket_id": cls.records["helpdesk.ticket"][label].id,
                    "name": "Internal words",
                    "unit_amount": 0.5,
                }
            )
            for label, role in workers.items()
        }

    @classmethod
    def _create_measures(cls):
        """Make what the system notes of tickets."""
        period = {"start_at": f"{DAY} 09:00:00", "end_at": f"{DAY} 10:00:00"}
        levels = cls.records["support.level"]
        for model, values in {
            "support.ticket.pause": lambda label: {"reason": "solved"},
            "support.level.history": lambda label: {"level_id": levels[label].id},
            "support.guarantee.run": lambda label: {
                "tier_id": cls.records["support.tier"][label].id,
                "calendar_id": dict(cls._companies())[label].resource_calendar_id.id,
                "is_current": False,
            },
        }.items():
            cls.records[model] = {
                label: cls.env[model].create({"ticket_id": ticket.id, **period, **values(label)})
                for label, ticket in cls.records["helpdesk.ticket"].items()
            }

    @classmethod
    def _create_documents(cls):
        """Make what the addon adds fields and buttons to: customers, orders, invoices."""
        cls.records["res.partner"] = {"A": cls.acme, "B": cls.beta}
        cls.records["sale.order"] = {
            label: cls.env["sale.order"].create(
                {
                    "partner_id": cls._customers()[label].id,
                    "company_id": company.id,
                    "user_id": cls.users["sales"].id if label == "A" else cls.users["admin"].id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": cls.records["support.tier"][label].product_id.id,
                                "product_uom_qty": 20,
                                "support_contract_id": cls.records["support.contract"][label].id,
                            }
                        )
                    ],
                }
            )
            for label, company in cls._companies()
        }
        cls.records["account.move"] = {
            label: cls.env["account.move"].create(
                {"move_type": "out_invoice", "partner_id": cls._customers()[label].id}
            )
            for label in "AB"
        }

    @classmethod
    def _describe_changes(cls):
        """Say what a person would write to and create beside each record."""
        cls.report = cls.env["support.prepaid.report"].create({})
        calendars = cls.env["resource.calendar"]
        germany = {"closing_country_id": cls.env.ref("base.de").id}
        cls.calendars = {
            label: calendars.create({"name": label, "company_id": company.id, **germany})
            for label, company in cls._companies()
        }
        # Service hours belong to no company.
        cls.records["resource.calendar"] = {
            label: calendars.create({"name": f"Shared {label}", "company_id": False, **germany})
            for label in "AB2"
        }
        records, companies = cls.records, dict(cls._companies())
        cls.written = {
            "support.tier": {"sequence": 11},
            "support.level": {"sequence": 11},
            "support.guarantee": {"reaction_hours": 3},
            "support.contract": {"alert_points": 3},
            "support.point.entry": {"name": "Forged"},
            "support.statement": {"date_to": "2026-12-31"},
            "helpdesk.ticket": {"name": "Renamed"},
            "account.analytic.line": {"name": "Renamed"},
        }

        def of(model, label):
            return records[model][label].id

        cls.created = {
            "support.tier": lambda label: {
                "name": "New",
                "code": "N",
                "hourly_rate": 60,
                "company_id": dict(cls._companies(shared=True))[label].id,
            },
            "support.level": lambda label: {
                "name": "New",
                "code": "N",
                "tier_id": of("support.tier", label),
            },
            "support.guarantee": lambda label: {
                "contract_id": of("support.contract", label),
                "priority": "3",
            },
            "support.contract": lambda label: {
                "partner_id": cls._customers()[label].id,
                "tier_id": of("support.tier", label),
                "company_id": companies[label].id,
            },
            "support.point.entry": lambda label: {
                "contract_id": of("support.contract", label),
                "kind": "grant",
                "points": 1000,
                "date": DAY,
                "work_date": DAY,
                "name": "Forged",
            },
            "support.statement": lambda label: {"contract_id": of("support.contract", label)},
            "helpdesk.ticket": lambda label: {
                "name": "New",
                "description": "New",
                "partner_id": cls._customers()[label].id,
                "company_id": companies[label].id,
                "team_id": records["helpdesk.ticket"][label].team_id.id,
                # What a person of the helpdesk files, they may keep.
                "user_id": cls.users["own"].id if label == "A" else False,
            },
            "support.points.adjust": lambda label: {
                "contract_id": of("support.contract", label),
                "points": 5,
                "reason": "New",
            },
            "support.contract.close": lambda label: {
                "contract_id": of("support.contract", label),
                "outcome": "forfeit",
                "reason": "New",
            },
            "support.opening.import": lambda label: {"company_id": companies[label].id},
            "support.prepaid.report": lambda label: {"company_id": companies[label].id},
            "support.prepaid.report.line": lambda label: {
                "report_id": cls.report.id,
                "kind": "lot",
                "contract_id": of("support.contract", label),
            },
            # Not over: nothing is issued, as issuing commits.
            "support.statement.batch": lambda label: (
                {"company_id": companies[label].id, "date_to": "2099-12-31"}
            ),
            "support.closing.review": lambda label: {"calendar_id": cls.calendars[label].id},
            "support.escalate": lambda label: {"ticket_id": of("helpdesk.ticket", label)},
            "support.log.call": lambda label: {
                "ticket_id": of("helpdesk.ticket", label),
                "summary": "New",
            },
            "account.analytic.line": lambda label: {
                "ticket_id": of("helpdesk.ticket", label),
                "name": "New",
                "unit_amount": 0.25,
            },
        }
