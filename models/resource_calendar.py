# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timedelta
from uuid import uuid4

from odoo import fields, models
from odoo.tools import ormcache
from pytz import timezone, utc

from ..tools.service_clock import ServiceClock
from ..tools.wall_time import WallTime

# A calendar that keeps no closing days knows as many years as those that do.
YEARS_BACK, YEARS_AHEAD = 1, 3
ONE_DAY = timedelta(days=1)


class ResourceCalendar(models.Model):
    _inherit = "resource.calendar"

    # Names the state of hours and days off. Each transaction reads the one of its own snapshot,
    # and none is ever used twice, so that a clock in the shared cache can neither be stale nor
    # stem from a transaction that was rolled back.
    service_clock_version = fields.Char(readonly=True, copy=False, export_string_translation=False)

    def _service_clock(self):
        """Return the `ServiceClock` of this calendar, whoever asks.

        It counts the calendar's own days off only, not those of a company or a person, and knows
        the years whose closing days were generated; a calendar that keeps none knows the previous
        year through three years ahead. A calendar without fixed working hours gives a clock
        that raises `ServiceClockError` when it is asked.
        """
        self.ensure_one()
        calendar = self.sudo()
        return calendar._build_service_clock(
            calendar.service_clock_version, *calendar._get_known_years()
        )

    def _get_known_years(self):
        """The first and the last calendar year whose closing days are known."""
        this_year = fields.Date.today().year
        return this_year - YEARS_BACK, this_year + YEARS_AHEAD

    @ormcache("self.id", "version", "first_year", "last_year")
    def _build_service_clock(self, version, first_year, last_year):
        """Return the `ServiceClock` of whole calendar years, in the calendar's time zone."""
        known_from, known_until = datetime(first_year, 1, 1), datetime(last_year + 1, 1, 1)
        wall_time = WallTime(timezone(self.tz))
        return ServiceClock(
            [
                tuple(map(wall_time.to_utc, span))
                for span in self._get_hours(known_from, known_until)
            ],
            known_from=wall_time.to_utc(known_from),
            known_until=wall_time.to_utc(known_until),
            closed=self._get_days_off(known_from - ONE_DAY, known_until + ONE_DAY),
        )

    def _get_hours(self, start, end):
        """Odoo's own working hours, as pairs of naive wall times, without regard to days off.

        Asked for in UTC, because Odoo would take most of its time for the time zone.
        """
        if self.flexible_hours:
            return []
        hours = self._work_intervals_batch(
            utc.localize(start), utc.localize(end), tz=utc, compute_leaves=False
        )[False]
        return [(start.replace(tzinfo=None), end.replace(tzinfo=None)) for start, end, _ in hours]

    def _get_days_off(self, start, end):
        """This calendar's own days off between two naive UTC datetimes, as such pairs.

        Those of a company or of another company's people close no service.
        """
        domain = [("calendar_id", "=", self.id), ("time_type", "=", "leave")]
        days_off = self._leave_intervals_batch(
            utc.localize(start), utc.localize(end), domain=domain, tz=utc
        )[False]
        return [
            (start.replace(tzinfo=None), end.replace(tzinfo=None)) for start, end, _ in days_off
        ]

    def write(self, vals):
        if vals.keys() & self._get_service_clock_fields():
            vals = {**vals, "service_clock_version": uuid4().hex}
        return super().write(vals)

    def _get_service_clock_fields(self):
        """Fields of the calendar itself that its clock is made of."""
        return {"tz", "two_weeks_calendar", "schedule_type", "flexible_hours"}

    def _renew_service_clock(self):
        """Note that hours or days off changed: from now on, new clocks are built."""
        if self:
            self.sudo().write({"service_clock_version": uuid4().hex})
