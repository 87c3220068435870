"""What the page and the command `status` show, as data (pure).

Times are seconds since 1970, durations seconds. None is what is not known from here, and never means 0 or no.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

# Of a thing, and of the whole: well; worth knowing; needs a person, not this minute; clients are out, or may
# be soon; not known from here.
OK, INFO, WARN, BAD, UNKNOWN = "ok", "info", "warn", "bad", "unknown"
LEVELS = (BAD, WARN, UNKNOWN, INFO, OK)  # the worst first

READ, PARTLY, FAILED, OFF = "read", "partly", "failed", "off"  # of a collector


@dataclass(frozen=True)
class Finding:
    """Something that is not well, and what to do."""

    level: str
    text: str
    advice: str = ""


@dataclass(frozen=True)
class Summary:
    level: str
    text: str


@dataclass(frozen=True)
class Span:
    start: float
    end: float


@dataclass(frozen=True)
class Service:
    """One port of an address, as its clients have it."""

    port: int
    level: str
    text: str
    out_since: float | None = None  # an outage that goes on
    outages: tuple[Span, ...] = ()  # of the last hour, those that are over
    probed: tuple[Span, ...] = ()  # of the last hour; what lies between was not probed


@dataclass(frozen=True)
class Takeover:
    """Were the node `lost` gone now: where the address would run, or why nowhere."""

    lost: str
    to: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Address:
    address: str
    level: str
    text: str  # who holds it, or what is wrong
    resource: str = ""  # Pacemaker's or Keepalived's name for it; empty where that is not known
    holders: tuple[str, ...] | None = None  # by Pacemaker, or by kernel and ARP under Keepalived
    here: bool | None = None  # by this host's kernel
    claimants: int | None = None  # how many hosts answer for it on this link
    since: float | None = None
    takeover: Summary = Summary(UNKNOWN, "")
    takeovers: tuple[Takeover, ...] = ()
    services: tuple[Service, ...] = ()


@dataclass(frozen=True)
class Failover:
    """A move or a restart, of all resources that went together."""

    at: float
    kind: str
    resources: tuple[str, ...]
    origin: str
    target: str
    cause: str
    late: bool
    evidence: tuple[str, ...]
    clients_out: float | None  # None: no probe failed
    phases: Mapping[str, float] = field(default_factory=dict)  # of what clients felt
    promised: float | None = None  # seconds at most, as it is configured now; None: not known


@dataclass(frozen=True)
class Node:
    name: str
    level: str
    text: str
    runs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Instance:
    """A VRRP instance on this host."""

    name: str
    level: str
    text: str
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    node: str
    number: int
    level: str
    text: str
    latency: float | None = None


@dataclass(frozen=True)
class Server:
    backend: str
    name: str
    level: str
    text: str
    sessions: int | None = None


@dataclass(frozen=True)
class Database:
    name: str
    level: str
    text: str
    members: int | None = None  # in its own view


@dataclass(frozen=True)
class Collector:
    name: str
    state: str
    texts: tuple[str, ...] = ()  # why, and what to do


@dataclass(frozen=True)
class View:
    host: str
    version: str
    at: float
    level: str
    headline: str
    findings: tuple[Finding, ...]  # the worst first
    addresses: tuple[Address, ...]
    addresses_text: str  # where there are none: why
    failovers: tuple[Failover, ...]  # the latest first
    failovers_text: str  # where there are none: why
    pacemaker: Summary
    nodes: tuple[Node, ...]
    corosync: Summary
    links: tuple[Link, ...]
    haproxy: Summary
    servers: tuple[Server, ...]
    galera: Summary
    databases: tuple[Database, ...]
    collectors: tuple[Collector, ...]
    keepalived: Summary | None = None  # None: not configured
    instances: tuple[Instance, ...] = ()


def worst(levels: "list[str]") -> str:
    """OK where there are none."""
    return min(levels, key=LEVELS.index, default=OK)
