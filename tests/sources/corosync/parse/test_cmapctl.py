"""corosync-cmapctl: the configuration and the statistics in its maps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Unparsable
from exporter.sources.corosync.parse.cmapctl import parse_map
from exporter.sources.corosync.parse.configuration import Node, QdeviceConfiguration, parse_configuration
from exporter.sources.corosync.parse.stats import Latency, parse_stats, stats_keys
from tests.sources.corosync.captures import outputs

CONFIG = outputs("corosync-3.1.7-two-links").config
STATS = outputs("corosync-3.1.7-scheduling-miss").stats or b""
WHOLE_STATS = outputs("corosync-3.1.7-two-links").stats or b""


def test_configuration() -> None:
    """Nodes are read by their id, with name and addresses; the token's timeout in seconds."""
    configuration = parse_configuration(parse_map(CONFIG))
    assert configuration.token_timeout == 3.0
    assert configuration.nodes == {
        1: Node("alpha", {0: "127.0.0.1", 1: "127.0.1.1"}),
        2: Node("beta", {0: "127.0.0.2", 1: "127.0.1.2"}),
    }


def test_nodes_without_a_name() -> None:
    """A node without a name is called by its first address."""
    output = CONFIG.replace(b"nodelist.node.0.name (str) = alpha\n", b"")
    assert parse_configuration(parse_map(output)).nodes[1].name == "127.0.0.1"


def test_a_quorum_device() -> None:
    """Its model, and with model net the server and the algorithm; without one there is none."""
    assert parse_configuration(parse_map(CONFIG)).qdevice is None
    lines = (
        b"quorum.device.model (str) = net\nquorum.device.net.algorithm (str) = ffsplit\n"
        b"quorum.device.net.host (str) = 192.0.2.31\nquorum.device.votes (u32) = 1\n"
    )
    configuration = parse_configuration(parse_map(lines + CONFIG))
    assert configuration.qdevice == QdeviceConfiguration("net", "192.0.2.31", "ffsplit")
    own = lines.replace(b"= net", b"= own")
    assert parse_configuration(parse_map(own + CONFIG)).qdevice == QdeviceConfiguration("own", "", "")


@pytest.mark.parametrize(
    ("lines", "timeout", "heuristics"),
    [
        ("", 10.0, 0.0),
        ("timeout (u32) = 5000", 5.0, 0.0),
        ("heuristics.mode (str) = sync", 10.0, 0.0),
        ("heuristics.mode (str) = off\nheuristics.exec_ping (str) = /bin/ping", 10.0, 0.0),
        ("heuristics.exec_ping (str) = /bin/ping", 10.0, 0.0),
        ("heuristics.mode (str) = on\nheuristics.exec_ping (str) = /bin/ping", 10.0, 15.0),
        (
            "sync_timeout (u32) = 20000\nheuristics.mode (str) = sync\n"
            "heuristics.exec_ping (str) = /bin/ping",
            *(10.0, 10.0),
        ),
        (
            "heuristics.sync_timeout (str) = 4000\nheuristics.mode (str) = sync\n"
            "heuristics.exec_ping (str) = /bin/ping",
            *(10.0, 4.0),
        ),
    ],
)
def test_how_long_a_quorum_device_takes(lines: str, timeout: float, heuristics: float) -> None:
    """Its time-out, and how long its own commands may take when a node is lost, by the defaults of
    corosync-qdevice(8); no commands take no time."""
    keys = "".join(f"quorum.device.{line}\n" for line in ("model (str) = net", *lines.splitlines()))
    found = parse_configuration(parse_map(keys.encode() + CONFIG)).qdevice
    assert found is not None
    assert (found.timeout, found.heuristics) == (timeout, heuristics)


def test_corosync_before_2_3_5_is_refused_by_its_version() -> None:
    """It has no key for the token's timeout; the text says from which version on it is read."""
    lines = [line for line in CONFIG.splitlines(keepends=True) if b"totem.token (" not in line]
    with pytest.raises(Unparsable, match=r"before 2\.3\.5 is not supported .*corosync -v"):
        parse_configuration(parse_map(b"".join(lines)))


def test_consensus_is_the_one_in_force_or_follows_from_the_token() -> None:
    """Corosync's own value; without the key 1.2 times the token, as corosync.conf(5) has it."""
    assert parse_configuration(parse_map(CONFIG)).consensus_timeout == pytest.approx(
        1.2 * parse_configuration(parse_map(CONFIG)).token_timeout
    )
    own = b"runtime.config.totem.consensus (u32) = 5000\n"
    assert parse_configuration(parse_map(own + CONFIG)).consensus_timeout == 5.0


def test_node_ids_with_a_sign() -> None:
    """In values and in keys they are the same node as without."""
    config = CONFIG.replace(
        b"nodelist.node.0.nodeid (u32) = 1", b"nodelist.node.0.nodeid (i32) = -1062731519"
    )
    assert 3232235777 in parse_configuration(parse_map(config)).nodes
    stats = WHOLE_STATS.replace(b"stats.knet.node2.", b"stats.knet.node-1062731519.")
    assert {node for node, _ in parse_stats(parse_map(stats)).links} == {1, 3232235777}


