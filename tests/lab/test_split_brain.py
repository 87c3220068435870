"""Each split shows its signs and no others; nothing ordinary shows one."""

import pytest

from deploy.lab import exporters
from deploy.lab.host import Host
from deploy.lab.page import parse
from deploy.lab.waiting import until
from tests.lab.balancers import Cluster
from tests.lab.only import ON_ARTICLE
from tests.trials.split_brain.runs import ORDINARY, SPLITS, calm, split

# On one topology, so that `make test` stays short; `make split-brain` does the same on both topologies.
pytestmark = [pytest.mark.lab, ON_ARTICLE]


@pytest.mark.parametrize("fault", SPLITS)
def test_a_split_is_shown(cluster: Cluster, fault: str) -> None:
    """By every sign that it should show, and by no other."""
    shown = split(cluster.lab, fault)
    assert set(shown.seconds) == SPLITS[fault], shown.missed


@pytest.mark.parametrize("name", ORDINARY)
def test_what_is_ordinary_is_no_split(cluster: Cluster, name: str) -> None:
    """Sampled every half second until the cluster is whole again, no sign says split."""
    seen = calm(cluster.lab, name)
    assert seen.false_signs == []
    assert seen.samples > 10


def test_an_ordinary_user_has_all_but_the_claimants(cluster: Cluster) -> None:
    """Without CAP_NET_RAW vip_claimants is absent, nothing fails, and one log line says what to grant."""
    host = cluster.lab.host(cluster.lab.topology.clients[0].name)
    vip = cluster.lab.topology.vip
    host.write("/run/lab/plain.yml", f"vips: [{{address: {vip}}}]\n")
    program = [exporters.PROGRAM, "--config.file=/run/lab/plain.yml", "--web.listen-address=:10665"]
    host.spawn("plain", ["setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=-all", *program])
    try:
        until("the log line", lambda: "vip_claimants is off" in log(host), 20, log=lambda: log(host))
        answer = cluster.lab.http_get(host.name, "http://127.0.0.1:10665/metrics")
        page = parse(answer.text)
        assert page.get("vip_bound", vip=vip) == 0
        assert not page.all("vip_claimants")
        assert page.get("ha_cluster_scrape_success", collector="address") == 1
        assert not any(page.all("failover_exporter_collector_failures_total").values())
        assert log(host).count("CAP_NET_RAW") == 2, log(host)  # what is missing, and how to grant it
    finally:
        daemon = host.daemon("plain")
        host.signal("TERM", [daemon] if daemon else [])


def log(host: Host) -> str:
    return host.tail("/var/log/lab/plain.log")
