"""MySQL sessions against a real MariaDB, and against peers on loopback that only pretend."""

import socket
import ssl
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Denied, Refused, SourceError, TimedOut, Unparsable, Unreachable
from exporter.transports import mysql
from exporter.transports.deadline import Deadline
from exporter.transports.mysql_account import Account, AccountFile
from exporter.transports.mysql_call import SHORT_ANSWER
from exporter.transports.mysql_errors import ACCOUNT_REFUSED
from exporter.transports.mysql_socket import TimedSocket
from tests.mariadb import CERTIFIED_NAME, USER, MariaDB, account
from tests.transports.mysql_peer import OK, greeting, packet, refusal, result, serving
from tests.transports.peers import closed_port, tcp_peer

SOON = 0.2  # seconds; for tests in which the deadline is what ends the call
NOBODY = Account("nobody", b"hush-hush")


def ask(
    port: int, who: Account, sql: str = "SELECT 1", seconds: float = 10.0, host: str = "127.0.0.1"
) -> list[mysql.Rows]:
    session = mysql.connect(host, port, who, Deadline.after(seconds), "db1")
    try:
        return session.query(sql, Deadline.after(seconds))
    finally:
        session.close()


def test_rows_of_several_statements_come_in_one_answer(mariadb: MariaDB, tmp_path: Path) -> None:
    """Each statement has its rows; values are text, NULL is None."""
    rows = ask(mariadb.port, account(tmp_path), "SELECT 1, NULL; SELECT '☂' UNION SELECT 2.50")
    assert rows == [(("1", None),), (("☂",), ("2.50",))]


def test_a_session_is_used_again(mariadb: MariaDB, tmp_path: Path) -> None:
    """Two questions over one connection: the server sees the same one."""
    session = mysql.connect("localhost", mariadb.port, account(tmp_path), Deadline.after(10), "db1")
    first, second = (session.query("SELECT CONNECTION_ID()", Deadline.after(10)) for _ in range(2))
    session.close()
    assert first == second


def test_goodbye_is_said(mariadb: MariaDB, tmp_path: Path) -> None:
    """Closing a session, the server does not count an aborted client."""
    aborted = "SHOW GLOBAL STATUS LIKE 'Aborted_c%'"
    before = mariadb.sql(aborted)
    ask(mariadb.port, account(tmp_path))
    assert mariadb.sql(aborted) == before


@pytest.fixture
def owners_of_passwords(mariadb: MariaDB) -> Iterator[MariaDB]:
    """Accounts whose passwords have a blank, a backslash and a number sign in them."""
    for user, password in (("nat", "secret"), ("e1", "a b\\\\c"), ("e2", "x#y")):
        mariadb.sql(f"CREATE USER {user}@'%' IDENTIFIED BY '{password}'")
    yield mariadb
    for user in ("nat", "e1", "e2"):
        mariadb.sql(f"DROP USER {user}@'%'")


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("[client]\nuser=nat\npassword=secret # set by ansible\n", "nat@%"),
        ("[client]\nuser=e1\npassword=a\\sb\\\\c\n", "e1@%"),
        ('[client]\nuser=e2\npassword="x#y" # quoted\n', "e2@%"),
        ("[client]\nuser=e2\npassword=x#y\n", None),
        ("!includedir {folder}/conf.d/\n[client]\nuser=nat\npassword=secret\n", "nat@%"),
        ("[client]\nuser=nat\n!include {folder}/pw.cnf\n", "nat@%"),
        ("[client]\nuser=nat\nloose-password=secret\n", "nat@%"),
    ],
)
def test_option_files_log_in_as_the_clients_do(
    text: str, who: str | None, owners_of_passwords: MariaDB, tmp_path: Path
) -> None:
    """field/proxy-05: as MariaDB's client logs in with the same file; None: error 1045."""
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "pw.cnf").write_text("[client]\npassword=secret\n")
    path = tmp_path / "client.cnf"
    path.write_text(text.replace("{folder}", str(tmp_path)))
    read = AccountFile(str(path)).account()
    if who is None:
        with pytest.raises(Denied, match="error 1045"):
            ask(owners_of_passwords.port, read)
    else:
        assert ask(owners_of_passwords.port, read, "SELECT CURRENT_USER()") == [((who,),)]


