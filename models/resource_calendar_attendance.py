# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    @api.model_create_multi
    def create(self, vals_list):
        attendances = super().create(vals_list)
        attendances.calendar_id._renew_service_clock()
        return attendances

    def write(self, vals):
        calendars = self.calendar_id
        result = super().write(vals)
        if vals.keys() & {
            "calendar_id",
            "dayofweek",
            "hour_from",
            "hour_to",
            "duration_hours",
            "day_period",
            "week_type",
            "display_type",
        }:
            (calendars | self.calendar_id)._renew_service_clock()
        return result

    def unlink(self):
        calendars = self.calendar_id
        result = super().unlink()
        calendars._renew_service_clock()
        return result
