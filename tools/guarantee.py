# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Assured reaction and resolution times of one phase of a ticket (design 4.5).

All instants are naive UTC, all lengths are minutes of service time. The clock is a
`tools.service_clock.ServiceClock`; what it can't answer it says by its ServiceClockError. Inside,
seconds are counted, so that many short pauses add up exactly.
"""

from datetime import datetime
from typing import NamedTuple

AT_RISK_PERCENT = 75
RESOLVED, HANDED_OVER, DROPPED = ENDINGS = ("resolved", "handed_over", "dropped")
NONE, RUNNING, AT_RISK, PAUSED, MET, MISSED = STATES = (
    "none",
    "running",
    "at_risk",
    "paused",
    "met",
    "missed",
)


class Pause(NamedTuple):
    """Time that counts for nobody: the customer's turn, or solved and then reopened.

    `end_at` is None as long as the pause lasts.
    """

    start_at: datetime
    end_at: datetime | None = None


class Phase(NamedTuple):
    """What happened while a ticket was with one tier.

    `ending` says why the phase is over at `end_at`: the request was resolved, handed over to
    another tier, or dropped (cancelled, rejected, a duplicate).
    """

    start_at: datetime
    responded_at: datetime | None = None
    end_at: datetime | None = None
    ending: str | None = None
    pauses: tuple[Pause, ...] = ()


class Deadline(NamedTuple):
    """When a promise is due, and when it is at risk; both None while that is open."""

    due_at: datetime | None
    risk_at: datetime | None


def reaction_deadline(clock, phase, goal_minutes):
    """The `Deadline` of the first response; pauses don't move it.

    :param goal_minutes: service minutes that were promised; 0 is no promise
    """
    return _deadline(clock, phase.start_at, goal_minutes, ())


def resolution_deadline(clock, phase, goal_minutes):
    """The `Deadline` of the solution: each pause moves it by the pause's service minutes.

    While the phase is paused the deadline is open, unless it had passed before the pause began.
    """
    return _deadline(clock, phase.start_at, goal_minutes, phase.pauses)


def counted_minutes(clock, start_at, end_at, pauses=()):
    """Service minutes from `start_at` to `end_at` without those of the pauses.

    A pause that lasts still ends at `end_at`.
    """
    total = clock.seconds_between(start_at, end_at)
    for pause in merged(pauses, start_at, end_at):
        total -= clock.seconds_between(pause.start_at, pause.end_at)
    return total // 60


def merged(pauses, start_at, end_at):
    """The pauses between two instants, in order, without overlaps; open ones end at `end_at`."""
    clipped = sorted(
        (max(pause.start_at, start_at), min(pause.end_at or end_at, end_at)) for pause in pauses
    )
    result = []
    for pause_start, pause_end in clipped:
        if pause_start >= pause_end:
            continue
        if result and pause_start <= result[-1].end_at:
            result[-1] = Pause(result[-1].start_at, max(result[-1].end_at, pause_end))
        else:
            result.append(Pause(pause_start, pause_end))
    return result


def reaction_result(phase, due_at, is_missed=False):
    """Whether the first response came in time: met, missed, none, or None while undecided.

    Who solves a request has reacted to it. Handing it over in time keeps no promise and breaks
    none; a request that was dropped needs no response.

    :param is_missed: whether a miss was recorded: it stays one when the deadline moves later
    """
    reacted_at = phase.responded_at or (phase.end_at if phase.ending == RESOLVED else None)
    return _result(phase, reacted_at, due_at, is_missed)


def resolution_result(phase, due_at, is_missed=False):
    """Whether the solution came in time: met, missed, none, or None while undecided.

    :param is_missed: whether a miss was recorded: it stays one when the deadline moves later
    """
    solved_at = phase.end_at if phase.ending == RESOLVED else None
    return _result(phase, solved_at, due_at, is_missed)


def is_in_time(instant, due_at):
    """Whether an instant is not after the deadline, to the minute; always, where there is none.

    >>> is_in_time(datetime(2026, 3, 2, 14, 0, 59), datetime(2026, 3, 2, 14, 0))
    True
    """
    return due_at is None or instant.replace(second=0, microsecond=0) <= due_at


def state_at(now, result, deadline, is_missed=False, is_paused=False):
    """The state (one of STATES) of a promise at an instant.

    :param result: what was decided, or None
    :param is_missed: whether a miss was recorded
    """
    if result:
        return result
    if is_missed or not is_in_time(now, deadline.due_at):
        return MISSED
    if is_paused:
        return PAUSED
    if not deadline.due_at:
        return NONE
    return AT_RISK if now >= deadline.risk_at else RUNNING


def _deadline(clock, start_at, goal_minutes, pauses):
    if not goal_minutes:
        return Deadline(None, None)
    return Deadline(
        _spent_at(clock, start_at, goal_minutes, pauses),
        _spent_at(clock, start_at, goal_minutes * AT_RISK_PERCENT // 100, pauses),
    )


def _spent_at(clock, start_at, minutes, pauses):
    """When so many minutes have been counted; None while a pause keeps that open."""
    lasting = min((pause.start_at for pause in pauses if not pause.end_at), default=None)
    ended = [pause for pause in pauses if pause.end_at]
    seconds = minutes * 60
    for pause in merged(ended, start_at, max((p.end_at for p in ended), default=start_at)):
        if clock.seconds_between(start_at, pause.start_at) >= seconds:
            break
        seconds += clock.seconds_between(pause.start_at, pause.end_at)
    due_at = clock.add_seconds(start_at, seconds)
    return None if lasting and lasting < due_at else due_at


def _result(phase, event_at, due_at, is_missed):
    if not event_at and not phase.ending:
        return None
    if not event_at and phase.ending == DROPPED:
        return NONE
    if is_missed or not is_in_time(event_at or phase.end_at, due_at):
        return MISSED
    return MET if event_at else NONE
