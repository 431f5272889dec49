# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.holiday_calendar import InvalidHolidays, YearlyDate


class SupportYearlyClosing(models.Model):
    """A date on which a calendar is closed each year, beside the public holidays."""

    _name = "support.yearly.closing"
    _description = "Yearly Closing Day"
    _order = "calendar_id, month, day, id"

    calendar_id = fields.Many2one(
        "resource.calendar", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(
        required=True, translate=True, help="The name of the day off, e.g. Christmas Eve."
    )
    day = fields.Integer(required=True, default=1)
    month = fields.Selection(
        [
            ("01", "January"),
            ("02", "February"),
            ("03", "March"),
            ("04", "April"),
            ("05", "May"),
            ("06", "June"),
            ("07", "July"),
            ("08", "August"),
            ("09", "September"),
            ("10", "October"),
            ("11", "November"),
            ("12", "December"),
        ],
        required=True,
        default="12",
    )

    _date_unique = models.UniqueIndex(
        "(calendar_id, month, day)", "This date is closed each year already."
    )

    @api.constrains("month", "day")
    def _check_date(self):
        months = dict(self._fields["month"]._description_selection(self.env))
        for closing in self:
            try:
                closing._get_yearly_date()
            except InvalidHolidays as error:
                raise ValidationError(
                    self.env._(
                        "There is no %(day)s %(month)s in any year. Correct the day or the month.",
                        day=closing.day,
                        month=months[closing.month],
                    )
                ) from error

    def _get_yearly_date(self):
        """Return the `YearlyDate` of this line."""
        self.ensure_one()
        return YearlyDate(int(self.month), self.day, self.name)
