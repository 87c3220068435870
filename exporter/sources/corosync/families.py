"""A reading as metric families, in ha_cluster_exporter's names where it has one."""

from collections.abc import Iterator

from exporter.families import Family, counter, gauge
from exporter.sources.corosync.parse.configuration import QdeviceConfiguration
from exporter.sources.corosync.parse.quorumtool import Member, QdeviceState, Quorum
from exporter.sources.corosync.parse.stats import Stats
from exporter.sources.corosync.reading import CorosyncReading, Layout

_PREFIX = "ha_cluster_corosync_"


def families(reading: CorosyncReading) -> Iterator[Family]:
    yield from _quorum(reading.quorum, reading.layout)
    yield from _qdevice(reading.quorum, reading.layout)
    yield from _rings(reading)
    yield from _links(reading)
    yield from _link_counters(reading)
    yield _token_timeout(reading)
    if reading.stats:
        yield from _totem(reading.stats)
        if reading.layout.local.records_scheduling_misses or reading.stats.scheduling_misses:
            yield from _scheduling(reading.stats)


def _quorum(quorum: Quorum, layout: Layout) -> Iterator[Family]:
    quorate = gauge(
        _PREFIX + "quorate",
        "1 if this node's part of the cluster has quorum. With two_node both halves of a split have 1.",
    )
    quorate.add(float(quorum.quorate))
    members = gauge(
        _PREFIX + "member_votes",
        "Votes of each node in this node's membership; a node that is gone has no series.",
        "node_id",
        "node",
        "local",
    )
    for member in quorum.members:
        local = "true" if member.local else "false"
        members.add(
            member.votes,
            node_id=str(member.node_id),
            node=_name(member, layout),
            local=local,
        )
    flags = gauge(
        _PREFIX + "flags", "1 for each flag of the quorum, as 2Node, WaitForAll, Quorate, Qdevice.", "flag"
    )
    for flag in quorum.flags:
        flags.add(1, flag=flag)
    yield from (quorate, members, _votes(quorum), flags)


def _votes(quorum: Quorum) -> Family:
    votes = gauge(
        _PREFIX + "quorum_votes",
        "Votes that are configured, counted now (total_votes) and needed (quorum).",
        "type",
    )
    if quorum.votes:
        votes.add(quorum.votes.expected, type="expected_votes")
        votes.add(quorum.votes.highest_expected, type="highest_expected")
        votes.add(quorum.votes.total, type="total_votes")
        votes.add(quorum.votes.quorum, type="quorum")
    return votes


def _qdevice(quorum: Quorum, layout: Layout) -> Iterator[Family]:
    """Nothing where no quorum device is configured. A node without one running (NR) has it not alive."""
    configured = layout.configuration.qdevice
    if configured is None and quorum.qdevice_votes is None:
        return
    known = configured or QdeviceConfiguration("unknown", "", "")
    info = gauge(
        _PREFIX + "qdevice_info",
        "1; the quorum device (arbiter): its model, and of model net its host and algorithm.",
        *("model", "host", "algorithm"),
    )
    info.add(1, model=known.model, host=known.host, algorithm=known.algorithm)
    yield info
    yield from _qdevice_of_nodes(quorum, layout)


def _qdevice_of_nodes(quorum: Quorum, layout: Layout) -> Iterator[Family]:
    alive = gauge(
        _PREFIX + "qdevice_alive",
        "1 if the node's corosync-qdevice runs and reports to corosync there, as this node's membership has "
        "it. Whether it reaches the arbiter shows in qdevice_votes.",
        *("node", "node_id"),
    )
    votes = gauge(
        _PREFIX + "qdevice_votes",
        "Votes that the arbiter gives the node's part of the cluster; 0 while it can't be reached, or votes "
        "for the other part.",
        *("node", "node_id"),
    )
    wins = gauge(
        _PREFIX + "qdevice_master_wins",
        "1 if the arbiter's vote alone is quorum for the node (master wins).",
        *("node", "node_id"),
    )
    for member in quorum.members:
        if member.node_id == 0:
            continue
        series = {"node": _name(member, layout), "node_id": str(member.node_id)}
        state = member.qdevice or QdeviceState(alive=False, votes=False, master_wins=False)
        alive.add(float(state.alive), **series)
        votes.add(float(quorum.qdevice_votes or 0) if state.votes else 0.0, **series)
        wins.add(float(state.master_wins), **series)
    yield from (alive, votes, wins)


