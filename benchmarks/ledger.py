# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Booking and balances, beside hr_timesheet and bare SQL."""

import threading
import time

from _bench import ROUNDS, Table, difference, interleaved, ms, queries
from _ledger_data import make_accounts, make_employee, make_entries, make_tickets
from odoo import SUPERUSER_ID, api
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

BOOKERS = 8
BOOKINGS_EACH = 12


def bench_one_line(env, table):
    """One time line, on an account with little and with much behind it."""
    contract = make_accounts(env, 1)
    ticket = make_tickets(env, contract)
    project = env.company._get_support_project()

    def log(**values):
        return env["account.analytic.line"].create({"name": "Work", "unit_amount": 0.25, **values})

    def booked():
        log(ticket_id=ticket.id)
        env.flush_all()

    def stock():
        log(project_id=project.id)
        env.flush_all()

    booked(), stock()
    for lines in (100, 10_000):
        missing = lines - len(ticket.timesheet_ids)
        values = {"name": "Work", "unit_amount": 0.25, "ticket_id": ticket.id}
        for start in range(0, missing, 1000):
            env["account.analytic.line"].create([values] * min(1000, missing - start))
            env.flush_all()
        count, stock_count = queries(env, booked), queries(env, stock)
        ours, theirs = interleaved(booked, stock, before=env.invalidate_all)
        table.add(
            f"one time line after {lines:,}",
            f"{count} queries, {ms(ours)}",
            f"hr_timesheet: {stock_count}, {ms(theirs)}",
            count - stock_count,
            "≤ +8 queries, flat",
            8,
        )


def bench_thousand_lines(env, table):
    """1,000 time lines in one call."""
    contract = make_accounts(env, 1)
    ticket = make_tickets(env, contract)
    project = env.company._get_support_project()

    def log(**values):
        lines = [{"name": "Work", "unit_amount": 0.25, **values}] * 1000
        env["account.analytic.line"].create(lines)
        env.flush_all()

    def booked():
        log(ticket_id=ticket.id)

    def stock():
        log(project_id=project.id)

    booked(), stock()
    more = (queries(env, booked) - queries(env, stock)) / 1000
    ours, theirs, longer = difference(
        booked, stock, rounds=max(ROUNDS, 25), before=env.invalidate_all
    )
    table.add(
        "1,000 time lines in one call",
        ms(ours / 1000) + " a line",
        f"hr_timesheet: {ms(theirs / 1000)}",
        longer,
        "≤ +0.3 ms a line",
        0.3,
    )
    table.add("its queries", "", "", more, "≤ +0.05 a line", 0.05)


def bench_balances(env, table):
    """Balances of 1,000 accounts with 100,000 entries, in lists and as of a day."""
    contracts = make_accounts(env, 1000)
    make_entries(env, contracts, 100)
    ids = tuple(contracts.ids)

    def ours():
        contracts.invalidate_recordset(["balance"])
        contracts.mapped("balance")

    def on_a_day():
        contracts._balance_on("2025-06-30")

    def bare():
        env.execute_query(
            SQL(
                """SELECT contract_id, kind, SUM(points) FROM support_point_entry
                    WHERE contract_id IN %s GROUP BY contract_id, kind""",
                ids,
            )
        )

    def bare_on_a_day():
        env.execute_query(
            SQL(
                """SELECT contract_id, SUM(points) FROM support_point_entry
                    WHERE contract_id IN %s AND date <= '2025-06-30' GROUP BY contract_id""",
                ids,
            )
        )

    contracts.fetch(["alert_points", "minutes_per_point", "state"])
    for name, work, stock in (
        ("balances of 1,000 accounts", ours, bare),
        ("the same as of a day", on_a_day, bare_on_a_day),
    ):
        time_ours, time_bare = interleaved(work, stock, rounds=max(ROUNDS, 15))
        table.add(
            name, ms(time_ours), f"bare SQL: {ms(time_bare)}", time_ours / time_bare, "≤ 1.5 ×", 1.5
        )
        before = env.cr.sql_log_count
        work()
        table.add("its queries", "", "", env.cr.sql_log_count - before, "1", 1)


def bench_bookers(env, table):
    """8 bookers on one account, beside 8 on accounts of their own; real transactions."""
    contracts = make_accounts(env, BOOKERS)
    shared = make_tickets(env, contracts[0], BOOKERS)
    own = env["helpdesk.ticket"].union(*(make_tickets(env, one) for one in contracts))
    env.cr.commit()
    retries = []

    def run(tickets):
        def book(ticket_id):
            for _number in range(BOOKINGS_EACH):
                while True:
                    with env.registry.cursor() as cursor:
                        try:
                            their = api.Environment(cursor, SUPERUSER_ID, {})
                            their["account.analytic.line"].create(
                                {"ticket_id": ticket_id, "name": "Work", "unit_amount": 0.25}
                            )
                            their.flush_all()
                            cursor.commit()
                            break
                        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                            cursor.rollback()
                            retries.append(ticket_id)

        threads = [threading.Thread(target=book, args=(ticket.id,)) for ticket in tickets]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return BOOKERS * BOOKINGS_EACH / (time.perf_counter() - started)

    rates = {"one": [], "eight": []}
    for index in range(ROUNDS + 1):
        for name, tickets in (("one", shared), ("eight", own)):
            rate = run(tickets)
            if index:
                rates[name].append(rate)
    one, eight = (sorted(rates[name])[ROUNDS // 2] for name in ("one", "eight"))
    env.cr.rollback()
    table.add(
        "8 bookers on one account",
        f"{one:.0f} tx/s",
        f"on eight: {eight:.0f} tx/s",
        one / eight,
        "≥ 0.8 ×, as fast",
        0.8,
        at_most=False,
    )
    table.add("its retries", str(len(retries)), "", len(retries), "0", 0)


def main(env):
    table = Table("ledger")
    env = env(context={**env.context, "tracking_disable": True})
    make_employee(env)
    # Made once here: its creation is not what the bookers are about.
    env.company._get_support_project()
    env.cr.commit()
    # The thousand lines first: rows that were rolled back make all of them twice as slow.
    for bench in (bench_thousand_lines, bench_one_line, bench_balances, bench_bookers):
        bench(env, table)
        env.cr.rollback()
    table.show()


main(env)
