"""The families of each captured moment."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Unparsable
from exporter.sources.corosync import families as metrics
from tests.golden import assert_golden, exposition
from tests.sources.corosync.captures import CASES, outputs, path


@pytest.mark.parametrize("case", CASES)
def test_golden(case: str, update_golden: bool) -> None:
    """Each captured moment of each version becomes exactly its page."""
    assert_golden(path(case, "prom"), metrics.families(outputs(case).reading()), update=update_golden)


def page(case: str) -> str:
    return exposition(metrics.families(outputs(case).reading()))


def test_a_cut_link_costs_its_ring() -> None:
    """One of two links cut: its ring is not healthy, the other one is, and the pair stays quorate."""
    lines = page("corosync-3.1.7-one-link-cut")
    assert 'rings{address="127.0.0.1",node_id="1",number="0",ring_id="1.17"} 1.0' in lines
    assert 'rings{address="127.0.1.1",node_id="1",number="1",ring_id="1.17"} 0.0' in lines
    assert "ring_errors 1.0" in lines
    assert "quorate 1.0" in lines


def test_a_vanished_link_is_reported() -> None:
    """A link that corosync-cfgtool leaves out is still there as not enabled, its ring with its address."""
    lines = page("corosync-3.1.5-link-vanished")
    assert 'link_enabled{link="1",node="beta",node_id="2"} 0.0' in lines
    assert 'rings{address="192.0.3.11",node_id="1",number="1",ring_id="1.2c"} 0.0' in lines


def test_a_link_that_could_not_be_set_up_is_reported() -> None:
    """A configured link that knet does not have is not enabled, and no counter of it is made up."""
    lines = page("corosync-3.1.5-link-not-set-up")
    assert 'link_enabled{link="0",node="beta",node_id="2"} 0.0' in lines
    assert 'rings{address="192.0.2.11",node_id="1",number="0",ring_id="1.5"} 0.0' in lines
    assert "link_up_total" not in lines


def test_an_interface_that_is_down_with_udp() -> None:
    """With UDP a link whose interface is down is not listed: it is not enabled, its ring is broken."""
    lines = page("corosync-3.1.5-udp-interface-down")
    assert 'link_enabled{link="0",node="beta",node_id="2"} 0.0' in lines
    assert 'rings{address="192.0.2.11",node_id="1",number="0",ring_id="1.5"} 0.0' in lines


def test_own_address_with_udpu() -> None:
    """With UDPU, where corosync-cfgtool 3.1.1+ gives the peer's address, the ring has this node's."""
    assert b"addr\t= 127.0.0.2" in outputs("corosync-3.1.7-udpu").cfgtool
    assert 'rings{address="127.0.0.1",node_id="1"' in page("corosync-3.1.7-udpu")


def test_latency_is_absent_without_samples() -> None:
    """A link whose first ping is not answered yet has no latency, not 4,294 seconds."""
    lines = page("corosync-3.0.4-knet-not-enabled")
    assert 'link_latency_seconds{link="0",node="beta",node_id="2",stat="min"}' in lines
    assert 'link_latency_seconds{link="1",node="beta"' not in lines


def test_this_node_is_no_peer() -> None:
    """The node's own row in the statistics, its loopback, is no link."""
    assert b"stats.knet.node1.link0.connected" in (outputs("corosync-3.1.7-two-links").stats or b"")
    assert 'link_connected{link="0",node="alpha"' not in page("corosync-3.1.7-two-links")


def test_no_scheduling_misses_before_they_are_recorded() -> None:
    """Versions that do not record scheduling misses do not claim that there were none."""
    assert "scheduling" not in page("corosync-3.0.3-knet")
    assert "scheduling_misses 0.0" in page("corosync-3.1.7-two-links")


def test_scheduling_miss() -> None:
    """Corosync stopped for seconds shows as one miss of that length in seconds."""
    lines = page("corosync-3.1.7-scheduling-miss")
    assert "scheduling_misses 1.0" in lines
    assert "scheduling_miss_max_seconds 3.346090576" in lines


def test_a_name_that_was_not_found_comes_from_the_node_list() -> None:
    """corosync-quorumtool leaves a name empty when it can't find it; the series keeps its name."""
    nameless = replace(
        outputs("corosync-3.1.7-two-links"),
        quorumtool=outputs("corosync-3.1.7-two-links").quorumtool.replace(b"NR beta\n", b"NR \n"),
    )
    assert 'member_votes{local="false",node="beta",node_id="2"}' in exposition(
        metrics.families(nameless.reading())
    )