@pytest.mark.parametrize(
    ("lines", "encrypted"),
    [
        ([], True),
        (["skip-ssl"], False),
        (["ssl=0"], False),
        (["ssl-mode=DISABLED"], False),
        (["ssl_mode = required"], True),
        (["ssl-ca={ca}"], True),
        (["ssl-ca={ca}", "ssl-verify-server-cert=0"], True),
        (["ssl-ca={ca}", "ssl-cert={client}", "ssl-key={client}"], True),
    ],
)
def test_tls_as_the_option_file_says(
    lines: list[str], encrypted: bool, mariadb: MariaDB, tmp_path: Path
) -> None:
    """TLS where the server offers it, unless it is switched off; with ssl-ca its issuer is checked."""
    client = mariadb.folder / "server.pem"  # any certificate of that authority
    who = account(tmp_path, *(line.format(ca=mariadb.ca, client=client) for line in lines))
    (((_, cipher),),) = ask(mariadb.port, who, "SHOW SESSION STATUS LIKE 'Ssl_cipher'")
    assert bool(cipher) is encrypted


def test_another_authority_is_denied(mariadb: MariaDB, tmp_path: Path) -> None:
    """With ssl-ca, a server whose certificate somebody else issued gets no login."""
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    with pytest.raises(Denied, match="db1: its certificate is not accepted"):
        ask(mariadb.port, account(tmp_path, f"ssl-ca={tmp_path / 'other.pem'}"))


@pytest.mark.parametrize("line", ["ssl-verify-server-cert", "ssl-mode=VERIFY_IDENTITY"])
def test_host_name_is_checked_where_asked(line: str, mariadb: MariaDB, tmp_path: Path) -> None:
    """A certificate for galera.example is none for 127.0.0.1."""
    who = account(tmp_path, f"ssl-ca={mariadb.ca}", line)
    with pytest.raises(Denied, match="certificate"):
        ask(mariadb.port, who)
    connection = mysql.dial("127.0.0.1", mariadb.port, Deadline.after(10), "db1")
    mysql.login(connection, who, CERTIFIED_NAME, Deadline.after(10), "db1").close()


def test_tls_that_is_required_is_not_done_without(tmp_path: Path) -> None:
    """A server that offers no TLS gets neither password nor name when ssl-mode says REQUIRED."""
    heard: list[bytes] = []

    def script(connection: socket.socket) -> None:
        connection.sendall(packet(greeting(capabilities=0xA205)))
        try:
            heard.append(connection.recv(65536))
        except ConnectionResetError:
            heard.append(b"")

    with tcp_peer(script) as port, pytest.raises(Denied, match=r"db1: .*SSL is required"):
        ask(port, account(tmp_path, "ssl-mode=REQUIRED"))
    assert heard == [b""]


def test_wrong_password_is_denied(mariadb: MariaDB) -> None:
    """Error 1045 is Denied, names the server and the account, and never shows the password."""
    with pytest.raises(Denied, match=r"db1: Access denied for user 'exporter'@.* \(error 1045\)") as caught:
        ask(mariadb.port, Account(USER, b"hush-hush"))
    assert "hush" not in str(caught.value) + repr(Account(USER, b"hush-hush"))


def test_host_without_an_account_is_denied(mariadb: MariaDB) -> None:
    """Error 1130, which comes instead of the greeting, or 1045: Denied either way."""
    mariadb.sql("CREATE USER elsewhere@'192.0.2.77'")
    with pytest.raises(Denied):
        ask(mariadb.port, Account("elsewhere", b""))


def test_refusals_of_the_account_are_known() -> None:
    """Password, host, login method, TLS, locks and the account's own limits, by their numbers."""
    known = {
        *(1044, 1045, 1129, 1130, 1142, 1143, 1203, 1226, 1227, 1251, 1275, 1524, 1698, 1820, 1862, 1873),
        *(2026, 2049, 2059, 2061, 3118, 3159, 3955, 4150, 4151),
    }
    assert known - ACCOUNT_REFUSED == set()


