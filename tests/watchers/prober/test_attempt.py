"""One attempt, on a real HAProxy and MariaDB; what can't be had from them, on doubles named so."""

import os
import resource
import socket
import struct
from contextlib import ExitStack
from pathlib import Path

import pymysql
import pytest

from exporter.endpoint import Endpoint
from exporter.errors import Denied, SourceError, TimedOut, Unparsable, Unreachable
from exporter.transports.mysql_account import Account, AccountFile
from exporter.watchers.prober import attempt as module
from exporter.watchers.prober.attempt import NotMade, make_attempt, reason_of
from exporter.watchers.prober.result import PHASES, REASONS, AttemptResult
from tests.transports.peers import closed_port, tcp_peer, until_closed
from tests.watchers.prober.stand import CHECKING, MAX_CONNECT_ERRORS, SERVER_NAME, USER, Stand, until

ATTEMPTS = 500
LOOPBACK = "127.0.0.1"


def attempted(
    port: int, account: Account | None, timeout: float = 5.0, address: str = LOOPBACK
) -> AttemptResult:
    """One attempt, its session closed."""
    answer = make_attempt(Endpoint(address, port), account, timeout)
    if answer.session:
        answer.session.close()
    return answer


def reason(port: int, account: Account | None, timeout: float = 5.0, address: str = LOOPBACK) -> str | None:
    answer = attempted(port, account, timeout, address)
    assert (answer.reason is None) == bool(answer.phases)
    return answer.reason


def test_with_an_account_it_logs_in_and_learns_who_answered(stand: Stand, account: Account) -> None:
    """All phases are timed, the total is their sum, and the server gives its name."""
    answer = attempted(stand.port, account)
    assert (answer.reason, answer.server) == (None, SERVER_NAME)
    assert tuple(answer.phases) == PHASES
    *parts, total = answer.phases.values()
    assert all(seconds > 0 for seconds in parts)
    assert total == pytest.approx(sum(parts))


def test_without_an_account_the_refusal_is_the_answer_of_a_living_server(stand: Stand) -> None:
    """A name that does not exist: success, no server's name is known, there is no query."""
    answer = attempted(stand.port, None)
    assert (answer.reason, answer.server) == (None, None)
    assert tuple(answer.phases) == ("connect", "handshake", "login", "total")


def test_attempts_with_an_account_leave_no_aborted_connect(stand: Stand, account: Account) -> None:
    """500 of them, then the count has not risen, nor that of clients that closed without COM_QUIT."""
    stand.until_no_client()
    before = [stand.status(name) for name in ("Aborted_connects", "Aborted_clients")]
    assert {reason(stand.port, account) for _ in range(ATTEMPTS)} == {None}
    assert [stand.status(name) for name in ("Aborted_connects", "Aborted_clients")] == before
    assert stand.lets_a_client_in()


def test_the_account_of_haproxys_own_checks_is_enough(stand: Stand, tmp_path: Path) -> None:
    """It has no password and may come from the balancers alone, as every attempt does: none is aborted."""
    file = tmp_path / "probe.cnf"
    file.write_text(f"[client]\nuser = {CHECKING}\n")
    stand.until_no_client()
    before = stand.status("Aborted_connects")
    answer = attempted(stand.port, AccountFile(str(file)).account())
    assert (answer.reason, answer.server) == (None, SERVER_NAME)
    assert stand.status("Aborted_connects") == before


def test_attempts_without_an_account_never_get_the_balancer_blocked(stand: Stand) -> None:
    """500 of them at max_connect_errors = 10: a client still gets in.

    Each counts as an aborted connect though: a server counts every refused login so.
    """
    stand.until_no_client()
    before = stand.status("Aborted_connects")
    assert {reason(stand.port, None) for _ in range(ATTEMPTS)} == {None}
    assert stand.lets_a_client_in()
    assert stand.status("Aborted_connects") == before + ATTEMPTS


def test_a_frozen_balancer_is_not_blocked_when_it_goes_on(stand: Stand, account: Account) -> None:
    """It does not forward connections that timed out to the server, where each would be an aborted
    connect."""
    with stand.frozen_haproxy():
        for asked in [account, None] * (3 * MAX_CONNECT_ERRORS):
            assert reason(stand.port, asked, timeout=0.01) == "timeout"
    until("clients are let in", stand.lets_a_client_in)
    assert reason(stand.port, account) is None


