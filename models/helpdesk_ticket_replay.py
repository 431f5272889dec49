# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.tools import format_datetime

from ..tools.guarantee import counted_minutes
from ..tools.service_clock import ServiceClockError


def _stamp(instant):
    return fields.Datetime.to_string(instant) if instant else False


class HelpdeskTicket(models.Model):
    """What the page 'Service Time' of a ticket shows."""

    _inherit = "helpdesk.ticket"

    support_service_times = fields.Json(
        compute="_compute_support_service_times",
        compute_sudo=True,
        export_string_translation=False,
    )

    def _compute_support_service_times(self):
        """Runs with their bars, and levels with their times; instants are UTC."""
        for ticket in self:
            runs = ticket.support_run_ids
            bars = runs.filtered(lambda run: not run.ending)._replay_bars()
            ticket.support_service_times = {
                "now": _stamp(fields.Datetime.now()),
                "runs": [run._replay_values(bars.get(run) or run.replay or []) for run in runs],
                "levels": ticket._level_values(),
            }

    def _level_values(self):
        """Levels in their order, each with its span, its service time, and the work logged."""
        worked = {
            level: (round(hours * 60), points)
            for level, hours, points in self.env["account.analytic.line"]._read_group(
                [("ticket_id", "in", self.ids)],
                ["support_level_id"],
                ["unit_amount:sum", "support_points:sum"],
            )
        }
        stays = [
            (stay.level_id, stay.start_at, stay.end_at) for stay in self.support_level_history_ids
        ]
        since = stays[-1][2] if stays else self.received_at
        if self.support_level_id and since:
            stays.append((self.support_level_id, since, self.resolved_at or False))
        rows = []
        for level, start_at, end_at in stays:
            minutes, points = worked.pop(level, (0, 0))
            rows.append(
                {
                    "name": level.name,
                    "start_at": _stamp(start_at),
                    "end_at": _stamp(end_at),
                    "service_minutes": self._service_minutes(level, start_at, end_at),
                    "worked_minutes": minutes,
                    "points": points,
                }
            )
        return rows

    def _service_minutes(self, level, start_at, end_at):
        """Service minutes of a stay, without pauses; False if they can't be counted."""
        end_at = end_at or fields.Datetime.now()
        clock = level.tier_id._get_calendar()._service_clock()
        try:
            return counted_minutes(clock, start_at, end_at, self.support_pause_ids._intervals())
        except ServiceClockError:
            return False

    # ------------------------------------------------------------------
    # For the customer
    # ------------------------------------------------------------------

    def _portal_service_times(self):
        """Return what the customer reads of this ticket's times, as (label, text, color).

        Until it has happened, the assured time of an event stands in its place.
        """
        self.ensure_one()

        def instant(value):
            return format_datetime(self.env, value, dt_format="short")

        rows = [(self.env._("Received"), instant(self.received_at), "")]
        for done_at, minutes, due_at, done_label, due_label in (
            (
                self.first_response_at,
                self.reaction_minutes,
                self.reaction_deadline,
                self.env._("Reaction time"),
                self.env._("First response assured by"),
            ),
            (
                self.resolved_at,
                self.resolution_minutes,
                self.resolution_deadline,
                self.env._("Processing time"),
                self.env._("Solution assured by"),
            ),
        ):
            if done_at:
                hours = f"{minutes // 60}:{minutes % 60:02} h"
                rows.append((done_label, f"{hours} ({instant(done_at)})", ""))
            elif due_at and not self._service_end()[1]:
                rows.append((due_label, instant(due_at), ""))
        if self.guarantee_outcome:
            labels = dict(self._fields["guarantee_outcome"]._description_selection(self.env))
            color = "success" if self.guarantee_outcome == "met" else "danger"
            rows.append((self.env._("Assured times"), labels[self.guarantee_outcome], color))
        return rows
