"""What Pacemaker says of itself, as one host sees it. Times are seconds since 1970, durations seconds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DesignatedController:
    name: str
    version: str
    with_quorum: bool


@dataclass(frozen=True)
class LastChange:
    """Of the configuration. `time` is None in a cluster that was never configured."""

    time: float | None
    user: str
    client: str
    origin: str


@dataclass(frozen=True)
class ClusterOptions:
    stonith_enabled: bool
    maintenance_mode: bool
    symmetric_cluster: bool
    stop_all_resources: bool | None  # None before 2.0.3, which does not tell
    no_quorum_policy: str


@dataclass(frozen=True)
class Node:
    name: str
    type: str  # member, remote, guest, ping, unknown
    online: bool
    standby: bool
    standby_onfail: bool
    maintenance: bool
    pending: bool
    unclean: bool
    shutdown: bool
    expected_up: bool
    dc: bool
    health: str  # green, yellow, red; unknown before 2.1.3, which does not tell


@dataclass(frozen=True)
class NodeAttribute:
    node: str
    name: str
    value: str


@dataclass(frozen=True)
class Resource:
    """One primitive, or one instance of it in a clone or bundle."""

    id: str
    agent: str
    role: str  # as printed: Started, Stopped, Promoted or Master, …
    active: bool
    orphaned: bool
    blocked: bool
    managed: bool
    failed: bool
    failure_ignored: bool
    nodes: tuple[str, ...]  # where Pacemaker believes it runs: none, one, or too many
    group: str  # "" outside any
    clone: str  # the clone or bundle it is an instance of, "" outside any


@dataclass(frozen=True)
class ResourceHistory:
    node: str
    resource: str
    fail_count: int  # 1000000 is INFINITY
    migration_threshold: int


@dataclass(frozen=True)
class Operation:
    """The latest result of one operation of a resource on a node; its times are of that node's clock."""

    node: str
    resource: str
    task: str  # start, stop, monitor, probe (a monitor that is not repeated), …
    interval: float
    call: int
    rc: int  # the agent's answer, as OCF numbers it; 193: still under way
    changed: float | None  # when it first gave this answer
    exec_time: float | None
    queue_time: float | None


@dataclass(frozen=True)
class Failure:
    """A failed operation that nobody cleaned up yet."""

    node: str
    resource: str
    task: str
    rc: int
    reason: str
    changed: float | None


@dataclass(frozen=True)
class FenceEvent:
    target: str
    action: str
    status: str  # success, failed, pending
    completed: float | None


@dataclass(frozen=True)
class ClusterView:
    dc: DesignatedController | None
    last_update: float
    last_change: LastChange
    options: ClusterOptions | None  # None before 1.1.13, which does not tell
    nodes: tuple[Node, ...]
    attributes: tuple[NodeAttribute, ...]
    resources: tuple[Resource, ...]
    histories: tuple[ResourceHistory, ...]
    operations: tuple[Operation, ...]
    failures: tuple[Failure, ...]
    fence_events: tuple[FenceEvent, ...]
    fence_history_error: int  # crm_mon's code where it could not ask the fencer, 0 where it could


@dataclass(frozen=True)
class LocationConstraint:
    id: str
    node: str  # "" where a rule says where
    resource: str  # "" where a pattern or a set says what
    role: str
    score: float  # ±inf; 0 where a rule carries it
    rule_node: str  # the node that a rule with `#uname eq` names, "" without one


@dataclass(frozen=True)
class Colocation:
    """Resources, groups among them, that run on one node: the score says how strictly."""

    resources: tuple[str, ...]
    score: float  # ±inf


@dataclass(frozen=True)
class PacemakerReading:
    view: ClusterView
    constraints: tuple[LocationConstraint, ...]
    colocations: tuple[Colocation, ...] = ()
