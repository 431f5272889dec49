# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

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
