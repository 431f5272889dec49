# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, time

from odoo import Command, api, fields, models
from odoo.addons.base.models.res_partner import _lang_get
from odoo.exceptions import ValidationError
from pytz import timezone, utc

from ..tools.holiday_calendar import (
    NEW,
    OBSOLETE,
    HolidayRegion,
    InvalidHolidays,
    closing_days,
    compare,
    known_countries,
)
from .resource_calendar import ONE_DAY, YEARS_AHEAD, YEARS_BACK


class ResourceCalendar(models.Model):
    """Closing days: public holidays of a country and dates that recur each year."""

    _inherit = "resource.calendar"

    closing_country_id = fields.Many2one(
        "res.country",
        string="Public Holidays of",
        help="Days off of this calendar are generated for the public holidays of this country.",
    )
    closing_subdivision = fields.Char(
        string="Subdivision",
        help="Code of the state or region, e.g. BY for Bavaria. Empty: nation-wide holidays only.",
    )
    closing_categories = fields.Char(
        string="Kinds of Holidays",
        default="public",
        help="Kinds of holidays, separated by commas; 'public' is what everybody has off.",
    )
    closing_lang = fields.Selection(
        _lang_get, string="Language of Names", help="Empty: the language of the company."
    )
    yearly_closing_ids = fields.One2many(
        "support.yearly.closing", "calendar_id", string="Closed Each Year", copy=True
    )
    closing_day_ids = fields.One2many(
        "support.closing.day", "calendar_id", string="Generated Closing Days"
    )
    closing_subdivisions = fields.Char(compute="_compute_known_holidays")
    closing_known_categories = fields.Char(compute="_compute_known_holidays")
    closing_pending_count = fields.Integer(compute="_compute_closing_pending_count")
    support_tier_ids = fields.One2many("support.tier", "calendar_id", string="Support Tiers")
    closing_first_year = fields.Integer(readonly=True, export_string_translation=False)
    closing_last_year = fields.Integer(readonly=True, export_string_translation=False)

    @api.depends("closing_country_id")
    def _compute_known_holidays(self):
        """List what the settings may be in this country, for whoever fills them in."""
        for calendar in self:
            code = calendar.closing_country_id.code
            region = HolidayRegion(code) if code in known_countries() else None
            calendar.closing_subdivisions = region and ", ".join(region.subdivisions())
            calendar.closing_known_categories = region and ", ".join(region.supported_categories())

    @api.depends("closing_country_id", "yearly_closing_ids", "global_leave_ids")
    def _compute_closing_pending_count(self):
        """Count the days on which a review would change something, by the saved settings."""
        for calendar in self:
            saved = calendar._origin
            keeps_days = (
                saved.closing_country_id or saved.yearly_closing_ids or saved.closing_day_ids
            )
            states = saved._compare_closing_days() if keeps_days else []
            calendar.closing_pending_count = sum(state in (NEW, OBSOLETE) for _day, state in states)

    @api.constrains("closing_country_id", "closing_subdivision", "closing_categories")
    def _check_closing_region(self):
        for calendar in self:
            try:
                calendar._get_holiday_region()
            except InvalidHolidays as error:
                raise ValidationError(calendar._explain_invalid_holidays(error)) from error

    def _explain_invalid_holidays(self, error):
        """The words for a person: what is wrong with the settings, and what would do."""
        country = self.closing_country_id.name
        known = ", ".join(error.known) or self.env._("none")
        if error.reason == "country":
            return self.env._(
                "No holidays are known for %(country)s. Leave the country empty and enter "
                "the days off yourself.",
                country=country,
            )
        if error.reason == "subdivision":
            return self.env._(
                "%(country)s has no subdivision '%(value)s'. Leave it empty for nation-wide "
                "holidays, or use one of: %(known)s.",
                country=country,
                value=error.value,
                known=known,
            )
        return self.env._(
            "%(country)s has no kind of holidays '%(value)s'. Use one or more of: %(known)s.",
            country=country,
            value=error.value,
            known=known,
        )

    def _get_holiday_region(self):
        """The `HolidayRegion` of the settings, or None; raises InvalidHolidays."""
        self.ensure_one()
        if not self.closing_country_id:
            return None
        categories = [name.strip() for name in (self.closing_categories or "").split(",")]
        return HolidayRegion(
            self.closing_country_id.code,
            (self.closing_subdivision or "").strip() or None,
            tuple(name for name in categories if name),
        )

    def _get_known_years(self):
        if self.closing_last_year:
            return self.closing_first_year, self.closing_last_year
        return super()._get_known_years()

    def _get_service_clock_fields(self):
        return super()._get_service_clock_fields() | {"closing_first_year", "closing_last_year"}

    # --------------------------------------------------------------------------------------
    # Making and copying calendars

    @api.model_create_multi
    def create(self, vals_list):
        """A service calendar starts without the days off of its company."""
        return super().create(
            [
                {"global_leave_ids": [Command.clear()], **vals}
                if vals.get("closing_country_id") or vals.get("yearly_closing_ids")
                else vals
                for vals in vals_list
            ]
        )

    def _compute_attendance_ids(self):
        """Another company for a service calendar does not change its hours."""
        return super(
            ResourceCalendar, self.filtered(lambda calendar: not calendar._is_kept())
        )._compute_attendance_ids()

    def _compute_global_leave_ids(self):
        """Another company for a service calendar does not change its days off."""
        return super(
            ResourceCalendar, self.filtered(lambda calendar: not calendar._is_kept())
        )._compute_global_leave_ids()

    def _is_kept(self):
        """Whether this is a saved calendar that has closing days of its own."""
        return bool(self._origin.closing_last_year)

    def copy(self, default=None):
        """The copy keeps the settings, the days off, and what was generated and removed."""
        calendars = super().copy(default)
        for calendar, original in zip(calendars, self, strict=True):
            copies = {
                (leave.date_from, leave.date_to): leave.id for leave in calendar.global_leave_ids
            }
            self.env["support.closing.day"].create(
                [
                    {
                        "calendar_id": calendar.id,
                        "date": day.date,
                        "name": day.name,
                        "leave_id": copies.get(day._get_bounds()),
                    }
                    for day in original.closing_day_ids
                ]
            )
        return calendars

    # --------------------------------------------------------------------------------------
    # Generating

    @api.model
    def _cron_update_closing_days(self):
        """Keep the closing days of all calendars generated for three full years ahead."""
        calendars = self.search(
            ["|", ("closing_country_id", "!=", False), ("yearly_closing_ids", "!=", False)]
        )
        for calendar in calendars:
            calendar._update_closing_days()

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
        (opened | forgotten).leave_id.unlink()
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
        wanted = closing_days(
            self._get_years_to_generate(),
            self._get_holiday_region(),
            [closing._get_yearly_date() for closing in self.yearly_closing_ids],
            self._get_closing_lang(),
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
                "date_from": self._to_utc(day.date, time.min),
                "date_to": self._to_utc(day.date, time(23, 59, 59)),
                "time_type": "leave",
            }
            for day in days
        ]
        leaves = leaves_model.create([dict(vals) for vals in vals_list])
        for leave, vals in zip(leaves, vals_list, strict=True):
            bounds = {name: vals[name] for name in ("date_from", "date_to")}
            # ``hr_holidays`` takes the bounds for wall time of the user's time zone.
            if any(leave[name] != value for name, value in bounds.items()):
                leave.write(bounds)
        return leaves

    def _to_utc(self, day, wall_time):
        """Naive UTC of a date and a wall time in the calendar's time zone."""
        local = timezone(self.tz).localize(datetime.combine(day, wall_time))
        return local.astimezone(utc).replace(tzinfo=None)
