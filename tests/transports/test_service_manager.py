"""systemd's protocols, on sockets as it makes them."""

import logging
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from exporter.transports import listener, service_manager
from exporter.transports.service_manager import passed_sockets
from exporter.transports.service_manager import service_manager as manager_of
from exporter.trouble import TroubleLog

log = logging.getLogger(__name__)
TROUBLES = TroubleLog(log, "service manager", recovered="takes messages again")


def environment(**more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": "/run/systemd/notify", "PATH": "/bin", **more}


@pytest.mark.parametrize("address", ["{folder}/notify", "@failover-exporter-test-{pid}"])
def test_a_message_is_one_datagram(address: str, tmp_path: Path) -> None:
    """To a path, or to a name in the abstract namespace."""
    address = address.format(folder=tmp_path, pid=os.getpid())
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as heard:
        heard.bind("\0" + address[1:] if address.startswith("@") else address)
        manager = manager_of({"NOTIFY_SOCKET": address}, TROUBLES)
        assert manager
        manager.tell(READY=1, STATUS="a\nb=c")
        assert heard.recv(4096) == b"READY=1\nSTATUS=a b=c\n"


def test_one_that_does_not_listen_costs_one_log_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is raised: the service works without being heard."""
    manager = manager_of({"NOTIFY_SOCKET": f"{tmp_path}/absent"}, TROUBLES)
    assert manager
    manager.tell(WATCHDOG=1)
    manager.tell(WATCHDOG=1)
    (line,) = caplog.messages
    assert f"{tmp_path}/absent" in line and "No such file" in line


def test_a_full_socket_is_not_waited_for(tmp_path: Path) -> None:
    """A service manager that hangs must not stop the event loop."""
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as heard:
        heard.bind(f"{tmp_path}/notify")
        manager = manager_of({"NOTIFY_SOCKET": f"{tmp_path}/notify"}, TROUBLES)
        assert manager
        for _ in range(1000):
            manager.tell(WATCHDOG=1)


@pytest.mark.parametrize(
    ("more", "watchdog"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
    ],
)
def test_the_watchdog_is_ours_or_not(more: dict[str, str], watchdog: float | None) -> None:
    """In seconds. What the variables say is not for tools that are started from here."""
    given = environment(**more)
    manager = manager_of(given, TROUBLES)
    assert manager and manager.watchdog == watchdog
    assert given == {"PATH": "/bin"}


@pytest.mark.parametrize("address", [None, "", "relative", "vsock:2:9"])
def test_without_a_socket_there_is_no_service_manager(address: str | None) -> None:
    """Nothing changes then."""
    assert manager_of({} if address is None else {"NOTIFY_SOCKET": address}, TROUBLES) is None


@pytest.fixture
def first(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A number in place of 3, which this process uses itself; what is there afterwards is closed."""
    number = 200
    monkeypatch.setattr(service_manager, "FIRST_DESCRIPTOR", number)
    yield number
    for descriptor in range(number, number + 3):
        try:
            os.close(descriptor)
        except OSError:
            continue


def passed(count: int, pid: int | None = None) -> dict[str, str]:
    pid = os.getpid() if pid is None else pid
    return {"LISTEN_FDS": str(count), "LISTEN_PID": str(pid), "LISTEN_FDNAMES": "http", "PATH": "/bin"}


def test_sockets_are_taken_over_in_their_order(first: int, tmp_path: Path) -> None:
    """TCP and unix; no child inherits them, and none is told of them."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(f"{tmp_path}/http")
        unix.listen()
        where = [tcp.getsockname(), f"{tmp_path}/http"]
        os.dup2(tcp.fileno(), first)
        os.dup2(unix.fileno(), first + 1)
    given = passed(2)
    taken = passed_sockets(given)
    assert [one.getsockname() for one in taken] == where
    assert not any(one.get_inheritable() for one in taken)
    assert given == {"PATH": "/bin"}
    shown = [listener.Listener(one).where for one in taken]
    assert shown == [f"127.0.0.1:{where[0][1]}", where[1]]
    for one in taken:
        one.close()


@pytest.mark.parametrize("given", [{}, passed(1, pid=1), {"LISTEN_FDS": "x", "LISTEN_PID": str(os.getpid())}])
def test_what_was_not_passed_to_us_is_left_alone(given: dict[str, str]) -> None:
    """Another process's variables, inherited: its descriptors are none of ours."""
    assert passed_sockets(given) == []


def test_none_passed_is_an_error_in_the_toolkits_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that people have searched for."""
    monkeypatch.delenv("LISTEN_FDS", raising=False)
    with pytest.raises(OSError, match=r"^no socket activation file descriptors found$"):
        listener.passed()


def test_what_does_not_listen_is_named(first: int) -> None:
    """A datagram socket, and a pipe."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram:
        os.dup2(datagram.fileno(), first)
    with pytest.raises(OSError, match="descriptor 200 that was passed does not listen"):
        passed_sockets(passed(1))
    reading, writing = os.pipe()
    os.dup2(reading, first)
    os.close(reading)
    os.close(writing)
    with pytest.raises(OSError, match="descriptor 200 that was passed is no socket"):
        passed_sockets(passed(1))
