# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime
from uuid import uuid4

from odoo import fields, models
from odoo.tools import ormcache
from pytz import timezone, utc

from ..tools.service_clock import ServiceClock

# A calendar that keeps no closing days knows as many years as those that do.
YEARS_BACK, YEARS_AHEAD = 1, 3


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
        zone = timezone(self.tz)
        start, end = (
            zone.localize(datetime(year, 1, 1)).astimezone(utc)
            for year in (first_year, last_year + 1)
        )
        intervals = () if self.flexible_hours else self._get_open_intervals(start, end)
        known_from, known_until = start.replace(tzinfo=None), end.replace(tzinfo=None)
        return ServiceClock(intervals, known_from, known_until)

    def _get_open_intervals(self, start, end):
        """Pairs of naive UTC datetimes, as Odoo itself says, but by our own days off only."""
        domain = [("calendar_id", "=", self.id), ("time_type", "=", "leave")]
        work = self._work_intervals_batch(start, end, domain=domain, tz=timezone(self.tz))[False]
        return [
            tuple(bound.astimezone(utc).replace(tzinfo=None) for bound in interval[:2])
            for interval in work
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
