"""Each move and restart of the real cluster is reported once, soon, with its cause: by page and journal.

"Soon" is against Pacemaker itself: its CIB is asked every 50 ms, apart from the exporter; the event must be
no more than two seconds after the last answer that did not have the new start yet.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from deploy.lab import exporters
from deploy.lab.errors import LabError
from deploy.lab.page import Page
from deploy.lab.waiting import until
from tests.lab.balancers import Cluster
from tests.lab.starts import Starts
from tests.trials.drill.journal import events

pytestmark = pytest.mark.lab

SOON = 2.0  # seconds after Pacemaker knew
HEALTHY = 12.0  # seconds: longer than the watcher's heartbeat
LATEST = 6  # events of a journal that explain a failure
COUNTED = 25.0  # seconds until an event's outage is counted: one waits whether a longer one follows

Counts = Mapping[tuple[str, str, str], float]  # by resource, kind, cause


def counts(page: Page) -> dict[tuple[str, str, str], float]:
    found = {}
    for (_name, labels), value in page.all("failover_events_total").items():
        of = dict(labels)
        found[of["resource"], of["kind"], of["cause"]] = value
    return found


def added(before: Counts, after: Counts) -> dict[tuple[str, str, str], float]:
    return {key: value - before.get(key, 0) for key, value in after.items() if value != before.get(key, 0)}


def all_counts(cluster: Cluster) -> dict[str, Counts]:
    """Once what happened before is reported: healing moves resources too."""
    return {host: counts(cluster.until(host, "it settled", settled(cluster))) for host in cluster.balancers}


def settled(cluster: Cluster) -> Callable[[Page], bool]:
    """Everything runs where it should, and no outage lasts that the next one would be a part of."""
    holder, resources = cluster.lab.holder(), cluster.lab.topology.primitives

    def holds(page: Page) -> bool:
        out = any(page.all("vip_outage_active_seconds").values())
        held = [page.values("node", "failover_holder", resource=one) for one in resources]
        return not out and held == [[holder]] * len(resources)

    return holds


def durations_counted(cluster: Cluster, host: str, resource: str) -> float:
    """Of how many events the page counts how long clients were out, once none waits to be counted."""

    def old(page: Page) -> bool:
        latest = page.all("failover_last_event_timestamp_seconds", resource=resource).values()
        return time.time() - max(latest, default=0) > COUNTED

    page = cluster.until(host, "what happened before to be counted", old, 2 * COUNTED)
    return page.get("failover_duration_seconds_count", resource=resource) or 0


def moves(cluster: Cluster, cause: str) -> Counts:
    """What a move of everything by this cause adds."""
    return {(resource, "move", cause): 1 for resource in cluster.lab.topology.primitives}


def reported(cluster: Cluster, host: str, before: Counts, expected: Counts) -> Page:
    """The page, once what was added is exactly this; else fails with the journal's latest events."""
    pages: list[Page] = []

    def holds() -> bool:
        try:
            pages[:] = [cluster.page(host)]
        except LabError:
            return False
        return added(before, counts(pages[0])) == expected

    def journal() -> str:
        latest = "\n".join(json.dumps(one) for one in events(cluster.lab.host(host))[-LATEST:])
        return f"added: {added(before, counts(pages[0])) if pages else 'no page'}\n{latest}"

    until(f"{host} to report {expected}", holds, 30, log=journal)
    return pages[0]


def soon(cluster: Cluster, host: str, resource: str, cause: str, not_before: float) -> dict[str, Any]:
    """The journal's latest event of the resource, which must be of that cause and soon."""
    event = [one for one in events(cluster.lab.host(host)) if one["resource"] == resource][-1]
    assert (event["cause"], event["late"]) == (cause, False), event
    assert event["evidence"], event
    assert -0.1 < event["at"] - not_before <= SOON, (event, not_before)
    return event


def check_move(cluster: Cluster, page: Page, origin: str, target: str, cause: str) -> None:
    for resource in cluster.lab.topology.primitives:
        event = {"resource": resource, "kind": "move"}
        way = {"from": origin, "to": target, "cause": cause}
        assert page.get("failover_last_event_info", **event, **way) == 1
        assert len(page.all("failover_last_event_info", **event)) == 1
        assert page.get("failover_holder", resource=resource, node=target) == 1
        assert not page.get("failover_holder", resource=resource, node=origin)


def phases(page: Page, resource: str) -> dict[str, float]:
    found = page.all("failover_last_phase_seconds", resource=resource)
    return {dict(labels)["phase"]: value for (_name, labels), value in found.items()}


def check_felt(cluster: Cluster, host: str, resource: str, *, address: bool) -> dict[str, float]:
    """Clients had an outage, and the exporter where it runs now reports every phase; they add up."""
    wanted = {"detection", "service", "reconnect", "total"} | ({"address"} if address else set())
    page = cluster.until(host, f"{wanted}", lambda page: set(phases(page, resource)) >= wanted)
    seconds = phases(page, resource)
    total = seconds.pop("total")
    assert set(seconds) >= wanted - {"total"}
    assert all(value >= 0 for value in seconds.values()), seconds
    assert sum(seconds.values()) == pytest.approx(total, abs=0.001)
    assert 0 < total < 15
    return seconds


