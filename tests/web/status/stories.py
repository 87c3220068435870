"""Nights in which somebody opens the status page: captured readings, and what watchers say beside them."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from exporter.endpoint import Endpoint
from exporter.sources.address.reading import Holding
from exporter.sources.galera.components import primary_components
from exporter.sources.galera.parse import parse
from exporter.sources.galera.reading import GaleraReading
from exporter.sources.haproxy.reading import NOT_RUNNING, HaproxyReading, parse_socket_answer
from exporter.sources.pacemaker.reading import PacemakerReading
from exporter.watchers.failover.events import Event, Held, Outage
from exporter.watchers.failover.journal.health import JournalHealth
from exporter.watchers.failover.journal.totals import Totals
from exporter.watchers.failover.metrics import FailoverReading
from exporter.watchers.prober.counters import Counters, ProbeReading
from exporter.watchers.prober.history import Stretch
from exporter.watchers.readiness.metrics import Checked, ReadinessReading, Takeover
from exporter.web.status.facts import Facts, Told
from exporter.web.status.view import FAILED, PARTLY, READ
from tests.golden import CAPTURES
from tests.sources.corosync.captures import outputs
from tests.sources.galera.captured import answers, silent
from tests.sources.keepalived.captured import reading as keepalived
from tests.sources.pacemaker import captured as pacemaker

VIP = "10.0.0.100"
ONE, TWO = "haproxy-node01", "haproxy-node02"
ADDRESS, HAPROXY = "failover-ip", "haproxy"
NAMES = ("pacemaker", "corosync", "haproxy", "galera", "address", "vip", "failover", "readiness")
HEALTHY_JOURNAL = JournalHealth(ok=True, waiting=0, dropped=0, put_aside=0)


def haproxy(case: str = "article") -> HaproxyReading:
    return parse_socket_answer((CAPTURES / f"haproxy-2.6.12-{case}.txt").read_bytes())


def galera(case: str = "article") -> GaleraReading:
    nodes = {name: parse(answer) for name, answer in answers(f"wsrep-26.4.23-{case}").items()}
    every = {**nodes, **dict.fromkeys(silent(f"wsrep-26.4.23-{case}"))}
    views = [one.view for one in nodes.values()]
    return GaleraReading(every, primary_components(views) if views else None, ())


def holder(reading: PacemakerReading) -> str:
    [(node,)] = [one.nodes for one in reading.view.resources if one.id == ADDRESS]
    return node


def moved(at: float, origin: str, target: str, cause: str = "node_lost") -> tuple[Event, ...]:
    """The address and the HAProxy behind it, as the journal has them."""
    felt = Outage(VIP, 3306, at - 5.4, at + 0.9, 6.3)
    address = Event(
        id="1",
        resource=ADDRESS,
        kind="move",
        origin=origin,
        target=target,
        cause=cause,
        at=at,
        detected=at - 0.4,
        late=False,
        evidence=(f"{origin} left the cluster",),
        outages=(felt,),
        phases={"total": 6.3, "detection": 5.0, "address": 0.4, "service": 0.6, "reconnect": 0.3},
    )
    return address, replace(address, id="2", resource=HAPROXY, at=at + 1)


def failover(reading: PacemakerReading, at: float, recent: tuple[Event, ...] = ()) -> FailoverReading:
    totals = Totals()
    for event in recent:
        totals.describe(event)
    holders = {one.id: one.nodes for one in reading.view.resources if one.id in (ADDRESS, HAPROXY)}
    started = {event.resource: event.at for event in recent}
    for resource, nodes in holders.items():
        if len(nodes) == 1:
            totals.held[resource] = Held(nodes[0], 12, started.get(resource, at - 300000), at)
    names = tuple(one.name for one in reading.view.nodes)
    return FailoverReading(tuple(holders), holders, names, totals, HEALTHY_JOURNAL, {ADDRESS: VIP}, recent)


def probe(
    at: float, *, out: float = 0.0, outages: tuple[Stretch, ...] = (), since: float = 3600.0
) -> ProbeReading:
    """Probed for `since` seconds, out for `out` now."""
    return replace(
        Counters().reading(Endpoint(VIP, 3306), at, out),
        up=not out,
        account_ok=True,
        probed=(Stretch(at - since, at),),
        recent_outages=outages,
    )


def ready(lost: str, to: str) -> ReadinessReading:
    return ReadinessReading(tuple(Takeover(one, lost, (to,)) for one in (ADDRESS, HAPROXY)))


def blocked(lost: str, *reasons: str) -> ReadinessReading:
    return ReadinessReading(tuple(Takeover(one, lost, (), reasons) for one in (ADDRESS, HAPROXY)))


def healthy() -> Facts:
    """The host that holds the address, 25 minutes after a failover."""
    reading = pacemaker.reading("2.1.5-article")
    at, here = reading.view.last_update + 2, holder(reading)
    other = TWO if here == ONE else ONE
    recent = moved(at - 1500, other, here)
    felt = recent[0].outages[0]
    return Facts(
        host=here,
        at=at,
        told=dict.fromkeys(NAMES, Told(READ)),
        pacemaker=reading,
        corosync=outputs("corosync-3.1.7-article").reading(),
        haproxy=haproxy(),
        galera=galera(),
        address=Holding({VIP: True}, {VIP: 1}),
        probes=(probe(at, outages=(Stretch(felt.start, felt.end),)),),
        failover=failover(reading, at, recent),
        readiness=ready(here, other),
    )


def passive() -> Facts:
    """The other host at the same time: HAProxy doesn't run there, and that is as it should be."""
    well = healthy()
    return replace(
        well,
        host=TWO if well.host == ONE else ONE,
        haproxy=NOT_RUNNING,
        address=Holding({VIP: False}, {VIP: 1}),
    )


