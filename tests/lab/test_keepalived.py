"""A pair under Keepalived: read without root, and a fair sample of what breaks; `make keepalived` has all."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from deploy.lab.lab import Lab
from deploy.lab.page import Page, scrape
from deploy.lab.waiting import until
from tests.dashboards.pages import TARGETS
from tests.lab.balancers import Cluster
from tests.lab.dashboard_answers import Dashboards, Moment, legends
from tests.lab.only import ON_KEEPALIVED
from tests.lab.test_dashboards import EMPTY, OF_KEEPALIVED
from tests.trials.keepalived.cases import BY_NAME, SAMPLE
from tests.trials.keepalived.runs import run
from tests.trials.keepalived.verdict import problems

pytestmark = [pytest.mark.lab, ON_KEEPALIVED]

ABSENT = ("ha_cluster_pacemaker_", "ha_cluster_corosync_")
NOTICED = 15.0  # seconds; the watcher looks every ten where the kernel tells no change


@pytest.fixture
def pair(running: Cluster) -> Lab:
    return running.lab


def test_both_are_read_and_agree(pair: Lab) -> None:
    """By the package's user with CAP_KILL: state, priority, script, holder; and nothing of Pacemaker."""
    one, other = pair.topology.balancers
    for place, state, priority in ((one, 2, 150), (other, 1, 100)):
        page = held_by(pair, place.name, one.name)
        assert page.get("keepalived_vrrp_state", ip_address=pair.topology.vip) == state
        assert page.get("keepalived_vrrp_effective_priority") == priority
        assert page.get("keepalived_script_status", name="haproxy") == 1
        assert page.get("failover_holder", node=other.name) == 0
        assert all(page.all("ha_cluster_scrape_success").values())
        assert not [series for series in page.points if series.name.startswith(ABSENT)]


def held_by(pair: Lab, host: str, holder: str) -> Page:
    """The first page of the host that shows the holder: it may have looked last before there was one."""
    pages: list[Page] = []

    def shown() -> bool:
        pages[:] = [scrape(pair, host)]
        return pages[0].get("failover_holder", node=holder) == 1

    until(f"{host} to show {holder} as the holder", shown, NOTICED)
    return pages[0]


@pytest.mark.parametrize("fault", SAMPLE)
def test_a_fault_is_told_as_it_should_be(pair: Lab, fault: str) -> None:
    """Each move with its cause by both hosts, the ticket and the page, and nothing untrue."""
    seen = run(pair, BY_NAME[fault], print)
    assert problems(BY_NAME[fault], seen) == []


def setup(pair: Lab, host: str, *more: str) -> dict[str, Any]:
    """The steps by their names."""
    done = pair.exec(host, ["failover-exporter", "setup", "--json", *more], 30)
    return {one["step"]: one for one in json.loads(done.stdout)["steps"]}


def test_setup_gave_what_it_takes(pair: Lab) -> None:
    """The lab did what it says, as a person would; asked again nothing is left, and doctor finds nothing
    wrong, on either host, and nothing of Pacemaker."""
    for place in pair.topology.balancers:
        steps = setup(pair, place.name)
        assert {name: one["state"] for name, one in steps.items()} == dict.fromkeys(
            ("configuration", "Keepalived's files", "Keepalived", "HAProxy's socket", "accounts"), "done"
        )
        doctor = pair.exec(place.name, ["failover-exporter", "doctor", "--json"], 60)
        found = json.loads(doctor.stdout)["findings"]
        assert [one for one in found if one["severity"] in ("error", "warning")] == []
        assert [one for one in found if "Pacemaker" in one["text"] or "Corosync" in one["text"]] == []
        assert any(one["check"] == "takeover" and one["severity"] == "ok" for one in found)
        assert pair.exec(place.name, ["failover-exporter", "--check-config"], 30).returncode == 0


