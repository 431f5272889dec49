# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models

from ..tools.holiday_calendar import BY_HAND, KEPT, NEW, OBSOLETE, ClosingDay


class SupportClosingReview(models.TransientModel):
    """Shows the closing days that the settings of a calendar ask for before they are written."""

    _name = "support.closing.review"
    _description = "Review of Closing Days"

    calendar_id = fields.Many2one(
        "resource.calendar", required=True, readonly=True, ondelete="cascade"
    )
    line_ids = fields.One2many("support.closing.review.line", "review_id", string="Days")
    new_count = fields.Integer(compute="_compute_counts")
    obsolete_count = fields.Integer(compute="_compute_counts")

    @api.depends("line_ids.state")
    def _compute_counts(self):
        for review in self:
            states = review.line_ids.mapped("state")
            review.new_count = states.count(NEW)
            review.obsolete_count = states.count(OBSOLETE)

    @api.model
    def _start(self, calendar):
        """Return a review of the calendar's closing days, one line a day, changes first."""
        states = sorted(
            calendar._compare_closing_days(), key=lambda entry: entry[1] in (KEPT, BY_HAND)
        )
        return self.create(
            {
                "calendar_id": calendar.id,
                "line_ids": [
                    Command.create(
                        {
                            "date": day.date,
                            "name": day.name,
                            "state": state,
                            "is_closed": state in (NEW, KEPT, BY_HAND),
                        }
                    )
                    for day, state in states
                ],
            }
        )

    def action_apply(self):
        """Close the ticked days, open the others, and remember which ones a person left out."""
        self.ensure_one()
        lines = {line.date: line for line in self.line_ids}
        to_close, to_open, to_forget = [], [], []
        # Compared anew: someone else may have changed the calendar since the review was opened.
        for day, state in self.calendar_id._compare_closing_days():
            line = lines.get(day.date)
            if not line or state == BY_HAND:
                continue
            if line.is_closed and state not in (KEPT, OBSOLETE):
                to_close.append(ClosingDay(day.date, line.name))
            elif not line.is_closed:
                (to_forget if state == OBSOLETE else to_open).append(day)
        self.calendar_id._apply_closing_days(to_close, to_open, to_forget)
        return {"type": "ir.actions.act_window_close"}
