"""A change between two snapshots, and the kinds of changes."""

from dataclasses import dataclass

LOST = "lost"
UNREADABLE = "unreadable"  # Pacemaker on this node could not be asked, so the others may have lost it
SHUT_DOWN = "shut_down"
STANDBY = "standby"
PUT_ASIDE = "put_aside"  # on standby by a failure (on-fail=standby)
FENCED = "fenced"
FAILED = "failed"
NO_QUORUM = "no_quorum"
DEGRADED = "degraded"  # health, or an attribute that a rule looks at, speaks less for the node
IMPROVED = "improved"  # … more for the node
PREFERRED = "preferred"  # a location constraint came that speaks for the node
BANNED = "banned"  # … against it
TICKET = "ticket"  # a booth ticket was granted or revoked
RETURNED = "returned"  # a node may be used that could not be before
CLEARED = "cleared"  # failures were cleaned up or expired, or a constraint is gone
CONFIGURED = "configured"
TIMED = "timed"  # a constraint depends on the time of day
DOUBLED = "doubled"  # a resource ran in two places
SHARED = "shared"  # two hosts answer for its address; that alone moves nothing


@dataclass(frozen=True)
class Change:
    kind: str
    node: str  # "" where it is of no node
    resource: str  # "" where it is of the whole node, or of whatever a pattern names
    text: str  # a sentence for a person
    host: str = ""  # where the node is a guest: the node that ran it
    instance: bool = False  # of a clone or bundle: it counts on its own node alone
