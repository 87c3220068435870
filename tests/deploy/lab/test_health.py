"""Whole is when nothing is wrong; what is wrong is said in a sentence."""

import pytest

from deploy.lab.cluster import View
from deploy.lab.health import Reading, problems
from deploy.lab.topologies.article import ARTICLE
from deploy.lab.topologies.twin import TWIN

ONE, TWO = "haproxy-node01", "haproxy-node02"
DATABASES = ("galera-node01", "galera-node02", "galera-node03")
PRIMARY = {
    "wsrep_cluster_status": "Primary",
    "wsrep_local_state_comment": "Synced",
    "wsrep_cluster_size": "3",
}


def view(dc: str = TWO, online: tuple[str, ...] = (ONE, TWO), holder: tuple[str, ...] = (ONE,)) -> View:
    return View(dc, frozenset(online), {"failover-ip": holder, "haproxy": holder}, frozenset(), ())


def whole() -> Reading:
    return Reading(
        views={ONE: view(), TWO: view()},
        leftovers={ONE: [], TWO: []},
        links_down={ONE: [], TWO: []},
        held={ONE: ["10.0.0.100"], TWO: []},
        servers={ONE: dict.fromkeys(DATABASES, "UP"), TWO: {}},
        databases=dict.fromkeys(DATABASES, PRIMARY),
        logins={"mon to 10.0.0.100": "galera-node02"},
        exporters={ONE: True, TWO: True},
    )


def test_a_whole_cluster_has_no_problem() -> None:
    """Nothing to say."""
    assert problems(ARTICLE, whole()) == []


def test_a_split_is_two_dcs_and_two_holders() -> None:
    """Both halves believe that they are right."""
    reading = whole()
    reading.views = {ONE: view(ONE, (ONE,)), TWO: view(TWO, (TWO,), (TWO,))}
    reading.held[TWO] = ["10.0.0.100"]
    reading.servers[TWO] = dict.fromkeys(DATABASES, "UP")
    assert problems(ARTICLE, reading) == [
        f"{ONE}: does not see {TWO} online",
        f"{TWO}: does not see {ONE} online",
        f"no single DC: {ONE}, {TWO}",
        f"10.0.0.100 is held by {ONE}, {TWO}",
    ]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda it: it.stopped.update({ONE: ["haproxy"]}), f"{ONE}: stopped by a signal: haproxy"),
        (lambda it: it.views.update({ONE: None}), f"{ONE}: pacemaker does not answer"),
        (lambda it: it.leftovers[TWO].append("cli-ban-x"), f"{TWO}: leftover constraint cli-ban-x"),
        (lambda it: it.held[ONE].clear(), "10.0.0.100 is held by nobody"),
        (lambda it: it.servers[ONE].pop(DATABASES[0]), f"{ONE}: HAProxy calls {DATABASES[0]} nothing"),
        (lambda it: it.votes.update({ONE: True, TWO: False}), f"{TWO}: is without the arbiter's vote"),
        (lambda it: it.exporters.update({TWO: False}), f"{TWO}: the exporter does not answer"),
        (lambda it: it.monitoring.update({"mon": ["prometheus"]}), "mon: prometheus does not run"),
        (
            lambda it: it.databases.update({DATABASES[0]: {**PRIMARY, "wsrep_cluster_size": "2"}}),
            f"{DATABASES[0]}: Galera is Primary, Synced, size 2",
        ),
        (
            lambda it: it.logins.update({"mon to 10.0.0.100": "(no answer within 6 s)"}),
            "no login from mon to 10.0.0.100: (no answer within 6 s)",
        ),
    ],
)
def test_each_trouble_is_one_sentence(change, sentence: str) -> None:  # type: ignore[no-untyped-def]
    """That names the host."""
    reading = whole()
    change(reading)
    assert problems(ARTICLE, reading) == [sentence]


def test_a_clone_runs_on_every_balancer() -> None:
    """While primitives run once."""
    running = {"vip": ("lb-a",), "vip-reports": ("lb-a",), "balancer": (), "canary": ("lb-a",)}
    seen = View("lb-a", frozenset({"lb-a", "lb-b"}), running, frozenset(), ())
    reading = Reading(
        views={"lb-a": seen},
        leftovers={"lb-a": []},
        links_down={"lb-a": ["1 to nodeid 2: disconnected"]},
        held={"lb-a": list(TWIN.vips)},
        servers={"lb-a": {"db1": "UP", "db2": "UP", "db3": "UP"}},
    )
    assert problems(TWIN, reading) == [
        "lb-a: corosync link 1 to nodeid 2: disconnected",
        "lb-a: balancer is started on no node",
        "lb-a: clone canary is started on lb-a",
    ]
