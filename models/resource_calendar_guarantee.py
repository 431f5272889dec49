# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class ResourceCalendar(models.Model):
    """When service hours change, the deadlines of open tickets follow."""

    _inherit = "resource.calendar"

    def _renew_service_clock(self):
        result = super()._renew_service_clock()
        self._trigger_guarantee_sync()
        return result

    def write(self, vals):
        result = super().write(vals)
        if vals.keys() & self._get_service_clock_fields():
            self._trigger_guarantee_sync()
        return result

    def _trigger_guarantee_sync(self):
        """Have the job recompute deadlines, if open tickets are measured by these calendars."""
        runs = self.env["support.guarantee.run"].sudo()
        if self and runs.search_count(
            [("calendar_id", "in", self.ids), ("end_at", "=", False)], limit=1
        ):
            self.env.ref("helpdesk_support_points.cron_guarantee_sync").sudo()._trigger()
