# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import api, fields, models
from odoo.addons.base.models.res_partner import _lang_get
from odoo.exceptions import ValidationError

from ..tools.holiday_calendar import (
    NEW,
    OBSOLETE,
    HolidayRegion,
    InvalidHolidays,
    known_countries,
)


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
    closing_subdivisions = fields.Char(compute="_compute_known_holidays", compute_sudo=True)
    closing_known_categories = fields.Char(compute="_compute_known_holidays", compute_sudo=True)
    closing_pending_count = fields.Integer(
        compute="_compute_closing_pending_count", compute_sudo=True
    )
    support_tier_ids = fields.One2many(
        "support.tier",
        "calendar_id",
        string="Support Tiers",
        # Employees read calendars, but no tiers.
        groups="helpdesk_mgmt.group_helpdesk_user_own,sales_team.group_sale_salesman,"
        "helpdesk_support_points.group_support_accounting",
    )
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
            try:
                states = saved._compare_closing_days() if keeps_days else []
            except InvalidHolidays:
                # The package of holidays was updated; saving the form says what to correct.
                states = []
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