def test_haproxy_killed_is_a_restart(cluster: Cluster) -> None:
    """A restart by resource_failure on both pages, and no move; its outage is counted, its phases add up."""
    holder, resource = cluster.lab.holder(), cluster.lab.topology.primitives[-1]
    before = all_counts(cluster)
    before_it = durations_counted(cluster, holder, resource)
    expected = {(resource, "restart", "resource_failure"): 1}
    with Starts(cluster.lab, holder) as starts:
        cluster.lab.fault("haproxy-killed")
        not_before = starts.not_before(resource, holder)
    for host in cluster.balancers:
        reported(cluster, host, before[host], expected)
        event = soon(cluster, host, resource, "resource_failure", not_before)
        assert (event["kind"], event["origin"], event["target"]) == ("restart", holder, holder)
    check_felt(cluster, holder, resource, address=False)
    cluster.lab.heal()

    def counted(page: Page) -> bool:
        return page.get("failover_duration_seconds_count", resource=resource) == before_it + 1

    page = cluster.until(holder, "the outage's duration", counted, COUNTED)
    assert added(before[holder], counts(page)) == expected, "healing adds none"


def test_moved_by_hand(cluster: Cluster) -> None:
    """A move by operator_move on both pages; healing, which removes the constraint, moves nothing."""
    origin, first = cluster.lab.holder(), cluster.lab.topology.primitives[0]
    target, before = cluster.peer(origin), all_counts(cluster)
    with Starts(cluster.lab, target) as starts:
        cluster.lab.fault("resource-moved")
        not_before = starts.not_before(first, target)
    for host in cluster.balancers:
        page = reported(cluster, host, before[host], moves(cluster, "operator_move"))
        check_move(cluster, page, origin, target, "operator_move")
    soon(cluster, target, first, "operator_move", not_before)
    check_felt(cluster, target, first, address=True)
    cluster.lab.heal()
    for host in cluster.balancers:
        assert added(before[host], counts(cluster.page(host))) == moves(cluster, "operator_move")


def test_cluster_stopped_in_order(cluster: Cluster) -> None:
    """A move by node_shutdown where it is seen, and on the stopped node when it is back: once on each."""
    origin, first = cluster.lab.holder(), cluster.lab.topology.primitives[0]
    target, before = cluster.peer(origin), all_counts(cluster)
    with Starts(cluster.lab, target) as starts:
        cluster.lab.fault("corosync-stopped", origin)
        not_before = starts.not_before(first, target)
    page = reported(cluster, target, before[target], moves(cluster, "node_shutdown"))
    check_move(cluster, page, origin, target, "node_shutdown")
    soon(cluster, target, first, "node_shutdown", not_before)
    check_felt(cluster, target, first, address=True)
    cluster.lab.heal()
    for host in cluster.balancers:
        reported(cluster, host, before[host], moves(cluster, "node_shutdown"))


def test_corosync_killed_is_a_node_lost(cluster: Cluster) -> None:
    """A move by node_lost on the side that goes on."""
    origin, first = cluster.lab.holder(), cluster.lab.topology.primitives[0]
    target, before = cluster.peer(origin), all_counts(cluster)
    with Starts(cluster.lab, target) as starts:
        cluster.lab.fault("corosync-killed", origin)
        not_before = starts.not_before(first, target)
    page = reported(cluster, target, before[target], moves(cluster, "node_lost"))
    check_move(cluster, page, origin, target, "node_lost")
    soon(cluster, target, first, "node_lost", not_before)


def test_standby(cluster: Cluster) -> None:
    """A move by standby on both pages; the node's return moves nothing, as the resources stick."""
    origin, first = cluster.lab.holder(), cluster.lab.topology.primitives[0]
    target, before = cluster.peer(origin), all_counts(cluster)
    with Starts(cluster.lab, target) as starts:
        standby(cluster, origin, "on")
        not_before = starts.not_before(first, target)
    try:
        for host in cluster.balancers:
            page = reported(cluster, host, before[host], moves(cluster, "standby"))
            check_move(cluster, page, origin, target, "standby")
        soon(cluster, origin, first, "standby", not_before)
    finally:
        standby(cluster, origin, "off")
    cluster.lab.wait_whole()
    for host in cluster.balancers:
        assert added(before[host], counts(cluster.page(host))) == moves(cluster, "standby")


def standby(cluster: Cluster, node: str, value: str) -> None:
    cluster.lab.host(node).run("crm_standby", "--node", node, "--update", value)


def test_a_move_while_the_exporter_was_down(cluster: Cluster) -> None:
    """After a stop and a start every count is as it was, and the move meanwhile is reported, as late."""
    origin = cluster.lab.holder()
    target, before = cluster.peer(origin), all_counts(cluster)
    blind, first = cluster.lab.host(target), cluster.lab.topology.primitives[0]
    exporters.stop(blind)
    began = time.time()
    cluster.lab.fault("resource-moved")
    reported(cluster, origin, before[origin], moves(cluster, "operator_move"))
    exporters.start(blind)
    page = reported(cluster, target, before[target], moves(cluster, "operator_move"))
    check_move(cluster, page, origin, target, "operator_move")
    event = [one for one in events(blind) if one["resource"] == first][-1]
    assert event["late"] and event["detected"] is None
    assert began - 1 <= event["at"] <= time.time()  # Pacemaker has whole seconds


def test_a_healthy_time_makes_no_event(cluster: Cluster) -> None:
    """With heartbeats and scrapes the counts stay; each resource is held by the one that has the address."""
    cluster.lab.wait_whole()
    before, ends = all_counts(cluster), time.monotonic() + HEALTHY

    def unchanged() -> bool:
        assert all_counts(cluster) == before
        return time.monotonic() >= ends

    until("the healthy time to end", unchanged, HEALTHY + 10, step=1.0)
    for page in cluster.pages().values():
        for resource in cluster.lab.topology.primitives:
            assert page.get("failover_holder", resource=resource, node=cluster.lab.holder()) == 1
        assert page.get("failover_exporter_journal_ok") == 1
        assert page.get("failover_exporter_journal_dropped_events_total") == 0
