"""Why an instance's addresses left this host, or came to it: the first rule, from the top, whose evidence is
there.

What happened here decides before what is concluded from the other host's silence.
"""

from collections.abc import Iterable, Sequence

from exporter.watchers.failover.detection.vrrp.changes import (
    CONFIGURED,
    FAILED_THERE,
    FAULTY,
    GOODBYE,
    LINK_DOWN,
    LOWERED,
    RAISED,
    RECOVERED,
    REFUSES,
    RESPAWNED,
    SCRIPT,
    SHARED,
    STARTED,
    STOPPED,
    Change,
)

UNKNOWN = "unknown"

# What is concluded at the moment of a transition, beside the changes.
FOLLOWED = "followed"  # it went back to BACKUP, and hears a master
STILL_HEARD = "still_heard"  # the other host advertised until it was taken over from: with a lower priority
SILENT = "silent"  # it had not been heard any more

# cause, the kinds of changes that show it
LOST: Sequence[tuple[str, tuple[str, ...]]] = (
    ("restart", (RESPAWNED,)),
    ("peer_stopped", (STOPPED,)),
    ("link_down", (LINK_DOWN,)),
    ("script_failed", (SCRIPT,)),
    ("script_failed", (FAULTY,)),
    ("priority_changed", (CONFIGURED, LOWERED)),
    ("split_healed", (SHARED,)),
    ("failback", (FOLLOWED,)),
)
GAINED: Sequence[tuple[str, tuple[str, ...]]] = (
    ("script_failed", (FAILED_THERE,)),
    ("peer_stopped", (GOODBYE,)),
    ("failback", (STARTED, RESPAWNED, RECOVERED)),
    ("peer_lost", (REFUSES,)),
    ("priority_changed", (CONFIGURED,)),
    ("failback", (RAISED,)),
    ("priority_changed", (STILL_HEARD,)),
    ("peer_lost", (SILENT,)),
)
RETURNS = (STARTED, RECOVERED, RAISED)  # of a host that was lost, and soon takes over again
CAUSES = (*dict.fromkeys(cause for cause, _ in (*LOST, *GAINED)), UNKNOWN)

CONCLUDED = frozenset({FAILED_THERE, GOODBYE, SHARED, FOLLOWED, STILL_HEARD, SILENT})  # not seen on this host


def cause_of(
    table: Sequence[tuple[str, tuple[str, ...]]], evidence: Iterable[Change]
) -> tuple[str, tuple[Change, ...]]:
    """The cause, and the changes that it rests on; `unknown` and none if no rule fits."""
    evidence = tuple(evidence)
    for cause, kinds in table:
        if supporting := tuple(change for change in evidence if change.kind in kinds):
            return cause, supporting
    return UNKNOWN, ()