def split() -> Facts:
    """The network between the balancers is cut: each has the address."""
    well = healthy()
    reading = pacemaker.reading("2.1.5-article-lan-cut-haproxy-node01")
    at = reading.view.last_update + 2
    return replace(
        well,
        host=ONE,
        at=at,
        pacemaker=reading,
        corosync=outputs("corosync-3.1.7-article-lan-cut-haproxy-node01").reading(),
        address=Holding({VIP: True}, {VIP: 2}),
        probes=(probe(at),),
        failover=failover(reading, at),
        readiness=blocked(ONE, "offline"),
    )


def idle_half(case: str = "split-lb2") -> Facts:
    """An arbiter chose the other half: this one has stopped what it ran, and can't see who serves."""
    well = down()
    assert well.pacemaker and well.pacemaker.view.dc
    view = replace(well.pacemaker.view, dc=replace(well.pacemaker.view.dc, with_quorum=False), failures=())
    return replace(
        well,
        pacemaker=replace(well.pacemaker, view=view),
        corosync=outputs(f"corosync-3.1.9-qdevice-{case}").reading(),
        probes=(probe(well.at),),
    )


def down() -> Facts:
    """HAProxy does not start any more: nobody holds the address, and clients are out."""
    well = healthy()
    assert well.pacemaker
    view = well.pacemaker.view
    gone = tuple(
        replace(one, nodes=(), active=False, role="Stopped") if one.id in (ADDRESS, HAPROXY) else one
        for one in view.resources
    )
    broken = pacemaker.reading("2.1.5-article-haproxy-killed-haproxy-node01").view
    reading = replace(well.pacemaker, view=replace(view, resources=gone, failures=broken.failures))
    return replace(
        well,
        pacemaker=reading,
        haproxy=NOT_RUNNING,
        address=Holding({VIP: False}, {VIP: 0}),
        probes=(probe(well.at, out=47.0, outages=(Stretch(well.at - 600, well.at - 598.4),)),),
        failover=failover(reading, well.at),
        readiness=ReadinessReading(()),
    )


def not_ready() -> Facts:
    """All is well, but the other node was forgotten on standby."""
    reading = pacemaker.reading("2.1.5-article-standby-haproxy-node02")
    at, here = reading.view.last_update + 2, holder(reading)
    well = healthy()
    return replace(
        well,
        host=here,
        at=at,
        pacemaker=reading,
        probes=(probe(at),),
        failover=failover(reading, at, moved(at - 90000, ONE if here == TWO else TWO, here, "standby")),
        readiness=blocked(here, "standby"),
    )


def unprepared() -> Facts:
    """The passive host: its haproxy.cfg broke a month ago, and it doesn't reach a database."""
    well = passive()
    assert well.readiness
    said = "parsing [/etc/haproxy/haproxy.cfg:25] : unknown keyword 'sever' in 'backend' section"
    checks = (
        Checked("haproxy_config", (said,)),
        Checked("galera_reachable", ("no answer from galera-node03",)),
        Checked("vip_interface"),
    )
    return replace(well, readiness=replace(well.readiness, checks=checks))


