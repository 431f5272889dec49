# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What guarantees cost tickets, with OCA's addon for the same purpose measured beside."""

from datetime import timedelta

from _bench import interleaved, ms, queries
from odoo import api, fields

MODULE = "helpdesk_support_points"
TICKETS = 1000
RECOMPUTED = 10000


def bench_tickets(env, table):
    """Recompute 10,000 tickets; create and move 1,000 with and without guarantees."""
    tier = env.ref(f"{MODULE}.tier_technical")
    env["support.guarantee"].search([]).unlink()
    guarantee = env["support.guarantee"].create(
        {"tier_id": tier.id, "priority": "1", "reaction_hours": 4, "resolution_hours": 16}
    )
    promised = Tickets(env, env.ref(f"{MODULE}.level_3"))
    bare = Tickets(env, env.ref(f"{MODULE}.level_1"))
    _bench_recompute(env, table, promised.create(RECOMPUTED), guarantee)
    costs = {}
    for work in ("create", "move"):
        without, guaranteed = interleaved(getattr(bare, work), getattr(promised, work))
        costs[work] = (
            without,
            guaranteed - without,
            queries(env, getattr(bare, work)),
            queries(env, getattr(promised, work)),
        )
    beside = _oca_costs(env, costs)
    for work, (without, further, count, guaranteed_count) in costs.items():
        table.add(
            f"{work} a ticket with guarantees",
            f"+{ms(further / TICKETS)}",
            f"without: {ms(without / TICKETS)}, helpdesk_mgmt_sla: {beside[work][0]}",
            further / TICKETS * 1000,
            "≤ +0.4 ms",
            0.4,
        )
        table.add(
            f"{work} a ticket with guarantees: queries",
            f"+{(guaranteed_count - count) / TICKETS:.3f}",
            f"without: {count / TICKETS:.2f}, helpdesk_mgmt_sla: {beside[work][1]}",
            (guaranteed_count - count) / TICKETS,
            "≤ +0.1",
            0.1,
        )


class Tickets:
    """A thousand tickets of one level, made anew or moved to and fro."""

    def __init__(self, env, level, **values):
        self.env = env
        self.values = {
            "name": "Bench",
            "description": "<p>Bench</p>",
            "partner_id": env["res.partner"].create({"name": "Bench University"}).id,
            "support_level_id": level.id,
            **values,
        }
        self.stages = [
            env.ref(f"helpdesk_mgmt.helpdesk_ticket_stage_{name}")
            for name in ("in_progress", "awaiting")
        ]
        self.moved = None

    def create(self, count=TICKETS):
        received_at = fields.Datetime.now() - timedelta(days=3)
        tickets = self.env["helpdesk.ticket"].create(
            [{**self.values, "received_at": received_at} for _number in range(count)]
        )
        self.env.flush_all()
        return tickets

    def move(self):
        if self.moved is None:
            self.moved = self.create()
        self.stages.reverse()
        self.moved.write({"stage_id": self.stages[0].id})
        self.env.flush_all()


def _bench_recompute(env, table, tickets, guarantee):
    """All open tickets in batches: each batch takes as many queries as the others."""
    batches = [tickets[start : start + TICKETS] for start in range(0, len(tickets), TICKETS)]
    hours = iter(range(5, 100))

    def change_promise():
        # Behind the model, which would recompute them all by itself.
        env.cr.execute(
            "UPDATE support_guarantee SET reaction_hours = %s WHERE id = %s",
            [next(hours), guarantee.id],
        )
        env.invalidate_all()

    def recompute():
        for batch in batches:
            batch._sync_guarantee_runs()
            env.flush_all()

    change_promise()
    counts = [queries(env, batch._sync_guarantee_runs) for batch in batches]
    (taken,) = interleaved(recompute, before=change_promise)
    table.add(
        f"recompute {RECOMPUTED} tickets: queries per batch of {TICKETS}",
        f"{min(counts[1:])} to {max(counts[1:])}",
        f"{ms(taken / len(tickets))} a ticket",
        max(counts[1:]) - min(counts[1:]),
        "the same for all",
        0,
    )


def _oca_costs(env, costs):
    """Install OCA's addon and measure the same work with one of its SLAs on the team."""
    module = env["ir.module.module"].search([("name", "=", "helpdesk_mgmt_sla")])
    if not module:
        return dict.fromkeys(costs, ("not there", "not there"))
    module.button_immediate_install()
    env = api.Environment(env.cr, env.uid, {})
    team = env["helpdesk.ticket.team"].create({"name": "Bench", "use_sla": True})
    done = env.ref("helpdesk_mgmt.helpdesk_ticket_stage_done")
    env["helpdesk.sla"].create({"name": "Solution", "hours": 4, "stage_id": done.id})
    level = env.ref(f"{MODULE}.level_1")
    bare, timed = Tickets(env, level), Tickets(env, level, team_id=team.id)
    found = {}
    for work in costs:
        without, with_sla = interleaved(getattr(bare, work), getattr(timed, work))
        further = queries(env, getattr(timed, work)) - queries(env, getattr(bare, work))
        found[work] = (f"+{ms((with_sla - without) / TICKETS)}", f"+{further / TICKETS:.2f}")
    return found
