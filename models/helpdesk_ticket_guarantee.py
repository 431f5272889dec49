# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain

from .support_guarantee_run import STATES


class HelpdeskTicket(models.Model):
    """The promises for a ticket: one measured run per tier that worked on it."""

    _inherit = "helpdesk.ticket"

    support_run_ids = fields.One2many(
        "support.guarantee.run",
        "ticket_id",
        string="Guarantees",
        groups="helpdesk_mgmt.group_helpdesk_user",
    )
    reaction_deadline = fields.Datetime(compute="_compute_deadlines", store=True)
    resolution_deadline = fields.Datetime(
        compute="_compute_deadlines",
        store=True,
        help="Empty while the ticket waits for the customer: each pause moves it.",
    )
    support_due_at = fields.Datetime(
        string="Due",
        compute="_compute_deadlines",
        store=True,
        index="btree_not_null",
        help="The next of the assured times that is still open.",
    )
    reaction_state = fields.Selection(
        STATES,
        string="Reaction",
        compute="_compute_guarantee_states",
        search="_search_reaction_state",
        compute_sudo=True,
    )
    resolution_state = fields.Selection(
        STATES,
        string="Solution",
        compute="_compute_guarantee_states",
        search="_search_resolution_state",
        compute_sudo=True,
    )
    guarantee_outcome = fields.Selection(
        [("met", "Kept"), ("missed", "Missed")],
        string="Assured Times",
        compute="_compute_deadlines",
        store=True,
        help="Missed as soon as one of the assured times is, kept when all of them were.",
    )
    support_due = fields.Json(string="Time Left", compute="_compute_support_due", compute_sudo=True)

    def _current_run(self):
        """Return the run that is being measured, or was last, as superuser."""
        self.ensure_one()
        return self.sudo().support_run_ids.filtered("is_current")

    @api.depends(
        "support_run_ids.is_current",
        "support_run_ids.reaction_deadline",
        "support_run_ids.reaction_result",
        "support_run_ids.resolution_deadline",
        "support_run_ids.resolution_result",
        "support_run_ids.reaction_missed",
        "support_run_ids.resolution_missed",
    )
    def _compute_deadlines(self):
        for ticket in self:
            run = ticket._current_run()
            ticket.reaction_deadline = run.reaction_deadline
            ticket.resolution_deadline = run.resolution_deadline
            ticket.support_due_at = run._next_due()[1]
            ticket.guarantee_outcome = ticket.sudo().support_run_ids._outcome()

    @api.depends("support_run_ids.is_current")
    def _compute_guarantee_states(self):
        for ticket in self:
            run = ticket._current_run()
            ticket.reaction_state = run.reaction_state or "none"
            ticket.resolution_state = run.resolution_state or "none"

    def _search_reaction_state(self, operator, value):
        return self._search_guarantee_state("reaction", operator, value)

    def _search_resolution_state(self, operator, value):
        return self._search_guarantee_state("resolution", operator, value)

    def _search_guarantee_state(self, kind, operator, value):
        if operator != "in":
            return NotImplemented
        runs = self.env["support.guarantee.run"].sudo()
        current = Domain("is_current", "=", True)
        matching = runs._search(current & Domain(f"{kind}_state", "in", list(value)))
        domain = Domain("id", "in", matching.subselect("ticket_id"))
        if "none" in value:
            domain |= Domain("id", "not in", runs._search(current).subselect("ticket_id"))
        return domain

    def _compute_support_due(self):
        """What a screen needs to count down by itself: see ``support.guarantee.run``."""
        now = fields.Datetime.now()
        for ticket in self:
            ticket.support_due = ticket._current_run()._countdown(now)

    # ------------------------------------------------------------------
    # Keeping the runs in line
    # ------------------------------------------------------------------

    def _sync_guarantee_runs(self, is_new=False):
        """Bring the runs of these tickets in line with their facts and what was promised.

        The rule is idempotent. A ticket gets a run when there is a promise for its account or
        tier and priority; the run ends when the ticket is solved, dropped or handed over to
        another tier. Open runs follow changes, finished ones don't, and a miss stays a miss.

        :param bool is_new: also measure tickets that are over already, as they are just made
        """
        tickets = self.sudo()
        terms = self.env["support.guarantee"]._terms_for(tickets)
        runs = self.env["support.guarantee.run"].sudo()
        touched_ids, new_vals = [], []
        for ticket in tickets:
            tier = ticket.support_level_id.tier_id
            over_at, ending = ticket._service_end()
            run = ticket._current_run()
            if run and run.tier_id != tier and run.ending in (False, "handed_over"):
                run._hand_over(ticket._phase_start())
                touched_ids.append(run.id)
                run = run.browse()
            if run and run.ending and run.ending != ending:
                run = run._resume(tier)
            if run.ending:
                continue
            if run:
                run._follow(ticket, terms[ticket], over_at, ending)
                touched_ids.append(run.id)
            elif terms[ticket] and (is_new or not over_at):
                new_vals.append(ticket._run_values(terms[ticket], over_at, ending))
        if new_vals:
            runs.flush_model(["is_current"])  # before the unique index sees the new ones
        (runs.browse(touched_ids) | runs.create(new_vals))._measure()

    def _service_end(self):
        """Return when and why this ticket is over, as (instant, ending); Nones while it is not."""
        role = self._service_role()
        if role == "solved":
            return self.resolved_at, "resolved"
        if role == "dropped":
            return self.closed_date or fields.Datetime.now(), "dropped"
        return None, None

    def _phase_start(self):
        """Return since when this ticket has been with its tier."""
        for stay in self.support_level_history_ids[::-1]:
            if stay.level_id.tier_id != self.support_level_id.tier_id:
                return stay.end_at
        return self.received_at

    def _run_values(self, guarantee, over_at, ending):
        reaction_minutes, resolution_minutes = guarantee._goal_minutes()
        tier = self.support_level_id.tier_id
        start_at = self._phase_start()
        responded_at = self.first_response_at
        return {
            "ticket_id": self.id,
            "tier_id": tier.id,
            "level_id": self.support_level_id.id,
            "contract_id": self.support_contract_id.id,
            "guarantee_id": guarantee.id,
            "calendar_id": tier._get_calendar().id,
            "priority": self.priority,
            "start_at": start_at,
            "responded_at": bool(responded_at) and responded_at >= start_at and responded_at,
            "end_at": over_at and max(over_at, start_at),
            "ending": ending,
            "reaction_goal_minutes": reaction_minutes,
            "resolution_goal_minutes": resolution_minutes,
        }

    @api.model
    def _cron_sync_guarantees(self, batch_size=1000):
        """Let open runs follow whatever nobody told their tickets, such as a new closing day."""
        tickets = self.sudo().search(
            [("stage_id.closed", "=", False), ("stage_id.solves_request", "=", False)], order="id"
        )
        for start in range(0, len(tickets), batch_size):
            batch = tickets[start : start + batch_size]
            batch._sync_guarantee_runs()
            self.env["ir.cron"]._commit_progress(
                len(batch), remaining=len(tickets) - start - len(batch)
            )