@pytest.mark.parametrize("code", sorted(code for code in ACCOUNT_REFUSED if not 2000 <= code < 3000))
def test_refusals_are_denied(code: int) -> None:
    """Whatever a server says instead of its greeting, if it means that we may not ask, it is Denied."""
    said = packet(refusal(code, "Host 'balancer1' is blocked"))
    expected = rf"db1: Host 'balancer1' is blocked \(error {code}\)"
    with serving(said) as port, pytest.raises(Denied, match=expected):
        ask(port, NOBODY)


@pytest.mark.parametrize("code", [1040, 1047, 1053, 1927, 3032, 9001])
def test_other_errors_are_unreachable(code: int) -> None:
    """Too many connections, shutting down, not ready, offline: it can't be had now."""
    said, expected = packet(refusal(code, "not\nnow \x1b[31m")), rf"db1: not now  \[31m \(error {code}\)"
    with serving(said) as port, pytest.raises(Unreachable, match=expected) as caught:
        ask(port, NOBODY)
    assert type(caught.value) is Unreachable


def test_the_whole_text_of_a_refusal_is_reported() -> None:
    """What to do stands at its end; with an SQL state, as newer servers send it, or without."""
    text = f"Host '{'x' * 200}' is blocked; unblock with 'mariadb-admin flush-hosts'"
    for state in ("", "#HY000"):
        with serving(packet(refusal(1129, state + text))) as port, pytest.raises(Denied) as caught:
            ask(port, NOBODY)
        assert str(caught.value) == f"db1: {text} (error 1129)"


def test_statement_that_is_not_understood_is_unparsable(mariadb: MariaDB, tmp_path: Path) -> None:
    """A server that speaks the protocol and not our SQL is not what we know how to read."""
    with pytest.raises(Unparsable, match="error 1064"):
        ask(mariadb.port, account(tmp_path), "SHOW ME THE MONEY")


def test_nobody_listens() -> None:
    """A closed port is Refused."""
    with pytest.raises(Refused, match="db1: connection refused"):
        ask(closed_port(), NOBODY)


def test_unknown_name_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that the resolver doesn't know; a double of the resolver, so that no network is asked."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable, match="db1: Name or service not known"):
        ask(3306, NOBODY, host="nowhere.example")


def test_frozen_server_times_out(mariadb: MariaDB, tmp_path: Path) -> None:
    """A server that is stopped answers nothing, on a new connection and on a kept one."""
    who = account(tmp_path)
    session = mysql.connect("127.0.0.1", mariadb.port, who, Deadline.after(10), "db1")
    mariadb.freeze()
    try:
        with pytest.raises(TimedOut, match="db1"):
            session.query("SELECT 1", Deadline.after(SOON))
        with pytest.raises(TimedOut, match="db1"):
            ask(mariadb.port, who, seconds=SOON)
    finally:
        mariadb.thaw()


def test_deadline_that_is_over() -> None:
    """Asked after its time, nothing is dialled."""
    with pytest.raises(TimedOut):
        mysql.dial("127.0.0.1", closed_port(), Deadline.after(-1), "db1")


@pytest.mark.parametrize("before", [b"", b"\x4a\x00\x00\x00"])
def test_byte_now_and_then_does_not_keep_us(before: bytes) -> None:
    """Each byte comes within any single read's timeout; the call still ends by its deadline."""

    def script(connection: socket.socket) -> None:
        pause = threading.Event()
        with suppress(OSError):
            connection.sendall(before)
            while not pause.wait(0.005):
                connection.sendall(b"\x0a" if before else b"\xff\xff\x01\x00")

    with tcp_peer(script) as port, pytest.raises(SourceError) as caught:
        ask(port, NOBODY, seconds=SOON)
    assert isinstance(caught.value, TimedOut if before else Unparsable | TimedOut)


def test_trickle_inside_the_tls_handshake_does_not_keep_us() -> None:
    """A peer that offers TLS and then sends a byte now and then: the handshake ends by the deadline."""

    def script(connection: socket.socket) -> None:
        pause = threading.Event()
        with suppress(OSError):
            connection.sendall(packet(greeting(capabilities=0xAA05)))
            connection.recv(65536)
            connection.sendall(b"\x16\x03\x03\x40\x00")
            while not pause.wait(0.005):
                connection.sendall(b"\x00")

    with tcp_peer(script) as port, pytest.raises(TimedOut):
        ask(port, preferring_tls(), seconds=SOON)


