"""What samples say of a split, and the tables that it becomes; the real splits are in tests/lab."""

import json
from collections.abc import Mapping

import pytest

from deploy.lab.page import Page, parse
from deploy.lab.topologies.article import ARTICLE
from deploy.lab.topologies.twin import TWIN
from tests.trials.split_brain.report import Result, as_json, document
from tests.trials.split_brain.runs import ORDINARY, SPLITS, Calm, Split
from tests.trials.split_brain.signs import Sample, Sign, first_meant, longest, shown

ONE, TWO, MON = "haproxy-node01", "haproxy-node02", "mon"
VIP = ARTICLE.vip
VERSIONS = {"Pacemaker": "2.1.5"}


def page(*lines: str) -> Page:
    return parse("".join(f"{line}\n" for line in lines))


def node(me: str, peer: str, *, bound: int = 1, dc: str | None = "", peer_online: int = 1) -> Page:
    """A balancer's page; without more, it holds the address of a whole cluster. `dc`: itself if empty."""
    has_dc = int(dc is not None)
    return page(
        f'vip_bound{{vip="{VIP}"}} {bound}',
        f'vip_claimants{{vip="{VIP}"}} 1',
        f"ha_cluster_pacemaker_dc_present {has_dc}",
        f'ha_cluster_pacemaker_dc_info{{node="{dc or me}",version="2.1.5"}} {has_dc}',
        f'ha_cluster_pacemaker_nodes{{node="{me}",type="member",status="online"}} {has_dc}',
        f'ha_cluster_pacemaker_nodes{{node="{peer}",type="member",status="online"}} {peer_online}',
        'ha_cluster_pacemaker_resource_running_nodes{resource="failover-ip"} 1',
        "galera_primary_components 1",
    )


def whole() -> dict[str, Page]:
    return {ONE: node(ONE, TWO), TWO: node(TWO, ONE, bound=0, dc=ONE)}


def test_a_whole_cluster_shows_nothing() -> None:
    """One holder, one DC, everybody online."""
    assert shown(ARTICLE, whole()) == frozenset()


def test_no_page_shows_nothing() -> None:
    """Pages that did not come are no sign."""
    assert shown(ARTICLE, {}) == frozenset()
    assert shown(ARTICLE, {ONE: page(), TWO: page(), MON: page()}) == frozenset()


def test_two_clusters_of_one() -> None:
    """Each holds the address, names itself DC and sees the other offline."""
    pages = {ONE: node(ONE, TWO, peer_online=0), TWO: node(TWO, ONE, peer_online=0)}
    assert shown(ARTICLE, pages) == {Sign.BOUND, Sign.DCS, Sign.OFFLINE}


def test_a_node_that_comes_back_and_knows_nobody_yet() -> None:
    """Without a DC it sees all offline, itself too: no sign."""
    pages = {ONE: node(ONE, TWO, peer_online=0), TWO: node(TWO, ONE, bound=0, dc=None, peer_online=0)}
    assert shown(ARTICLE, pages) == frozenset()


@pytest.mark.parametrize(
    ("host", "line", "sign"),
    [
        (ONE, f'vip_claimants{{vip="{VIP}"}} 2', Sign.CLAIMANTS),
        (MON, f'vip_claimants{{vip="{VIP}"}} 2', Sign.CLAIMANTS_OUTSIDE),
        (TWO, 'ha_cluster_pacemaker_resource_running_nodes{resource="failover-ip"} 2', Sign.RUNNING),
        (TWO, "galera_primary_components 2", Sign.PRIMARIES),
    ],
)
def test_signs_of_one_page(host: str, line: str, sign: Sign) -> None:
    """One page is enough, whichever of them it is."""
    assert shown(ARTICLE, whole() | {host: page(line)}) == {sign}


def test_a_clone_runs_everywhere() -> None:
    """Two nodes run it, as they should."""
    running = 'ha_cluster_pacemaker_resource_running_nodes{resource="%s"} 2'
    assert shown(TWIN, {"lb-a": page(running % "canary")}) == frozenset()
    assert shown(TWIN, {"lb-a": page(running % "vip")}) == {Sign.RUNNING}


def samples(*shows: bool, sign: Sign = Sign.BOUND) -> list[Sample]:
    """One each half second."""
    return [Sample(number / 2, frozenset({sign}) if one else frozenset()) for number, one in enumerate(shows)]


def test_a_sign_of_two_pages_must_stay() -> None:
    """Four samples in a row span 1.5 s, five 2 s: those are meant, from the first of them."""
    assert first_meant(samples(False, True, True, True, True, False), Sign.BOUND) is None
    assert first_meant(samples(True, False, True, True, True, True, True), Sign.BOUND) == 1.0


def test_a_sign_of_one_page_counts_at_once() -> None:
    """A single sample is enough to be false."""
    assert first_meant(samples(False, True, False, sign=Sign.CLAIMANTS), Sign.CLAIMANTS) == 0.5


def test_longest() -> None:
    """The longest stretch, 0 for a single sample, None for none."""
    assert longest(samples(True, False, True, True, True, False, True), Sign.BOUND) == 1.0
    assert longest(samples(False, True, False), Sign.BOUND) == 0.0
    assert longest(samples(False), Sign.BOUND) is None


def calm(**stretches: float) -> Calm:
    return Calm("a move", 20, 10.0, {Sign[name]: seconds for name, seconds in stretches.items()})


def test_what_is_false() -> None:
    """A handover's moment on both pages is not; a count of claimants is, however short."""
    assert calm(BOUND=1.5).false_signs == []
    assert calm(BOUND=2.0).false_signs == [Sign.BOUND]
    assert calm(CLAIMANTS=0.0).false_signs == [Sign.CLAIMANTS]


def test_every_sign_shows_some_split() -> None:
    """A column of nothing but dashes would prove nothing."""
    assert frozenset[Sign]().union(*SPLITS.values()) == set(Sign)
    assert ORDINARY


def result(seconds: Mapping[Sign, float], quiet: Calm) -> Result:
    return Result("article", [Split("galera-two-primaries", dict(seconds))], [quiet])


def test_document() -> None:
    """Seconds where a sign shows, dashes where it should not, and what was measured with which versions."""
    good = result({Sign.PRIMARIES: 5.25}, calm(BOUND=0.5))
    text = document([good], "2026-01-02", VERSIONS)
    assert good.well
    assert "Measured on 2026-01-02 with Pacemaker 2.1.5." in text
    assert "| `galera-two-primaries` | - | - | - | - | - | - | 5.2 |" in text
    assert "| a move | 20 | 10 | none | `vip_bound` on both balancers 0.5 s |" in text
    assert max(map(len, text.split("| fault")[0].splitlines())) <= 120


def test_document_of_what_is_wrong() -> None:
    """What is missing, not expected or false is in bold."""
    bad = result({Sign.BOUND: 1.0}, calm(PRIMARIES=0.0))
    text = document([bad], "2026-01-02", VERSIONS)
    assert not bad.well
    assert "| **1.0, not expected** |" in text and "| **missing** |" in text
    assert "| **`galera_primary_components` > 1** | none |" in text


def test_json() -> None:
    """All of it, with the signs by short names."""
    plain = json.loads(json.dumps(as_json([result({Sign.PRIMARIES: 5.25}, calm(BOUND=0.5))], "d", VERSIONS)))
    (one,) = plain["results"]
    assert one["splits"] == [
        {"fault": "galera-two-primaries", "seconds": {"primaries": 5.25}, "as_expected": True}
    ]
    assert one["ordinary"][0]["stretches"] == {"bound": 0.5}
    assert one["ordinary"][0]["false_signs"] == []
