"""The source: what it asks, and what each failure is."""

import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
import trustme

from exporter.errors import Denied, Refused, SourceError, TimedOut, Unparsable, Unreachable
from exporter.sources.haproxy.fields.csv_columns import Kind
from exporter.sources.haproxy.options import Options
from exporter.sources.haproxy.parse.show_table import Table
from exporter.sources.haproxy.reading import NOT_RUNNING
from exporter.sources.haproxy.source import PROGRAMS, HaproxySource
from exporter.transports import interfaces, processes, unix_socket
from exporter.transports.deadline import Deadline
from exporter.transports.processes import Process
from tests.golden import CAPTURES, assert_golden
from tests.sources.haproxy import real
from tests.transports.peers import answer, closed_port, tcp_peer, unix_peer, until_closed

ARTICLE = CAPTURES / "haproxy-2.6.12-article.txt"
PAGE = CAPTURES / "haproxy-2.6.12-page.csv"
needs_haproxy = pytest.mark.skipif(real.HAPROXY is None, reason="haproxy is not installed")


def source(
    stats: str, running: Process | None = None, listening: Collection[str] = (), **options: Any
) -> HaproxySource:
    """On a host where that process is the only HAProxy, and these are all paths that are listened on."""
    return HaproxySource(Options(stats=stats, **options), lambda _: running, lambda: listening)


def process(seconds: float) -> Process:
    """A HAProxy that runs for so long."""
    return Process(4711, "haproxy", time.time() - seconds)


def test_ok_over_the_socket(tmp_path: Path) -> None:
    """One connection asks for both, and what comes is rendered whole."""
    asked = []

    def script(connection: socket.socket) -> None:
        asked.append(connection.recv(1000))
        connection.sendall(ARTICLE.read_bytes())

    with unix_peer(tmp_path / "s", script):
        haproxy = source(f"unix:{tmp_path / 's'}")
        reading = haproxy.read(Deadline.after(5))
    assert asked == [b"show info;show table;show resolvers;show stat;quit\n"]
    assert_golden(ARTICLE.with_suffix(".prom"), haproxy.collect(reading), update=False)


def test_ok_over_http() -> None:
    """The page gives the same rows, without the process."""
    page = PAGE.read_bytes()
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(page)}\r\n\r\n".encode()
    with tcp_peer(answer(head + page)) as port:
        haproxy = source(f"http://127.0.0.1:{port}/stats;csv")
        reading = haproxy.read(Deadline.after(5))
    assert_golden(PAGE.with_suffix(".prom"), haproxy.collect(reading), update=False)


def left_over(path: Path) -> None:
    """The file of a socket whose process ended."""
    with socket.socket(socket.AF_UNIX) as ended:
        ended.bind(str(path))


def test_no_process_on_the_socket_is_a_reading(tmp_path: Path) -> None:
    """The passive node: no socket file, or one left over, and no HAProxy among the processes."""
    assert source(f"unix:{tmp_path / 's'}").read(Deadline.after(5)) == NOT_RUNNING
    left_over(tmp_path / "s")
    assert source(f"unix:{tmp_path / 's'}").read(Deadline.after(5)) == NOT_RUNNING
    assert source("abns@no-such-name").read(Deadline.after(5)) == NOT_RUNNING


def test_no_process_on_the_port_is_a_reading() -> None:
    """The passive node over HTTP and over TCP."""
    assert source(f"http://127.0.0.1:{closed_port()}/stats;csv").read(Deadline.after(5)) == NOT_RUNNING
    assert source(f"tcp:127.0.0.1:{closed_port()}").read(Deadline.after(5)) == NOT_RUNNING


@pytest.mark.parametrize("file", ["missing", "left over"])
def test_a_wrong_path_is_no_passive_node(tmp_path: Path, file: str) -> None:
    """HAProxy runs and does not listen there: unreachable, with its pid and what to write."""
    if file == "left over":
        left_over(tmp_path / "s")
    with pytest.raises(
        Unreachable, match=r"but HAProxy runs \(pid 4711\).*`stats socket /.*/s level user`"
    ) as caught:
        source(f"unix:{tmp_path / 's'}", process(seconds=60)).read(Deadline.after(5))
    assert not isinstance(caught.value, Refused)


