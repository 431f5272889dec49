# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""When a mail reached the firm's mail server, and whether a person wrote it (design 4.5)."""

from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import NamedTuple

_ROBOT_PRECEDENCES = {"auto_reply", "bulk", "junk", "list"}


class MailArrival(NamedTuple):
    """`at` is naive UTC; `is_automatic` mails answer nobody and are nobody's answer."""

    at: datetime
    is_automatic: bool


def arrival(received, auto_submitted, precedence, now):
    """The `MailArrival` of a mail.

    The topmost ``Received:`` is written by the firm's own server on arrival; the sender's
    ``Date:`` and all headers further down may say anything. Without one the mail arrived `now`,
    and never later than that.

    :param received: the mail's Received headers, topmost first
    :param auto_submitted: its Auto-Submitted header (RFC 3834), if any
    :param precedence: its Precedence header, if any
    :param datetime now: naive UTC

    >>> arrival(["from a by mx; Mon, 2 Mar 2026 10:00:00 +0100"], None, None,
    ...         datetime(2026, 3, 2, 9, 5)).at
    datetime.datetime(2026, 3, 2, 9, 0)
    """
    automatic = (auto_submitted or "no").split(";")[0].strip().lower() != "no" or (
        precedence or ""
    ).strip().lower() in _ROBOT_PRECEDENCES
    return MailArrival(min(_arrived_at(received[:1]) or now, now), automatic)


def _arrived_at(headers):
    for header in headers:
        _route, semicolon, text = header.rpartition(";")
        try:
            stamp = parsedate_to_datetime(" ".join(text.split())) if semicolon else None
        except (TypeError, ValueError):
            return None
        if stamp and stamp.tzinfo:
            stamp = stamp.astimezone(timezone.utc).replace(tzinfo=None)
        return stamp and stamp.replace(microsecond=0)
    return None
