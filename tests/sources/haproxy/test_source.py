"""The source: what it asks, and what each failure is."""

import socket
from pathlib import Path

import pytest

from exporter.errors import Denied, Refused, TimedOut, Unparsable, Unreachable
from exporter.sources.haproxy.fields.csv_columns import Kind
from exporter.sources.haproxy.reading import NOT_RUNNING
from exporter.sources.haproxy.source import HaproxySource, Options
from exporter.transports.deadline import Deadline
from tests.golden import CAPTURES, assert_golden
from tests.sources.haproxy import real
from tests.transports.peers import answer, closed_port, tcp_peer, unix_peer, until_closed

ARTICLE = CAPTURES / "haproxy-2.6.12-article.txt"
PAGE = CAPTURES / "haproxy-2.6.12-page.csv"
needs_haproxy = pytest.mark.skipif(real.HAPROXY is None, reason="haproxy is not installed")


def source(stats: str) -> HaproxySource:
    return HaproxySource(Options(stats=stats))


def test_ok_over_the_socket(tmp_path: Path) -> None:
    """One connection asks for both, and what comes is rendered whole."""
    asked = []

    def script(connection: socket.socket) -> None:
        asked.append(connection.recv(1000))
        connection.sendall(ARTICLE.read_bytes())

    with unix_peer(tmp_path / "s", script):
        haproxy = source(f"unix:{tmp_path / 's'}")
        reading = haproxy.read(Deadline.after(5))
    assert asked == [b"show info;show stat\n"]
    assert_golden(ARTICLE.with_suffix(".prom"), haproxy.collect(reading), update=False)


def test_ok_over_http() -> None:
    """The page gives the same rows, without the process."""
    page = PAGE.read_bytes()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(page)}\r\n\r\n".encode()
    with tcp_peer(answer(head + page)) as port:
        haproxy = source(f"http://127.0.0.1:{port}/stats;csv")
        reading = haproxy.read(Deadline.after(5))
    assert_golden(PAGE.with_suffix(".prom"), haproxy.collect(reading), update=False)


def test_nobody_listening_on_the_socket_is_a_reading(tmp_path: Path) -> None:
    """The passive node: no socket file, or one left over, is HAProxy not running and not a failure."""
    assert source(f"unix:{tmp_path / 's'}").read(Deadline.after(5)) == NOT_RUNNING
    left_over = socket.socket(socket.AF_UNIX)
    left_over.bind(str(tmp_path / "s"))
    left_over.close()
    assert source(f"unix:{tmp_path / 's'}").read(Deadline.after(5)) == NOT_RUNNING


def test_nobody_listening_on_the_port_is_a_reading() -> None:
    """The passive node over HTTP."""
    assert source(f"http://127.0.0.1:{closed_port()}/stats;csv").read(Deadline.after(5)) == NOT_RUNNING


def test_unreachable_is_a_failure() -> None:
    """A name that can't be resolved says nothing about HAProxy."""
    with pytest.raises(Unreachable) as caught:
        source("http://no-such-host.invalid/stats;csv").read(Deadline.after(5))
    assert not isinstance(caught.value, Refused)


def test_timeout_is_a_failure_and_not_a_haproxy_that_does_not_run(tmp_path: Path) -> None:
    """A frozen process takes connections and never answers."""
    with unix_peer(tmp_path / "s", until_closed), pytest.raises(TimedOut):
        source(f"unix:{tmp_path / 's'}").read(Deadline.after(0.2))


def test_unparsable_is_a_failure(tmp_path: Path) -> None:
    """Another program's socket."""
    with unix_peer(tmp_path / "s", answer(b"hello\n\n")), pytest.raises(Unparsable):
        source(f"unix:{tmp_path / 's'}").read(Deadline.after(5))


def test_denied_is_a_failure() -> None:
    """The page asks for a password that we do not have; what we have is not shown."""
    refusal = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
    with tcp_peer(answer(refusal)) as port, pytest.raises(Denied) as caught:
        source(f"http://stats:hunter2@127.0.0.1:{port}/stats;csv").read(Deadline.after(5))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "stats",
    [
        "unix:/run/haproxy/admin.sock",
        "http://127.0.0.1:8404/stats;csv",
        "https://a:b%2F@[::1]:1/s;csv;norefresh",
    ],
)
def test_options_that_are_right(stats: str) -> None:
    """Sockets by their whole path, pages with ;csv."""
    assert Options(stats=stats).stats == stats


@pytest.mark.parametrize(
    ("stats", "complaint"),
    [
        ("unix:admin.sock", "whole path"),
        ("unix:", "whole path"),
        ("/run/haproxy/admin.sock", "neither"),
        ("ftp://host/stats;csv", "neither"),
        ("http:///stats;csv", "neither"),
        ("http://host:port/stats;csv", "neither"),
        ("http://host:99999/stats;csv", "neither"),
        ("http://host/a b;csv", "neither"),
        ("http://user:hunter2/@host:80/stats;csv", "neither"),
        ("http://host:8404/stats", "add ;csv"),
        ("http://user:hunter2@host:8404/stats", "add ;csv"),
    ],
)
def test_options_that_are_wrong_name_the_key_and_no_password(stats: str, complaint: str) -> None:
    """Said at start, with what is right, and never with what is secret."""
    with pytest.raises(ValueError, match=f"^stats: .*{complaint}") as caught:
        Options(stats=stats)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("timeout", [0, -1, 61, float("nan"), float("inf")])
def test_a_timeout_that_is_none_is_refused(timeout: float) -> None:
    """More than 0 and at most a minute."""
    with pytest.raises(ValueError, match=r"^timeout: "):
        Options(timeout=timeout)


RANGE = """
global
  stats socket {socket} level user
defaults
  mode tcp
  option socket-stats
  timeout connect 1s
  timeout client 1s
  timeout server 1s
frontend doors
  bind 127.0.0.1:{web} name door
  bind 127.0.0.1:{tcp} name door
"""


@needs_haproxy
def test_a_real_haproxy_with_two_doors_of_one_name_is_read(tmp_path: Path) -> None:
    """Level user is right enough to ask, and listeners of one name do not cost the page."""
    with real.running(tmp_path, RANGE) as haproxy:
        reading = source(f"unix:{haproxy.socket}").read(Deadline.after(5))
    assert [row.name for row in reading.rows if row.kind == Kind.LISTENER] == ["door", "door#2"]


@needs_haproxy
def test_a_real_haproxy_that_ends_is_not_running(tmp_path: Path) -> None:
    """Killed, it leaves its socket file behind: refused, so a reading."""
    with real.running(tmp_path, RANGE) as haproxy:
        assert source(f"unix:{haproxy.socket}").read(Deadline.after(5)).running
    assert Path(haproxy.socket).exists()
    assert source(f"unix:{haproxy.socket}").read(Deadline.after(5)) == NOT_RUNNING
