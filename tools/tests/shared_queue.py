# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A pytest plugin for several pytests at once: whoever is free takes the next file with tests.

All are given the same tests in the same order; what is taken is marked in the folder TEST_QUEUE.
"""

import os
from itertools import chain
from pathlib import Path


def taken_here(path):
    """Whether a file is this process's to run; only the first who asks may."""
    try:
        Path(os.environ["TEST_QUEUE"], "_".join(path.parts[1:])).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


def pytest_runtestloop(session):
    """As pytest's own loop, but a file is taken when the last test before it is about to begin."""
    if session.testsfailed:
        raise session.Interrupted(f"{session.testsfailed} errors during collection")
    files = {}
    for item in session.items:
        files.setdefault(item.path, []).append(item)
    mine = chain.from_iterable(tests for path, tests in files.items() if taken_here(path))
    item = next(mine, None)
    while item:
        following = next(mine, None)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
        item = following
    return True
