"""Status and settings of a node, from captures of each version and from answers that are odd."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Unparsable
from exporter.sources.galera.fields import STATUS_NUMBERS
from exporter.sources.galera.parse import STATES, Rows, parse
from tests.sources.galera.captured import CASES, answers

PRIMARY = ["wsrep_cluster_status", "Primary"]
ARABIC_FOUR = "\u0664"


def status(*rows: list[str], variables: Rows = ()) -> list[Rows]:
    return [[PRIMARY, *rows], variables]


def test_real_node_of_three() -> None:
    """MariaDB 10.11.19, Galera 26.4.23: the numbers, the view, and the node's own place in it."""
    node = parse(answers("wsrep-26.4.23-article")["galera-node01"])
    assert (node.state, node.evs_state, node.cluster_name) == ("synced", "OPERATIONAL", "article")
    assert node.status["wsrep_ready"] == node.status["wsrep_cluster_status"] == 1
    assert node.status["wsrep_local_state"] == 4
    assert node.variables["wsrep_sync_wait"] == 0
    assert node.view.primary
    assert node.view.size == len(node.view.addresses) == 3
    assert node.view.own_address == "10.0.0.21:0"
    assert node.gcache_size == 32 * 1024 * 1024


def test_three_nodes_find_themselves_in_one_list() -> None:
    """wsrep_local_index is the place in wsrep_incoming_addresses, on each node of a real cluster."""
    nodes = answers("wsrep-26.4.23-article").values()
    assert [parse(node).view.own_address for node in nodes] == ["10.0.0.21:0", "10.0.0.22:0", "10.0.0.23:0"]


def test_percona() -> None:
    """Percona XtraDB Cluster 8.0: a name with blanks in it, a garbd without an address, gcache in GiB."""
    node = parse(answers("wsrep-8.0-pxc-written")["pxc2"])
    assert node.state == "donor_desynced"
    assert node.view.addresses == ("pxc1:3306", "pxc2:3306", "")
    assert node.gcache_size == 2 * 1024**3
    assert node.status["wsrep_flow_control_status"] == 0
    assert node.status["wsrep_ist_receive_seqno_end"] == 0
    assert node.latency
    assert (node.latency.max, node.latency.samples) == (0.000834303, 5)


def test_minority_of_an_old_galera() -> None:
    """Galera 25.3 without quorum: not Primary, averages that are no number are absent, not 0."""
    node = parse(answers("wsrep-25.3.37-minority-written")["old3"])
    assert not node.view.primary
    assert node.state == "initialized"
    assert node.status["wsrep_cluster_status"] == node.status["wsrep_ready"] == 0
    assert "wsrep_apply_window" not in node.status
    assert node.gcache_size == 512 * 1024


def test_node_that_was_taken_out() -> None:
    """field/proxy-14 and 07: synced, ready, and it refuses all queries and writes; gcache.size = 16m."""
    node = parse(answers("wsrep-26.4.23-taken-out")["taken-out"])
    assert (node.state, node.status["wsrep_ready"]) == ("synced", 1)
    assert (node.read_only, node.rejects_queries, node.maintenance) == (True, True, None)
    assert node.variables["read_only"] == 1
    assert node.gcache_size == 16777216


