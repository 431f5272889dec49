# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import fields, models

from ..tools.guarantee_replay import ClosingDay, segments
from ..tools.service_clock import ServiceClockError

# A screen that nobody reloads counts down by itself for so long.
COUNTDOWN_AHEAD = timedelta(days=4)
COUNTDOWN_INTERVALS = 20


class SupportGuaranteeRun(models.Model):
    """What screens show of a run: the time left, and the bar of what counted and why."""

    _inherit = "support.guarantee.run"

    def _countdown(self, now):
        """Return what a screen needs to count down to the next deadline, or False.

        `minutes` of service time are left (negative: over) at the instant `now`; the clock runs
        in the `open` intervals that follow. All instants are UTC.
        """
        kind, due_at = self._next_due()
        if not kind:
            is_waiting = self.paused_at and not self.resolution_result
            return {"state": "paused"} if is_waiting and self.resolution_goal_minutes else False
        clock = self.calendar_id._service_clock()
        try:
            left_minutes = clock.minutes_between(now, due_at)
            over_minutes = clock.minutes_between(due_at, now)
            coming = clock.open_intervals(now, max(due_at, now) + COUNTDOWN_AHEAD)
        except ServiceClockError:
            return False  # `problem` says why
        return {
            "kind": kind,
            "state": self[f"{kind}_state"],
            "due_at": fields.Datetime.to_string(due_at),
            "risk_at": fields.Datetime.to_string(self[f"{kind}_risk_at"]),
            "now": fields.Datetime.to_string(now),
            "minutes": left_minutes - over_minutes,
            "open": [
                [fields.Datetime.to_string(start), fields.Datetime.to_string(end)]
                for start, end in coming[:COUNTDOWN_INTERVALS]
            ],
        }

    def _replay_bars(self):
        """Return {run: its bar of counted, paused and closed time}, until its end or until now.

        A bar is a list of [start, end, kind, service minutes, label] with instants in UTC.
        """
        if not self:
            return {}
        now = fields.Datetime.now()
        closing_days = self._closing_days(min(self.mapped("start_at")), now)
        bars = {}
        for run in self:
            days = closing_days.get(run.calendar_id, ())
            try:
                bar = segments(
                    run.calendar_id._service_clock(),
                    run.start_at,
                    run.end_at or max(now, run.start_at),
                    run.ticket_id.support_pause_ids._intervals(),
                    days,
                )
            except ServiceClockError:
                bar = []  # `problem` says why
            bars[run] = [
                [fields.Datetime.to_string(start), fields.Datetime.to_string(end), *rest]
                for start, end, *rest in bar
            ]
        return bars

    def _replay_values(self, bar):
        """Return what a screen shows of this run; lengths are service minutes, instants UTC."""
        self.ensure_one()
        values = {
            "id": self.id,
            "tier": self.tier_id.name,
            "calendar": self.calendar_id.name,
            "start_at": fields.Datetime.to_string(self.start_at),
            "end_at": self.end_at and fields.Datetime.to_string(self.end_at),
            "ending": self.ending,
            "is_paused": bool(self.paused_at),
            "problem": self.problem,
            "bar": bar,
            "promises": [],
        }
        for kind, done_at in (("reaction", self.responded_at), ("resolution", self.end_at)):
            if not self[f"{kind}_goal_minutes"] and not self[f"{kind}_missed"]:
                continue
            due_at = self[f"{kind}_deadline"]
            values["promises"].append(
                {
                    "kind": kind,
                    "goal_minutes": self[f"{kind}_goal_minutes"],
                    "minutes": self[f"{kind}_minutes"],
                    "state": self[f"{kind}_state"],
                    "due_at": due_at and fields.Datetime.to_string(due_at),
                    "done_at": done_at and fields.Datetime.to_string(done_at),
                }
            )
        return values

    def _closing_days(self, start_at, end_at):
        """Return {calendar: its named days off between two instants}, in one query."""
        leaves = (
            self.env["resource.calendar.leaves"]
            .sudo()
            .search_fetch(
                [
                    ("calendar_id", "in", self.calendar_id.ids),
                    ("resource_id", "=", False),
                    ("date_from", "<", end_at),
                    ("date_to", ">", start_at),
                ],
                ["name", "date_from", "date_to", "calendar_id"],
            )
        )
        return {
            calendar: [ClosingDay(day.date_from, day.date_to, day.name or "") for day in days]
            for calendar, days in leaves.grouped("calendar_id").items()
        }
