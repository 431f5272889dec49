# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import guarantee as rules
from ..tools.service_clock import ServiceClockError

KINDS = ("reaction", "resolution")
OUTCOMES = [("met", "Met"), ("missed", "Missed"), ("none", "None")]
STATES = [
    ("none", "None"),
    ("running", "Running"),
    ("at_risk", "At Risk"),
    ("paused", "Paused"),
    ("met", "Met"),
    ("missed", "Missed"),
]

# A change of these moves deadlines that may be missed already.
PROMISE_KEYS = {"reaction_goal_minutes", "resolution_goal_minutes", "calendar_id"}


class SupportGuaranteeRun(models.Model):
    """The measured phase of one ticket with one tier. Once it is over, nothing changes it.

    Facts and deadlines are stored; a state follows from them and the present moment, so it is
    never stale. Only what the ticket tells (``helpdesk.ticket._sync_guarantee_runs``) writes here.
    """

    _name = "support.guarantee.run"
    _description = "Measured Guarantee"
    _order = "start_at, id"
    _rec_name = "ticket_id"

    ticket_id = fields.Many2one("helpdesk.ticket", required=True, index=True, ondelete="cascade")
    tier_id = fields.Many2one("support.tier", required=True, index=True, ondelete="restrict")
    level_id = fields.Many2one("support.level", string="Last Level", ondelete="restrict")
    contract_id = fields.Many2one(
        "support.contract", string="Support Account", index="btree_not_null", ondelete="set null"
    )
    guarantee_id = fields.Many2one("support.guarantee", ondelete="set null")
    calendar_id = fields.Many2one(
        "resource.calendar", string="Service Hours", required=True, ondelete="restrict"
    )
    priority = fields.Selection([("0", "Low"), ("1", "Medium"), ("2", "High"), ("3", "Very High")])
    is_current = fields.Boolean(default=True)
    start_at = fields.Datetime(string="From", required=True)
    end_at = fields.Datetime(string="Until")
    ending = fields.Selection(
        [("resolved", "Resolved"), ("handed_over", "Handed over"), ("dropped", "Dropped")]
    )
    paused_at = fields.Datetime(string="Paused Since")
    problem = fields.Char(help="Why the service time of this phase can't be counted.")

    reaction_goal_minutes = fields.Integer()
    reaction_deadline = fields.Datetime()
    reaction_risk_at = fields.Datetime()
    responded_at = fields.Datetime(string="First Response")
    reaction_minutes = fields.Integer()
    reaction_missed = fields.Boolean(help="A miss stays one when the deadline moves later.")
    reaction_result = fields.Selection(OUTCOMES)
    reaction_alert = fields.Integer(help="Percent at which people have been told.")

    resolution_goal_minutes = fields.Integer()
    resolution_deadline = fields.Datetime()
    resolution_risk_at = fields.Datetime()
    resolution_minutes = fields.Integer()
    resolution_missed = fields.Boolean(help="A miss stays one when the deadline moves later.")
    resolution_result = fields.Selection(OUTCOMES)
    resolution_alert = fields.Integer(help="Percent at which people have been told.")

    replay = fields.Json(help="The bar of counted, paused and closed time, kept when it ended.")
    reaction_state = fields.Selection(
        STATES, compute="_compute_states", search="_search_reaction_state"
    )
    resolution_state = fields.Selection(
        STATES, compute="_compute_states", search="_search_resolution_state"
    )

    _one_current = models.UniqueIndex(
        "(ticket_id) WHERE is_current", "Another guarantee of this ticket is being measured."
    )
    _reaction_due = models.Index("(reaction_risk_at) WHERE reaction_result IS NULL")
    _resolution_due = models.Index("(resolution_risk_at) WHERE resolution_result IS NULL")

    # ------------------------------------------------------------------
    # States
    # ------------------------------------------------------------------

    @api.depends(
        "reaction_result",
        "reaction_deadline",
        "reaction_risk_at",
        "reaction_missed",
        "resolution_result",
        "resolution_deadline",
        "resolution_risk_at",
        "resolution_missed",
        "paused_at",
    )
    def _compute_states(self):
        now = fields.Datetime.now()
        for run in self:
            run.reaction_state = rules.state_at(
                now, run.reaction_result, run._deadline("reaction"), run.reaction_missed
            )
            run.resolution_state = rules.state_at(
                now,
                run.resolution_result,
                run._deadline("resolution"),
                run.resolution_missed,
                bool(run.paused_at),
            )

    def _deadline(self, kind):
        """Return the stored deadline of a kind, `reaction` or `resolution`."""
        return rules.Deadline(self[f"{kind}_deadline"] or None, self[f"{kind}_risk_at"] or None)

    def _search_reaction_state(self, operator, value):
        return self._search_state("reaction", operator, value)

    def _search_resolution_state(self, operator, value):
        return self._search_state("resolution", operator, value)

    def _search_state(self, kind, operator, value):
        if operator != "in":
            return NotImplemented
        return Domain.OR([self._state_domain(kind, state) for state in value])

    @api.model
    def _state_domain(self, kind, state):
        """Return the domain of the runs whose reaction or resolution is in a state now."""
        now = fields.Datetime.now()
        this_minute = now.replace(second=0, microsecond=0)
        undecided = Domain(f"{kind}_result", "=", False)
        missed = Domain(f"{kind}_missed", "=", True) | Domain(f"{kind}_deadline", "<", this_minute)
        paused = Domain("paused_at", "!=", False) if kind == "resolution" else Domain.FALSE
        waiting = undecided & ~missed & ~paused
        at_risk = Domain(f"{kind}_risk_at", "<=", now)
        decided = Domain(f"{kind}_result", "=", state)
        return {
            "missed": decided | (undecided & missed),
            "met": decided,
            "paused": undecided & ~missed & paused,
            "at_risk": waiting & at_risk,
            "running": waiting & ~at_risk & Domain(f"{kind}_deadline", "!=", False),
            "none": decided | (waiting & Domain(f"{kind}_deadline", "=", False)),
        }.get(state, Domain.FALSE)

    # ------------------------------------------------------------------
    # Measuring
    # ------------------------------------------------------------------

    def _phase(self):
        """Return what happened, as the rules in ``tools.guarantee`` want it."""
        self.ensure_one()
        return rules.Phase(
            self.start_at,
            self.responded_at or None,
            self.end_at or None,
            self.ending or None,
            self.ticket_id.support_pause_ids._intervals(),
        )

    def _measure(self):
        """Bring deadlines, results and lengths in line with the facts of these runs."""
        same_changes = defaultdict(list)
        for run in self:
            try:
                values = run._measured_values(run._phase(), run.calendar_id._service_clock())
            except ServiceClockError as error:
                values = run._unmeasured_values(error)
            same_changes[tuple(run._changed(values).items())].append(run.id)
        for changed, run_ids in same_changes.items():
            if changed:
                self.browse(run_ids).write(dict(changed))
        for run, bar in self.filtered("ending")._replay_bars().items():
            run.replay = bar
        self._withdraw_alerts()

    def _changed(self, values):
        """Return those of the values that differ; most of them don't, and a write has its price."""
        return {
            name: value
            for name, value in values.items()
            if (self._raw(name) or False) != (value or False)
        }

    def _raw(self, name):
        """Return a field as it would be written: an id for a record."""
        value = self[name]
        return value.id if isinstance(value, models.BaseModel) else value

    def _measured_values(self, phase, clock):
        lasting = [pause.start_at for pause in phase.pauses if not pause.end_at]
        values = {"problem": False, "paused_at": min(lasting, default=False)}
        if self.reaction_result not in ("met", "missed"):
            due = rules.reaction_deadline(clock, phase, self.reaction_goal_minutes)
            values |= self._judged_values("reaction", due, rules.reaction_result, phase)
            reacted_at = phase.responded_at or (phase.ending == "resolved" and phase.end_at)
            values["reaction_minutes"] = (
                rules.counted_minutes(clock, phase.start_at, reacted_at) if reacted_at else 0
            )
        due = rules.resolution_deadline(clock, phase, self.resolution_goal_minutes)
        values |= self._judged_values("resolution", due, rules.resolution_result, phase)
        values["resolution_minutes"] = (
            rules.counted_minutes(clock, phase.start_at, phase.end_at, phase.pauses)
            if phase.end_at
            else 0
        )
        return values

    def _judged_values(self, kind, deadline, judge, phase):
        is_missed = self[f"{kind}_missed"]
        result = judge(phase, deadline.due_at, is_missed)
        if not self[f"{kind}_goal_minutes"] and not is_missed:
            result = "none"
        return {
            f"{kind}_deadline": deadline.due_at,
            f"{kind}_risk_at": deadline.risk_at,
            f"{kind}_result": result,
            f"{kind}_missed": is_missed or result == "missed",
        }

    def _unmeasured_values(self, error):
        """What is stored when the service clock has no answer: no deadline, and the reason."""
        names = ("deadline", "risk_at", "minutes")
        values = {f"{kind}_{name}": False for kind in KINDS for name in names}
        return values | {
            "reaction_result": self.reaction_result or "none",
            "resolution_result": "none",
            "problem": self._clock_problem(error),
        }

    def _clock_problem(self, error):
        """Say in the user's language why the service clock of these runs has no answer."""
        calendar = self.calendar_id.name
        if error.reason == "no_hours":
            return self.env._("%s has no fixed working hours: no time can be measured.", calendar)
        if error.reason == "too_early":
            return self.env._(
                "The closing days of %(calendar)s are known from %(day)s on: earlier time can't "
                "be measured.",
                calendar=calendar,
                day=error.known_from.date(),
            )
        return self.env._(
            "The closing days of %(calendar)s are known until %(day)s: later time can't be "
            "measured. Add further years to it.",
            calendar=calendar,
            day=error.known_until.date(),
        )

    def _note_misses(self, over_at=None):
        """Record what is missed, before a change of the promise moves the deadline.

        :param datetime over_at: when the request was solved or dropped, if it is over (UTC)
        """
        now = fields.Datetime.now()
        for run in self:
            for kind, event_at in (("reaction", run.responded_at), ("resolution", None)):
                judged_at = event_at or over_at or now
                due_at = run[f"{kind}_deadline"] or None
                if not run[f"{kind}_result"] and not rules.is_in_time(judged_at, due_at):
                    run[f"{kind}_missed"] = True

    def _outcome(self):
        """Return "missed" if any promise of these runs is, "met" if all were kept, else False."""
        results = {
            run[f"{kind}_result"] or (run[f"{kind}_missed"] and "missed")
            for run in self
            for kind in KINDS
        }
        if "missed" in results:
            return "missed"
        return "met" if "met" in results and results <= {"met", "none"} else False

    # ------------------------------------------------------------------
    # Beginning and end
    # ------------------------------------------------------------------

    def _follow(self, ticket, guarantee, over_at, ending):
        """Take over what holds for the ticket now, and perhaps its end."""
        start_at = ticket._phase_start()
        reaction_goal, resolution_goal = guarantee._goal_minutes()
        values = {
            "level_id": ticket.support_level_id.id,
            "contract_id": ticket.support_contract_id.id,
            "guarantee_id": guarantee.id,
            "calendar_id": self.tier_id._get_calendar().id,
            "priority": ticket.priority,
            "start_at": start_at,
            "reaction_goal_minutes": reaction_goal,
            "resolution_goal_minutes": resolution_goal,
            "end_at": over_at and max(over_at, start_at),
            "ending": ending,
        }
        if start_at == ticket.received_at:
            values["responded_at"] = ticket.first_response_at
        changed = self._changed(values)
        if not changed:
            return
        if "start_at" in changed or (self.responded_at and "responded_at" in changed):
            # What happened was corrected, so it is judged anew.
            changed |= {"reaction_missed": False, "reaction_result": False}
            if "start_at" in changed:
                changed["resolution_missed"] = False
        elif changed.keys() & PROMISE_KEYS:
            self._note_misses(over_at)
        self.write(changed)

    def _hand_over(self, handed_at):
        """End these runs, because another tier goes on with the ticket."""
        self._note_misses()
        for run in self:
            run.write(
                {
                    "is_current": False,
                    "ending": "handed_over",
                    "end_at": max(handed_at, run.start_at),
                }
            )

    def _resume(self, tier):
        """Go on measuring a ticket that was over: this run, or none if another tier goes on."""
        self.ensure_one()
        if self.tier_id != tier:
            self.is_current = False
            return self.browse()
        values = {"ending": False, "end_at": False, "replay": False}
        if self.resolution_result != "missed":
            values["resolution_result"] = False
        if not self.responded_at and self.reaction_result != "missed":
            values["reaction_result"] = False
        self.write(values)
        return self

    # ------------------------------------------------------------------
    # What is due
    # ------------------------------------------------------------------

    def _next_due(self):
        """Return the next promise that is open, as (kind, deadline); Falses if there is none."""
        open_kinds = [
            (self[f"{kind}_deadline"], kind)
            for kind in KINDS
            if self[f"{kind}_deadline"] and not self[f"{kind}_result"]
        ]
        due_at, kind = min(open_kinds, default=(False, False))
        return kind, due_at
