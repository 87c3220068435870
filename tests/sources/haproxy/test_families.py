"""The series of a reading: HAProxy's own names, labels, units."""

from dataclasses import replace
from pathlib import Path

import pytest

from exporter.sources.haproxy.families import families
from exporter.sources.haproxy.fields.csv_columns import CHECK_STATES, COLUMNS, Kind
from exporter.sources.haproxy.fields.info_lines import FIGURES
from exporter.sources.haproxy.parse.stats_csv import Row
from exporter.sources.haproxy.reading import NOT_RUNNING, HaproxyReading, parse_page, parse_socket_answer
from tests.golden import CAPTURES, assert_golden, exposition

FIELD = Path(__file__).parent / "field"
GOLDEN = [*sorted(CAPTURES.glob("haproxy-*.txt")), *sorted(CAPTURES.glob("haproxy-*.csv"))]


def reading(capture: Path) -> HaproxyReading:
    return (parse_page if capture.suffix == ".csv" else parse_socket_answer)(capture.read_bytes())


def series(reading: HaproxyReading) -> dict[str, float]:
    """name{label="value",…} -> value, as on the page."""
    lines = (line for line in exposition(families(reading)).splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def server(**changes: object) -> HaproxyReading:
    well = Row(Kind.SERVER, "app", "a", "1", "http", "UP", "L7OK", "", {"check_code": 200.0})
    return HaproxyReading(running=True, rows=(replace(well, **changes),))  # type: ignore[arg-type]


@pytest.mark.parametrize("capture", GOLDEN, ids=lambda path: path.stem)
def test_the_page_of_a_capture_is_exactly_the_expected_one(capture: Path, update_golden: bool) -> None:
    """Every series, HELP and TYPE of each version's answer."""
    assert_golden(capture.with_suffix(".prom"), families(reading(capture)), update=update_golden)


def test_a_haproxy_that_does_not_run_is_up_0_and_nothing_else() -> None:
    """The passive node's page has one series, which is the reason that there are no others."""
    assert series(NOT_RUNNING) == {"haproxy_up": 0.0}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("UP", "UP"),
        ("UP 1/3", "UP"),
        ("no check", "UP"),
        ("DOWN", "DOWN"),
        ("DOWN 1/2", "DOWN"),
        ("DOWN (agent)", "DOWN"),
        ("MAINT", "MAINT"),
        ("MAINT (via app/b)", "MAINT"),
        ("MAINT(via)", "MAINT"),
        ("MAINT (resolution)", "MAINT"),
        ("DRAIN", "DRAIN"),
        ("DRAIN 1/3", "DRAIN"),
        ("DRAIN (agent)", "DRAIN"),
        ("NOLB", "NOLB"),
        ("NOLB 2/3", "NOLB"),
        ("something new", None),
    ],
)
def test_a_server_is_in_the_state_that_haproxy_takes_it_to_be_in(status: str, state: str | None) -> None:
    """One series a state: 1 for the one, 0 for the others, 0 for all if the word is new."""
    got = series(server(status=status))
    assert {
        name: got[f'haproxy_server_status{{proxy="app",server="a",state="{name}"}}']
        for name in ("DOWN", "UP", "MAINT", "DRAIN", "NOLB")
    } == {name: float(name == state) for name in ("DOWN", "UP", "MAINT", "DRAIN", "NOLB")}


@pytest.mark.parametrize(
    ("kind", "status", "state"),
    [
        (Kind.FRONTEND, "OPEN", "UP"),
        (Kind.FRONTEND, "FULL", "UP"),
        (Kind.FRONTEND, "PAUSED", "UP"),
        (Kind.FRONTEND, "STOP", "DOWN"),
        (Kind.BACKEND, "UP", "UP"),
        (Kind.BACKEND, "DOWN", "DOWN"),
        (Kind.LISTENER, "OPEN", "OPEN"),
        (Kind.LISTENER, "FULL", "FULL"),
        (Kind.LISTENER, "WAITING", "WAITING"),
    ],
)
def test_every_state_that_a_version_prints_is_one(kind: Kind, status: str, state: str) -> None:
    """A frontend at its limit (1.x to 2.2) or paused (from 2.1) has not stopped."""
    got = series(server(kind=kind, status=status))
    found = [name for name, value in got.items() if name.startswith(f"haproxy_{kind}_status") and value]
    assert [name.partition('state="')[2] for name in found] == [f'{state}"}}']


