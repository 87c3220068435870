"""The source against a real Galera node, dead and frozen ones, and peers on loopback that pretend to be
one."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from exporter.endpoint import parse_endpoint
from exporter.errors import Denied, Refused, SourceError, TimedOut, Unparsable, Unreachable
from exporter.sources.galera import source as galera
from exporter.sources.galera.parse import NodeStatus, parse
from exporter.sources.galera.source import GaleraSource, Options
from exporter.transports.deadline import Deadline
from tests.golden import exposition
from tests.mariadb import PASSWORD, USER, MariaDB
from tests.sources.galera.captured import answers
from tests.sources.galera.test_components import view
from tests.transports.mysql_peer import OK, greeting, packet, result
from tests.transports.peers import closed_port, tcp_peer, until_closed

SOON = 0.6  # seconds; for tests in which the deadline is what ends the reading


@pytest.fixture
def client_file(tmp_path: Path) -> str:
    path = tmp_path / "galera.cnf"
    path.write_text(f"[client]\nuser={USER}\npassword='{PASSWORD}'\n")
    return str(path)


@pytest.fixture
def make(client_file: str) -> Iterator[Callable[..., GaleraSource]]:
    """A source for nodes by port on loopback."""
    made: list[GaleraSource] = []

    def build(**ports: int) -> GaleraSource:
        nodes = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
        source = GaleraSource(Options(client_file=client_file, nodes=nodes))
        made.append(source)
        return source

    yield build
    for source in made:
        source.close()


@pytest.fixture
def frozen() -> Iterator[int]:
    """The port of a listener whose process never accepts: what a stopped server looks like."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def up(source: GaleraSource, seconds: float = 10.0) -> dict[str, bool]:
    return {name: bool(node) for name, node in source.read(Deadline.after(seconds)).nodes.items()}


def connections(server: MariaDB) -> int:
    return sum(user == USER for _, user, *_ in server.sql("SHOW PROCESSLIST"))


def logins(server: MariaDB) -> int:
    ((_, count),) = server.sql("SHOW GLOBAL STATUS LIKE 'Connections'")
    return int(str(count))


def test_real_node(mariadb: MariaDB, make: Callable[..., GaleraSource]) -> None:
    """A node of a real Galera is read and rendered: up, synced, one Primary component."""
    source = make(solo=mariadb.port)
    page = exposition(source.collect(source.read(Deadline.after(10))))
    for line in (
        'mysql_up{node="solo"} 1.0',
        'mysql_global_status_wsrep_cluster_status{node="solo"} 1.0',
        'mysql_global_variables_wsrep_on{node="solo"} 1.0',
        'mysql_galera_variables_info{node="solo",wsrep_cluster_name="tested"} 1.0',
        'mysql_galera_gcache_size_bytes{node="solo"} 4.194304e+06',
        'galera_node_state{node="solo",state="synced"} 1.0',
        'galera_view_members{node="solo"} 1.0',
        "galera_primary_components 1.0",
    ):
        assert line in page.splitlines()


def test_connection_is_kept(mariadb: MariaDB, make: Callable[..., GaleraSource]) -> None:
    """Three readings of two nodes are two logins, and closing the source leaves none behind."""
    assert up_to_date(lambda: not connections(mariadb)), "those of the test before are gone"
    source = make(a=mariadb.port, b=mariadb.port)
    count = logins(mariadb)
    for _ in range(3):
        assert up(source) == {"a": True, "b": True}
    assert connections(mariadb) == 2
    assert logins(mariadb) == count + 2 + 2  # its own question, and the two that asked
    source.close()
    assert up_to_date(lambda: not connections(mariadb))


def up_to_date(is_so: Callable[[], bool]) -> bool:
    """The server ends a connection a moment after the goodbye."""
    give_up = threading.Event()
    timer = threading.Timer(10, give_up.set)
    timer.start()
    try:
        while not (found := is_so()) and not give_up.wait(0.01):
            pass
        return found
    finally:
        timer.cancel()


def test_dropped_connection_is_opened_again(mariadb: MariaDB, make: Callable[..., GaleraSource]) -> None:
    """The server ended our connection, as wait_timeout does: the same reading takes a new one."""
    source = make(solo=mariadb.port)
    assert up(source) == {"solo": True}
    assert mariadb.kill_connections() >= 1
    reading = source.read(Deadline.after(10))
    assert reading.nodes["solo"]
    assert source.failures(reading) == ()


def test_killed_and_started_again(mariadb: MariaDB, make: Callable[..., GaleraSource]) -> None:
    """While the server is dead its node is down; when it is back it is read, by the same source."""
    source = make(solo=mariadb.port)
    assert up(source) == {"solo": True}
    mariadb.kill()
    try:
        reading = source.read(Deadline.after(10))
    finally:
        mariadb.start()
    assert reading.nodes == {"solo": None}
    assert [type(error) for error in source.failures(reading)] == [Refused]
    assert up(source) == {"solo": True}


