"""What is captured: a fault, who tells of it, and how one sees that it shows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.lab.lab import Lab
from deploy.lab.page import Page
from tests.captures.overhear import Heard

PACEMAKER, COROSYNC = "ha_cluster_pacemaker_", "ha_cluster_corosync_"


@dataclass(frozen=True)
class Scene:
    """A lab before a fault. `holder` has the address, `peer` is the other balancer, `gone` the last node."""

    lab: Lab
    holder: str
    peer: str
    databases: Sequence[str]

    @classmethod
    def of(cls, lab: Lab) -> "Scene":
        holder = lab.holder()
        return cls(lab, holder, lab.topology.peer(holder).name, [db.name for db in lab.topology.databases])

    @property
    def gone(self) -> str:
        return self.databases[-1]

    def other(self, balancer: str) -> str:
        return self.lab.topology.peer(balancer).name


@dataclass(frozen=True)
class Moment:
    host: str
    heard: Heard
    page: Page


Shows = Callable[[Moment, Scene], object]


@dataclass(frozen=True)
class Case:
    """`shows` tells whether what was heard on a host is what is to be captured there."""

    name: str
    told_by: Sequence[str]  # fields of Scene
    sources: Sequence[str]  # in the order in which they are asked
    shows: Shows
    inject: Callable[[Scene], object] | None = None  # None: the lab's fault of that name, on its own choice
    undo: Callable[[Scene], object] = lambda _: None  # what `heal` would not
    only: str = ""  # the topology, where a second capture would say the same again


def healthy(moment: Moment, _: Scene) -> bool:
    return not moment.heard.failed


def serving(page: Page, scene: Scene, node: str) -> bool:
    """Pacemaker says that every resource runs on that node, well."""
    return not page.values("resource", f"{PACEMAKER}resources", status="failed") and all(
        page.get(f"{PACEMAKER}resources", node=node, resource=resource, role="started", status="active") == 1
        for resource in scene.lab.topology.primitives
    )


def haproxy_killed(moment: Moment, scene: Scene) -> bool:
    failed = moment.page.all(f"{PACEMAKER}failed_operations", resource=scene.lab.topology.primitives[-1])
    return bool(failed) and serving(moment.page, scene, scene.holder)


def frozen(moment: Moment, _: Scene) -> bool:
    """Asked after HAProxy did not answer for five seconds, Pacemaker has had its monitor run."""
    return "haproxy" in moment.heard.failed


def taken_over(moment: Moment, scene: Scene) -> bool:
    alone = len(moment.page.all(f"{COROSYNC}member_votes")) <= 1
    gone = not moment.page.get(f"{PACEMAKER}nodes", node=scene.holder, status="online")
    return alone and gone and serving(moment.page, scene, scene.peer)


def moved(moment: Moment, scene: Scene) -> bool:
    leftover = moment.page.all(f"{PACEMAKER}leftover_constraints", node=scene.peer)
    return bool(leftover) and serving(moment.page, scene, scene.peer)


def database_lost(moment: Moment, scene: Scene) -> bool:
    page = moment.page
    return (
        page.get("haproxy_server_status", server=scene.gone, state="DOWN") == 1
        and page.get("mysql_up", node=scene.gone) == 0
        and all(page.get("galera_view_members", node=node) == 2 for node in scene.databases[:-1])
    )


def split(moment: Moment, scene: Scene) -> bool:
    other = scene.other(moment.host)
    return (
        bool(moment.page.all(f"{PACEMAKER}dc_info", node=moment.host))
        and not moment.page.get(f"{PACEMAKER}nodes", node=other, status="online")
        and moment.page.get(f"{COROSYNC}link_connected", link="0", node=other) == 0
        and serving(moment.page, scene, moment.host)
    )


def link_lost(moment: Moment, scene: Scene) -> bool:
    return moment.page.get(f"{COROSYNC}link_connected", link="1", node=scene.other(moment.host)) == 0


def standby(moment: Moment, scene: Scene) -> bool:
    away = moment.page.get(f"{PACEMAKER}nodes", node=scene.holder, status="standby") == 1
    return away and serving(moment.page, scene, scene.peer)


def fenced(moment: Moment, scene: Scene) -> bool:
    events = moment.page.all(f"{PACEMAKER}fence_events", target=scene.holder)
    return len(events) >= 2 and serving(moment.page, scene, scene.peer)


def go_standby(scene: Scene) -> None:
    scene.lab.exec(scene.peer, ["crm", "node", "standby", scene.holder], check=True)


def come_back(scene: Scene) -> None:
    scene.lab.exec(scene.peer, ["crm_attribute", f"--node={scene.holder}", "--name=standby", "--delete"])


def fence(scene: Scene) -> None:
    """The lab has no device, so fencing fails; then a person says that the node is really off."""
    scene.lab.fault("corosync-killed", scene.holder)
    scene.lab.exec(scene.peer, ["stonith_admin", "--reboot", scene.holder, "--timeout=5"])
    scene.lab.exec(scene.peer, ["stonith_admin", "--confirm", scene.holder], check=True)


def forget_fencing(scene: Scene) -> None:
    for host in (scene.holder, scene.peer):
        scene.lab.exec(host, ["stonith_admin", "--cleanup", "--history=*"])


# Without pacemaker-hung: what it shows lasts a second, half a minute later (see README.md).
HOLDER, PEER = ["holder"], ["peer"]
CLUSTER, SERVICE = ["pacemaker", "corosync"], ["haproxy", "galera"]
CASES = (
    # The article's healthy captures were taken before: no case in their names, and tests know their values.
    Case("healthy", HOLDER, CLUSTER + SERVICE, healthy, lambda _: None, only="twin"),
    Case("haproxy-killed", HOLDER, ["pacemaker"], haproxy_killed),
    Case("haproxy-frozen", HOLDER, ["haproxy", "pacemaker"], frozen, only="article"),
    Case("corosync-stopped", PEER, CLUSTER, taken_over),
    Case("corosync-killed", PEER, CLUSTER, taken_over),
    Case("resource-moved", PEER, ["pacemaker"], moved),
    Case("galera-stopped", HOLDER, SERVICE, database_lost, only="article"),
    Case("galera-network-gone", HOLDER, SERVICE, database_lost, only="twin"),
    Case("lan-cut", HOLDER + PEER, CLUSTER, split),
    Case("link-cut", HOLDER, ["corosync"], link_lost, only="twin"),
    Case("standby", PEER, ["pacemaker"], standby, go_standby, come_back),
    Case("fenced", PEER, ["pacemaker"], fenced, fence, forget_fencing, only="article"),
)
