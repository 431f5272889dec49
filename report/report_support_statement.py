# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from functools import cache

from babel.dates import format_skeleton, get_day_names
from odoo import api, fields, models
from odoo.tools import format_date, format_time, formatLang
from odoo.tools.misc import babel_locale_parse

from ..tools.balance_chart import balance_chart
from ..tools.statement import hours_of
from ..tools.weekly_hours import clock_time, weekly_hours

MINUS = "\N{MINUS SIGN}"
# Pixels that fit the text of every letterhead; in wkhtmltopdf, 100 % of a picture is something
# else, and what is too wide shrinks the whole page.
CHART_SIZE = (612, 140)
MAX_LATE_DAYS = 6


class Words:
    """Numbers and dates in the customer's language; each is written out once."""

    def __init__(self, env, contract):
        zone = contract.tier_id._get_calendar().sudo().tz
        self.date = cache(lambda day: format_date(env, day))
        self._zoned = env.user.with_context(tz=zone)
        self._time = cache(lambda time: format_time(env, time, time_format="short"))
        self._number = cache(lambda number: formatLang(env, number, digits=0))
        self._minutes_per_point = contract.minutes_per_point

    def instant(self, instant):
        """Day and time of an instant in UTC, as the service hours have them."""
        local = fields.Datetime.context_timestamp(self._zoned, instant)
        return f"{self.date(local.date())} {self._time(local.time().replace(second=0))}"

    def balance(self, points):
        """Points as they stand: 12, −3."""
        number = self._number(abs(points))
        return MINUS + number if points < 0 else number

    def signed(self, points):
        """Points as they move: +12, −3, 0."""
        return f"+{self.balance(points)}" if points > 0 else self.balance(points)

    def minutes(self, minutes):
        """Minutes of service time: 1:40 h."""
        return f"{minutes // 60}:{minutes % 60:02} h"

    def hours(self, points):
        """Points as time: 3:00 h."""
        hours, minutes = hours_of(points, self._minutes_per_point)
        return f"{MINUS if points < 0 else ''}{hours}:{minutes:02} h"