def test_stick_tables_and_name_servers() -> None:
    """In the names of HAProxy's own endpoint: stick tables from 2.2, resolvers from 3.0."""
    got = series(reading(CAPTURES / "haproxy-2.6.12-tables.txt"))
    assert got['haproxy_sticktable_size{name="mysql_read",type="ip"}'] == 1024.0
    assert got['haproxy_sticktable_used{name="mysql_read",type="ip"}'] == 1.0
    assert got['haproxy_resolver_send_error{nameserver="dns1",resolver="mydns"}'] == 0.0


def test_the_page_of_1_5() -> None:
    """The field's case: states as labels, no series of HTTP for the proxy in mode tcp."""
    got = series(reading(FIELD / "haproxy-1.5.csv"))
    assert got['haproxy_backend_status{proxy="a",state="UP"}'] == 1.0
    assert got['haproxy_server_status{proxy="b",server="i-1",state="UP"}'] == 1.0
    assert got['haproxy_backend_http_responses_total{code="1xx",proxy="a"}'] == 0.0
    assert not [name for name in got if "http" in name and 'proxy="b"' in name]


def test_a_check_not_ended_yet_is_in_no_state() -> None:
    """Before the first result all states are 0 and the code is 0."""
    got = series(server(check_status="INI", numbers={}))
    states = [value for name, value in got.items() if name.startswith("haproxy_server_check_status")]
    assert states == [0.0] * len(CHECK_STATES)
    assert got['haproxy_server_check_code{proxy="app",server="a"}'] == 0.0


def test_a_server_without_a_check_has_no_check_series() -> None:
    """No check, or one suspended in maintenance, has no series: no stale result."""
    assert not [name for name in series(server(check_status="")) if "_check_" in name]


def test_milliseconds_become_seconds_exactly() -> None:
    """Divided as HAProxy divides: 9 ms is 0.009 and not 0.009000000000000001."""
    got = series(server(numbers={"ctime": 9.0, "lastsess": -1.0}))
    assert got['haproxy_server_connect_time_average_seconds{proxy="app",server="a"}'] == 0.009
    assert got['haproxy_server_last_session_seconds{proxy="app",server="a"}'] == -1.0


def test_http_series_are_of_http_proxies_only() -> None:
    """In mode tcp the CSV has zeros for HTTP requests: HAProxy leaves the series out, so do we."""
    numbers = {"req_tot": 5.0, "stot": 5.0}
    assert 'haproxy_server_http_requests_total{proxy="app",server="a"}' in series(server(numbers=numbers))
    in_tcp = series(server(numbers=numbers, mode="tcp"))
    assert 'haproxy_server_http_requests_total{proxy="app",server="a"}' not in in_tcp
    assert 'haproxy_server_sessions_total{proxy="app",server="a"}' in in_tcp


def test_a_backend_counts_its_servers_by_state() -> None:
    """Counted from the rows; a backend without servers has no such series."""
    got = series(reading(CAPTURES / "haproxy-2.6.12-everything.txt"))
    counts = {"UP": 4.0, "DOWN": 1.0, "MAINT": 2.0, "DRAIN": 1.0, "NOLB": 0.0}
    for name in ("agg_server_status", "agg_server_check_status"):
        assert {
            state: got[f'haproxy_backend_{name}{{proxy="app",state="{state}"}}'] for state in counts
        } == counts
    assert got['haproxy_backend_agg_check_status{proxy="app",state="L4CON"}'] == 1.0
    assert not [name for name in got if "agg_" in name and 'proxy="empty"' in name]


def test_memory_of_a_haproxy_that_says_only_megabytes_is_in_bytes() -> None:
    """2.0 and 2.2 have no lines in bytes."""
    got = series(reading(CAPTURES / "haproxy-2.0.0-written.txt"))
    assert got["haproxy_process_max_memory_bytes"] == 512 * 1048576.0


def test_no_metric_is_named_twice_with_another_help() -> None:
    """Two rows of a table that share a metric agree on it; HELP sentences are sentences."""
    helps = {(column.metric, column.help) for column in COLUMNS}
    assert len(helps) == len({column.metric for column in COLUMNS})
    assert len({(figure.metric, figure.help) for figure in FIGURES}) == len({f.metric for f in FIGURES})
    assert all(text.endswith(".") for _, text in helps)