@pytest.mark.parametrize("stats", ["tcp:127.0.0.1:{}", "http://u:hunter2@127.0.0.1:{}/stats"])
def test_a_wrong_port_is_no_passive_node(stats: str) -> None:
    """As with a path."""
    with pytest.raises(Unreachable, match=r"but HAProxy runs .*it needs `stats") as caught:
        source(stats.format(closed_port()), process(seconds=60)).read(Deadline.after(5))
    assert "hunter2" not in str(caught.value)


def test_a_haproxy_that_is_starting_is_not_running_yet(tmp_path: Path) -> None:
    """Killed and started again it does not listen for a moment: no failure for that."""
    assert source(f"unix:{tmp_path / 's'}", process(seconds=2)).read(Deadline.after(5)) == NOT_RUNNING
    bound = [f"{tmp_path}/s.4711.tmp"]
    assert source(f"unix:{tmp_path / 's'}", listening=bound).read(Deadline.after(5)) == NOT_RUNNING


def test_a_haproxy_that_is_hidden_shows_by_its_sockets(tmp_path: Path) -> None:
    """Where /proc hides it, the kernel's list of sockets has what only HAProxy binds in that way."""
    bound = ["/run/mysqld/mysqld.sock", "/run/haproxy/other.sock.4711.tmp"]
    with pytest.raises(Unreachable, match=r"HAProxy runs and listens at /run/haproxy/other\.sock:"):
        source(f"unix:{tmp_path / 's'}", listening=bound).read(Deadline.after(5))
    assert source(f"unix:{tmp_path / 's'}", listening=bound[:1]).read(Deadline.after(5)) == NOT_RUNNING


def test_a_path_where_no_socket_can_be_is_unreachable(tmp_path: Path) -> None:
    """A folder that does not exist, a file that is no socket: wrong whether HAProxy runs or not."""
    with pytest.raises(Unreachable, match=r"folder .*/haprxy does not exist"):
        source(f"unix:{tmp_path / 'haprxy' / 'admin.sock'}").read(Deadline.after(5))
    (tmp_path / "haproxy.cfg").touch()
    for path in (tmp_path, tmp_path / "haproxy.cfg"):
        with pytest.raises(Unreachable, match="is no socket"):
            source(f"unix:{path}").read(Deadline.after(5))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become a user without the right")
def test_a_socket_we_may_not_use_is_denied(tmp_path: Path) -> None:
    """The exporter's user is not in the socket's group: denied, with what to do."""
    left_over(tmp_path / "s")
    haproxy = source(f"unix:{tmp_path / 's'}")
    os.seteuid(65534)
    try:
        with pytest.raises(Denied, match=r"no right .*mode 660 group"):
            haproxy.read(Deadline.after(5))
    finally:
        os.seteuid(0)


def test_a_host_far_away_that_refuses_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of another host's processes nothing is known: not a passive node."""
    monkeypatch.setattr(interfaces, "is_here", lambda _: False)
    with pytest.raises(Refused):
        source(f"tcp:127.0.0.1:{closed_port()}").read(Deadline.after(5))


STRANGERS = {
    "a MySQL or MariaDB server": b"Y\0\0\0\n5.5.5-10.11.6-MariaDB\0",
    "an HTTP server": b"HTTP/1.0 400 Bad request\r\nCache-Control: no-cache\r\n\r\n",
    "an SSH server": b"SSH-2.0-OpenSSH_9.2p1\r\n",
    "a Redis server": b"-ERR unknown command 'show'\r\n",
    "HAProxy's master CLI": (
        b"Unknown command, but maybe one of the following ones is a better match:\n"
        b"  show proc                               : show processes status\n"
        b"  quit                                    : disconnect\n\n"
    ),
}


