"""Pacemaker's nodes and failures, Corosync's links (pure)."""

from collections.abc import Iterator

from exporter.sources.corosync.parse.quorumtool import QdeviceState
from exporter.sources.corosync.reading import CorosyncReading
from exporter.sources.pacemaker import reading as pacemaker
from exporter.web.status.facts import Facts
from exporter.web.status.view import BAD, INFO, OK, WARN, Finding, Link, Node, Summary, worst
from exporter.web.status.wording import count, listed

SHOWN = 30  # nodes, links


def nodes(facts: Facts) -> tuple[Node, ...]:
    if not facts.pacemaker:
        return ()
    view = facts.pacemaker.view
    return tuple(_node(one, view) for one in view.nodes[:SHOWN])


def pacemaker_summary(facts: Facts) -> Summary:
    if not facts.pacemaker:
        return facts.missing("pacemaker")
    view = facts.pacemaker.view
    if not view.dc:
        return Summary(BAD, "no node is elected to decide (DC)")
    quorum = "has quorum" if view.dc.with_quorum else "has no quorum"
    failed = f"; {count(len(view.failures), 'failed operation')} not cleaned up" if view.failures else ""
    level = worst([one.level for one in _cluster(facts)])
    return Summary(level, f"{quorum}, {view.dc.name} decides (DC){failed}")


def findings(facts: Facts) -> Iterator[Finding]:
    yield from _cluster(facts)
    for node in nodes(facts):
        if node.level in (BAD, WARN):
            yield Finding(node.level, f"Node {node.name}: {node.text}")
    yield from _corosync(facts)


def _cluster(facts: Facts) -> Iterator[Finding]:
    if not facts.pacemaker:
        return
    view = facts.pacemaker.view
    if not view.dc:
        yield Finding(BAD, "Pacemaker has elected no node to decide (DC)", "Nothing fails over until it has.")
    elif not view.dc.with_quorum:
        policy = view.options.no_quorum_policy if view.options else "unknown"
        text = f"This part of the cluster has no quorum (no-quorum-policy: {policy})"
        yield Finding(BAD, text, _who_may_serve(facts))
    if view.options and view.options.maintenance_mode:
        yield Finding(
            WARN, "Maintenance mode: Pacemaker does nothing, whatever happens", "End it when you are done."
        )
    if view.options and view.options.stop_all_resources:
        yield Finding(WARN, "stop-all-resources is set: Pacemaker keeps everything stopped", "Take it back.")
    for failure in view.failures:
        text = f"{failure.resource}: {failure.task} failed on {failure.node}"
        reason = f" ({failure.reason})" if failure.reason else ""
        yield Finding(INFO, text + reason, "Once its cause is known: crm_resource --cleanup.")
    yield from _leftover(facts.pacemaker)


def _who_may_serve(facts: Facts) -> str:
    """Where a quorum device may have chosen the other part, this one is not to be brought up by force."""
    arbiter = _own_arbiter(facts.corosync) if facts.corosync else None
    if arbiter and arbiter.alive:
        return (
            "The arbiter's vote is not here. If the other part has it, that part serves: look there first, "
            "then mend the network between the nodes. If not, bring the other nodes or the arbiter back."
        )
    return "Bring the other nodes or the arbiter back."


def _leftover(reading: pacemaker.PacemakerReading) -> Iterator[Finding]:
    for one in reading.constraints:
        if one.id.startswith(("cli-ban-", "cli-prefer-")):
            text = f"{one.resource}: a move by hand left the constraint {one.id}"
            yield Finding(INFO, text, f"crm_resource --clear --resource {one.resource}")


def _node(one: pacemaker.Node, view: pacemaker.ClusterView) -> Node:
    level, text = _state(one)
    dc = ", DC" if one.dc else ""
    runs = dict.fromkeys(each.id for each in view.resources if each.active and one.name in each.nodes)
    return Node(one.name, level, f"{text}{dc}", tuple(runs))


def _state(one: pacemaker.Node) -> tuple[str, str]:  # noqa: PLR0911  # one line for each state
    if one.unclean:
        return BAD, "unclean: it is lost, and nobody knows what it still runs"
    if not one.online:
        return WARN, "stopped in order" if one.shutdown else "offline"
    if one.pending:
        return INFO, "joining"
    if one.shutdown:
        return WARN, "is being stopped"
    if one.standby or one.standby_onfail:
        return WARN, "on standby" + (" after a failure" if one.standby_onfail else "")
    if one.maintenance:
        return WARN, "in maintenance"
    if one.health == "red":
        return WARN, "online, its health is red"
    return OK, "online"


def corosync_summary(facts: Facts) -> Summary:
    reading = facts.corosync
    if not reading:
        return facts.missing("corosync")
    quorum = reading.quorum
    votes = f", {quorum.votes.total} of {quorum.votes.expected} votes" if quorum.votes else ""
    level = worst([one.level for one in _corosync(facts)])
    return Summary(level, f"{'quorate' if quorum.quorate else 'not quorate'}{votes}{_arbiter(reading)}")


def _arbiter(reading: CorosyncReading) -> str:
    arbiter = _own_arbiter(reading)
    if arbiter is None:
        return ""
    if not arbiter.alive:
        return ", no arbiter: its daemon is not alive here"
    return ", with the arbiter's vote" if arbiter.votes else ", without the arbiter's vote"


def _own_arbiter(reading: CorosyncReading) -> QdeviceState | None:
    """What this host's corosync-qdevice says; an arbiter that it can't reach gives no vote. None: there is no
    arbiter."""
    if reading.quorum.qdevice_votes is None:
        return None
    own = (one.qdevice for one in reading.quorum.members if one.local and one.qdevice)
    return next(own, QdeviceState(alive=False, votes=False, master_wins=False))


def links(facts: Facts) -> tuple[Link, ...]:
    found = []
    for one in facts.corosync.links if facts.corosync else ():
        level, text = (OK, "connected") if one.connected else (WARN, "not connected")
        if not one.enabled:
            level, text = WARN, "not enabled: it could not be set up"
        latency = one.knet.latency.average if one.knet and one.knet.latency and one.connected else None
        found.append(Link(one.node, one.number, level, text, latency))
    return tuple(sorted(found, key=lambda one: (one.level != WARN, one.node, one.number))[:SHOWN])


def _voteless(reading: CorosyncReading) -> Iterator[Finding]:
    arbiter = _own_arbiter(reading)
    if arbiter is None:
        return
    if not arbiter.alive:
        text = "The arbiter's daemon (corosync-qdevice) is not alive on this host"
        yield Finding(WARN, text, "Start it. Without the arbiter's vote the next loss may stop everything.")
    elif not arbiter.votes and reading.quorum.quorate:
        advice = "Look at corosync-qnetd on its host: corosync-qdevice-tool -s says whether it is reached."
        yield Finding(WARN, "The arbiter gives this part no vote: the next loss may stop everything", advice)


def _corosync(facts: Facts) -> Iterator[Finding]:
    if not facts.corosync:
        return
    if not facts.corosync.quorum.quorate:
        yield Finding(BAD, "Corosync is not quorate here", _who_may_serve(facts))
    yield from _voteless(facts.corosync)
    cut = [one for one in links(facts) if one.level == WARN]
    if cut:
        text = f"Corosync's {listed(f'link {one.number} to {one.node}' for one in cut)}: {cut[0].text}"
        yield Finding(WARN, text, "Look at the network between the nodes, and at the other node.")
