"""What can go wrong with a source, by the reason that the page shows.

SourceError
├── Unreachable      not running, not there, no answer       reason "unreachable"
│   ├── Refused      nobody listens at that address          reason "unreachable"
│   └── TimedOut     there, but not within its time          reason "timeout"
├── Denied           it answered that we may not ask         reason "denied"
│   └── NotPermitted the rights of a file here do not let us reason "denied"
└── Unparsable       it answered what we can't read          reason "unparsable"

Anything else that a source raises is a defect of this program: reason "bug".
"""

from typing import ClassVar

BUG = "bug"


class KnownError(Exception):
    """Expected: the text says what happened and, where there is a remedy, what to do. Never a secret.

    A log line shows the text alone; any other exception is a defect, whose trace is logged.
    """


class SourceError(KnownError):
    """A source could not be read."""

    reason: ClassVar[str]


class Unreachable(SourceError):
    reason = "unreachable"


class Refused(Unreachable):
    """Distinguished because for some sources it is a reading: the program is not running here."""


class TimedOut(Unreachable):
    reason = "timeout"


class Denied(SourceError):
    reason = "denied"


class NotPermitted(Denied):
    """Distinguished because no daemon was asked, so none wrote a log line: it can be tried again at once."""


class Unparsable(SourceError):
    reason = "unparsable"


REASONS = (Unreachable.reason, TimedOut.reason, Denied.reason, Unparsable.reason, BUG)