@pytest.mark.parametrize("what", STRANGERS)
def test_a_socket_of_another_program_says_what_it_is(tmp_path: Path, what: str) -> None:
    """At once, over unix sockets and TCP, by how it answers."""
    with unix_peer(tmp_path / "s", answer(STRANGERS[what])), pytest.raises(Unparsable, match=what):
        source(f"unix:{tmp_path / 's'}").read(Deadline.after(5))
    with tcp_peer(answer(STRANGERS[what])) as port, pytest.raises(Unparsable, match=what):
        source(f"tcp:127.0.0.1:{port}").read(Deadline.after(5))


def test_a_socket_of_a_program_that_stays_silent_says_whose_it_is(tmp_path: Path) -> None:
    """php-fpm waits for more: after a second, not at the deadline, the text has the process there."""
    began = time.monotonic()
    with unix_peer(tmp_path / "s", until_closed), pytest.raises(Unreachable, match=rf"pid {os.getpid()}\)"):
        source(f"unix:{tmp_path / 's'}").read(Deadline.after(60))
    assert time.monotonic() - began < 30


def test_a_page_for_people_says_what_to_ask_for() -> None:
    """HTML where CSV should be."""
    page = b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n<!DOCTYPE html>"
    with tcp_peer(answer(page)) as port, pytest.raises(Unparsable, match=r"HTML, not CSV.*`stats uri`"):
        source(f"http://127.0.0.1:{port}/;csv").read(Deadline.after(5))


def test_verify_false_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    """A warning at start, without the password; not one a scrape."""
    with caplog.at_level(logging.WARNING):
        source("https://u:hunter2@h/stats", verify=False).start()
        source("https://u:hunter2@h/stats").start()
    lines = [record.getMessage() for record in caplog.records if "verify" in record.getMessage()]
    assert len(lines) == 1
    assert "https://h/stats" in lines[0]