def test_dropped_connects_do_get_it_blocked_here(stand: Stand, account: Account) -> None:
    """So the test above could fail: a few connects without a handshake block the balancer."""
    try:
        for _ in range(MAX_CONNECT_ERRORS + 1):
            before = stand.status("Aborted_connects")
            with socket.create_connection((LOOPBACK, stand.port)) as dropped:
                dropped.recv(5, socket.MSG_PEEK)
            until("the drop is counted", lambda before=before: stand.status("Aborted_connects") > before)  # type: ignore[misc]
        answer = attempted(stand.port, account)
        assert answer.reason == "handshake"
        assert "is blocked because of many connection error" in answer.detail
        assert reason(stand.port, None) == "handshake"
    finally:
        stand.sql("FLUSH HOSTS")
    assert reason(stand.port, account) is None


def test_a_wrong_password_is_denied(stand: Stand) -> None:
    """The server lives, but this account does not get in."""
    assert reason(stand.port, Account(USER, b"wrong")) == "denied"


def last_connection(port: int) -> socket.socket:
    """The one that is reserved for an administrator: free once the server has forgotten who had it before."""
    found: list[socket.socket] = []

    def greeted() -> bool:
        connection = socket.create_connection((LOOPBACK, port))
        if connection.recv(5, socket.MSG_PEEK)[4:5] == b"\xff":  # an error in place of the greeting
            connection.close()
            return False
        found.append(connection)
        return True

    until("the last connection is free", greeted)
    return found[0]


def test_too_many_connections_are_a_failed_handshake(stand: Stand, account: Account) -> None:
    """With every connection taken the server answers 1040: to a login, or in place of its greeting.

    Without an account the one connection that is reserved for an administrator looks like a free one.
    """
    with stand.full(), ExitStack() as held:
        # in this order: the reserved one, taken by a login, is free only when the server comes to it
        answers = [attempted(stand.port, each) for each in (None, account)]
        held.enter_context(last_connection(stand.port))
        answers += [attempted(stand.port, each) for each in (None, account)]
    assert [answer.reason for answer in answers] == [None, "handshake", "handshake", "handshake"]
    assert answers[2].detail.endswith("turned away: Too many connections (error 1040)")


def test_a_server_that_accepts_the_login_and_not_the_query_fails_in_query(
    stand: Stand, account: Account
) -> None:
    """Here by an init_connect that fails; in life a Galera node outside a Primary component."""
    stand.sql("SET GLOBAL init_connect = 'no such statement'")
    try:
        assert reason(stand.port, account) in ("query", "reset")
    finally:
        stand.sql("SET GLOBAL init_connect = ''")


