# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import time

from odoo import api, fields, models
from odoo.tools.misc import format_date, format_time
from pytz import timezone, utc


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    company_id = fields.Many2one(compute="_compute_company_of_time_off")
    closed_text = fields.Char(
        string="Closed",
        compute="_compute_closed_text",
        help="In the time zone of the calendar.",
    )

    @api.depends("date_from", "date_to", "calendar_id.tz")
    @api.depends_context("lang")
    def _compute_closed_text(self):
        for leave in self:
            leave.closed_text = leave._describe_time_off()

    def _describe_time_off(self):
        """When this time off is, in the calendar's time zone: whole days without their hours."""
        if not (self.date_from and self.date_to):
            return False
        zone = timezone(self.calendar_id.tz or "UTC")
        start, end = (
            utc.localize(bound).astimezone(zone).replace(tzinfo=None)
            for bound in (self.date_from, self.date_to)
        )
        first, last = (
            format_date(self.env, bound.date(), date_format="EEE dd MMM yyyy")
            for bound in (start, end)
        )
        if (start.time(), end.time().replace(microsecond=0)) != (time.min, time(23, 59, 59)):
            first = f"{first} {format_time(self.env, start.time(), time_format='short')}"
            last_time = format_time(self.env, end.time(), time_format="short")
            last = last_time if start.date() == end.date() else f"{last} {last_time}"
        return first if first == last else f"{first} – {last}"

    @api.depends("calendar_id")
    def _compute_company_of_time_off(self):
        """Days off of a service calendar are of no company: they are nobody's day off.

        Otherwise ``hr_holidays`` would refuse that they overlap with the public holidays that HR
        entered, and would reopen the holidays that employees booked. It overrides the stock
        method without calling it, so this is a method of another name.
        """
        self._compute_company_id()
        for leave in self.filtered(lambda leave: not leave.resource_id):
            if leave.calendar_id.closing_country_id or leave.calendar_id.yearly_closing_ids:
                leave.company_id = False

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._get_closed_calendars()._renew_service_clock()
        return leaves

    def write(self, vals):
        calendars = self._get_closed_calendars()
        result = super().write(vals)
        if vals.keys() & {"calendar_id", "date_from", "date_to", "resource_id", "time_type"}:
            (calendars | self._get_closed_calendars())._renew_service_clock()
        return result

    def unlink(self):
        calendars = self._get_closed_calendars()
        result = super().unlink()
        calendars._renew_service_clock()
        return result

    def _get_closed_calendars(self):
        """The calendars that these days off close; those of persons and companies close none."""
        return self.filtered(lambda leave: not leave.resource_id).calendar_id