def test_requests_is_imported_for_pages_only(tmp_path: Path) -> None:
    """The program of who reads a socket does without it: 8 MB and 90 ms."""
    script = (
        "import sys; from exporter import app; from exporter.sources.haproxy.source import *\n"
        f"HaproxySource(Options(stats='unix:{tmp_path}/s'), lambda _: None, list).read(Deadline.after(5))\n"
        "sys.exit('requests' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_unreachable_is_a_failure() -> None:
    """A name that can't be resolved is no evidence about HAProxy."""
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


RANGE = """
global
  stats socket {socket} level user
defaults
  mode tcp
  option socket-stats
  timeout connect 1s
  timeout client 1s
  timeout server 1s
frontend clients
  bind 127.0.0.1:{web} name same
  bind 127.0.0.1:{tcp} name same
"""


@needs_haproxy
def test_a_real_haproxy_with_two_listeners_of_one_name_is_read(tmp_path: Path) -> None:
    """Level user is right enough to ask, and listeners of one name do not cost the page."""
    with real.running(tmp_path, RANGE) as haproxy:
        reading = source(f"unix:{haproxy.socket}").read(Deadline.after(5))
    assert [row.name for row in reading.rows if row.kind == Kind.LISTENER] == ["same", "same#2"]


@needs_haproxy
def test_a_real_haproxy_that_ends_is_not_running(tmp_path: Path) -> None:
    """Killed, it leaves its socket file behind: refused, so a reading."""
    with real.running(tmp_path, RANGE) as haproxy:
        assert source(f"unix:{haproxy.socket}").read(Deadline.after(5)).running
    assert Path(haproxy.socket).exists()
    assert source(f"unix:{haproxy.socket}").read(Deadline.after(5)) == NOT_RUNNING


PLACES = """
global
  stats socket {socket} level user
  stats socket abns@failover-exporter-{tcp} level user
  stats socket ipv4@127.0.0.1:{tcp} level user
defaults
  mode http
  timeout connect 1s
  timeout client 1s
  timeout server 1s
frontend page
  bind 127.0.0.1:{web}
  bind 127.0.0.1:{metrics} ssl crt {socket}.pem
  stats enable
  stats auth "st%ats:p@ss;w/rd?#[1]"
"""


@needs_haproxy
def test_a_real_haproxy_is_read_wherever_it_listens(tmp_path: Path) -> None:
    """Path, abstract name, TCP, page with account and HAProxy's default address, page over TLS."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(
        str(tmp_path / "admin.sock.pem")
    )
    account = "st%25ats:p%40ss;w%2Frd%3F%23%5B1%5D"
    with real.running(tmp_path, PLACES) as haproxy:
        ports = haproxy.ports
        for stats in (
            f"unix:{haproxy.socket}",
            f"abns@failover-exporter-{ports['tcp']}",
            f"tcp:127.0.0.1:{ports['tcp']}",
        ):
            assert source(stats).read(Deadline.after(5)).process
        page = f"http://{account}@127.0.0.1:{ports['web']}/haproxy?stats"
        assert source(page).read(Deadline.after(5)).rows
        secure = f"https://{account}@127.0.0.1:{ports['metrics']}/haproxy?stats"
        assert source(secure, ca_file=str(tmp_path / "ca.pem")).read(Deadline.after(5)).rows
        assert source(secure, verify=False).read(Deadline.after(5)).rows
        with pytest.raises(Unreachable, match=r"TLS: .*`ca_file`"):
            source(secure).read(Deadline.after(5))


@needs_haproxy
def test_a_real_haproxy_without_a_stats_socket_is_found(tmp_path: Path) -> None:
    """The kernel shows its process and what it listens at, under /proc as it is."""
    with real.running(tmp_path, RANGE) as haproxy:
        assert f"{haproxy.socket}.{haproxy.pid}.tmp" in processes.listening_paths()
        found = processes.by_pid(haproxy.pid)
        assert found and found.name in PROGRAMS
        assert -2 < time.time() - found.started < 60
        assert processes.find(PROGRAMS)
    assert processes.by_pid(haproxy.pid) is None


@needs_haproxy
def test_the_master_cli_of_a_real_haproxy_says_what_it_is(tmp_path: Path) -> None:
    """It does not close the connection by itself, and has no statistics."""
    master = str(tmp_path / "master.sock")
    with real.running(tmp_path, RANGE, "-W", "-S", master):
        real.wait_until(lambda: answers(master), "the master, which starts itself anew")
        with pytest.raises(Unparsable, match="master CLI"):
            source(f"unix:{master}").read(Deadline.after(5))


def answers(path: str) -> bool:
    try:
        return bool(unix_socket.ask(path, "show proc;quit", Deadline.after(5)))
    except SourceError:
        return False


TABLES = """
global
  stats socket {socket} level user
defaults
  mode tcp
  timeout connect 1s
  timeout client 1s
  timeout server 1s
resolvers mydns
  nameserver dns1 127.0.0.1:{closed}
frontend clients
  bind 127.0.0.1:{tcp}
  tcp-request connection track-sc0 src table mysql_read
  default_backend mysql_read
backend other
  stick-table type string len 20 size 5k
backend mysql_read
  stick-table type ip size 1k
  server db1 127.0.0.1:{closed}
"""


@needs_haproxy
def test_stick_tables_and_name_servers_of_a_real_haproxy(tmp_path: Path) -> None:
    """Their size, and how much of it is used, as HAProxy's own endpoint has them."""
    with real.running(tmp_path, TABLES) as haproxy:
        with socket.create_connection(("127.0.0.1", haproxy.ports["tcp"])) as client:
            client.recv(1)  # the server refuses, after the client was put into the table
        reading = source(f"unix:{haproxy.socket}").read(Deadline.after(5))
    assert set(reading.tables) == {
        Table("mysql_read", "ip", 1024, 1),
        Table("other", "string", 5120, 0),
    }
    server = {server.resolver: server for server in reading.name_servers}["mydns"]
    assert (server.name, server.counts["valid"]) == ("dns1", 0)