def test_stats() -> None:
    """Microseconds and milliseconds become seconds; each link's keys are found among all others."""
    stats = parse_stats(parse_map(WHOLE_STATS))
    assert stats.token_lost == {"operational": 0, "gather": 0, "commit": 0, "recovery": 0}
    assert set(stats.links) == {(1, 0), (2, 0), (2, 1)}
    link = stats.links[2, 1]
    assert (link.enabled, link.connected, link.up_count, link.down_count) == (True, True, 1, 1)
    assert link.latency == Latency(least=0.000027, average=0.000027, most=0.00009)
    assert stats.links[1, 0].latency is None
    assert parse_stats(parse_map(STATS)).scheduling_misses == (3.346090576,)


def test_prefixes_end_with_keys_that_are_always_there() -> None:
    """What is asked for ends with keys that every answer has, so a cut is seen."""
    prefixes = stats_keys([(2, 0)])
    assert prefixes[-1].startswith("stats.srp.")
    assert "stats.knet.node2.link0.connected" in prefixes
    assert prefixes.index("stats.schedmiss.") < prefixes.index("stats.srp.consensus_timeouts")


def test_configuration_cut_anywhere() -> None:
    """Cut off before its last needed key the configuration is Unparsable; after it nothing is missing."""
    needed = CONFIG.index(b"\n", CONFIG.index(b"runtime.config.totem.token (")) + 1
    for length in range(needed):
        with pytest.raises(Unparsable):
            parse_configuration(parse_map(CONFIG[:length]))
    assert parse_configuration(parse_map(CONFIG[:needed])) == parse_configuration(parse_map(CONFIG))


@pytest.mark.parametrize("output", [CONFIG, STATS])
def test_cut_inside_a_line(output: bytes) -> None:
    """A line that does not end is Unparsable, needed or not."""
    for length in range(1, len(output)):
        if output[length - 1 : length] != b"\n":
            with pytest.raises(Unparsable):
                parse_map(output[:length])


@pytest.mark.parametrize("case", ["3.1.7-scheduling-miss", "3.1.7-one-link-cut", "3.0.4-knet-not-enabled"])
def test_stats_cut_anywhere(case: str) -> None:
    """Cut off after any of its bytes the answer to what is asked for is Unparsable."""
    stats = outputs(f"corosync-{case}").stats or b""
    for length in range(len(stats)):
        with pytest.raises(Unparsable):
            parse_stats(parse_map(stats[:length]))


@pytest.mark.parametrize(
    "key", ["enabled", "connected", "latency_min", "latency_samples", "up_count", "down_count"]
)
def test_a_link_lacks_a_key(key: str) -> None:
    """A link without one of its keys is Unparsable, wherever in the output it is."""
    lines = STATS.splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(f"stats.knet.node2.link0.{key} ".encode())]
    assert len(kept) == len(lines) - 1
    with pytest.raises(Unparsable, match=key):
        parse_stats(parse_map(b"".join(kept)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"mcast_retx (u64) = 0", "mcast_retx (u64) = \u0660".encode()),
        (b"mcast_retx (u64) = 0", b"mcast_retx (u64) = "),
        (b"mcast_retx (u64) = 0", b"mcast_retx (u64) = " + b"9" * 5000),
        (b"mcast_retx (u64) = 0", b"mcast_retx (u64) = 0\nstats.srp.mcast_retx (u64) = 1"),
        (b"mcast_retx (u64) = 0", b"mcast_retx = 0"),
        (b"delay (flt) = 3346.090576", b"delay (flt) = nan"),
    ],
)
def test_odd_values(old: bytes, new: bytes) -> None:
    """Other digits, none, too many, two values for one key, or another form is Unparsable."""
    assert old in STATS
    with pytest.raises(Unparsable):
        parse_stats(parse_map(STATS.replace(old, new)))


@pytest.mark.parametrize("output", [b"", b"\n", b"\xff\xfe", b"x\n" * 5_000_000, b"1" * 10_000_000 + b"\n"])
def test_rubbish(output: bytes) -> None:
    """Nothing, no text, and ten megabytes of something else are Unparsable."""
    with pytest.raises(Unparsable):
        parse_map(output)


@given(st.integers(0, len(STATS) - 1), st.binary(max_size=12), st.integers(0, 12))
def test_damaged_stats(at: int, inserted: bytes, removed: int) -> None:
    """Whatever is damaged, the statistics are read or Unparsable."""
    try:
        parse_stats(parse_map(STATS[:at] + inserted + STATS[at + removed :]))
    except Unparsable:
        return


@given(st.integers(0, len(CONFIG) - 1), st.binary(max_size=12), st.integers(0, 12))
def test_damaged_configuration(at: int, inserted: bytes, removed: int) -> None:
    """Whatever is damaged, the configuration is read or Unparsable."""
    try:
        parse_configuration(parse_map(CONFIG[:at] + inserted + CONFIG[at + removed :]))
    except Unparsable:
        return
