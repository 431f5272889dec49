# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL, format_datetime

from ..tools.guarantee import counted_minutes
from ..tools.mail_received import MailArrival
from ..tools.service_clock import ServiceClockError

# What a change of may start, pause or end something, or change what was promised.
TIME_KEYS = frozenset(
    (
        "stage_id",
        "team_id",
        "user_id",
        "company_id",
        "partner_id",
        "priority",
        "duplicate_id",
        "support_level_id",
        "support_contract_id",
        "received_at",
        "first_response_at",
        "resolved_at",
    )
)
OVER = ("solved", "dropped")
# In the context of what is noted by itself: a caller from outside can't name this object.
NOTING = object()


class HelpdeskTicket(models.Model):
    """What happened when: received, answered, waiting, solved, reopened, and on which level."""

    _inherit = "helpdesk.ticket"

    received_at = fields.Datetime(
        string="Received",
        required=True,
        copy=False,
        tracking=True,
        default=lambda self: self._default_received_at(),
        help="When the request reached us. Change it for a phone call that is entered later: "
        "the change is noted, and the deadlines follow.",
    )
    first_response_at = fields.Datetime(
        string="First Response",
        copy=False,
        tracking=True,
        help="The first message or logged call of staff to the customer; no automatic mail.",
    )
    resolved_at = fields.Datetime(string="Resolved", copy=False, tracking=True)
    reaction_minutes = fields.Integer(
        string="Reaction Time",
        compute="_compute_service_minutes",
        store=True,
        aggregator="avg",
        help="Minutes of service time from receipt to the first response.",
    )
    resolution_minutes = fields.Integer(
        string="Processing Time",
        compute="_compute_service_minutes",
        store=True,
        aggregator="avg",
        help="Minutes of service time from receipt to the solution, without pauses.",
    )
    support_pause_ids = fields.One2many(
        "support.ticket.pause", "ticket_id", groups="helpdesk_mgmt.group_helpdesk_user"
    )
    support_level_history_ids = fields.One2many(
        "support.level.history", "ticket_id", groups="helpdesk_mgmt.group_helpdesk_user"
    )

    def _init_column(self, column_name):
        """Tickets from before this addon were received when they were made."""
        if column_name != "received_at":
            return super()._init_column(column_name)
        return self.env.cr.execute(
            SQL(
                """UPDATE helpdesk_ticket
                      SET received_at = date_trunc('second', COALESCE(create_date, now()))"""
            )
        )

    @api.model
    def _service_now(self):
        """Return when what is noted now has happened: a mail, when it reached the mail server."""
        arrival = self.env.context.get("support_mail_arrival")
        # Values in a context may come from outside; these two can't.
        return arrival.at if isinstance(arrival, MailArrival) else fields.Datetime.now()

    @api.model
    def _default_received_at(self):
        return self._service_now()

    def _service_calendar(self):
        """Return the calendar of the service hours that hold for this ticket."""
        self.ensure_one()
        return self.support_level_id.tier_id._get_calendar()

    @api.depends(
        "received_at",
        "first_response_at",
        "resolved_at",
        "support_pause_ids.start_at",
        "support_pause_ids.end_at",
    )
    def _compute_service_minutes(self):
        for ticket in self.sudo():
            reaction = resolution = 0
            start_at = ticket.received_at
            if start_at and (ticket.first_response_at or ticket.resolved_at):
                pauses = ticket.support_pause_ids._intervals()
                try:
                    clock = ticket._service_calendar()._service_clock()
                    if ticket.first_response_at:
                        reaction = clock.minutes_between(start_at, ticket.first_response_at)
                    if ticket.resolved_at:
                        resolution = counted_minutes(clock, start_at, ticket.resolved_at, pauses)
                except ServiceClockError:
                    reaction = resolution = 0  # the form says why: `support_service_times`
            ticket.reaction_minutes = reaction
            ticket.resolution_minutes = resolution

    @api.constrains("received_at", "first_response_at", "resolved_at")
    def _check_service_times(self):
        now = fields.Datetime.now()
        for ticket in self.sudo():
            times = [ticket.received_at, ticket.first_response_at, ticket.resolved_at]
            if any(time and time > now for time in times):
                raise ValidationError(
                    self.env._(
                        "%s: what is received, answered or resolved lies in the past, not in the "
                        "future. Check date and time.",
                        ticket.display_name,
                    )
                )
            happened = [
                *(time for time in times[1:] if time),
                *ticket.support_pause_ids.mapped("start_at"),
                *ticket.support_level_history_ids.mapped("end_at"),
            ]
            if happened and min(happened) < ticket.received_at:
                raise ValidationError(
                    self.env._(
                        "%(ticket)s was answered, moved on or solved on %(time)s, so it was "
                        "received before that.",
                        ticket=ticket.display_name,
                        time=format_datetime(self.env, min(happened)),
                    )
                )

    # ------------------------------------------------------------------
    # Events
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        tickets = super().create(vals_list)
        noting = tickets._noting()
        for ticket in noting:
            role = ticket._service_role()
            if role == "solved" and not ticket.resolved_at:
                ticket.resolved_at = max(ticket.received_at, self._service_now())
            elif role == "waiting":
                since = max(ticket.received_at, ticket.last_stage_update or self._service_now())
                ticket._start_pause(since, ticket.stage_id.browse())
        noting._sync_guarantee_runs(is_new=True)
        return tickets

    def write(self, vals):
        if not TIME_KEYS.intersection(vals) or self.env.context.get("support_noting") is NOTING:
            return super().write(vals)
        before = {
            ticket: (ticket._service_role(), ticket.stage_id, ticket.support_level_id)
            for ticket in self.sudo()
        }
        closed_dates = {ticket: ticket.closed_date for ticket in before}
        result = super().write(vals)
        self._noting()._note_changes(before, closed_dates, vals)
        return result

    def _noting(self):
        """Return the tickets ready to note by themselves what happened, without a message."""
        return self.sudo().with_context(support_noting=NOTING, tracking_disable=True)

    def _service_role(self):
        """Return `open`, `waiting`, `solved` or `dropped`; a duplicate is never solved."""
        self.ensure_one()
        role = self.stage_id._service_role() if self.stage_id else "open"
        return "dropped" if role == "solved" and self.duplicate_id else role

    def _note_changes(self, before, closed_dates, vals):
        """Note what a change of stage or level means for the service time of these tickets."""
        now = self._service_now()
        solved = self.browse()
        stays = []
        for ticket in self:
            old_role, old_stage, old_level = before[ticket]
            role = ticket._service_role()
            if role != old_role:
                if old_role in OVER and role not in OVER:
                    ticket._reopen(closed_dates[ticket], now)
                ticket._end_pause(now)
                if role == "waiting":
                    ticket._start_pause(now, old_stage)
                elif role == "solved" and not vals.get("resolved_at"):
                    solved |= ticket
                elif role == "dropped" and ticket.resolved_at:
                    ticket.resolved_at = False
            if old_level and old_level != ticket.support_level_id:
                stays.append(ticket._level_stay_values(old_level, now))
        if solved:
            solved.write({"resolved_at": now})
        self.env["support.level.history"].sudo().create(stays)
        self._sync_guarantee_runs()

    def _reopen(self, closed_at, now):
        """Count the time since this ticket was solved or closed as a pause."""
        start_at = min(self.resolved_at or closed_at or now, now)
        if start_at < now:
            self.env["support.ticket.pause"].sudo().create(
                {
                    "ticket_id": self.id,
                    "start_at": start_at,
                    "end_at": now,
                    "reason": "solved",
                }
            )
        self.write({"resolved_at": False, "closed_date": False})

    def _start_pause(self, now, resume_stage):
        self.env["support.ticket.pause"].sudo().create(
            {
                "ticket_id": self.id,
                "start_at": now,
                "reason": "waiting",
                "resume_stage_id": resume_stage.id,
            }
        )

    def _end_pause(self, now):
        for pause in self.support_pause_ids.filtered(lambda pause: not pause.end_at):
            pause.end_at = max(now, pause.start_at)

    def _level_stay_values(self, level, now):
        return {
            "ticket_id": self.id,
            "level_id": level.id,
            "start_at": self.support_level_history_ids[-1:].end_at or self.received_at,
            "end_at": now,
        }

    # ------------------------------------------------------------------
    # What people say
    # ------------------------------------------------------------------

    def _note_response(self, responded_at=None):
        """Note that staff have answered the customer.

        :param datetime responded_at: naive UTC; now, unless a call is entered later
        """
        is_later_entry = bool(responded_at)
        responded_at = responded_at or self._service_now()
        tickets = self._noting()
        for ticket in tickets:
            run = ticket._current_run()
            is_first = not run.responded_at or responded_at < run.responded_at
            if run and not run.ending and is_first and responded_at >= run.start_at:
                run.responded_at = responded_at
                if is_later_entry:
                    run.write({"reaction_result": False, "reaction_missed": False})
            if not ticket.first_response_at or responded_at < ticket.first_response_at:
                ticket.first_response_at = max(responded_at, ticket.received_at)
        tickets._sync_guarantee_runs()

    def _note_customer_answer(self):
        """End the pause of tickets whose customer has answered: back to where they were."""
        for ticket in self.sudo():
            if ticket._service_role() != "waiting":
                continue
            pause = ticket.support_pause_ids.filtered(lambda pause: not pause.end_at)[-1:]
            stage = pause.resume_stage_id or self._stage_to_resume(ticket)
            if stage:
                ticket.stage_id = stage

    @api.model
    def _stage_to_resume(self, ticket):
        stages = ticket.team_id.with_company(ticket.company_id)._get_applicable_stages()
        working = stages.filtered(lambda stage: stage._service_role() == "open")
        return (working.filtered(lambda stage: not stage.unattended) or working)[:1]