def test_the_local_node_without_a_name() -> None:
    """No `name:` in corosync.conf and no name of the address: the local node has its address there."""
    lines = page("corosync-3.1.7-field-node-without-name")
    assert 'member_votes{local="true",node="192.0.2.1",node_id="1"} 1.0' in lines
    assert "(local)" not in lines


def test_ids_above_2_to_the_31() -> None:
    """Ids made of addresses, printed with a sign here and without there, are one number."""
    lines = page("corosync-2.4.5-field-node-id-above-2-31")
    assert "quorate 1.0" in lines
    assert 'rings{address="192.168.1.1",node_id="3232235777",number="0",ring_id="3232235777/44"} 1.0' in lines
    assert 'member_votes{local="true",node="lb-a",node_id="3232235777"} 1.0' in lines
    assert 'member_votes{local="false",node="lb-b",node_id="3232235778"} 1.0' in lines


QDEVICE_SERIES = re.compile(r'_qdevice_(alive|votes)\{node="(\w+)",node_id="[0-9]"\} ([0-9.]+)')


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ("healthy", {"alive lb1": 1, "alive lb2": 1, "votes lb1": 1, "votes lb2": 1}),
        ("arbiter-gone", {"alive lb1": 1, "alive lb2": 1, "votes lb1": 0, "votes lb2": 0}),
        ("split-lb1", {"alive lb1": 1, "votes lb1": 1}),
        ("split-lb2", {"alive lb2": 1, "votes lb2": 0}),
    ],
)
def test_the_arbiter(case: str, expected: dict[str, float]) -> None:
    """Measured: with the arbiter gone no node has its vote, in a split one half has it."""
    found = QDEVICE_SERIES.findall(page(f"corosync-3.1.9-qdevice-{case}"))
    assert {f"{what} {node}": float(value) for what, node, value in found} == expected


def test_an_arbiter_that_is_configured_and_runs_nowhere() -> None:
    """Then the tool prints NR for each node: not alive, no votes; without one configured, nothing."""
    healthy = outputs("corosync-3.1.7-two-links")
    assert "qdevice" not in page("corosync-3.1.7-two-links")
    lines = b"quorum.device.model (str) = net\nquorum.device.net.algorithm (str) = ffsplit\n"
    with_one = replace(healthy, config=lines + healthy.config)
    text = exposition(metrics.families(with_one.reading()))
    assert 'qdevice_info{algorithm="ffsplit",host="",model="net"} 1.0' in text
    assert 'qdevice_alive{node="alpha",node_id="1"} 0.0' in text
    assert 'qdevice_votes{node="beta",node_id="2"} 0.0' in text


@pytest.mark.parametrize("case", CASES)
def test_links_cut_anywhere(case: str) -> None:
    """corosync-cfgtool's output cut off anywhere is Unparsable, or all that is used of it is still there.

    But with UDP(U) the first line alone is what the tool prints when the interface is down: there only
    the exit code distinguishes them.
    """
    whole = outputs(case)
    for length in range(len(whole.cfgtool)):
        if "udp" in case and whole.cfgtool[:length].splitlines(keepends=True) == [
            b"Local node ID 1, transport udpu\n"
        ]:
            continue
        try:
            reading = replace(whole, cfgtool=whole.cfgtool[:length]).reading()
        except Unparsable:
            continue
        assert reading.links == whole.reading().links
        assert [ring.healthy for ring in reading.rings] == [ring.healthy for ring in whole.reading().rings]


@given(
    st.sampled_from(CASES),
    st.sampled_from(["quorumtool", "cfgtool", "config", "stats"]),
    st.floats(0, 1, exclude_max=True),
    st.binary(max_size=6),
    st.integers(0, 60),
)
def test_damaged(case: str, kind: str, place: float, inserted: bytes, removed: int) -> None:
    """Whatever is damaged in one of the outputs, the moment is Unparsable or no series is there twice."""
    whole = outputs(case)
    output: bytes = getattr(whole, kind) or b""
    at = int(place * len(output))
    try:
        reading = replace(whole, **{kind: output[:at] + inserted + output[at + removed :]}).reading()
        families = list(metrics.families(reading))
    except Unparsable:
        return
    series = [(sample.name, *sorted(sample.labels.items())) for one in families for sample in one.samples]
    assert len(set(series)) == len(series)


def test_knet_without_statistics_is_unparsable() -> None:
    """With knet a missing statistics map is a failure, not a page with fewer series."""
    with pytest.raises(Unparsable, match="knet always has them"):
        replace(outputs("corosync-3.1.7-two-links"), stats=None).reading()