def test_frozen_server_and_then_not(mariadb: MariaDB, make: Callable[..., GaleraSource]) -> None:
    """A stopped server is down, reason timeout, within the deadline; when it goes on it is up again."""
    source = make(solo=mariadb.port)
    assert up(source) == {"solo": True}
    mariadb.freeze()
    try:
        deadline = Deadline.after(SOON)
        reading = source.read(deadline)
        deadline.remaining("the rest of the scrape")
    finally:
        mariadb.thaw()
    assert reading.nodes == {"solo": None}
    (error,) = source.failures(reading)
    assert isinstance(error, TimedOut)
    assert str(error).startswith("solo (127.0.0.1:")
    assert up_to_date(lambda: up(source) == {"solo": True})


def test_frozen_node_does_not_cost_the_others(
    mariadb: MariaDB, frozen: int, make: Callable[..., GaleraSource]
) -> None:
    """One node hangs, one is gone, one lives: it is read, and there is time left."""
    source = make(hanging=frozen, gone=closed_port(), living=mariadb.port)
    deadline = Deadline.after(SOON)
    reading = source.read(deadline)
    deadline.remaining("the rest of the scrape")
    assert {name: bool(node) for name, node in reading.nodes.items()} == {
        "hanging": False,
        "gone": False,
        "living": True,
    }
    assert reading.primary_components == 1
    assert sorted(type(error).__name__ for error in source.failures(reading)) == ["Refused", "TimedOut"]


def test_all_gone_is_a_reading(make: Callable[..., GaleraSource]) -> None:
    """All nodes down is what there is to say: mysql_up 0 for each, and no number of components."""
    source = make(a=closed_port(), b=closed_port())
    reading = source.read(Deadline.after(10))
    assert reading.nodes == {"a": None, "b": None}
    assert reading.primary_components is None
    assert len(source.failures(reading)) == 2


def test_denied_on_one_node(mariadb: MariaDB, make: Callable[..., GaleraSource], client_file: str) -> None:
    """A wrong password, and another node gone: nothing is known, Denied; the password is not in the text."""
    Path(client_file).write_text(f"[client]\nuser={USER}\npassword=hush-hush\n")
    with pytest.raises(Denied, match=r"solo \(127\.0\.0\.1:.*Access denied") as caught:
        make(gone=closed_port(), solo=mariadb.port).read(Deadline.after(10))
    assert "hush" not in str(caught.value)


def test_password_that_was_mended(
    mariadb: MariaDB, make: Callable[..., GaleraSource], client_file: str
) -> None:
    """A corrected client file is taken up by the next reading, without a restart."""
    right = Path(client_file).read_text()
    Path(client_file).write_text(f"[client]\nuser={USER}\npassword=wrong\n")
    source = make(solo=mariadb.port)
    with pytest.raises(Denied):
        source.read(Deadline.after(10))
    Path(client_file).write_text(right)
    assert up(source) == {"solo": True}


def test_odd_peer_beside_a_real_node(mariadb: MariaDB, make: Callable[..., GaleraSource]) -> None:
    """Another protocol on one port: that node is down and named in the failures, the other is read."""

    def script(connection: socket.socket) -> None:
        connection.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n")
        until_closed(connection)

    with tcp_peer(script) as port:
        source = make(odd=port, solo=mariadb.port)
        reading = source.read(Deadline.after(10))
    (error,) = source.failures(reading)
    assert isinstance(error, Unparsable)
    assert "odd (127.0.0.1:" in str(error)
    assert (reading.nodes["odd"], bool(reading.nodes["solo"])) == (None, True)