def test_percona_nodes_in_maintenance() -> None:
    """pxc_maint_mode and super_read_only are Percona's; what isn't there is None."""
    nodes = [parse(answer) for answer in answers("wsrep-8.0-pxc-written").values()]
    maintained = [(node.maintenance, node.read_only, node.variables["super_read_only"]) for node in nodes]
    assert maintained == [(False, False, 0), (True, True, 1)]
    assert parse(answers("wsrep-26.4.23-solo")["solo"]).maintenance is None
    assert parse(answers("wsrep-26.4.23-solo")["solo"]).read_only is None


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("read_only", "ON", (True, None, None)),
        ("read_only", "OFF", (False, None, None)),
        ("read_only", "NO_LOCK_NO_ADMIN", (True, None, None)),
        ("super_read_only", "1", (True, None, None)),
        ("wsrep_reject_queries", "ALL_KILL", (None, True, None)),
        ("wsrep_reject_queries", "NONE", (None, False, None)),
        ("pxc_maint_mode", "SHUTDOWN", (None, None, True)),
        ("pxc_maint_mode", "DISABLED", (None, None, False)),
    ],
)
def test_ways_to_take_a_node_out(name: str, value: str, expected: tuple[bool | None, ...]) -> None:
    """By each server's own words."""
    node = parse(status(variables=[[name, value]]))
    assert (node.read_only, node.rejects_queries, node.maintenance) == expected


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        (
            {"version": "8.0.36", "version_comment": "MySQL Community Server - GPL"},
            r"MySQL 8\.0\.36 \(MySQL Community Server - GPL\): it has no wsrep_cluster_status",
        ),
        (
            {
                "version": "8.4.3",
                "version_comment": "MySQL",
                "group_replication_group_name": "2479deeb-eb6e-11f1-8b12-72fb19f831be",
            },
            r"MySQL 8\.4\.3 \(MySQL\) with group replication: it has no wsrep_cluster_status",
        ),
        ({"version": "10.11.19-MariaDB", "version_comment": "Debian 12"}, r"MariaDB 10\.11\.19-MariaDB"),
        ({}, "not a Galera node but another server"),
    ],
)
def test_server_without_galera_is_named(variables: dict[str, str], said: str) -> None:
    """MySQL with group replication, or a plain server: what it is."""
    with pytest.raises(Unparsable, match=said):
        parse([[], [[name, value] for name, value in variables.items()]])


def test_server_without_a_provider() -> None:
    """A MariaDB with replication off is a reading: disconnected, in no state, in no view."""
    node = parse(answers("wsrep-10.11.19-no-provider")["alone"])
    assert (node.state, node.view.primary, node.view.addresses) == ("unknown", False, ())
    assert node.status["wsrep_ready"] == node.variables["wsrep_on"] == 0
    assert node.gcache_size is None
    assert node.latency is None


@pytest.mark.parametrize(
    ("comment", "state"),
    [
        ("Initialized", "initialized"),
        ("Initialized (0)", "initialized"),
        ("Joining", "joining"),
        ("Joining: preparing for State Transfer", "joining"),
        ("Joining: receiving State Transfer", "joining"),
        ("Joining: State Transfer request failed", "joining_failed"),
        ("Joining: State Transfer failed", "joining_failed"),
        ("Joined", "joined"),
        ("Synced", "synced"),
        ("Synced (6)", "synced"),
        ("Donor/Desynced", "donor_desynced"),
        ("Donor", "donor_desynced"),
        ("Inconsistent", "inconsistent"),
        ("Destroyed", "destroyed"),
        ("Meditating", "unknown"),
        ("", "unknown"),
    ],
)
def test_states(comment: str, state: str) -> None:
    """Every state that a Galera has had a name for, and unknown for a new one."""
    assert state in STATES
    assert parse(status(["wsrep_local_state_comment", comment])).state == state


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("ON", 1),
        ("OFF", 0),
        ("Yes", 1),
        ("no", 0),
        ("true", 1),
        ("FALSE", 0),
        ("DISABLED", 0),
        ("-1.5e3", -1500),
    ],
)
def test_switches_and_numbers(written: str, value: float) -> None:
    """Words for on and off are 1 and 0, also under a name that is new."""
    assert parse(status(["wsrep_brand_new", written])).status["wsrep_brand_new"] == value


@pytest.mark.parametrize(
    "written", ["", "text", "1.2.3", "4.23(rXXXX)", "[ 173, 173 ]", "1/2/3", ARABIC_FOUR]
)
def test_text_under_a_new_name_is_left_out(written: str) -> None:
    """What is no number is no series."""
    assert "wsrep_brand_new" not in parse(status(["wsrep_brand_new", written])).status


@pytest.mark.parametrize(
    ("name", "value"), [("Primary", 1), ("PRIMARY", 1), ("non-Primary", 0), ("Disconnected", 0)]
)
def test_cluster_status(name: str, value: float) -> None:
    """Primary is 1, everything else 0."""
    node = parse([[["wsrep_cluster_status", name]], []])
    assert (node.status["wsrep_cluster_status"], node.view.primary) == (value, bool(value))