def test_a_server_without_galera_answers_as_unknown(
    stand: Stand, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MySQL does not know the variable: it lives all the same."""
    monkeypatch.setattr(module, "WHO", "SELECT @@no_such_variable")
    answer = attempted(stand.port, account)
    assert (answer.reason, answer.server) == (None, "unknown")


def test_no_server_up_behind_haproxy_is_a_failed_handshake(stand: Stand, account: Account) -> None:
    """HAProxy accepts the connection and closes it without a byte."""
    assert reason(stand.nobody_port, account) == "handshake"


def test_a_frozen_haproxy_is_a_timeout(stand: Stand, account: Account) -> None:
    """The kernel goes on taking connections for it."""
    with stand.frozen_haproxy():
        assert reason(stand.port, account, timeout=0.5) == "timeout"
    until("it answers again", stand.lets_a_client_in)


def test_nobody_listening_is_refused(account: Account) -> None:
    """The address is here, HAProxy is not."""
    assert reason(closed_port(), account) == "refused"


def test_the_server_is_named_with_its_port(stand: Stand) -> None:
    """In the text of a failure, and IPv6 in brackets: one address may be probed at several ports."""
    assert f" {LOOPBACK}:{stand.port}: " in attempted(stand.port, Account(USER, b"wrong")).detail
    port = closed_port()
    assert f" [::1]:{port}: " in attempted(port, None, address="::1").detail


def test_an_address_without_a_way_to_it_is_unreachable(account: Account) -> None:
    """The kernel connects to no broadcast address, and says so as for a missing route."""
    assert reason(3306, account, address="255.255.255.255") == "unreachable"


def test_a_double_that_cuts_the_connection_is_reset(account: Account) -> None:
    """A double that sends RST in place of a greeting."""

    def cut(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with tcp_peer(cut) as port:
        assert reason(port, account) == "reset"


GREETING = (
    b"\x4a\x00\x00\x00\x0a10.11.6-MariaDB\x00\x01\x00\x00\x00abcdefgh\x00\xfe\xf7\x21\x02\x00\xff\x81\x15"
    b"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00ijklmnopqrst\x00mysql_native_password\x00"
)


def greeting() -> bytes:
    body = GREETING[4:]
    return struct.pack("<I", len(body))[:3] + b"\x00" + body


@pytest.mark.parametrize("account_given", [True, False])
def test_a_double_that_closes_after_its_greeting_is_reset(account: Account, account_given: bool) -> None:
    """A double that sends a valid greeting, reads the login and closes: no success in either mode."""

    def go_away(connection: socket.socket) -> None:
        connection.sendall(greeting())
        connection.recv(4096)

    with tcp_peer(go_away) as port:
        assert reason(port, account if account_given else None) == "reset"


@pytest.mark.parametrize("account_given", [True, False])
def test_a_double_that_stops_after_its_greeting_is_a_timeout(account: Account, account_given: bool) -> None:
    """A double that greets and then answers nothing."""

    def fall_silent(connection: socket.socket) -> None:
        connection.sendall(greeting())
        until_closed(connection)

    with tcp_peer(fall_silent) as port:
        assert reason(port, account if account_given else None, timeout=0.3) == "timeout"


@pytest.mark.parametrize(
    "said",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x00" * 50,
        b"\xff" * 50,
        bytes(range(256)),
    ],
)
@pytest.mark.parametrize("account_given", [True, False])
def test_a_double_of_another_kind_of_server_is_a_failed_handshake(
    account: Account, account_given: bool, said: bytes
) -> None:
    """Doubles that are not MySQL at all, and then close: never a success, also without an account."""
    with tcp_peer(lambda connection: connection.sendall(said)) as port:
        assert reason(port, account if account_given else None, timeout=1.0) in (
            "handshake",
            "reset",
            "timeout",
        )


@pytest.mark.parametrize(
    ("code", "expected"), [(1129, "handshake"), (1130, "handshake"), (1045, None), (1698, None)]
)
def test_without_an_account_only_a_refused_login_is_an_answer(
    monkeypatch: pytest.MonkeyPatch, stand: Stand, code: int, expected: str | None
) -> None:
    """On a double of the login: a host that is blocked, or not allowed, is no sign of a working server."""

    def refused(*_: object) -> None:
        raise behind(Denied("refused"), pymysql.OperationalError(code, "refused"))

    monkeypatch.setattr(module, "login", refused)
    assert reason(stand.port, None) == expected
    assert stand.lets_a_client_in()


def test_without_descriptors_no_attempt_is_made(account: Account) -> None:
    """Our own want of file descriptors is no outage of the address."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.dup(0)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free, hard))
    try:
        with pytest.raises(NotMade):
            make_attempt(Endpoint(LOOPBACK, 3306), account, 1.0)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def behind(error: SourceError, cause: Exception) -> SourceError:
    error.__context__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "phase", "expected"),
    [
        (TimedOut("x"), "connect", "timeout"),
        (behind(Unreachable("x"), ConnectionRefusedError(111, "x")), "connect", "refused"),
        (behind(Unreachable("x"), OSError(113, "No route to host")), "connect", "unreachable"),
        (behind(Unreachable("x"), OSError(110, "x")), "connect", "timeout"),
        (behind(Unreachable("x"), BrokenPipeError(32, "x")), "query", "reset"),
        (behind(Denied("x"), pymysql.OperationalError(1129, "x")), "login", "handshake"),
        (behind(Denied("x"), pymysql.OperationalError(1130, "x")), "login", "handshake"),
        (behind(Denied("x"), pymysql.OperationalError(1045, "x")), "login", "denied"),
        (behind(Unreachable("x"), pymysql.OperationalError(1040, "x")), "login", "handshake"),
        (behind(Unreachable("x"), pymysql.OperationalError(1226, "x")), "login", "denied"),
        (behind(Unreachable("x"), pymysql.OperationalError(1203, "x")), "login", "denied"),
        (behind(Unreachable("x"), pymysql.OperationalError(9001, "x")), "query", "query"),
        (behind(Denied("x"), pymysql.OperationalError(1820, "x")), "query", "denied"),
        (behind(Unreachable("x"), pymysql.OperationalError(2013, "x")), "query", "reset"),
        (behind(Unreachable("x"), pymysql.OperationalError(1047, "x")), "query", "query"),
        (behind(Unreachable("x"), pymysql.OperationalError(1053, "x")), "login", "handshake"),
        (Unparsable("x"), "login", "handshake"),
    ],
)
def test_each_error_has_its_reason(error: SourceError, phase: str, expected: str) -> None:
    """One of those that the page has, by what is behind the error and how far the attempt came.

    The limits of the account (1226, 1203) are the account's; those of the server (1040, 1129) are an outage.
    9001 is ProxySQL with no server behind it.
    """
    assert reason_of(error, phase) == expected
    assert expected in REASONS
