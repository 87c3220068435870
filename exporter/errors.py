"""What can go wrong with a source, by the reason that the page shows.

SourceError
├── Unreachable      not running, not there, no answer       reason "unreachable"
│   ├── Refused      nobody listens at that address          reason "unreachable"
│   └── TimedOut     there, but not within its time          reason "timeout"
├── Denied           it answered that we may not ask         reason "denied"
└── Unparsable       it answered what we can't read          reason "unparsable"

Anything else that a source raises is a defect of ours: reason "bug".
"""

from typing import ClassVar

BUG = "bug"


class SourceError(Exception):
    """The text says what happened and, where one can be told, what to do. Never a secret."""

    reason: ClassVar[str]


class Unreachable(SourceError):
    reason = "unreachable"


class Refused(Unreachable):
    """Told apart because for some sources it is a reading: the program is not running here."""


class TimedOut(Unreachable):
    reason = "timeout"


class Denied(SourceError):
    reason = "denied"


class Unparsable(SourceError):
    reason = "unparsable"


REASONS = (Unreachable.reason, TimedOut.reason, Denied.reason, Unparsable.reason, BUG)
