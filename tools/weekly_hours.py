# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The week of a service in few words: Monday to Friday, 9:00 to 17:00 (design 4.6)."""


def weekly_hours(hours):
    """Days with the same hours, taken together as long as they follow each other.

    :param hours: (weekday from 0 for Monday, opening, closing) in any order, in hours
    :return: list of (first weekday, last weekday, ((opening, closing), …)) in their order

    >>> weekly_hours([(0, 9.0, 17.0), (1, 9.0, 12.0), (1, 13.0, 17.0), (2, 9.0, 17.0)])
    [(0, 0, ((9.0, 17.0),)), (1, 1, ((9.0, 12.0), (13.0, 17.0))), (2, 2, ((9.0, 17.0),))]
    """
    by_day = {}
    for day, opening, closing in sorted(hours):
        spans = by_day.setdefault(day, [])
        if spans and spans[-1][1] >= opening:
            spans[-1] = (spans[-1][0], max(spans[-1][1], closing))
        else:
            spans.append((opening, closing))
    runs = []
    for day, spans in by_day.items():
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == tuple(spans):
            runs[-1] = (runs[-1][0], day, tuple(spans))
        else:
            runs.append((day, day, tuple(spans)))
    return runs


def clock_time(hour):
    """An hour of the day as people write it.

    >>> clock_time(9.5), clock_time(24.0)
    ('09:30', '24:00')
    """
    minutes = round(hour * 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"
