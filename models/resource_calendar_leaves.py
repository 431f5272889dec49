# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    @api.depends("calendar_id")
    def _compute_company_id(self):
        """Days off of a service calendar are of no company unless the calendar is of one.

        Otherwise they would count as public holidays of whichever company the job ran for, and
        ``hr_holidays`` refuses that they overlap with those that HR entered.
        """
        super()._compute_company_id()
        for leave in self:
            if leave.calendar_id.closing_country_id or leave.calendar_id.yearly_closing_ids:
                leave.company_id = leave.calendar_id.company_id

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
