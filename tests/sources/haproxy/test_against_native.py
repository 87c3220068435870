"""Series by series against HAProxy's own Prometheus endpoint, on a real HAProxy with much of everything."""

import math
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from prometheus_client.parser import text_string_to_metric_families

from exporter.sources.haproxy.fields.csv_columns import Kind
from exporter.sources.haproxy.options import Options
from exporter.sources.haproxy.parse.stats_csv import Row
from exporter.sources.haproxy.source import HaproxySource
from exporter.transports.deadline import Deadline
from tests.golden import exposition
from tests.sources.haproxy import real

pytestmark = pytest.mark.skipif(real.HAPROXY is None, reason="haproxy is not installed")

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


def parsed(page: str) -> Series:
    series: Series = {}
    for family in text_string_to_metric_families(page):
        for sample in family.samples:
            # On the page failed_resolutions is a counter without _total; the parser puts it there.
            name = sample.name.replace("failed_resolutions_total", "failed_resolutions")
            series[name, frozenset(sample.labels.items())] = sample.value
    return series


def ours(stats: str) -> Series:
    source = HaproxySource(Options(stats=stats))
    return parsed(exposition(source.collect(source.read(Deadline.after(5)))))


def rows(haproxy: real.Haproxy, proxy: str, kind: Kind = Kind.SERVER) -> dict[str, Row]:
    reading = HaproxySource(Options(stats=f"unix:{haproxy.socket}")).read(Deadline.after(5))
    return {row.name: row for row in reading.rows if row.kind == kind and row.proxy == proxy}


def states(haproxy: real.Haproxy, proxy: str) -> dict[str, str]:
    return {name: row.status for name, row in rows(haproxy, proxy).items()}


@pytest.fixture(scope="module")
def haproxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[real.Haproxy]:
    """Servers UP, DOWN, in MAINT by configuration and by hand, in DRAIN, slow start; a queue."""
    with real.running(tmp_path_factory.mktemp("haproxy")) as haproxy:
        real.wait_until(
            lambda: states(haproxy, "app")["down"] == "DOWN" and states(haproxy, "sick")["a"] == "DOWN",
            "the failing checks",
        )
        for command in ("server app/drain state drain", "server app/laid-off state maint"):
            haproxy.command(f"set {command}")
        haproxy.command("disable server app/slow")
        real.wait_until(lambda: states(haproxy, "app")["slow"] == "MAINT", "slow to go")
        haproxy.command("enable server app/slow")
        real.wait_until(
            lambda: states(haproxy, "app") == real.BECOME, "all servers to become what they shall"
        )
        haproxy.get("web", "/", times=1200)  # averages are over 1024
        haproxy.get("web", "/missing", times=3)
        with ExitStack() as clients:
            for _ in range(3):
                clients.enter_context(socket.create_connection(("127.0.0.1", haproxy.ports["queued"])))
            real.wait_until(
                lambda: rows(haproxy, "queued", Kind.BACKEND)["BACKEND"].numbers["qcur"] == 2, "the queue"
            )
            yield haproxy


# Where HAProxy's endpoint and the exporter differ, and why.
def has_no_value(value: float) -> bool:
    """HAProxy has NaN for what is not set or not configured; here it is left out: NaN spoils every sum()."""
    return math.isnan(value)


def check_rests(name: str, labels: dict[str, str]) -> bool:
    """HAProxy keeps the duration of the last check before maintenance; the CSV has nothing then."""
    return name == "haproxy_server_check_duration_seconds" and labels["server"] == "laid-off"


def counts_resting_checks(name: str) -> bool:
    """2.6 counts servers whose check is suspended too; 3.x and the exporter only those that are checked."""
    return name == "haproxy_backend_agg_check_status"


def averaged_over_too_many(name: str) -> bool:
    """HAProxy divides by 1024 from the first session on, so it is too low until there were as many."""
    return name.endswith("_time_average_seconds")