def test_odd_peer_alone(make: Callable[..., GaleraSource]) -> None:
    """Nothing but another protocol: Unparsable, nothing is known of any node."""

    def script(connection: socket.socket) -> None:
        connection.sendall(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n")
        until_closed(connection)

    with tcp_peer(script) as port, pytest.raises(Unparsable, match="odd "):
        make(odd=port, gone=closed_port()).read(Deadline.after(10))


def answering(version: bytes, comment: bytes) -> Callable[[socket.socket], None]:
    """A proxy that lets in, and answers each query with one row of one value."""

    def script(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(packet(greeting(capabilities=0x8A205, version=version)))
            connection.recv(65536)
            connection.sendall(packet(OK, 2))
            connection.recv(65536)
            connection.sendall(b"".join(packet(one, n) for n, one in enumerate(result(comment), 1)))
            until_closed(connection)

    return script


@pytest.mark.parametrize(
    ("version", "comment", "name"),
    [
        (b"8.0.30", b"(ProxySQL)", "ProxySQL"),
        (b"5.5.5-10.6.12 23.08.4-maxscale", b"MariaDB", "MaxScale"),
    ],
)
def test_a_proxy_is_no_node(
    version: bytes, comment: bytes, name: str, make: Callable[..., GaleraSource]
) -> None:
    """It would answer for another node each time: Unparsable, by its name and with what to do."""
    with (
        tcp_peer(answering(version, comment)) as port,
        pytest.raises(Unparsable, match=f"proxy .*this is {name}.*addresses of the nodes themselves"),
    ):
        make(proxy=port).read(Deadline.after(10))


def test_a_node_taken_out_by_hand(mariadb: MariaDB, make: Callable[..., GaleraSource]) -> None:
    """field/proxy-14: wsrep_reject_queries and read_only of a real node, which is read all the same."""
    source = make(solo=mariadb.port)
    mariadb.sql("SET GLOBAL wsrep_reject_queries = ALL")
    mariadb.sql("SET GLOBAL read_only = ON")
    try:
        page = exposition(source.collect(source.read(Deadline.after(10))))
    finally:
        mariadb.sql("SET GLOBAL wsrep_reject_queries = NONE")
        mariadb.sql("SET GLOBAL read_only = OFF")
    for line in (
        'mysql_up{node="solo"} 1.0',
        'galera_node_rejects_queries{node="solo"} 1.0',
        'galera_node_read_only{node="solo"} 1.0',
        'mysql_global_variables_read_only{node="solo"} 1.0',
    ):
        assert line in page.splitlines()
    assert "galera_node_maintenance{" not in page


def test_server_with_autocommit_off_is_read(mariadb: MariaDB, make: Callable[..., GaleraSource]) -> None:
    """field/proxy-01: only new sessions begin with autocommit off."""
    mariadb.sql("SET GLOBAL autocommit = 0")
    try:
        assert up(make(solo=mariadb.port)) == {"solo": True}
    finally:
        mariadb.sql("SET GLOBAL autocommit = 1")


def test_no_client_file(make: Callable[..., GaleraSource], client_file: str) -> None:
    """Without the account no node is asked, so nothing is known: Unreachable, and no mysql_up."""
    Path(client_file).unlink()
    with pytest.raises(Unreachable, match=r"galera\.cnf: there is no such file"):
        make(solo=closed_port()).read(Deadline.after(10))


def test_name_that_does_not_resolve_in_time(
    mariadb: MariaDB, client_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A resolver that hangs (a double) holds one thread, however often we ask; the other node is read."""
    resolve, answering, asked = socket.getaddrinfo, threading.Event(), []

    def hang(host: str, *arguments: object, **options: object) -> object:
        if host == "db2.example":
            asked.append(host)
            answering.wait()
            host = "127.0.0.1"
        return resolve(host, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    nodes = {"a": f"127.0.0.1:{mariadb.port}", "b": f"db2.example:{mariadb.port}"}
    source = GaleraSource(Options(client_file=client_file, nodes=nodes))
    try:
        for _ in range(2):
            assert up(source, SOON) == {"a": True, "b": False}
        assert asked == ["db2.example"]
    finally:
        answering.set()
    assert up_to_date(lambda: up(source) == {"a": True, "b": True})
    source.close()


Outcomes = Mapping[str, NodeStatus | SourceError]


class Scripted:
    """In place of the nodes: each reading gives the next of the scripted answers, the last one for ever."""

    def __init__(self, *looks: Outcomes):
        self.looks = list(looks)
        self.asked: dict[str, int] = {}

    def method(self) -> Callable[..., NodeStatus | SourceError]:
        def ask(node: galera._Node, *_: object) -> NodeStatus | SourceError:
            look = self.asked.get(node.name, 0)
            self.asked[node.name] = look + 1
            return self.looks[min(look, len(self.looks) - 1)][node.name]

        return ask


@pytest.fixture
def scripted(
    monkeypatch: pytest.MonkeyPatch, make: Callable[..., GaleraSource]
) -> Callable[..., tuple[GaleraSource, Scripted]]:
    def build(*looks: Outcomes) -> tuple[GaleraSource, Scripted]:
        script = Scripted(*looks)
        monkeypatch.setattr(galera._Node, "ask", script.method())
        monkeypatch.setattr(galera, "SETTLING_SECONDS", 0.01)
        return make(**dict.fromkeys(looks[0], 3306)), script

    return build


def seeing(*members: tuple[str, str, int]) -> Outcomes:
    """Nodes that each count the given members in the given configuration."""
    plain = parse(answers("wsrep-26.4.23-article")["galera-node01"])
    return {
        name: NodeStatus(**{**vars(plain), "view": view(name, counted, configuration)})
        for name, counted, configuration in members
    }


SPLIT = seeing(("a", "ab", 4), ("b", "ab", 4), ("c", "c", 4))
WHOLE = seeing(("a", "abc", 5), ("b", "abc", 5), ("c", "abc", 5))


def test_split_that_lasts(scripted: Callable[..., tuple[GaleraSource, Scripted]]) -> None:
    """Two readings that agree: two components."""
    source, script = scripted(SPLIT)
    assert source.read(Deadline.after(10)).primary_components == 2
    assert script.asked == {"a": 2, "b": 2, "c": 2}


def test_whole_cluster_is_read_once(scripted: Callable[..., tuple[GaleraSource, Scripted]]) -> None:
    """One component needs no second reading."""
    source, script = scripted(WHOLE)
    assert source.read(Deadline.after(10)).primary_components == 1
    assert script.asked == {"a": 1, "b": 1, "c": 1}


def test_split_for_a_moment(scripted: Callable[..., tuple[GaleraSource, Scripted]]) -> None:
    """Caught in the middle of a change of view: the second reading has one, and is what the page shows."""
    source, _ = scripted(SPLIT, WHOLE)
    reading = source.read(Deadline.after(10))
    assert reading.primary_components == 1
    assert [node.view.size for node in reading.nodes.values() if node] == [3, 3, 3]


def test_views_that_go_on_changing(scripted: Callable[..., tuple[GaleraSource, Scripted]]) -> None:
    """No two readings agree until the time is over: unknown, and so absent."""
    looks = [seeing(("a", "ab", n), ("b", "ab", n), ("c", "c", n)) for n in range(500)]
    source, _ = scripted(*looks)
    assert source.read(Deadline.after(0.3)).primary_components is None


def test_no_time_for_a_second_reading(
    scripted: Callable[..., tuple[GaleraSource, Scripted]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A split seen once, and no time to read again: unknown."""
    source, script = scripted(SPLIT)
    monkeypatch.setattr(galera, "SETTLING_SECONDS", 10.0)
    assert source.read(Deadline.after(10)).primary_components is None
    assert script.asked == {"a": 1, "b": 1, "c": 1}


def test_node_that_dies_between_two_readings(scripted: Callable[..., tuple[GaleraSource, Scripted]]) -> None:
    """The other half goes down before the second reading: one component, and the node is down on the page."""
    source, _ = scripted(SPLIT, {**SPLIT, "c": Unreachable("c: gone")})
    reading = source.read(Deadline.after(10))
    assert reading.primary_components == 1
    assert reading.nodes["c"] is None
    assert [str(error) for error in reading.errors] == ["c: gone"]


def test_dead_node_is_not_asked_twice(scripted: Callable[..., tuple[GaleraSource, Scripted]]) -> None:
    """When a split is read again, a node that did not answer the first time is not asked."""
    source, script = scripted({**SPLIT, "d": TimedOut("d: no answer in time")})
    assert source.read(Deadline.after(10)).primary_components == 2
    assert script.asked["d"] == 1


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("10.0.0.21:3307", ("10.0.0.21", 3307)),
        ("10.0.0.21", ("10.0.0.21", 3306)),
        ("db1.example", ("db1.example", 3306)),
        ("[::1]:3307", ("::1", 3307)),
        ("[2001:db8::1]", ("2001:db8::1", 3306)),
        ("[fe80::1%eth0]:3306", ("fe80::1%eth0", 3306)),
    ],
)
def test_addresses(written: str, address: tuple[str, int]) -> None:
    """host:port as people write it, IPv6 in brackets, 3306 where no port is given."""
    assert parse_endpoint(written) == address


@pytest.mark.parametrize(
    "written",
    [
        "",
        ":3306",
        "::1",
        "2001:db8::1:3306",
        "db1:",
        "db1:0",
        "db1:65536",
        "db1:x",
        "db1:\u0663",
        "[]:3306",
        "[db1]:3306",
        "a b:1",
    ],
)
def test_odd_addresses(written: str) -> None:
    """An address that is none is reported when the configuration is read, with the node's name."""
    with pytest.raises(ValueError, match="nodes: db1: expected"):
        Options(client_file="/c.cnf", nodes={"db1": written})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"client_file": ""}, "client_file: expected"),
        ({"nodes": {}}, "nodes: expected"),
        ({"timeout": 0.0}, "timeout: 0 is not possible, expected"),
        ({"timeout": 61.0}, "timeout: 61 is not possible, expected"),
        ({"timeout": float("nan")}, "timeout: nan is not possible, expected"),
    ],
)
def test_odd_options(options: dict[str, object], said: str) -> None:
    """Each error names its key."""
    with pytest.raises(ValueError, match=said):
        Options(**{"client_file": "/c.cnf", "nodes": {"db1": "db1"}, **options})  # type: ignore[arg-type]
