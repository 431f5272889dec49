# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import TransactionCase

from .common import MODULE

WORKDAYS = range(5)
EVERY_DAY = range(7)


class CalendarCommon(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env.ref(f"{MODULE}.calendar_service_hours")

    @classmethod
    def _create_calendar(cls, hours, days=WORKDAYS, tz="Europe/Berlin", **values):
        """A calendar of no company with the same hours, as (from, to), on each of the days."""
        return cls.env["resource.calendar"].create(
            {
                "name": f"{tz} {hours}",
                "tz": tz,
                "company_id": False,
                "global_leave_ids": [Command.clear()],
                "attendance_ids": [Command.clear()]
                + [
                    Command.create(cls._hours(day, hour_from, hour_to))
                    for day in days
                    for hour_from, hour_to in hours
                ],
                **values,
            }
        )

    @classmethod
    def _hours(cls, day, hour_from, hour_to, **values):
        return {
            "name": "Hours",
            "dayofweek": str(day),
            "hour_from": hour_from,
            "hour_to": hour_to,
            "day_period": "morning",
            **values,
        }

    @classmethod
    def _close(cls, calendar, date_from, date_to, **values):
        """Time off of this calendar between two instants in UTC."""
        return cls.env["resource.calendar.leaves"].create(
            {
                "name": "Closed",
                "calendar_id": calendar.id,
                "date_from": date_from,
                "date_to": date_to,
                **values,
            }
        )