def partition() -> Facts:
    """The databases lost each other: no Primary component, HAProxy has no server left."""
    well = healthy()
    return replace(
        well,
        told={
            **well.told,
            "galera": Told(PARTLY, ("unreachable: galera-node03 (10.0.0.23:3306): no answer in time",)),
        },
        haproxy=haproxy("article-galera-stopped-haproxy-node02"),
        galera=_without_primary(galera("article-galera-stopped-haproxy-node02")),
        probes=(probe(well.at, out=8.0),),
    )


def _without_primary(reading: GaleraReading) -> GaleraReading:
    """As the nodes are that are left: each alone, and none Primary."""
    nodes = {
        name: replace(one, state="initialized", view=replace(one.view, primary=False, size=1))
        if one
        else None
        for name, one in reading.nodes.items()
    }
    return GaleraReading(nodes, 0, ())


def unreadable() -> Facts:
    """A new host: everything is configured, nothing may be read."""
    texts = {
        "pacemaker": "denied: crm_mon: the user failover-exporter is not in the group haclient",
        "corosync": "denied: corosync-quorumtool: refused: uidgid.d lacks this user's id",
        "haproxy": "denied: /run/haproxy/admin.sock: Permission denied: its group must be one of this user's",
        "galera": "denied: galera-node01 (10.0.0.21:3306): Access denied for user 'monitor'@'10.0.0.11'",
        "address": "timeout: address: no reading within 9.5 s",
        "vip": "denied: /etc/failover-exporter/probe.cnf: Permission denied",
        "failover": "a defect of this exporter (RuntimeError); its log has the trace",
        "readiness": "unreachable: the readiness watcher does not run",
    }
    return Facts(
        host=ONE, at=healthy().at, told={name: Told(FAILED, (text,)) for name, text in texts.items()}
    )


def half() -> Facts:
    """A vantage point: it probes an address and sees nothing of the cluster."""
    at = healthy().at
    return Facts(
        host="vantage01",
        at=at,
        told=dict.fromkeys(("address", "vip"), Told(READ)),
        address=Holding({VIP: False}),
        probes=(probe(at, since=900.0),),
    )


KEEPALIVED = ("keepalived", "haproxy", "galera", "address", "vip", "failover", "readiness")
ENTRANCE, SHARED = "entrance", "10.4.0.100"
PROXY_A, PROXY_B = "proxy-a", "proxy-b"


def vrrp_backup(case: str = "backup") -> Facts:
    """Under Keepalived, the host that does not hold the address; which captured state it is in."""
    reading = keepalived(f"2.2.7-{case}")
    at = 1795946800.0
    reasons = {"fault-script": ("script",), "fault-link": ("link_down",)}.get(case, ())
    addresses = {ENTRANCE: SHARED}
    holders, names = {ENTRANCE: (PROXY_A,)}, (PROXY_B, PROXY_A)
    return Facts(
        host=PROXY_B,
        at=at,
        told=dict.fromkeys(KEEPALIVED, Told(READ)),
        keepalived=reading,
        haproxy=haproxy(),
        galera=galera(),
        address=Holding({SHARED: False}, {SHARED: 1}),
        probes=(replace(probe(at), endpoint=Endpoint(SHARED, 3306)),),
        failover=FailoverReading((ENTRANCE,), holders, names, Totals(), HEALTHY_JOURNAL, addresses),
        readiness=ReadinessReading((Takeover(ENTRANCE, PROXY_A, () if reasons else (PROXY_B,), reasons),)),
    )


def vrrp_master() -> Facts:
    """The other one, which knows nothing of its peer."""
    other = vrrp_backup()
    return replace(
        other,
        host=PROXY_A,
        keepalived=keepalived("2.2.7-master"),
        address=Holding({SHARED: True}, {SHARED: 1}),
        readiness=ReadinessReading(()),
    )


def vrrp_not_ready() -> Facts:
    return vrrp_backup("fault-script")


STORIES: Mapping[str, Callable[[], Facts]] = {
    one.__name__.replace("_", "-"): one
    for one in (
        *(healthy, passive, split, down, not_ready, partition, unreadable, half),
        *(vrrp_backup, vrrp_master, vrrp_not_ready),
    )
}
