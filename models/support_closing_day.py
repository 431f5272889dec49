# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class SupportClosingDay(models.Model):
    """A day that was generated for a calendar once; without time off, a person removed it.

    It outlives its time off, so that a day that was removed is not generated again.
    """

    _name = "support.closing.day"
    _description = "Generated Closing Day"
    _order = "date, id"

    calendar_id = fields.Many2one(
        "resource.calendar", required=True, index=True, ondelete="cascade"
    )
    date = fields.Date(required=True)
    name = fields.Char(required=True)
    leave_id = fields.Many2one(
        "resource.calendar.leaves",
        string="Time Off",
        index="btree_not_null",
        ondelete="set null",
        help="Empty when a person removed the day.",
    )

    _date_unique = models.UniqueIndex("(calendar_id, date)", "This day was generated already.")

    def _is_closed(self):
        """Whether the calendar is still closed on this day by what was generated."""
        self.ensure_one()
        return bool(self.leave_id) and self.leave_id.calendar_id == self.calendar_id

    def _get_bounds(self):
        """Start and end of the time off, as naive UTC datetimes, or False twice."""
        return self.leave_id.date_from, self.leave_id.date_to
