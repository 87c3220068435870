"""`failover-exporter doctor` on a balancer of a real cluster, with its real Prometheus."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from deploy.lab import exporters
from deploy.lab.haproxy import SOCKET
from deploy.lab.host import Host
from deploy.lab.monitoring import Monitoring
from deploy.lab.monitoring.engines import prometheus
from deploy.lab.waiting import until
from tests.lab.balancers import Cluster
from tests.lab.only import ON_ARTICLE

pytestmark = [pytest.mark.lab, ON_ARTICLE]

SECONDS = 40.0  # for one run; it takes two where everything answers
PATIENCE = 90.0  # until the pages have seen what was done; who was denied asks again after a minute
FINE = {
    *("takeover", "quorum", "leftover_constraints", "configuration", "running", "user", "rights", "logins"),
    *("grants", "collectors", "peers", "versions", "scraped", "rules", "alertmanager", "watchdog"),
}
GALERA = f"{exporters.FOLDER}/galera.cnf"


def run(cluster: Cluster, host: Host, *user: str) -> "subprocess.CompletedProcess[str]":
    where = f"http://{Monitoring(cluster.lab.fleet).host.name}:{prometheus.PORT}"
    command = ["failover-exporter", "doctor", "--json", f"--prometheus={where}"]
    return host.exec([*user, *command], SECONDS)


def findings(cluster: Cluster, host: Host, *user: str) -> tuple[int, list[dict[str, Any]]]:
    done = run(cluster, host, *user)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)["findings"]


def times(cluster: Cluster, host: Host) -> list[dict[str, Any]]:
    """The totals that are known."""
    told = json.loads(run(cluster, host).stdout)["times"]
    return [one for one in told if one["phase"] == "total" and one["seconds"]]


def expect(
    cluster: Cluster, host: Host, what: str, holds: Callable[[int, list[dict[str, Any]]], bool]
) -> Any:
    """The first answer for which it holds; fails with the last one."""
    seen: list[Any] = []

    def told() -> bool:
        seen[:] = findings(cluster, host)
        return holds(*seen)

    until(f"doctor on {host.name} to say {what}", told, PATIENCE, log=lambda: json.dumps(seen, indent=1))
    return seen[1]


def well(code: int, found: list[dict[str, Any]]) -> bool:
    return code == 0 and found[0]["severity"] != "error"


def but_for_fencing(code: int, found: list[dict[str, Any]]) -> bool:
    """What the article's cluster lacks. Just after `up` a host may not have reached the Galera nodes yet."""
    return well(code, found) and {one["check"] for one in found if one["severity"] == "warning"} == {
        "fencing"
    }


def first_is(check: str) -> Callable[[int, list[dict[str, Any]]], bool]:
    return lambda code, found: (code, found[0]["check"], found[0]["severity"]) == (1, check, "error")


def test_a_whole_pair_has_nothing_wrong(cluster: Cluster) -> None:
    """As root, on both balancers: accounts, rights, the other's page, Prometheus; nothing is not seen but
    what the article's cluster lacks."""
    for name in cluster.balancers:
        found = expect(cluster, cluster.lab.host(name), "that all is well", but_for_fencing)
        fine = {one["check"] for one in found if one["severity"] == "ok"}
        assert fine >= FINE
        assert [one for one in found if one["severity"] == "unknown"] == []
        assert {one["fault"] for one in times(cluster, cluster.lab.host(name))} >= {
            "node_lost",
            "haproxy_crash",
        }


def test_anybody_may_ask(cluster: Cluster) -> None:
    """Without rights: what could not be looked at is said, and is no mistake of the cluster."""
    host = cluster.lab.host(cluster.balancers[0])
    as_nobody = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--")
    code, found = findings(cluster, host, *as_nobody)
    assert (code, [one for one in found if one["severity"] == "error"]) == (0, [])
    assert any("nobody" in one["text"] for one in found if one["severity"] == "unknown")
    assert any(one["check"] == "takeover" and one["severity"] == "ok" for one in found)


def test_a_ban_that_was_left(cluster: Cluster) -> None:
    """It comes first, and the command that stands there mends it."""
    holder = cluster.lab.holder()
    host, peer, resource = cluster.lab.host(holder), cluster.peer(holder), cluster.lab.topology.primitives[0]
    host.run("crm_resource", "--ban", "--resource", resource, "--node", peer)
    try:
        (first, *_) = expect(cluster, host, "that nothing would take over", first_is("takeover"))
        assert f"If {holder} were lost now, nothing would run" in first["text"]
        (command,) = first["remedy"]
        host.run("sh", "-c", command)
        expect(cluster, host, "that all is well", well)
    finally:
        host.run("crm_resource", "--clear", "--resource", resource)


def test_a_socket_that_lets_nobody_in(cluster: Cluster) -> None:
    """The right is what is wrong; that HAProxy can't be read follows from it, and is not told beside it."""
    host = cluster.lab.host(cluster.lab.holder())
    host.run("chmod", "600", SOCKET)
    try:
        found = expect(cluster, host, "that the socket is closed", first_is("rights"))
        assert SOCKET in found[0]["text"]
        assert [one["check"] for one in found if one["severity"] == "error"] == ["rights"]
    finally:
        host.run("chmod", "660", SOCKET)
    expect(cluster, host, "that all is well", well)


def test_an_account_with_a_wrong_password(cluster: Cluster) -> None:
    """Once for all three nodes, with the server's own words."""
    host = cluster.lab.host(cluster.balancers[0])
    with wrong_password(host):
        (first, *_) = expect(cluster, host, "that the account is refused", first_is("logins"))
        assert "Access denied" in first["text"]
        assert all(node in first["text"] for node in cluster.databases)
    expect(cluster, host, "that all is well", well)


@contextmanager
def wrong_password(host: Host) -> Iterator[None]:
    host.write(GALERA, "[client]\nuser = exporter\npassword = hunter2\n", 0o640)
    host.run("chgrp", exporters.USER, GALERA)
    try:
        yield
    finally:
        exporters.write_account(host, GALERA, "exporter")


def test_no_exporter_runs(cluster: Cluster) -> None:
    """The rest is read from here: what the service could read if it ran, and the other's page."""
    host = cluster.lab.host(cluster.balancers[0])
    exporters.stop(host)
    try:
        code, found = findings(cluster, host)
        assert (code, found[0]["check"]) == (1, "running")
        read = [one["text"].partition(":")[0] for one in found if one["check"] == "direct"]
        assert read == ["pacemaker", "corosync", "haproxy", "galera"]
        assert any(one["check"] == "takeover" and one["severity"] == "ok" for one in found)
    finally:
        exporters.start(host)
    expect(cluster, host, "that all is well", well)
