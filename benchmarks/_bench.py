# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What all benchmarks share: medians, a table with goal and verdict, and JSON.

A goal is a ratio to the stock part in the same run, or a number of queries: these machines are too
noisy for absolute times. `BENCH_ROUNDS` (at least 5) says how often each is measured.
"""

import gc
import json
import os
import statistics
import time

ROUNDS = max(5, int(os.environ.get("BENCH_ROUNDS", "5")))


class Table:
    """Lines of a benchmark: what was measured, the goal, and whether it was reached."""

    def __init__(self, name):
        self.name = name
        self.lines = []

    def add(self, work, ours, stock, value, goal, limit, at_most=True):
        """Add a line; `ours`, `stock` and `value` are texts and a number, `limit` the goal."""
        good = value <= limit if at_most else value >= limit
        line = {
            "work": work,
            "ours": ours,
            "stock": stock,
            "value": round(value, 4),
            "goal": goal,
            "limit": limit,
            "reached": good,
        }
        self.lines.append(line)

    def show(self):
        """Print the table and write it to the file that `BENCH_JSON` names."""
        titles = ("work", "ours", "stock", "value", "goal", "")
        rows = [
            (
                line["work"],
                line["ours"],
                line["stock"],
                f"{line['value']:g}",
                line["goal"],
                "reached" if line["reached"] else "MISSED",
            )
            for line in self.lines
        ]
        widths = [max(len(row[index]) for row in (titles, *rows)) for index in range(6)]
        for row in (titles, *rows):
            print(
                "  ".join(
                    cell.ljust(width) for cell, width in zip(row, widths, strict=True)
                ).rstrip()
            )
        if path := os.environ.get("BENCH_JSON"):
            with open(path, "w") as file:
                json.dump({"benchmark": self.name, "rounds": ROUNDS, "lines": self.lines}, file)


def _measure(works, rounds, before):
    """Times of several calls in seconds, a list for each, after one call that warms up.

    The calls follow each other at once, in turns as the first: a machine that is slower for a
    while is slower for all of them.
    """
    times = [[] for _work in works]
    gc.collect()
    gc.freeze()  # what Odoo keeps for good is not searched for garbage in the midst of a call
    for index in range(rounds + 1):
        for work, own in list(zip(works, times, strict=True))[:: 1 if index % 2 else -1]:
            if before:
                before()
            gc.collect()
            started = time.perf_counter()
            work()
            if index:
                own.append(time.perf_counter() - started)
    gc.unfreeze()
    return times


def seconds(work, rounds=ROUNDS, before=None):
    """Median time of a call in seconds, after one that warms up."""
    return interleaved(work, rounds=rounds, before=before)[0]


def interleaved(*works, rounds=ROUNDS, before=None):
    """Median times of several calls, measured in turns so that noise hits all of them."""
    return [statistics.median(own) for own in _measure(works, rounds, before)]


def difference(ours, stock, rounds=ROUNDS, before=None):
    """Median times of two calls, and the median of what the first takes longer, in seconds.

    The difference of the two medians would take the pace of the machine for ours.
    """
    times = _measure((ours, stock), rounds, before)
    more = [own - theirs for own, theirs in zip(*times, strict=True)]
    return *map(statistics.median, times), statistics.median(more)


def queries(env, work):
    """Number of queries of a call, from a cold cache."""
    env.flush_all()
    env.invalidate_all()
    before = env.cr.sql_log_count
    work()
    env.flush_all()
    return env.cr.sql_log_count - before


def ms(value):
    return f"{value * 1000:.2f} ms"
