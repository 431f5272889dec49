# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools.misc import format_date

from ..tools.holiday_calendar import BY_HAND, KEPT, NEW, OBSOLETE, REMOVED


class SupportClosingReviewLine(models.TransientModel):
    """One day of the review, and whether the service shall be closed then."""

    _name = "support.closing.review.line"
    _description = "Closing Day to Review"
    _order = "id"

    review_id = fields.Many2one("support.closing.review", required=True, ondelete="cascade")
    date = fields.Date(required=True, readonly=True)
    weekday = fields.Char(compute="_compute_weekday")
    name = fields.Char(required=True)
    state = fields.Selection(
        [
            (NEW, "New"),
            (KEPT, "Closed already"),
            (REMOVED, "Removed by a person"),
            (BY_HAND, "Entered by hand"),
            (OBSOLETE, "No longer in the settings"),
        ],
        required=True,
        readonly=True,
    )
    is_closed = fields.Boolean(string="Closed")

    @api.depends("date")
    @api.depends_context("lang")
    def _compute_weekday(self):
        for line in self:
            line.weekday = format_date(self.env, line.date, date_format="EEEE")
