# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, time

from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _lang_get
from odoo.exceptions import ValidationError
from pytz import timezone, utc

from ..tools.holiday_calendar import (
    NEW,
    HolidayRegion,
    InvalidHolidays,
    closing_days,
    compare,
)
from .resource_calendar import YEARS_AHEAD, YEARS_BACK


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
    closing_first_year = fields.Integer(string="Closing Days From", readonly=True, copy=False)
    closing_last_year = fields.Integer(string="Closing Days Until", readonly=True, copy=False)

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

    def _keeps_closing_days(self):
        """Whether closing days are generated for this calendar."""
        self.ensure_one()
        return bool(self.closing_country_id or self.yearly_closing_ids or self.closing_last_year)

    def _get_known_years(self):
        if self.closing_last_year:
            return self.closing_first_year, self.closing_last_year
        return super()._get_known_years()

    def _get_service_clock_fields(self):
        return super()._get_service_clock_fields() | {"closing_first_year", "closing_last_year"}

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

        Days before today are generated with their year only: settings that change later do not
        change the past. What exists stays, what a person removed stays removed, and nothing is
        taken away. Returns the new records of `support.closing.day`.
        """
        self.ensure_one()
        today = self._get_today()
        last_year = self.closing_last_year
        days = [
            day
            for day, state in self._compare_closing_days()
            if state == NEW and (day.date >= today or day.date.year > last_year)
        ]
        created = self._generate_closing_days(days)
        self._set_known_years()
        return created

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
        """Pairs of (`ClosingDay`, state) for the years to generate; see `compare`."""
        self.ensure_one()
        wanted = closing_days(
            self._get_years_to_generate(),
            self._get_holiday_region(),
            [closing._get_yearly_date() for closing in self.yearly_closing_ids],
            self._get_closing_lang(),
        )
        registered = {day.date: (day.name, bool(day.leave_id)) for day in self.closing_day_ids}
        return compare(wanted, registered, self._get_dates_by_hand(wanted), self._get_today())

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
        taken = set()
        for day in days if by_hand else ():
            noon = self._to_utc(day.date, time(12))
            if any(start <= noon <= end for start, end in by_hand):
                taken.add(day.date)
        return taken

    def _generate_closing_days(self, days):
        """Close this calendar on `ClosingDay`s; a day that was removed before is closed again."""
        if not days:
            return self.env["support.closing.day"]
        leaves = self.env["resource.calendar.leaves"].create(
            [
                {
                    "name": day.name,
                    "calendar_id": self.id,
                    "date_from": self._to_utc(day.date, time.min),
                    "date_to": self._to_utc(day.date, time(23, 59, 59)),
                    "time_type": "leave",
                }
                for day in days
            ]
        )
        return self.env["support.closing.day"].create(
            [
                {
                    "calendar_id": self.id,
                    "date": day.date,
                    "name": day.name,
                    "leave_id": leave.id,
                }
                for day, leave in zip(days, leaves, strict=True)
            ]
        )

    def _to_utc(self, day, wall_time):
        """Naive UTC of a date and a wall time in the calendar's time zone."""
        local = timezone(self.tz).localize(datetime.combine(day, wall_time))
        return local.astimezone(utc).replace(tzinfo=None)