@pytest.mark.parametrize(
    "name", ["wsrep_local_state", "wsrep_ready", "wsrep_cluster_size", "wsrep_cluster_conf_id"]
)
@pytest.mark.parametrize("written", [ARABIC_FOUR, "four", "4 4", "4\x00"])
def test_known_number_that_is_none(name: str, written: str) -> None:
    """Where a number belongs, other text, or another script's digits, is Unparsable, by its name."""
    with pytest.raises(Unparsable, match=f"{name}: expected a"):
        parse(status([name, written]))


@pytest.mark.parametrize("written", ["0/0/0/0", "0/0/0/0/0/0", "a/b/c/d/e", "0.1"])
def test_odd_latency(written: str) -> None:
    """Five numbers, or Unparsable."""
    with pytest.raises(Unparsable, match="wsrep_evs_repl_latency"):
        parse(status(["wsrep_evs_repl_latency", written]))


@pytest.mark.parametrize(
    ("options", "size"),
    [
        ("gcache.size = 128M; gcs.fc_limit = 16; ", 128 * 1024**2),
        ("a = b; gcache.size = 1G", 1024**3),
        ("gcache.size = 4096", 4096),
        ("gcache.size = 1T;", 1024**4),
        ("gcache.size = 16m; gcs.fc_limit = 16", 16 * 1024**2),
        ("gcache.size = 1g", 1024**3),
        ("gcache.size = 2t", 2 * 1024**4),
        ("gcache.size = 512k;", 512 * 1024),
        ("x = y;gcache.size=128 M ; z = 1", 128 * 1024**2),
        (" gcache.size  =  1G  ", 1024**3),
        ("gcache.size = 0x10M", 16 * 1024**2),
        ("gcache.size = 010K", 8 * 1024),
        ("gcache.size = 0", 0),
        ("gcache.size = 1.5G", None),
        ("gcache.size = 1X", None),
        ("gcache.size = \u0663M", None),
        ("x.gcache.size = 1G", None),
        ("gcache.size = ;", None),
        ("gcache.keep_pages_size = 7; ", None),
        ("", None),
    ],
)
def test_gcache_size(options: str, size: int | None) -> None:
    """field/proxy-07: in bytes, however somebody wrote it for Galera; absent where no Galera reads it."""
    assert parse(status(variables=[["wsrep_provider_options", options]])).gcache_size == size


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ([], "two statements"),
        ([[PRIMARY]], "two statements"),
        ([[], []], "not a Galera node"),
        ([[["Uptime", "5"]], []], "not a Galera node"),
        (status(["wsrep_ready"]), "expected a name and a value"),
        (status(["wsrep_ready", "ON", "OFF"]), "expected a name and a value"),
        ([[[b"wsrep_ready", b"ON"]], []], "expected a name and a value"),
        (status(["wsrep_ready", "ON"], ["WSREP_READY", "OFF"]), "wsrep_ready is there twice"),
    ],
)
def test_odd_answers(answer: list[Rows], said: str) -> None:
    """No rows, rows of another shape, or a variable with two values are Unparsable."""
    with pytest.raises(Unparsable, match=said):
        parse(answer)


@pytest.mark.parametrize("case", CASES)
def test_answer_cut_off_after_any_row(case: str) -> None:
    """Cut off before the status is whole, a capture is Unparsable or a smaller reading, never another error.

    (On the wire a cut answer never gets here: PyMySQL wants the packet that ends the rows.)
    """
    for rows, variables in answers(case).values():
        for length in range(len(rows)):
            with suppress(Unparsable):
                parse([rows[:length], variables])


values = st.one_of(st.text(max_size=20), st.none(), st.integers().map(str), st.floats().map(str))
names = st.one_of(
    st.sampled_from([*STATUS_NUMBERS, "wsrep_incoming_addresses", "wsrep_evs_repl_latency"]),
    st.text(max_size=12).map("wsrep_".__add__),
    st.text(max_size=12),
)


@given(st.lists(st.tuples(names, values)), st.lists(st.tuples(names, values)))
def test_any_rows_are_read_or_unparsable(rows: list[tuple[str, str]], more: list[tuple[str, str]]) -> None:
    """Whatever the rows hold, the error is Unparsable."""
    with suppress(Unparsable):
        parse([[PRIMARY, *rows], more])