def test_a_host_without_a_configuration_gets_one(pair: Lab) -> None:
    """With Keepalived's addresses and HAProxy's servers, and without Pacemaker's section."""
    name = pair.topology.balancers[0].name
    (command,) = setup(pair, name, "--config.file", "/run/nowhere/config.yml")["configuration"]["commands"]
    found = yaml.safe_load(command.partition("<<'END'\n")[2].removesuffix("END"))
    assert found["keepalived"] == {}
    assert not {"pacemaker", "corosync"} & found.keys()
    assert [vip["address"] for vip in found["vips"]] == list(pair.topology.vips)


def test_a_backup_that_would_not_take_over_says_so(pair: Lab) -> None:
    """Its own page and status page; the master's says nothing of it."""
    master, backup = pair.topology.balancers
    well = scrape(pair, backup.name)
    labels = {"resource": pair.topology.moved, "lost": master.name}
    assert well.get("failover_takeover_ready", **labels) == 1
    assert well.get("failover_takeover_target_info", **labels, to=backup.name) == 1
    assert not scrape(pair, master.name).all("failover_takeover_ready")
    pair.fault("script-fails-on-backup")
    try:
        until("its page to say so", lambda: _blocked(pair, backup.name) == "script", NOTICED, step=0.5)
        status = pair.exec(backup.name, ["failover-exporter", "status"], 30)
        assert status.returncode == 1
        assert "nobody would take over: a check script fails on this host" in status.stdout
    finally:
        pair.heal()


def _blocked(pair: Lab, host: str) -> str:
    found = scrape(pair, host).all("failover_takeover_blocked_info")
    return next((dict(one.labels)["reason"] for one in found), "")


@pytest.fixture(scope="module")
def moments(running: Cluster) -> Iterator[dict[str, Moment]]:
    """Healthy, and with two hosts that are MASTER."""
    dashboards = Dashboards(running.lab)
    try:
        dashboards.begin()
        taken = {"healthy": dashboards.moment()}
        running.lab.fault("adverts-dropped")
        dashboards.shown("count(keepalived_vrrp_state == 2) == 4")  # of both clusters
        yield taken | {"split": dashboards.moment()}
    finally:
        dashboards.end()


@pytest.mark.parametrize("name", ["healthy", "split"])
def test_prometheus_answers_every_query(moments: dict[str, Moment], name: str) -> None:
    """Of all dashboards, on a pair of which Pacemaker's and Corosync's have nothing."""
    for answers in moments[name].answers.values():
        assert {target: answer for target, answer in answers.items() if isinstance(answer, str)} == {}


def test_the_dashboard_of_keepalived_is_full(moments: dict[str, Moment]) -> None:
    """What is empty is on the list, with the reason; each name in a panel is one series. Marks of what
    happened may be there or not: tests before this one broke things."""
    own = {name for name, one in TARGETS.items() if name.startswith(OF_KEEPALIVED) and one.kind == "panel"}
    empty = {target for target in own if not moments["healthy"].data("one", target)}
    assert empty == set(EMPTY["keepalived"])
    for target, legend in legends():
        if target.startswith(OF_KEEPALIVED):
            for moment in moments.values():
                moment.names("one", target, legend)


def test_what_the_dashboards_say(moments: dict[str, Moment], pair: Lab) -> None:
    """Who is MASTER and who could be; the other dashboards know the hosts for balancers."""
    one, other = (place.name for place in pair.topology.balancers)
    healthy, split = moments["healthy"], moments["split"]
    assert healthy.names("one", f"{OF_KEEPALIVED}MASTER A", "{{host}}") == {one: 1}
    assert healthy.names("one", f"{OF_KEEPALIVED}Hosts that could hold it A", "able") == {"able": 2}
    assert healthy.names("one", f"{OF_KEEPALIVED}Would it be taken over? A", "ready") == {"ready": 1}
    assert list(healthy.names("one", "failover-story: Holds the address now A", "{{what}}")) == [one]
    assert split.names("one", f"{OF_KEEPALIVED}MASTER A", "{{host}}") == {one: 2, other: 2}
    assert split.names("one", f"{OF_KEEPALIVED}Hosts that have the address A", "held") == {"held": 2}
