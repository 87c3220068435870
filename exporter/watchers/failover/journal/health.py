"""How the journal is (pure)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class JournalHealth:
    ok: bool  # the latest attempt to write succeeded
    waiting: int  # events that are not in the file yet
    dropped: int  # events for which there was no room in memory while the file could not be written
    put_aside: int  # damaged files
