"""One palette (Okabe and Ito's, made for all kinds of colour vision), and what its colours mean everywhere.

Colour never stands alone: a state has its text, a number its unit. Lines whose names are known have colours
of their own, and so have hosts whose names have a 1, 2 or 3 first; all others are shades of one.
"""

from dataclasses import dataclass

WELL = "#009E73"  # in order
ACTIVE = "#0072B2"  # does the work: holds the address, carries sessions
REDUCED = "#E69F00"  # redundancy or speed is reduced
BAD = "#D55E00"  # clients are hurt, or data is at risk
BY_HAND = "#CC79A7"  # somebody wanted it so: standby, maintenance, drained
CHANGING = "#56B4E9"  # on its way from one state to another
IDLE = "#5A5A5A"  # passive, or not known
FURTHER = "#F0E442"  # one more line among others, without a meaning

NUMBERED = (ACTIVE, BY_HAND, CHANGING)  # lines of the first, the second and the third host
PALETTE = (WELL, ACTIVE, REDUCED, BAD, BY_HAND, CHANGING, IDLE, FURTHER)


@dataclass(frozen=True)
class State:
    value: int
    text: str
    color: str


MAINTENANCE = (State(0, "off", WELL), State(1, "on", BY_HAND))
CONNECTED = (State(0, "lost", BAD), State(1, "connected", WELL))
FENCING = (State(0, "off", REDUCED), State(1, "on", WELL))
HOLDING = (State(0, "no", IDLE), State(1, "holds it", ACTIVE), State(2, "holds it, another too", BAD))
QUORUM = (State(0, "no", BAD), State(1, "yes", WELL))
LACKING = (State(0, "lacks it", REDUCED), State(1, "well", WELL))
READY = (State(0, "no", REDUCED), State(1, "yes", WELL))
TAKEN_OVER = (State(0, "nowhere", REDUCED), State(1, "taken over", WELL))
RUNNING = (State(0, "no", IDLE), State(1, "runs here", ACTIVE), State(2, "runs here and elsewhere", BAD))
SEVERITY = (State(0, "none", WELL), State(1, "warning", REDUCED), State(2, "critical", BAD))
SIGN = (State(0, "no", IDLE), State(1, "yes", BAD))

SCRIPT = (State(0, "says no", REDUCED), State(1, "says yes", WELL))
VRRP = (
    State(0, "INIT", CHANGING),
    State(1, "BACKUP", IDLE),
    State(2, "MASTER", ACTIVE),
    State(3, "FAULT", REDUCED),
)

NODE_ONLINE = State(0, "online", WELL)
NODE_STANDBY = State(1, "standby", BY_HAND)
NODE_MAINTENANCE = State(2, "maintenance", BY_HAND)
NODE_PENDING = State(3, "pending", CHANGING)
NODE_OFFLINE = State(4, "offline", BAD)
NODE_UNCLEAN = State(5, "unclean", BAD)
NODE_DISPUTED = State(6, "online for one, offline for the other", BAD)
NODE = (
    NODE_ONLINE,
    NODE_STANDBY,
    NODE_MAINTENANCE,
    NODE_PENDING,
    NODE_OFFLINE,
    NODE_UNCLEAN,
    NODE_DISPUTED,
)

RESOURCE_ACTIVE = State(1, "runs here", ACTIVE)
RESOURCE_UNMANAGED = State(2, "runs here, unmanaged", BY_HAND)
RESOURCE_FAILED = State(3, "failed", BAD)
RESOURCE_BLOCKED = State(4, "blocked", BAD)
RESOURCE_NOWHERE = State(5, "runs nowhere", BAD)
RESOURCE_DISABLED = State(6, "disabled", BY_HAND)
RESOURCE = (
    RESOURCE_ACTIVE,
    RESOURCE_UNMANAGED,
    RESOURCE_FAILED,
    RESOURCE_BLOCKED,
    RESOURCE_NOWHERE,
    RESOURCE_DISABLED,
)

SERVER_UP = State(1, "up", WELL)
SERVER_DOWN = State(2, "down", BAD)
SERVER_MAINT = State(3, "maintenance", BY_HAND)
SERVER_DRAIN = State(4, "draining", BY_HAND)
SERVER_NOLB = State(5, "old sessions only", REDUCED)
SERVER = (SERVER_UP, SERVER_DOWN, SERVER_MAINT, SERVER_DRAIN, SERVER_NOLB)

GALERA_SYNCED = State(1, "synced", WELL)
GALERA_DONOR = State(2, "donor or desynced", REDUCED)
GALERA_JOINED = State(3, "joined, catching up", CHANGING)
GALERA_JOINING = State(4, "joining", CHANGING)
GALERA_INITIALIZED = State(5, "in no component", BAD)
GALERA_FAILED = State(6, "inconsistent or failed", BAD)
GALERA_UNKNOWN = State(7, "unknown", IDLE)
GALERA_SILENT = State(8, "not reachable", BAD)
GALERA_REJECTING = State(9, "rejects queries", BY_HAND)
GALERA_MAINTENANCE = State(10, "maintenance", BY_HAND)
GALERA_READ_ONLY = State(11, "read-only", BY_HAND)
GALERA = (
    GALERA_SYNCED,
    GALERA_DONOR,
    GALERA_JOINED,
    GALERA_JOINING,
    GALERA_INITIALIZED,
    GALERA_FAILED,
    GALERA_UNKNOWN,
    GALERA_SILENT,
    GALERA_REJECTING,
    GALERA_MAINTENANCE,
    GALERA_READ_ONLY,
)
PRIMARY = (State(0, "no quorum", BAD), State(1, "Primary", WELL))
DESYNCED = (State(0, "no", WELL), State(1, "yes", BY_HAND))
OUT_OF_SERVICE = (State(0, "no", WELL), State(1, "yes", REDUCED))
REPLICATION = (State(0, "off", BAD), State(1, "on", WELL))
UP_DOWN = (State(0, "down", BAD), State(1, "up", WELL))
ACCOUNT = (State(0, "refused", REDUCED), State(1, "accepted", WELL))
ANSWERS = (State(0, "does not answer", BAD), State(1, "answers", WELL))
COLLECTED = (State(0, "failed", BAD), State(1, "read", WELL))