def test_answer_without_end_is_unparsable() -> None:
    """More than the limit is not read to its end: ten megabytes of greeting, framed as it should be."""

    def script(connection: socket.socket) -> None:
        with suppress(OSError):
            connection.sendall(b"\xff\xff\xff\x00" + b"x" * 10_000_000)

    with tcp_peer(script) as port, pytest.raises(Unparsable, match=f"more than {SHORT_ANSWER} bytes"):
        ask(port, NOBODY)


ROW = packet(b"\0", 0)[:3]  # a row of one empty value, without its number


def rows_without_end(connection: socket.socket) -> None:
    """Lets everybody in, and answers the first query with small rows."""
    with suppress(OSError):
        connection.sendall(packet(greeting(capabilities=0x8A205)))
        connection.recv(65536)
        connection.sendall(packet(OK, 2))
        connection.recv(65536)
        connection.sendall(b"".join(packet(one, n) for n, one in enumerate(result(b"")[:3], 1)))
        numbers = [bytes([number % 256]) for number in range(4, 260)]
        while True:
            connection.sendall(b"".join(ROW + number + b"\0" for number in numbers))


def test_rows_without_end_take_little_memory() -> None:
    """Sixty sessions at once that are sent 60 MB of rows: what they keep of it is bounded."""
    tracemalloc.start()
    try:
        with tcp_peer(rows_without_end) as port:
            for _ in range(3):
                with pytest.raises(Unparsable, match=f"more than {SHORT_ANSWER} bytes"):
                    ask(port, NOBODY)
        assert tracemalloc.get_traced_memory()[1] < 60 * SHORT_ANSWER
    finally:
        tracemalloc.stop()


def test_a_long_packet_is_not_made_room_for() -> None:
    """A header that announces 16 MB, and nothing behind it: refused at once, not at the deadline."""
    with serving(b"\xff\xff\xff\0") as port, pytest.raises(Unparsable, match="bytes of answer"):
        ask(port, NOBODY)


def test_server_with_autocommit_off(mariadb: MariaDB, tmp_path: Path) -> None:
    """field/proxy-01: `autocommit = 0` in the server's configuration; sessions of ours have it on."""
    mariadb.sql("SET GLOBAL autocommit = 0")
    try:
        assert ask(mariadb.port, account(tmp_path), "SELECT @@autocommit") == [(("1",),)]
    finally:
        mariadb.sql("SET GLOBAL autocommit = 1")


def test_autocommit_costs_a_round_trip_only_where_it_is_off(mariadb: MariaDB, tmp_path: Path) -> None:
    """The greeting says how it is."""
    counted = "SHOW SESSION STATUS LIKE 'Questions'"
    assert ask(mariadb.port, account(tmp_path), counted) == [(("Questions", "1"),)]


@pytest.mark.parametrize(
    "garbage",
    [
        b"HTTP/1.0 400 Bad Request\r\n\r\n",
        b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n",
        b"\x00" * 64,
        b"\xff" * 64,
        b"\x01\x00\x00\x00\x0a",
        b"\x05\x00\x00\x00\x0a5.5\x00",
    ],
)
def test_another_protocol_is_unparsable_or_hung_up_on(garbage: bytes) -> None:
    """What is not a MySQL greeting is Unparsable; what breaks off in the middle of one may be Unreachable."""
    with serving(garbage) as port, pytest.raises((Unparsable, Unreachable)) as caught:
        ask(port, NOBODY)
    assert not isinstance(caught.value, TimedOut)
    assert "db1" in str(caught.value)


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_a_source_error(body: bytes, framed: bool) -> None:
    """Whatever comes instead of a greeting, the error is one of ours. (A socketpair in place of TCP.)"""
    ours, theirs = socket.socketpair()
    with theirs, TimedSocket(fileno=ours.detach()) as connection:
        theirs.sendall(packet(body) if framed else body)
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(SourceError):
            mysql.login(connection, NOBODY, "db1", Deadline.after(5), "db1")


def preferring_tls() -> Account:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return Account("nobody", b"hush-hush", context)
