"""The unix socket transport against real sockets."""

import os
import socket
import time
from pathlib import Path

import pytest

from exporter.errors import Denied, Refused, TimedOut, Unparsable, Unreachable
from exporter.transports import processes, stream_socket, unix_socket
from exporter.transports.deadline import Deadline
from tests.transports.peers import answer, flood, trickle, unix_peer, until_closed

SOON = 0.2  # seconds; for tests in which the deadline is what ends the call


def test_the_whole_answer_comes_back_though_it_comes_in_pieces(tmp_path: Path) -> None:
    """All that is sent until the peer closes is the answer, and the peer gets the question as one line."""
    asked = []

    def script(connection: socket.socket) -> None:
        asked.append(connection.recv(65536))
        for piece in (b"Name: HAProxy\n", b"Version: 2.6\n", b"\n"):
            connection.sendall(piece)

    with unix_peer(tmp_path / "s", script):
        got = unix_socket.ask(str(tmp_path / "s"), "show info", Deadline.after(5))
    assert got == b"Name: HAProxy\nVersion: 2.6\n\n"
    assert asked == [b"show info\n"]


def test_a_missing_socket_file_is_refused(tmp_path: Path) -> None:
    """No such file: no process listens."""
    with pytest.raises(Refused, match="no such file"):
        unix_socket.ask(str(tmp_path / "s"), "show info", Deadline.after(5))


def test_a_socket_file_left_over_is_refused(tmp_path: Path) -> None:
    """The file that a killed process left behind: no process listens."""
    left_over = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    left_over.bind(str(tmp_path / "s"))
    left_over.close()
    with pytest.raises(Refused, match="connection refused"):
        unix_socket.ask(str(tmp_path / "s"), "show info", Deadline.after(5))


def test_a_peer_that_never_answers_times_out(tmp_path: Path) -> None:
    """A frozen process takes the connection and sends nothing: the call ends by its deadline."""
    with unix_peer(tmp_path / "s", until_closed), pytest.raises(TimedOut):
        unix_socket.ask(str(tmp_path / "s"), "show info", Deadline.after(SOON))


def test_a_silent_peer_that_is_not_the_expected_program_is_named_at_once(tmp_path: Path) -> None:
    """After a second and not at the deadline; the expected one may think as long as it likes."""
    with unix_peer(tmp_path / "s", until_closed):
        with pytest.raises(Unreachable, match=rf"the process there is .* \(pid {os.getpid()}\)") as caught:
            unix_socket.ask(str(tmp_path / "s"), "show info", Deadline.after(600), expected=["haproxy"])
        assert not isinstance(caught.value, TimedOut)
        own = processes.by_pid(os.getpid())
        assert own
        with pytest.raises(TimedOut):
            unix_socket.ask(str(tmp_path / "s"), "show info", Deadline.after(SOON), expected=[own.name])


def test_a_process_younger_than_the_socket_did_not_make_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HAProxy -D ends after it forked, and its pid may become another program's: that one is not named."""
    young = processes.Process(os.getpid(), "something", time.time() + 60)
    monkeypatch.setattr(processes, "by_pid", lambda _: young)
    with unix_peer(tmp_path / "s", until_closed), pytest.raises(TimedOut):
        unix_socket.ask(str(tmp_path / "s"), "show info", Deadline.after(2), expected=["haproxy"])


def test_a_name_of_the_abstract_namespace(tmp_path: Path) -> None:
    """It is asked like a path, and shown as HAProxy writes it."""
    name = f"\0{tmp_path}"
    with unix_peer(Path(name), answer(b"x")):
        assert unix_socket.ask(name, "show info", Deadline.after(5)) == b"x"
    with pytest.raises(Refused, match=f"socket abns@{tmp_path}: "):
        unix_socket.ask(name, "show info", Deadline.after(5))


def test_a_full_queue_is_a_timeout_and_not_a_refusal(tmp_path: Path) -> None:
    """A process frozen for so long that its queue of connections is full is still not «not running»."""
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as frozen:
        frozen.bind(path)
        frozen.listen(0)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as earlier:
            earlier.connect(path)
            with pytest.raises(TimedOut, match="frozen"):
                unix_socket.ask(path, "show info", Deadline.after(5))


def test_a_slow_trickle_ends_by_the_deadline(tmp_path: Path) -> None:
    """A byte now and then does not put the deadline off."""
    with unix_peer(tmp_path / "s", trickle(b"", b"x")), pytest.raises(TimedOut):
        unix_socket.ask(str(tmp_path / "s"), "show info", Deadline.after(SOON))


def test_an_answer_without_end_is_unparsable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than the limit is not kept in memory."""
    monkeypatch.setattr(stream_socket, "ANSWER_LIMIT", 1024 * 1024)
    with (
        unix_peer(tmp_path / "s", flood(b"", stream_socket.ANSWER_LIMIT)),
        pytest.raises(Unparsable, match="1048576 bytes"),
    ):
        unix_socket.ask(str(tmp_path / "s"), "show info", Deadline.after(5))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become a user without the right")
def test_a_socket_we_may_not_use_is_denied(tmp_path: Path) -> None:
    """No right to connect is Denied, not «not running»."""
    tmp_path.chmod(0o711)
    for folder in tmp_path.parents:
        if folder.stat().st_uid == 0 and folder != Path("/") and "pytest" in folder.name:
            folder.chmod(0o711)
    with unix_peer(tmp_path / "s", answer(b"x")):
        (tmp_path / "s").chmod(0o600)
        os.seteuid(65534)
        try:
            with pytest.raises(Denied, match="no right"):
                unix_socket.ask(str(tmp_path / "s"), "show info", Deadline.after(5))
        finally:
            os.seteuid(0)


def test_a_path_too_long_for_a_socket_is_unreachable(tmp_path: Path) -> None:
    """What the kernel can't take as a socket's path is an error of the source, not a defect of ours."""
    with pytest.raises(Unreachable):
        unix_socket.ask(str(tmp_path / ("s" * 200)), "show info", Deadline.after(5))


def test_a_deadline_that_is_over_asks_nothing(tmp_path: Path) -> None:
    """With no time left there is no connection."""
    with pytest.raises(TimedOut):
        unix_socket.ask(str(tmp_path / "s"), "show info", Deadline.after(0))
