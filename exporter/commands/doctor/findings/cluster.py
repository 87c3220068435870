"""The cluster as it is configured, and what is wrong with it at this moment (pure)."""

from collections.abc import Iterator

from exporter.commands.doctor.facts import Facts
from exporter.commands.doctor.finding import Finding, error, info, ok, warning
from exporter.commands.doctor.page import Page
from exporter.web.status.view import BAD, WARN

_PACEMAKER, _COROSYNC = "ha_cluster_pacemaker_", "ha_cluster_corosync_"
FENCING, LEFTOVER = _PACEMAKER + "stonith_enabled", _PACEMAKER + "leftover_constraints"
QUORATE, FLAGS, VOTES = _COROSYNC + "quorate", _COROSYNC + "flags", _COROSYNC + "quorum_votes"
MEMBERS = _COROSYNC + "member_votes"
ARBITER, ALIVE, GIVEN = (_COROSYNC + "qdevice_" + name for name in ("info", "alive", "votes"))


def state(facts: Facts) -> Iterator[Finding]:
    """What the status pages call broken; what only needs a look is named by its number."""
    said: dict[str, Finding] = {}
    looks: dict[str, int] = {}
    for one in facts.exporters:
        for each in one.status.findings if one.status else ():
            if each.level == BAD:
                advice = f". {each.advice}" if each.advice else ""
                text = f"Now, as {one.host} sees it: {each.text}{advice}"
                said.setdefault(each.text, error(text, "failover-exporter status", docs="status-page.md"))
            elif each.level == WARN:
                looks[one.host] = looks.get(one.host, 0) + 1
    yield from said.values()
    for host, number in looks.items():
        things = "1 thing that needs" if number == 1 else f"{number} things that need"
        yield info(f"The status page of {host} has {things} a look", "failover-exporter status")


def leftovers(facts: Facts) -> Iterator[Finding]:
    if not (page := facts.first(FENCING)):
        return
    for labels, _ in page.series(LEFTOVER):
        resource, node = labels["resource"], labels["node"]
        yield warning(
            f"A move or ban by hand left the constraint {labels['constraint']} behind: it goes on binding "
            f"{resource}{f' ({node})' if node else ''}",
            f"crm_resource --clear --resource {resource}",
            docs="runbooks/PacemakerLeftoverConstraint.md",
        )
    if not page.has(LEFTOVER):
        yield ok("No constraint was left behind by a move or ban by hand")


def fencing(facts: Facts) -> Iterator[Finding]:
    if not (page := facts.first(FENCING)):
        return
    if page.value(FENCING):
        yield ok("Fencing is enabled")
        return
    yield warning(
        "Fencing is off: if the nodes can't see each other, each takes the address, and nothing ends that",
        "stonith_admin --list-installed   # then a device for each node, and stonith-enabled=true",
        docs="runbooks/PacemakerFencingDisabled.md",
    )


def quorum(facts: Facts) -> Iterator[Finding]:
    for host, page in facts.pages:
        if page.value(QUORATE) == 0:
            text = f"{host} is not in a part of the cluster that has quorum"
            yield error(text, "corosync-quorumtool -s", docs="runbooks/PacemakerNoQuorum.md")
    first = facts.first(QUORATE)
    if first and first.value(QUORATE):
        total, needed = first.value(VOTES, type="total_votes"), first.value(VOTES, type="quorum")
        votes = f": {total:.0f} votes, {needed:.0f} needed" if total and needed else ""
        yield ok(f"The cluster has quorum{votes}")


def two_nodes(facts: Facts) -> Iterator[Finding]:
    """A pair without an arbiter: either half decides alone, or neither does."""
    page = facts.first(MEMBERS)
    if not page or page.has(ARBITER):
        return
    flags, nodes = page.labels(FLAGS, "flag"), len(page.labels(MEMBERS, "node_id"))
    if "2Node" in flags and "WaitForAll" not in flags:
        yield warning(
            "two_node is set without wait_for_all: a node that boots while the link is cut takes the address "
            "though the other one has it",
            "systemctl restart corosync pacemaker   # without `wait_for_all: 0` in corosync.conf; first "
            "where the address is not. A reload does not change it",
            docs="split-brain.md",
        )
    elif nodes == 2 and "2Node" not in flags:
        yield from _no_majority(page)
    if "2Node" in flags:
        yield info(
            "Two nodes and no arbiter: when the link is cut both halves have quorum. A quorum device "
            "(corosync-qnetd on a third host) decides which one goes on",
            docs="split-brain.md",
        )


def _no_majority(page: Page) -> Iterator[Finding]:
    policies = page.labels(_PACEMAKER + "cluster_options_info", "no_quorum_policy")
    if "ignore" in policies:
        yield warning(
            "no-quorum-policy=ignore on a pair: two_node: 1 in corosync.conf is what it was used for before "
            "Corosync 2, and knows wait_for_all",
            docs="split-brain.md",
        )
    else:
        yield warning(
            "Two nodes without two_node or an arbiter: when one is lost the other has no quorum, and stops",
            docs="runbooks/PacemakerNoQuorum.md",
        )


def arbiter(facts: Facts) -> Iterator[Finding]:
    page = facts.first(ARBITER)
    if not page:
        return
    hosts = ", ".join(page.labels(ARBITER, "host")) or "a program of one's own"
    dead = page.labels(ALIVE, "node", 0.0)
    mute = [node for node in page.labels(GIVEN, "node", 0.0) if node not in dead]
    remedy, docs = "corosync-qdevice-tool -sv", "runbooks/CorosyncQdeviceLost.md"
    if dead:
        text = f"The arbiter's daemon does not run, or is not alive, on {', '.join(dead)}"
        yield warning(text, "systemctl enable --now corosync-qdevice", remedy, docs=docs)
    if mute:
        text = f"The arbiter ({hosts}) gives no vote to {', '.join(mute)}: can it be reached from there?"
        yield warning(text, remedy, docs=docs)
    if not dead and not mute:
        yield ok(f"The arbiter ({hosts}) is alive and votes")
