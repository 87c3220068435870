"""Two pages, series by series."""

import pytest

from tests.trials.compare.documented import HACLUSTER, HAPROXY, MYSQLD
from tests.trials.compare.pages import compared, counter, gauge, only, verdicts
from tests.trials.compare.parity import Parity, Verdict

QUORATE = gauge("ha_cluster_corosync_quorate 1")


def test_equal_series_are_the_same() -> None:
    """The same name, labels, type and value is the same, in whatever order the labels stand."""
    theirs = gauge('ha_cluster_pacemaker_nodes{node="a",status="dc"} 1')
    ours = gauge('ha_cluster_pacemaker_nodes{status="dc",node="a"} 1.0')
    assert verdicts(compared(theirs, ours)) == [Verdict.SAME]


def test_a_missing_series_is_named() -> None:
    """A series of theirs that ours does not have fails by its name and labels."""
    theirs = gauge('ha_cluster_pacemaker_nodes{node="a"} 1', 'ha_cluster_pacemaker_nodes{node="b"} 1')
    parity = compared(theirs, gauge('ha_cluster_pacemaker_nodes{node="a"} 1'))
    assert [it.verdict for it in parity.failures] == [Verdict.MISSING]
    assert str(parity.failures[0]) == 'ha_cluster_pacemaker_nodes{node="b"}: theirs 1 (gauge), ours nothing'


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        (gauge("ha_cluster_corosync_quorate 0"), "ours 0 (gauge)"),
        (counter("ha_cluster_corosync_quorate 1"), "ours 1 (counter)"),
        (gauge("ha_cluster_corosync_quorate NaN"), "ours nan (gauge)"),
    ],
)
def test_another_value_or_type_is_different(ours: str, said: str) -> None:
    """A value or a type that is not theirs is different, and both are shown."""
    finding = only(compared(QUORATE, ours))
    assert finding.verdict is Verdict.DIFFERENT
    assert said in str(finding)


def test_other_labels_are_missing() -> None:
    """A label more is another series."""
    parity = compared(QUORATE, gauge('ha_cluster_corosync_quorate{node="a"} 1'))
    assert verdicts(parity) == [Verdict.MISSING]


@pytest.mark.parametrize(
    ("value", "verdict"), [(9, "different"), (10, "same"), (12, "same"), (16, "different")]
)
def test_what_moved_must_lie_between(value: int, verdict: str) -> None:
    """Ours, read between two of their pages, is the same from the one value to the other and not beyond."""
    before, after = (counter(f"haproxy_frontend_bytes_in_total {n}") for n in (10, 15))
    finding = only(compared(before, counter(f"haproxy_frontend_bytes_in_total {value}"), after, kind=HAPROXY))
    assert finding.verdict.value == verdict


def test_what_jumps_between_the_pages_agrees_at_one_time_or_another() -> None:
    """Each series by itself; what is wrong each time, or missing, stays that."""

    def page(*values: int) -> str:
        names = (f'haproxy_backend_current_sessions{{proxy="{proxy}"}}' for proxy in "abc")
        return gauge(*(f"{name} {value}" for name, value in zip(names, values, strict=True)))

    def tried(*ours: int) -> Parity:
        return compared(page(5, 5, 5), page(*ours), kind=HAPROXY)

    first, second = tried(4, 5, 4), tried(5, 6, 4)
    assert [dict(it.series.labels)["proxy"] for it in first.again(second).failures] == ["c"]
    assert first.again(first).failures == first.failures
    assert len(first.again(second).findings) == 3


def test_a_gauge_may_move_down() -> None:
    """What fell between their pages is compared the same way."""
    before, after = (gauge(f"haproxy_backend_current_sessions {n}") for n in (5, 2))
    assert only(
        compared(before, gauge("haproxy_backend_current_sessions 3"), after, kind=HAPROXY)
    ).verdict is (Verdict.SAME)


