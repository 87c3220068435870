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
    stop_all_resources: bool | None  # None before 2.0.3, which does not report it
    no_quorum_policy: str


@dataclass(frozen=True)
class Node:
    name: str
    type: str  # member, remote (guests too: they have a `container`), ping, unknown
    online: bool
    standby: bool  # not known of one that is pending: False
    standby_onfail: bool
    maintenance: bool
    pending: bool
    unclean: bool
    shutdown: bool
    expected_up: bool
    dc: bool
    health: str  # green, yellow, red, as node-health-strategy counts it; unknown before 2.1.3
    id: str = ""
    container: str = ""  # of a guest node: the resource that it runs in


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
    target_role: str = ""  # as configured for it, its group, clone, bundle or all; "" where it is not
    disabled: bool = False  # its target role, or that of what it is in, is Stopped
    unique: bool = False  # its clone is globally unique: `vip:0` and `vip:1` are two things


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
    """A failed operation that is not cleaned up yet."""

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
class Ticket:
    """A booth ticket, as this site has it."""

    id: str
    granted: bool
    standby: bool


@dataclass(frozen=True)
class Ban:
    """A negative location score that holds now: rules are evaluated. `id` is the rule's where there is
    one."""

    id: str
    resource: str
    node: str


@dataclass(frozen=True)
class ClusterView:
    dc: DesignatedController | None
    last_update: float
    last_change: LastChange
    options: ClusterOptions | None  # None before 1.1.13, which does not report them
    nodes: tuple[Node, ...]
    attributes: tuple[NodeAttribute, ...]
    resources: tuple[Resource, ...]
    histories: tuple[ResourceHistory, ...]
    operations: tuple[Operation, ...]
    failures: tuple[Failure, ...]
    fence_events: tuple[FenceEvent, ...]
    fence_history_error: int  # crm_mon's code where it could not ask the fencer, 0 where it could
    tickets: tuple[Ticket, ...] = ()
    bans: tuple[Ban, ...] = ()


@dataclass(frozen=True)
class Condition:
    """One expression of a rule: it compares a node's attribute."""

    attribute: str
    operation: str  # lt, gt, lte, gte, eq, ne, defined, not_defined
    value: str
    type: str  # string, integer, number, version; "" as the operation has it


@dataclass(frozen=True)
class LocationRule:
    """Where it holds, its score counts: a fixed one, or the value of a node's attribute."""

    id: str
    score: float | None  # None where `score_attribute` has it, or in an inner rule
    score_attribute: str
    any_of: bool  # one condition is enough
    conditions: "tuple[Condition | LocationRule, ...]"
    timed: bool  # it has a date expression
    limits: tuple[float, ...]  # the moments at which its date expressions begin or end, where they name them


@dataclass(frozen=True)
class LocationConstraint:
    id: str
    node: str  # "" where a rule says where
    resource: str  # a resource, group, clone, bundle or tag; "" where a pattern or a set says what
    role: str
    score: float  # ±inf; 0 where a rule carries it
    rule_node: str  # the node that a rule with `#uname eq` names, "" without one
    rules: tuple[LocationRule, ...] = ()
    members: tuple[str, ...] = ()  # of its resource sets, or what its tag stands for
    pattern: str = ""  # a regular expression for the names of resources


@dataclass(frozen=True)
class Colocation:
    """Resources, groups and clones among them, that run on one node: the score says how strictly."""

    resources: tuple[str, ...]
    score: float  # ±inf


@dataclass(frozen=True)
class Order:
    """Each of these is started after those before it, and restarted with them."""

    resources: tuple[str, ...]


@dataclass(frozen=True)
class TicketConstraint:
    """These resources may run (or only be promoted) where the ticket is held."""

    ticket: str
    resources: tuple[str, ...]
    promotion_only: bool


@dataclass(frozen=True)
class Configuration:
    """What is read of the configuration: who may run where."""

    constraints: tuple[LocationConstraint, ...] = ()
    colocations: tuple[Colocation, ...] = ()
    tickets: tuple[TicketConstraint, ...] = ()
    node_attributes: tuple[
        NodeAttribute, ...
    ] = ()  # those that the configuration holds, so a person set them
    timed_stickiness: bool = False  # a date expression decides how much resources stick to their node
    orders: tuple[Order, ...] = ()


@dataclass(frozen=True)
class PacemakerReading:
    """`view` is new each time, the rest as it was read last; `health` the nodes' `#health…` attributes."""

    view: ClusterView
    constraints: tuple[LocationConstraint, ...]
    colocations: tuple[Colocation, ...] = ()
    tickets: tuple[TicketConstraint, ...] = ()
    node_attributes: tuple[NodeAttribute, ...] = ()
    timed_stickiness: bool = False
    orders: tuple[Order, ...] = ()
    health: tuple[NodeAttribute, ...] = ()

    @classmethod
    def of(
        cls, view: ClusterView, configuration: Configuration, health: tuple[NodeAttribute, ...] = ()
    ) -> "PacemakerReading":
        return cls(
            view,
            configuration.constraints,
            configuration.colocations,
            configuration.tickets,
            configuration.node_attributes,
            configuration.timed_stickiness,
            configuration.orders,
            health,
        )
