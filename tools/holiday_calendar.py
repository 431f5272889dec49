# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The days on which a service is closed: public holidays and dates that recur each year.

Holidays come from the Python package `holidays`; nothing here knows a date of its own.
"""

from calendar import isleap
from dataclasses import dataclass
from datetime import date

from holidays import country_holidays, list_supported_countries

DEFAULT_CATEGORIES = ("public",)

_INVALID = {
    "country": "No holidays are known for the country {value!r}. Known are: {known}.",
    "subdivision": "There is no subdivision {value!r} in {country}. Known are: {known}.",
    "category": "There is no category {value!r} of holidays in {country}. Known are: {known}.",
    "date": "There is no {value} in any year.",
}
_LEAP_YEAR = 2024


def known_countries():
    """The ISO codes of all countries whose holidays are known."""
    return list_supported_countries(include_aliases=False).keys()


class InvalidHolidays(ValueError):
    """Settings that no holidays fit; `reason`, `value`, `country` and `known` say what to do.

    `reason` is "country", "subdivision", "category" or "date"; `known` lists what would do.
    """

    def __init__(self, reason, value, country=None, known=()):
        text = _INVALID[reason].format(
            value=value, country=country, known=", ".join(known) or "none"
        )
        super().__init__(text)
        self.reason = reason
        self.value = value
        self.country = country
        self.known = tuple(known)


@dataclass(frozen=True, order=True, slots=True)
class ClosingDay:
    """A day, in the calendar's own time zone, on which the service is closed all day."""

    date: date
    name: str


@dataclass(frozen=True, order=True, slots=True)
class YearlyDate:
    """A date that is closed each year; 29 February is closed in leap years only.

    Raises InvalidHolidays ("date") for a date that no year has, such as 30 February.
    """

    month: int
    day: int
    name: str

    def __post_init__(self):
        try:
            date(_LEAP_YEAR, self.month, self.day)
        except ValueError as error:
            raise InvalidHolidays("date", f"{self.month:02}-{self.day:02}") from error

    def days_in(self, years):
        """The `ClosingDay` of each of the years that has this date."""
        is_leap_day = (self.month, self.day) == (2, 29)
        return [
            ClosingDay(date(year, self.month, self.day), self.name)
            for year in years
            if isleap(year) or not is_leap_day
        ]


@dataclass(frozen=True, slots=True)
class HolidayRegion:
    """Whose holidays count: ISO code of the country, its subdivision, categories of holidays.

    Raises InvalidHolidays when the package knows no such country, subdivision or category.

    >>> HolidayRegion("DE").days_in([2026])[0]
    ClosingDay(date=datetime.date(2026, 1, 1), name='Neujahr')
    """

    country: str
    subdivision: str | None = None
    categories: tuple[str, ...] = DEFAULT_CATEGORIES

    def __post_init__(self):
        if self.country not in known_countries():
            raise InvalidHolidays("country", self.country, known=sorted(known_countries()))
        if self.subdivision and self.subdivision not in self.subdivisions():
            raise InvalidHolidays(
                "subdivision", self.subdivision, self.country, self.subdivisions()
            )
        for category in self.categories or ("",):
            if category not in self.supported_categories():
                raise InvalidHolidays(
                    "category", category, self.country, self.supported_categories()
                )

    def subdivisions(self):
        """The codes of subdivisions that this country has, as a tuple of str."""
        return tuple(sorted(self._of_country().subdivisions))

    def supported_categories(self):
        """The categories of holidays that this country has, as a tuple of str."""
        return tuple(sorted(self._of_country().supported_categories))

    def days_in(self, years, language=None):
        """The `ClosingDay`s of the years, ascending, named in the `language` where it is offered.

        :param language: a code such as "de" or "de_DE"; else the country's own language.
        """
        holidays = country_holidays(
            self.country,
            subdiv=self.subdivision or None,
            categories=self.categories,
            language=self._offered(language),
            years=list(years),
        )
        # Some countries observe a holiday of 1 January on 31 December of the year before.
        wanted = set(years)
        return [
            ClosingDay(day, name) for day, name in sorted(holidays.items()) if day.year in wanted
        ]

    def _of_country(self):
        return country_holidays(self.country)

    def _offered(self, language):
        """The package's own code of a language, else of the country's own language.

        Without one the package would take the language of the machine.
        """
        country = self._of_country()
        offered = sorted(country.supported_languages)
        short = (language or "").split("_")[0]
        alike = [code for code in offered if code.split("_")[0] == short]
        fitting = [code for code in (language, short, *alike) if code in offered]
        return fitting[0] if fitting else country.default_language


def closing_days(years, region=None, yearly_dates=(), language=None):
    """All `ClosingDay`s of the years, ascending, one a date; a holiday's name goes first.

    :param years: the calendar years, as ints.
    :param region: a `HolidayRegion`, or None for a calendar that keeps no country's holidays.
    """
    years = list(years)
    by_date = {day.date: day for extra in yearly_dates for day in extra.days_in(years)}
    if region and years:
        by_date |= {day.date: day for day in region.days_in(years, language)}
    return sorted(by_date.values())


NEW, KEPT, REMOVED, BY_HAND, OBSOLETE = "new", "kept", "removed", "by_hand", "obsolete"


def compare(wanted, registered, taken, today):
    """Pairs of (`ClosingDay`, state), ascending: how a calendar stands to the days it should have.

    :param wanted: the `ClosingDay`s that the settings ask for.
    :param registered: days that were generated before: {date: (name, whether it is still closed)}.
    :param taken: the dates on which a person entered time off of their own.
    :param today: a date; earlier days are never obsolete, because the past was worked by them.

    States: "new", "kept" (closed already), "removed" (by a person, so it stays open), "by_hand"
    (a person's own entry holds), "obsolete" (generated, but the settings ask no longer for it).
    """
    states = []
    for day in wanted:
        if day.date in registered:
            state = KEPT if registered[day.date][1] else REMOVED
        else:
            state = BY_HAND if day.date in taken else NEW
        states.append((day, state))
    wanted_dates = {day.date for day in wanted}
    states += [
        (ClosingDay(day, name), OBSOLETE)
        for day, (name, is_closed) in registered.items()
        if is_closed and day >= today and day not in wanted_dates
    ]
    return sorted(states)
