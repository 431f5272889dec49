# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import datetime, time

from odoo import api, fields, models
from pytz import timezone, utc

from ..tools.holiday_calendar import NEW, InvalidHolidays, closing_days, compare
from .resource_calendar import ONE_DAY, YEARS_AHEAD, YEARS_BACK

_logger = logging.getLogger(__name__)


class ResourceCalendar(models.Model):
    """Closing days are generated as days off of their calendar, and a person has the last word."""

    _inherit = "resource.calendar"

    def write(self, vals):
        """Another time zone moves the generated days, so that they stay whole days there."""
        if "tz" not in vals:
            return super().write(vals)
        generated = [
            day
            for day in self.closing_day_ids
            if day._get_bounds() == day.calendar_id._get_bounds_of(day.date)
        ]
        result = super().write(vals)
        for day in generated:
            date_from, date_to = day.calendar_id._get_bounds_of(day.date)
            day.leave_id.write({"date_from": date_from, "date_to": date_to})
        return result

    @api.model
    def _cron_update_closing_days(self):
        """Keep the closing days of all calendars generated for three full years ahead."""
        calendars = self.search(
            ["|", ("closing_country_id", "!=", False), ("yearly_closing_ids", "!=", False)]
        )
        for calendar in calendars:
            try:
                calendar._update_closing_days()
            except InvalidHolidays:
                _logger.exception("No closing days for the calendar %s", calendar.display_name)

    def _update_closing_days(self):
        """Generate what is missing, from the previous year through three full years ahead.

        What exists stays, what a person removed stays removed, and nothing is taken away.
        Returns the new records of `support.closing.day`.
        """
        self.ensure_one()
        days = [day for day, state in self._compare_closing_days() if state == NEW]
        created = self._generate_closing_days(days)
        self._set_known_years()
        return created

    def _apply_closing_days(self, to_close, to_open, to_forget):
        """Write what a person decided, each a list of `ClosingDay`.

        :param to_close: days to close, new ones or ones that had been removed.
        :param to_open: days to leave open, now and whenever days are generated again.
        :param to_forget: generated days to open, because the settings ask no longer for them.
        """
        self.ensure_one()
        self._generate_closing_days(to_close)
        registered = {day.date: day for day in self.closing_day_ids}
        no_days = self.env["support.closing.day"]
        opened, forgotten = (
            no_days.concat(*(registered[day.date] for day in days if day.date in registered))
            for days in (to_open, to_forget)
        )
        # Time off that a person moved to another calendar is theirs.
        (opened | forgotten).filtered(lambda day: day._is_closed()).leave_id.unlink()
        forgotten.unlink()
        no_days.create(
            [
                {"calendar_id": self.id, "date": day.date, "name": day.name}
                for day in to_open
                if day.date not in registered
            ]
        )
        self._set_known_years()

    def action_review_closing_days(self):
        """Open the review of the closing days that the settings ask for."""
        self.ensure_one()
        self.check_access("write")
        review = self.env["support.closing.review"]._start(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Closing Days of %s", self.name),
            "res_model": review._name,
            "res_id": review.id,
            "view_mode": "form",
            "target": "new",
        }

    def _get_today(self):
        """Today's date in the calendar's time zone."""
        return utc.localize(fields.Datetime.now()).astimezone(timezone(self.tz)).date()

    def _get_years_to_generate(self):
        """Calendar years, as a range; it leaves no gap if the job was off for some years."""
        this_year = self._get_today().year
        first_year = this_year - YEARS_BACK
        if self.closing_last_year:
            first_year = min(first_year, self.closing_last_year + 1)
        return range(first_year, this_year + YEARS_AHEAD + 1)

    def _set_known_years(self):
        years = self._get_years_to_generate()
        values = {
            "closing_first_year": min(self.closing_first_year or years[0], years[0]),
            "closing_last_year": max(self.closing_last_year, years[-1]),
        }
        if any(self[name] != value for name, value in values.items()):
            self.write(values)

    def _compare_closing_days(self):
        """Pairs of (`ClosingDay`, state) for the years to generate; see `compare`.

        Days before today are new with their year only: settings that change later do not
        change the past.
        """
        self.ensure_one()
        today = self._get_today()
        lang = self._get_closing_lang()
        wanted = closing_days(
            self._get_years_to_generate(),
            self._get_holiday_region(),
            [
                closing._get_yearly_date()
                for closing in self.with_context(lang=lang).yearly_closing_ids
            ],
            lang,
        )
        registered = {day.date: (day.name, day._is_closed()) for day in self.closing_day_ids}
        states = compare(wanted, registered, self._get_dates_by_hand(wanted), today)
        return [
            (day, state)
            for day, state in states
            if state != NEW or day.date >= today or day.date.year > self.closing_last_year
        ]

    def _get_closing_lang(self):
        company = self.company_id or self.env.company
        return self.closing_lang or company.partner_id.lang or self.env.user.lang

    def _get_dates_by_hand(self, days):
        """The dates of these days on which a person entered time off within the opening hours."""
        by_hand = [
            (leave.date_from, leave.date_to)
            for leave in self.env["resource.calendar.leaves"].search(
                [
                    ("calendar_id", "=", self.id),
                    ("resource_id", "=", False),
                    ("time_type", "=", "leave"),
                    ("id", "not in", self.closing_day_ids.leave_id.ids),
                ]
            )
        ]
        if not by_hand or not days:
            return set()
        first, last = days[0].date, days[-1].date + ONE_DAY
        hours = self._get_hours(*(datetime.combine(day, time.min) for day in (first, last)))
        opening = {start.date(): start.time() for start, _end in reversed(hours)}
        closing = {start.date(): end.time() for start, end in hours}
        taken = set()
        for day in days:
            start = self._to_utc(day.date, opening.get(day.date, time(12)))
            end = self._to_utc(day.date, closing.get(day.date, time(12, 1)))
            if any(low < end and start < high for low, high in by_hand):
                taken.add(day.date)
        return taken

    def _generate_closing_days(self, days):
        """Close this calendar on `ClosingDay`s, also where a person had removed the day.

        Returns their records of `support.closing.day`.
        """
        leaves = self._create_days_off(days)
        registered = {day.date: day for day in self.closing_day_ids}
        missing = []
        for day, leave in zip(days, leaves, strict=True):
            values = {"date": day.date, "name": day.name, "leave_id": leave.id}
            if day.date in registered:
                registered[day.date].write(values)
            else:
                missing.append({**values, "calendar_id": self.id})
        created = self.env["support.closing.day"].create(missing)
        dates = {day.date for day in days}
        return created | self.closing_day_ids.filtered(lambda day: day.date in dates)

    def _create_days_off(self, days):
        """Create a day off of this calendar for each `ClosingDay`, midnight to midnight."""
        leaves_model = self.env["resource.calendar.leaves"]
        vals_list = [
            {
                "name": day.name,
                "calendar_id": self.id,
                "date_from": date_from,
                "date_to": date_to,
                "time_type": "leave",
            }
            for day in days
            for date_from, date_to in [self._get_bounds_of(day.date)]
        ]
        leaves = leaves_model.create([dict(vals) for vals in vals_list])
        for leave, vals in zip(leaves, vals_list, strict=True):
            bounds = {name: vals[name] for name in ("date_from", "date_to")}
            # ``hr_holidays`` takes the bounds for wall time of the user's time zone.
            if any(leave[name] != value for name, value in bounds.items()):
                leave.write(bounds)
        return leaves

    def _get_bounds_of(self, day):
        """Start and end of a date in the calendar's time zone, as naive UTC datetimes."""
        return self._to_utc(day, time.min), self._to_utc(day, time(23, 59, 59))

    def _to_utc(self, day, wall_time):
        """Naive UTC of a date and a wall time in the calendar's time zone."""
        local = timezone(self.tz).localize(datetime.combine(day, wall_time))
        return local.astimezone(utc).replace(tzinfo=None)