def _name(member: Member, layout: Layout) -> str:
    return member.name or layout.name(member.node_id)


def _rings(reading: CorosyncReading) -> Iterator[Family]:
    rings = gauge(
        _PREFIX + "rings",
        "1 if every peer is connected over this link (ring), 0 if one is not: redundancy is lost.",
        "ring_id",
        "node_id",
        "number",
        "address",
    )
    for ring in reading.rings:
        rings.add(
            float(ring.healthy),
            ring_id=reading.quorum.ring_id,
            node_id=str(reading.layout.local.node_id),
            number=str(ring.number),
            address=ring.address,
        )
    errors = gauge(_PREFIX + "ring_errors", "Links (rings) over which not every peer is connected.")
    errors.add(sum(not ring.healthy for ring in reading.rings))
    yield from (rings, errors)


def _links(reading: CorosyncReading) -> Iterator[Family]:
    labels = ("link", "node", "node_id")
    connected = gauge(
        _PREFIX + "link_connected", "1 if this node receives the peer's packets over this link.", *labels
    )
    enabled = gauge(
        _PREFIX + "link_enabled",
        "1 if corosync uses this link to the peer; 0: switched off, or it could not be set up.",
        *labels,
    )
    for link in reading.links:
        series = {"link": str(link.number), "node": link.node, "node_id": str(link.node_id)}
        connected.add(float(link.connected), **series)
        enabled.add(float(link.enabled), **series)
    yield from (connected, enabled)


def _link_counters(reading: CorosyncReading) -> Iterator[Family]:
    labels = ("link", "node", "node_id")
    latency = gauge(
        _PREFIX + "link_latency_seconds",
        "Time of corosync's own pings over this link: least and most since it was set up, moving average.",
        *labels,
        "stat",
    )
    ups = counter(_PREFIX + "link_up_total", "How often this link to the peer came up.", *labels)
    downs = counter(
        _PREFIX + "link_down_total", "How often this link to the peer went down; it begins down.", *labels
    )
    for link in reading.links:
        if not link.knet:
            continue
        series = {"link": str(link.number), "node": link.node, "node_id": str(link.node_id)}
        ups.add(link.knet.up_count, **series)
        downs.add(link.knet.down_count, **series)
        if link.knet.latency:
            latency.add(link.knet.latency.least, **series, stat="min")
            latency.add(link.knet.latency.average, **series, stat="avg")
            latency.add(link.knet.latency.most, **series, stat="max")
    yield from (latency, ups, downs)


def _token_timeout(reading: CorosyncReading) -> Family:
    timeout = gauge(
        _PREFIX + "token_timeout_seconds",
        "How long a dead peer goes unnoticed before the membership changes.",
    )
    timeout.add(reading.layout.configuration.token_timeout)
    return timeout


def _totem(stats: Stats) -> Iterator[Family]:
    lost = counter(
        _PREFIX + "token_lost_total",
        "How often the token was lost; in phase operational a peer or the network went away.",
        "phase",
    )
    for phase, times in stats.token_lost.items():
        lost.add(times, phase=phase)
    consensus = counter(
        _PREFIX + "consensus_timeouts_total", "How often the nodes failed to agree on a membership in time."
    )
    consensus.add(stats.consensus_timeouts)
    retransmits = counter(
        _PREFIX + "retransmits_total",
        "Messages sent again because a peer missed them: the network loses packets.",
    )
    retransmits.add(stats.retransmits)
    yield from (lost, consensus, retransmits)


def _scheduling(stats: Stats) -> Iterator[Family]:
    misses = gauge(
        _PREFIX + "scheduling_misses",
        "Times that corosync did not get the CPU in time, ten at most: the classic false failover.",
    )
    misses.add(len(stats.scheduling_misses))
    longest = gauge(
        _PREFIX + "scheduling_miss_max_seconds",
        "The longest that corosync waited for the CPU, of those; 0: never.",
    )
    longest.add(max(stats.scheduling_misses, default=0.0))
    yield from (misses, longest)
