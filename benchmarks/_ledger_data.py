# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Accounts, tickets and entries in numbers, on the throwaway database of `./dev bench`."""

from odoo.tools import SQL

MODULE = "helpdesk_support_points"


def make_employee(env):
    """Let the current user log time."""
    if not env["hr.employee"].search([("user_id", "=", env.uid)]):
        env["hr.employee"].create({"name": "Bench", "user_id": env.uid, "hourly_cost": 50})


def make_accounts(env, count, **values):
    """Open accounts of new customers."""
    partners = env["res.partner"].create(
        [{"name": f"Bench {number:05}", "is_company": True} for number in range(count)]
    )
    tier = env.ref(f"{MODULE}.tier_user")
    contracts = env["support.contract"].create(
        [{"partner_id": partner.id, "tier_id": tier.id, **values} for partner in partners]
    )
    contracts.action_open()
    return contracts


def make_tickets(env, contract, count=1):
    """Make tickets of the account's customer."""
    return env["helpdesk.ticket"].create(
        [
            {
                "name": f"Request {number}",
                "description": "<p>Bench</p>",
                "partner_id": contract.partner_id.id,
                "support_level_id": env.ref(f"{MODULE}.level_1").id,
            }
            for number in range(count)
        ]
    )


def make_entries(env, contracts, per_account, tickets=None):
    """Fill ledgers by SQL: a package on every hundredth day, usage on the others."""
    env.flush_all()
    env.cr.execute(
        SQL(
            """
            INSERT INTO support_point_entry
                   (contract_id, date, work_date, kind, points, amount, currency_id, name,
                    group_key, revision, ticket_id, create_date, create_uid)
            SELECT contract.id, day.date, day.date, day.kind, day.points, day.amount, %(currency)s,
                   'Bench', 'bench:' || contract.id || ':' || day.number, 0,
                   CASE WHEN day.kind = 'usage' AND given.ids <> '{}'
                        THEN given.ids[1 + day.number %% array_length(given.ids, 1)]
                   END, now(), 1
              FROM support_contract contract,
                   (SELECT %(tickets)s::int[] AS ids) given,
                   LATERAL (
                       SELECT number, DATE '2024-01-01' + (number %% 700) AS date,
                              CASE WHEN number %% 50 = 0 THEN 'purchase' ELSE 'usage' END AS kind,
                              CASE WHEN number %% 50 = 0 THEN 100 ELSE -2 END AS points,
                              CASE WHEN number %% 50 = 0 THEN 3000 END AS amount
                         FROM generate_series(0, %(count)s - 1) AS number
                   ) day
             WHERE contract.id IN %(contracts)s
            """,
            currency=env.company.currency_id.id,
            tickets=list(tickets.ids) if tickets else [],
            count=per_account,
            contracts=tuple(contracts.ids),
        )
    )
    env.cr.execute("ANALYZE support_point_entry")
    env.invalidate_all()
