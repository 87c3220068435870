"""A small cluster as Pacemaker reports it, state by state: what tests of causes are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from exporter.sources.pacemaker.parse import cib
from exporter.sources.pacemaker.reading import (
    Ban,
    ClusterOptions,
    ClusterView,
    DesignatedController,
    Failure,
    FenceEvent,
    LastChange,
    Node,
    NodeAttribute,
    Operation,
    PacemakerReading,
    Resource,
    ResourceHistory,
    Ticket,
)

NOON = 1_795_000_000.0  # when a story begins
NODES = ("alpha", "beta", "gamma")
IP, SERVICE = "ocf:heartbeat:IPaddr2", "systemd:haproxy"


def resource(
    name: str, *nodes: str, agent: str = SERVICE, group: str = "", clone: str = "", unique: bool = False
) -> Resource:
    return Resource(
        id=name,
        agent=agent,
        role="Started" if nodes else "Stopped",
        active=bool(nodes),
        orphaned=False,
        blocked=False,
        managed=True,
        failed=False,
        failure_ignored=False,
        nodes=nodes,
        group=group,
        clone=clone,
        unique=unique,
    )


def member(name: str, **changed: bool | str) -> Node:
    state: dict[str, bool | str] = dict.fromkeys(
        ("standby", "standby_onfail", "maintenance", "pending", "unclean", "shutdown", "dc"), False
    )
    usual = {"type": "member", "online": True, "expected_up": True, "health": "green", "id": name}
    return Node(name=name, **(state | usual | changed))  # type: ignore[arg-type]  # names of its fields


def remote(name: str, container: str = "", **changed: bool) -> Node:
    return member(name, type="remote", expected_up=False, container=container, **changed)


LOST = {"online": False}
GONE = {"online": False, "expected_up": False}


def failed(name: str, node: str, task: str = "monitor", rc: int = 7) -> Failure:
    return Failure(node, name, task, rc, "", NOON)


@dataclass(frozen=True)
class State:
    """One moment. Where the address runs, and what is not as usual; `call` tells its starts apart."""

    holder: str = "alpha"  # "" while it stops or starts
    call: int = 1
    after: float = 0.0  # seconds since the story began
    nodes: Sequence[Node] = ()  # those that are not simply up
    others: Sequence[Resource] = ()
    vip: str = "vip"
    clone: str = ""  # of a cloned address
    constraints: str = ""  # XML
    attributes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    health: Mapping[tuple[str, str], str] = field(default_factory=dict)
    failures: Sequence[Failure] = ()
    fail_counts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    stopped: Sequence[tuple[str, str]] = ()  # resource and node of further stop operations
    fenced: Sequence[tuple[str, str]] = ()  # node and action
    quorum: bool = True
    policy: str = "stop"
    bans: Sequence[Ban] = ()
    tickets: Mapping[str, bool] = field(default_factory=dict)
    managed: bool = True
    by: str = ""  # the tool with which somebody changed the configuration last

    def reading(self) -> PacemakerReading:
        return PacemakerReading.of(
            self._view(),
            cib.configuration(f"<cib>{self.constraints}</cib>".encode()),
            tuple(NodeAttribute(node, name, value) for (node, name), value in self.health.items()),
        )

    def _view(self) -> ClusterView:
        nodes = {name: member(name) for name in NODES} | {one.name: one for one in self.nodes}
        return ClusterView(
            dc=DesignatedController("gamma", "2.1.5", self.quorum),
            last_update=NOON + self.after,
            last_change=LastChange(NOON + self.after, "root", self.by, "gamma") if self.by else UNCHANGED,
            options=ClusterOptions(True, False, True, False, self.policy),
            nodes=tuple(nodes.values()),
            attributes=tuple(
                NodeAttribute(node, name, value) for (node, name), value in self.attributes.items()
            ),
            resources=(self._address(), *self.others),
            histories=tuple(
                ResourceHistory(node, name, count, 3) for (name, node), count in self.fail_counts.items()
            ),
            operations=tuple(self._operations()),
            failures=tuple(self.failures),
            fence_events=tuple(FenceEvent(node, action, "success", NOON) for node, action in self.fenced),
            fence_history_error=0,
            tickets=tuple(Ticket(name, held, False) for name, held in self.tickets.items()),
            bans=tuple(self.bans),
        )

    def _address(self) -> Resource:
        nodes = (self.holder,) if self.holder else ()
        address = resource(self.vip, *nodes, agent=IP, clone=self.clone, unique=bool(self.clone))
        return replace(address, managed=self.managed)

    def _operations(self) -> list[Operation]:
        calls = [(self.vip, self.holder, "start", self.call)] if self.holder else []
        calls += [(name, node, "stop", 50) for name, node in self.stopped]
        return [
            Operation(node, name, task, 0.0, call, 0, NOON + call, None, None)
            for name, node, task, call in calls
        ]


UNCHANGED = LastChange(NOON - 1000, "root", "cibadmin", "gamma")