def moves(name: str, labels: dict[str, str]) -> bool:
    """What the reading itself changes: a connection, a task, idle time, memory; and checks, ten a second."""
    return (
        name == "haproxy_server_check_duration_seconds"
        or labels.get("proxy") == "metrics"
        or name.removeprefix("haproxy_process_")
        in (
            *("current_connections", "current_tasks", "current_run_queue", "idle_time_percent", "jobs"),
            *("pool_allocated_bytes", "pool_used_bytes", "current_connection_rate", "current_session_rate"),
            *("max_connection_rate", "max_session_rate", "bytes_out_rate"),
        )
    )


def differences(haproxy: real.Haproxy) -> list[str]:
    """One comparison; what moves must lie between readings of ours before and after."""
    before = ours(f"unix:{haproxy.socket}")
    native = parsed(haproxy.get("metrics", "/metrics"))
    after = ours(f"unix:{haproxy.socket}")
    assert len(native) > 1000
    found = []
    for (name, label_set), value in native.items():
        labels, key = dict(label_set), (name, label_set)
        if has_no_value(value) or check_rests(name, labels):
            assert key not in before, f"{name} {labels} has a value here and none there"
        elif key not in before or key not in after:
            found.append(f"{name} {labels} is missing")
        elif moves(name, labels) or counts_resting_checks(name):
            continue
        elif averaged_over_too_many(name):
            if value > max(before[key], after[key]):
                found.append(f"{name} {labels}: theirs {value}, ours {before[key]}")
        elif not min(before[key], after[key]) <= value <= max(before[key], after[key]):
            found.append(f"{name} {labels}: theirs {value}, ours {before[key]} and {after[key]}")
    return found


def test_every_series_of_the_own_endpoint_is_there_with_its_value(haproxy: real.Haproxy) -> None:
    """Names, labels and values agree.

    HAProxy may be in the middle of a check, which shows for a millisecond (code 0, a session more at the
    server); only what differs in each of five comparisons is a difference.
    """
    persistent = set(differences(haproxy))
    for _ in range(4):
        persistent &= set(differences(haproxy)) if persistent else set()
    assert not persistent


def test_the_page_over_http_gives_the_same_series(haproxy: real.Haproxy) -> None:
    """All that the socket gives of proxies and servers, the page gives too."""
    over_socket = ours(f"unix:{haproxy.socket}")
    over_http = ours(f"http://127.0.0.1:{haproxy.ports['metrics']}/stats;csv")
    of_the_socket_alone = ("haproxy_process_", "haproxy_sticktable_", "haproxy_resolver_")
    assert {key for key in over_socket if not key[0].startswith(of_the_socket_alone)} == set(over_http)


def test_what_the_configuration_was_made_for_is_in_the_comparison(haproxy: real.Haproxy) -> None:
    """The states, the queue, the responses, the slow start are really there: the comparison saw them."""
    got = ours(f"unix:{haproxy.socket}")

    def of(name: str, **labels: str) -> float:
        return got[name, frozenset(labels.items())]

    for server, state in (("down", "DOWN"), ("maint", "MAINT"), ("laid-off", "MAINT"), ("drain", "DRAIN")):
        assert of("haproxy_server_status", proxy="app", server=server, state=state) == 1
    assert of("haproxy_backend_current_queue", proxy="queued") == 2
    assert of("haproxy_backend_http_responses_total", proxy="app", code="2xx") == 1200
    assert of("haproxy_backend_http_responses_total", proxy="app", code="4xx") == 3
    assert 0 < of("haproxy_server_current_throttle", proxy="app", server="slow") < 100
    assert of("haproxy_server_check_status", proxy="sick", server="a", state="L7STS") == 1
    assert of("haproxy_server_agent_status", proxy="app", server="down", state="L4CON") == 1
    assert of("haproxy_backend_status", proxy="sick", state="DOWN") == 1