class ReportSupportStatement(models.AbstractModel):
    """Turns statements into the texts of their pages, once for each and not field by field."""

    _name = "report.helpdesk_support_points.report_support_statement"
    _description = "Support Account Statement on Paper"

    @api.model
    def _get_report_values(self, docids, data=None):
        statements = self.env["support.statement"].browse(docids)
        statements.check_access("read")
        return {
            "doc_ids": docids,
            "doc_model": statements._name,
            "docs": statements,
            "pages": [
                self.with_context(lang=statement._customer_lang())._page(statement)
                for statement in statements
            ],
        }

    @api.model
    def _preview(self, statement):
        """Return what the customer reads below the head of the letter, as HTML."""
        paper = self.with_context(lang=statement._customer_lang())
        return paper.env["ir.qweb"]._render(
            "helpdesk_support_points.report_support_statement_preview",
            {"page": paper._page(statement)},
        )

    def _page(self, statement):
        """Return all that one statement shows, in the language of the context."""
        statement = statement.with_env(self.env)
        contract = statement.contract_id.sudo()
        data = statement._statement_data()
        words = Words(self.env, contract)
        today = contract.company_id._support_today()
        return {
            "lang": self.env.lang,
            "statement": statement,
            "partner": contract.partner_id,
            "facts": self._facts(statement, contract, words),
            "draft_notice": statement.state == "draft"
            and self.env._("Current state as of %s – not a closed period.", words.date(today)),
            "later_notice": self._later_notice(statement, words),
            "overdraft_notice": data.closing < 0 and self._overdraft_notice(data, words),
            "summary": self._summary(data, words),
            "chart": None if data.is_empty else self._chart(data, today, words),
            "opening": words.balance(data.opening),
            "opening_label": self.env._("Opening balance on %s", words.date(data.date_from)),
            "sections": self._sections(data, words),
            "closing": words.balance(data.closing),
            "closing_label": self.env._("Closing balance on %s", words.date(data.date_to)),
            "lots": self._lots(statement, words),
            "rounding": self._rounding(contract),
            "service_hours": self._service_hours(contract),
        }

    # ------------------------------------------------------------------
    # Sections
    # ------------------------------------------------------------------

    def _facts(self, statement, contract, words):
        """Pairs of label and value for the head of the letter."""
        facts = [
            (self.env._("Account"), contract.name),
            (self.env._("Service"), contract.tier_id.name),
            (
                self.env._("Period"),
                f"{words.date(statement.date_from)} – {words.date(statement.date_to)}",
            ),
        ]
        if statement.name:
            facts.insert(0, (self.env._("Statement No."), statement.name))
        if statement.issue_date:
            facts.insert(1, (self.env._("Issued on"), words.date(statement.issue_date)))
        return facts

    def _summary(self, data, words):
        """Opening + credits + requests + others = closing, each in points and hours."""
        cells = [
            (self.env._("Opening balance"), data.opening, words.balance),
            (self.env._("Credits"), data.credited, words.signed),
            (self.env._("Requests"), data.requested, words.signed),
        ]
        if data.others:
            cells.append((self.env._("Other movements"), data.other, words.signed))
        cells.append((self.env._("Closing balance"), data.closing, words.balance))
        return [
            {"label": label, "points": write(points), "hours": words.hours(points)}
            for label, points, write in cells
        ]

    def _sections(self, data, words):
        sections = [
            (self.env._("Credits"), [self._movement_row(line, words) for line in data.credits]),
            (self.env._("Requests"), [self._request_row(line, words) for line in data.requests]),
            (
                self.env._("Other movements"),
                [self._movement_row(line, words) for line in data.others],
            ),
        ]
        return [{"title": title, "rows": rows} for title, rows in sections if rows]

    def _request_row(self, request, words):
        notes = self._late_notes(request, words)
        if request.points > 0 and request.ticket:
            notes.append(self.env._("Correction of an earlier booking"))
        notes += self._time_notes(request.ticket, words)
        return {
            "date": words.date(request.date),
            "number": request.ticket.number if request.ticket else "",
            "text": request.ticket.title
            if request.ticket
            else self.env._("Correction: filed under this account by mistake"),
            "notes": notes,
            "levels": ", ".join(request.levels),
            "points": words.signed(request.points),
        }

    def _movement_row(self, movement, words):
        notes = self._late_notes(movement, words)
        if movement.expiry_date:
            notes.append(self.env._("Valid until %s", words.date(movement.expiry_date)))
        kinds = dict(
            self.env["support.point.entry"]._fields["kind"]._description_selection(self.env)
        )
        text = self.env._("Correction") if movement.name is None else movement.name
        kind = kinds[movement.kind]
        return {
            "date": words.date(movement.date),
            "number": None,
            "text": text if text.startswith(kind) else f"{kind} – {text}",
            "notes": notes,
            "levels": "",
            "points": words.signed(movement.points),
        }

    def _time_notes(self, ticket, words):
        """When a request came in, and how long reaction and processing took in service time."""
        if not ticket or not ticket.received_at:
            return []
        parts = [self.env._("Received %s", words.instant(ticket.received_at))]
        if ticket.reaction_minutes is not None:
            parts.append(self.env._("reaction %s", words.minutes(ticket.reaction_minutes)))
        if ticket.resolution_minutes is not None:
            parts.append(self.env._("processing %s", words.minutes(ticket.resolution_minutes)))
        if ticket.guarantee == "met":
            parts.append(self.env._("assured times kept"))
        elif ticket.guarantee == "missed":
            parts.append(self.env._("assured time missed"))
        return [" · ".join(parts)]

    def _late_notes(self, line, words):
        """Say which points of this line are for days of a closed period, if any are."""
        late = line.late
        if not late:
            return []
        is_long = len(late) > MAX_LATE_DAYS
        days = [words.date(one.day) for one in late]
        if is_long:
            days = [days[0], "…", days[-1]]
        if line.is_late:
            return [self.env._("For work on %s, in a closed period", ", ".join(days))]
        if is_long:
            parts = [(sum(one.points for one in late), ", ".join(days))]
        else:
            parts = [(one.points, words.date(one.day)) for one in late]
        return [
            self.env._(
                "Of these, %s in a closed period",
                ", ".join(self._late_part(line, *part, words) for part in parts),
            )
        ]

    def _late_part(self, line, points, days, words):
        """Points for work on days; with a sign unless they are a part of what the line takes."""
        is_part = line.points < 0 and points < 0
        number = words.balance(-points) if is_part else words.signed(points)
        if abs(points) == 1:
            return self.env._("%(number)s point for work on %(days)s", number=number, days=days)
        return self.env._("%(number)s points for work on %(days)s", number=number, days=days)

    def _later_notice(self, statement, words):
        """Say that more was booked for this period once it was closed; the next one states it."""
        if not statement._has_late_entries():
            return False
        return self.env._(
            "Work in this period was booked after the period had been closed (points: %s). It is "
            "part of the statement of the period in which it was booked.",
            words.signed(statement.late_points),
        )

    def _lots(self, statement, words):
        return [
            {
                "date": words.date(lot.date),
                "points": words.balance(lot.points),
                "remaining": words.balance(lot.remaining),
                "expiry": words.date(lot.expiry_date)
                if lot.expiry_date
                else self.env._("Unlimited"),
            }
            for lot in statement._open_lots()
        ]

    def _chart(self, data, today, words, size=CHART_SIZE):
        """The picture of the running balance; its labels are words, all else are numbers."""
        chart = balance_chart(
            data.balances,
            data.opening,
            data.date_from,
            data.date_to,
            credits=[(line.date, line.points) for line in data.credits],
            until=today,
            size=size,
        )
        day_format = "yMMM" if chart.has_month_ticks else "MMMd"
        locale = babel_locale_parse(self.env.lang)
        return {
            "box": chart,
            "line": _corners(chart.line),
            "above": _corners(chart.above),
            "below": _corners(chart.below),
            "point_ticks": [
                (tick.position, words.balance(tick.value)) for tick in chart.point_ticks
            ],
            "day_ticks": [
                (tick.position, format_skeleton(day_format, tick.value, locale=locale))
                for tick in chart.day_ticks
            ],
            "marks": [
                {
                    "x": mark.label_x,
                    "y": mark.y - 8,
                    "corners": _corners(
                        (
                            (mark.x - 4, mark.y - 1),
                            (mark.x + 4, mark.y - 1),
                            (mark.x, mark.y - 7),
                        )
                    ),
                    "label": mark.is_labelled and words.signed(mark.points),
                }
                for mark in chart.marks
            ],
        }

    # ------------------------------------------------------------------
    # Words and numbers
    # ------------------------------------------------------------------

    def _overdraft_notice(self, data, words):
        return self.env._(
            "The account is overdrawn by %(hours)s (points: %(points)s). "
            "The next package settles the overdraft first.",
            points=words.balance(-data.closing),
            hours=words.hours(-data.closing),
        )

    def _rounding(self, contract):
        minutes = contract.minutes_per_point
        if contract.rounding_scope == "day":
            return self.env._(
                "1 point = %(minutes)s minutes. Work is charged by the started %(minutes)s "
                "minutes, rounded for each request and day.",
                minutes=minutes,
            )
        if contract.rounding_scope == "ticket":
            return self.env._(
                "1 point = %(minutes)s minutes. Work is charged by the started %(minutes)s "
                "minutes, rounded for each request.",
                minutes=minutes,
            )
        return self.env._(
            "1 point = %(minutes)s minutes. Work is charged by the started %(minutes)s "
            "minutes, rounded for each time entry.",
            minutes=minutes,
        )

    def _service_hours(self, contract):
        """When the service is open, in words; empty for a calendar that a week can't tell."""
        calendar = contract.tier_id._get_calendar().sudo()
        if calendar.flexible_hours or calendar.two_weeks_calendar:
            return ""
        days = get_day_names("abbreviated", locale=babel_locale_parse(self.env.lang))
        parts = [
            "{} {}".format(
                days[first] if first == last else f"{days[first]}–{days[last]}",
                ", ".join(f"{clock_time(start)}–{clock_time(end)}" for start, end in spans),
            )
            for first, last, spans in weekly_hours(
                (int(line.dayofweek), line.hour_from, line.hour_to)
                for line in calendar.attendance_ids
                if line.day_period != "lunch"
            )
        ]
        return parts and self.env._(
            "Service hours: %(hours)s (%(zone)s), except on holidays and closing days. Reaction "
            "and processing times count service hours only.",
            hours="; ".join(parts),
            zone=calendar.tz,
        )


def _corners(points):
    """The `points` attribute of an SVG shape."""
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
