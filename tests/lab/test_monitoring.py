"""The real Prometheus and Alertmanager of the lab, with the files of alerts/: a fault is paged."""

import json
import re
import time
from urllib.request import urlopen

import pytest

from deploy.lab import status
from deploy.lab.monitoring import Monitoring, Notification, pages
from deploy.lab.monitoring.engines.engine import ALERTS
from deploy.lab.waiting import until
from tests.lab.balancers import Cluster
from tests.lab.installation import OPERATING, block

pytestmark = pytest.mark.lab

PATIENCE = 90.0  # seconds; how soon is the fault matrix's to judge
OVER = 150.0  # seconds after healing
SPLIT = "VIPSplitBrain"


@pytest.fixture
def monitoring(cluster: Cluster) -> Monitoring:
    return Monitoring(cluster.lab.fleet)


def arrived(monitoring: Monitoring, receiver: str, alert: str, status: str) -> list[Notification]:
    return [
        one
        for one in monitoring.notifications()
        if (one.receiver, one.alert, one.status) == (receiver, alert, status)
    ]


def test_every_exporter_is_scraped_as_one_cluster(cluster: Cluster, monitoring: Monitoring) -> None:
    """Both balancers and the vantage point, by name, with the cluster's label."""
    topology = cluster.lab.topology
    assert {(one.instance, one.labels["cluster"], one.health) for one in monitoring.targets()} == {
        (f"{host.name}:10664", topology.cluster_name, "up") for host in topology.balancers + topology.clients
    }


def test_every_rule_is_evaluated(monitoring: Monitoring) -> None:
    """All files of alerts/rules/5s, each rule without an error."""

    def health() -> dict[str, str]:
        groups = monitoring.prometheus.get("rules")["groups"]
        return {
            f"{group['file']}: {rule['name']}": rule["health"] for group in groups for rule in group["rules"]
        }

    until("the first evaluation", lambda: "unknown" not in health().values(), 15)
    found = health()
    assert set(found.values()) == {"ok"}, found
    files = {name.partition(":")[0].rpartition("/")[2] for name in found}
    assert files == {path.name for path in (ALERTS / "rules" / "5s").iterdir()}


def test_a_fault_is_paged_and_resolved(cluster: Cluster, monitoring: Monitoring) -> None:
    """The pager is notified, with the cluster's name, as data and in words for people; of the end, too."""
    topology = cluster.lab.topology
    monitoring.reset()
    cluster.lab.fault("corosync-killed")
    until(
        "the page",
        lambda: arrived(monitoring, "pager", SPLIT, "firing"),
        PATIENCE,
        log=lambda: log(monitoring),
    )
    page = arrived(monitoring, "pager", SPLIT, "firing")[0]
    assert page.labels["cluster"] == topology.cluster_name
    assert page.severity == "critical"
    until("the page in words", lambda: in_words(monitoring, "pager"), PATIENCE)
    words = in_words(monitoring, "pager")[0]
    assert page.annotations["summary"] in words
    assert topology.cluster_name in words
    assert f"{SPLIT}.md" in words
    assert SPLIT in {one.name for one in monitoring.alerts() if one.state == "firing"}
    cluster.lab.heal()
    until(
        "its end", lambda: arrived(monitoring, "pager", SPLIT, "resolved"), OVER, log=lambda: log(monitoring)
    )
    assert SPLIT not in {one.name for one in monitoring.alerts()}


def in_words(monitoring: Monitoring, receiver: str) -> list[str]:
    """Of each message; what each integration of a receiver sends arrives by itself."""
    return [one.words for one in monitoring.texts() if one.receiver == receiver]


def log(monitoring: Monitoring) -> str:
    """For the person who reads a failure."""
    alerts = [f"{one.state} {one.name} {dict(one.labels)}" for one in monitoring.alerts()]
    sent = [f"{one.receiver} {one.status} {one.alert}" for one in monitoring.notifications()]
    return "\n".join(alerts + sent)


def test_the_watchdog_reaches_the_dead_mans_switch(monitoring: Monitoring) -> None:
    """And nobody else."""
    until("the watchdog", lambda: arrived(monitoring, "dead-mans-switch", "Watchdog", "firing"), PATIENCE)
    assert {one.receiver for one in monitoring.notifications() if one.alert == "Watchdog"} == {
        "dead-mans-switch"
    }


def test_reset_forgets(monitoring: Monitoring) -> None:
    """Nothing measured or sent before it is there afterwards, and every exporter was scraped anew."""
    before = time.time()
    until("a notification", monitoring.notifications, PATIENCE)
    assert monitoring.query("up", at=before)
    monitoring.reset()
    assert monitoring.notifications() == []
    assert monitoring.query("up", at=before) == []
    assert {sample.value for sample in monitoring.query("up")} == {1}


def test_planned_work_is_silenced(monitoring: Monitoring) -> None:
    """By the line of docs/operating.md: one cluster for an hour; the ID that it prints ends it again."""
    line = block("Planned maintenance", document=OPERATING)
    (url,) = re.findall(r"--alertmanager\.url=\S+", line)
    silence = monitoring.host.run("sh", "-e", "-c", line).strip()
    try:
        assert 'cluster="mysql-production"' in monitoring.host.run("amtool", "silence", "query", url)
    finally:
        monitoring.host.run("amtool", "silence", "expire", url, silence)
    assert silence not in monitoring.host.run("amtool", "silence", "query", url)


def test_a_pause_is_one_of_prometheus_alone(cluster: Cluster, monitoring: Monitoring) -> None:
    """A measurement of cost is not disturbed by scrapes; what was known before is there again."""
    before = time.time()
    assert monitoring.query("up", at=before)
    with monitoring.paused():
        assert cluster.lab.problems() == [f"{monitoring.host.name}: prometheus does not run"]
    assert monitoring.query("up", at=before)


def test_both_pages_are_on_the_machines_own_loopback(cluster: Cluster, monitoring: Monitoring) -> None:
    """Where `lab status` says, while the lab is up."""
    shown = status.take(cluster.lab.fleet, complete=True, faults=[]).pages
    assert shown == monitoring.pages()
    assert set(shown) == {"prometheus", "alertmanager"}
    for url in shown.values():
        assert url.startswith("http://127.0.0.1:")
    with urlopen(f"{shown['prometheus']}/api/v1/targets") as answer:  # noqa: S310
        assert len(json.load(answer)["data"]["activeTargets"]) == len(monitoring.targets())
    with urlopen(f"{shown['alertmanager']}/api/v2/status") as answer:  # noqa: S310
        assert json.load(answer)["cluster"]["status"] == "disabled"


def test_heal_starts_what_ended(cluster: Cluster, monitoring: Monitoring) -> None:
    """Each that does not run is named, and runs again after `heal`, on the same ports."""
    host, before = monitoring.host, monitoring.pages()
    names = [*(daemon.name for daemon in monitoring.stack.daemons), pages.DAEMON]
    host.signal("KILL", [process for name in names if (process := host.daemon(name))])
    assert cluster.lab.problems() == [f"{host.name}: {name} does not run" for name in names]
    cluster.lab.heal()
    monitoring.wait_scraped()
    assert monitoring.pages() == before
    for url in before.values():
        with urlopen(f"{url}/-/ready") as answer:  # noqa: S310
            assert answer.status == 200
