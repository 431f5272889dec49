# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From wall time in a time zone to UTC, quickly for many instants."""

from datetime import datetime, timedelta, timezone
from functools import cache

_WEEK_AND_A_DAY_AROUND = (timedelta(days=-1), timedelta(days=8))


class WallTime:
    """Turns naive wall times of a `zone` (of pytz, as Odoo uses it) into naive UTC.

    The answer is always that of `zone.localize`: a wall time that the clock shows twice is the
    later one, and one that it skips counts on in standard time. But that is slow, so it is asked
    only within a day of the weeks in which the clocks change; all others have one offset.
    """

    def __init__(self, zone):
        self._zone = zone
        self._offset_in = cache(self._offset_in)

    def to_utc(self, wall):
        """The naive UTC datetime of a naive `wall` time."""
        offset = self._offset_in(wall.toordinal() // 7)
        if offset is None:
            return self._zone.localize(wall).astimezone(timezone.utc).replace(tzinfo=None)
        return wall - offset

    def _offset_in(self, week):
        """How far the zone is ahead of UTC, or None if that changes in this week or beside it."""
        begin = datetime.fromordinal(week * 7).replace(tzinfo=timezone.utc)
        first, last = (
            (begin + days).astimezone(self._zone).utcoffset() for days in _WEEK_AND_A_DAY_AROUND
        )
        return first if first == last else None