def test_what_is_on_one_of_their_pages_only_is_left_out() -> None:
    """A series that came or went between their pages proves nothing."""
    parity = compared(QUORATE + gauge("ha_cluster_corosync_rings 1"), QUORATE, QUORATE)
    assert verdicts(parity) == [Verdict.SAME]


def test_digits_do_not_matter() -> None:
    """Each side prints a number in its own way: the last of its digits don't differ."""
    theirs, ours = (
        gauge(f"mysql_galera_evs_repl_latency_avg_seconds {n}") for n in ("0.00012", "1.2000000000001e-04")
    )
    assert only(compared(theirs, ours, kind=MYSQLD)).verdict is Verdict.SAME


def test_what_a_peer_says_of_itself_is_left_out() -> None:
    """Its process, its scrapes, and what it knows that is nobody's name here are not compared."""
    own = gauge("process_open_fds 18") + gauge("go_goroutines 9")
    scrape = gauge('ha_cluster_scrape_duration_seconds{collector="pacemaker"} 0.04')
    assert compared(own + scrape, "").findings == ()


def test_a_documented_difference_is_a_correction() -> None:
    """A value that is documented as theirs being wrong is a correction, with the reason at hand."""
    theirs = gauge("ha_cluster_corosync_ring_errors 0")
    finding = only(compared(theirs, gauge("ha_cluster_corosync_ring_errors 1")))
    assert finding.verdict is Verdict.CORRECTED
    assert finding.difference is not None
    assert "Corosync 2" in finding.difference.reason


@pytest.mark.parametrize(
    ("apart", "verdict"), [(0, "corrected"), (7200, "corrected"), (-19800, "corrected"), (60, "different")]
)
def test_only_a_zone_explains_the_last_change(apart: int, verdict: str) -> None:
    """The last change may be off by a time zone; off by a minute it is wrong."""
    theirs = counter("ha_cluster_pacemaker_config_last_change 1795347006")
    ours = gauge(f"ha_cluster_pacemaker_config_last_change {1795347006 + apart}")
    assert only(compared(theirs, ours)).verdict.value == verdict


def test_a_correction_of_the_type_still_needs_the_value() -> None:
    """Untyped is corrected to counter only where the value is theirs."""
    theirs = "# TYPE mysql_global_status_wsrep_received untyped\nmysql_global_status_wsrep_received 15\n"
    for value, verdict in ((15, Verdict.CORRECTED), (14, Verdict.DIFFERENT)):
        ours = counter(f"mysql_global_status_wsrep_received {value}")
        assert only(compared(theirs, ours, kind=MYSQLD)).verdict is verdict


def test_a_correction_moves_too() -> None:
    """A corrected series that moved must lie between their values as any other."""
    before, after = (
        f"# TYPE mysql_global_status_wsrep_received untyped\nmysql_global_status_wsrep_received {n}\n"
        for n in (10, 15)
    )
    for value, verdict in ((12, Verdict.CORRECTED), (16, Verdict.DIFFERENT)):
        ours = counter(f"mysql_global_status_wsrep_received {value}")
        assert only(compared(before, ours, after, kind=MYSQLD)).verdict is verdict


def test_what_the_csv_leaves_empty() -> None:
    """NaN of HAProxy's endpoint is no series here; any other value that is missing fails."""
    for value, verdict in (("NaN", Verdict.NOT_IN_THE_CSV), ("200", Verdict.MISSING)):
        theirs = gauge(f"haproxy_server_limit_sessions {value}")
        assert only(compared(theirs, "", kind=HAPROXY)).verdict is verdict


def test_a_correction_is_for_its_peer_alone() -> None:
    """What is documented for one peer excuses nothing of another."""
    theirs = gauge("ha_cluster_pacemaker_stonith_enabled NaN")
    assert only(compared(theirs, "", kind=HACLUSTER)).verdict is Verdict.MISSING
