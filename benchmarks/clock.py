# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The service clock beside Odoo's own methods, and what guarantees cost tickets."""

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta
from itertools import count
from random import Random

from _bench import Table, interleaved, ms
from _ticket_guarantees import bench_tickets

QUESTIONS = 60
EPOCH = datetime(1970, 1, 1)


class BareBisect:
    """What a clock cannot do without: two datetime conversions and two searches in integers."""

    def __init__(self, intervals):
        self.opens = [self.second(start) for start, _end in intervals]
        self.before = [0]
        for start, end in intervals:
            self.before.append(self.before[-1] + self.second(end) - self.second(start))

    def second(self, instant):
        return int((instant - EPOCH).total_seconds())

    def add(self, start, minutes):
        moment = self.second(start)
        index = bisect_right(self.opens, moment) - 1
        target = self.before[index] + moment - self.opens[index] + minutes * 60
        index = bisect_left(self.before, target) - 1
        return EPOCH + timedelta(seconds=self.opens[index] + target - self.before[index])


def us(value):
    return f"{value * 1e6:.2f} µs"


def ask(method, questions):
    """A call that asks all questions of one method."""

    def asked():
        for question in questions:
            method(*question)

    return asked


def make_questions(clock, days):
    """Starts within the first years that are known, each with minutes and an end `days` later."""
    random = Random(days)
    starts = [
        clock.known_from + timedelta(seconds=random.randrange(86400 * 365 * 3))
        for _index in range(QUESTIONS)
    ]
    return [(start, random.randrange(30, 2400), start + timedelta(days=days)) for start in starts]


def bench_deadlines(env, table, calendar):
    """`add` beside `plan_hours`, cached and cold, and beside a bare bisect."""
    clock = calendar._service_clock()
    questions = make_questions(clock, 1)
    deadlines = [(start, minutes) for start, minutes, _end in questions]
    domain = [("calendar_id", "=", calendar.id)]

    def plan(start, minutes):
        return calendar.plan_hours(minutes / 60, start, compute_leaves=True, domain=domain)

    bare = BareBisect(clock.open_intervals(clock.known_from, clock.known_until))
    stock, fetched, ours, least = interleaved(
        ask(plan, deadlines),
        ask(lambda start, minutes: calendar._service_clock().add(start, minutes), deadlines),
        ask(clock.add, deadlines * 100),
        ask(bare.add, deadlines * 100),
    )
    stock, fetched = stock / QUESTIONS, fetched / QUESTIONS
    ours, least = (time / QUESTIONS / 100 for time in (ours, least))
    table.add(
        "deadline, cached",
        us(ours),
        f"plan_hours: {us(stock)}",
        stock / ours,
        "≥ 200 × faster",
        200,
        at_most=False,
    )
    table.add(
        "deadline, clock fetched each time",
        us(fetched),
        f"plan_hours: {us(stock)}",
        stock / fetched,
        "≥ 100 × faster",
        100,
        at_most=False,
    )
    table.add(
        "deadline beside a bare bisect", us(ours), f"bisect: {us(least)}", ours / least, "≤ 5 ×", 5
    )
    queries = queries_of(env, ask(clock.add, deadlines))
    table.add("queries of a deadline", str(queries), "plan_hours: 2", queries, "0", 0)


def queries_of(env, work):
    before = env.cr.sql_log_count
    work()
    return env.cr.sql_log_count - before


def bench_durations(env, table, calendar):
    """`minutes_between` beside `get_work_hours_count`, from an hour to half a year."""
    clock = calendar._service_clock()
    domain = [("calendar_id", "=", calendar.id)]
    for days, span in ((1, "a day"), (30, "a month"), (182, "half a year")):
        durations = [(start, end) for start, _minutes, end in make_questions(clock, days)]

        def count_hours(start, end):
            return calendar.get_work_hours_count(start, end, domain=domain)

        stock, ours = interleaved(
            ask(count_hours, durations), ask(clock.minutes_between, durations * 100)
        )
        stock, ours = stock / QUESTIONS, ours / QUESTIONS / 100
        table.add(
            f"duration of {span}",
            us(ours),
            f"get_work_hours_count: {us(stock)}",
            stock / ours,
            "≥ 500 × faster",
            500,
            at_most=False,
        )


def bench_building(env, table, calendar):
    """Building the clock of five years, as after each change of its calendar."""
    start = datetime(2026, 3, 2, 9)
    versions = count()
    years = calendar._get_known_years()

    def build():
        calendar._build_service_clock(f"bench {next(versions)}", *years)

    building, planning = interleaved(
        build,
        ask(lambda: calendar.plan_hours(8, start, compute_leaves=True), [()] * 10),
        rounds=15,
    )
    planning /= 10
    table.add(
        "building the clock",
        ms(building),
        f"plan_hours: {ms(planning)}",
        building / planning,
        "≤ 16 × (20 ms where it takes 1.25 ms)",
        16,
    )


def main(env):
    table = Table("clock")
    calendar = env.ref("helpdesk_support_points.calendar_service_hours")
    for bench in (bench_deadlines, bench_durations, bench_building):
        bench(env, table, calendar)
    bench_tickets(env, table)
    table.show()


main(env)
