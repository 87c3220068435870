"""`failover-exporter status`, as it is called, against a real HTTP server on loopback."""

import base64
import json
import os
import pty
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from exporter.cli import main
from exporter.commands.status.command import WIDE
from exporter.web.status.record import to_object
from exporter.web.status.verdict import view
from tests.commands.http_server import Server, serving
from tests.transports.peers import closed_port
from tests.web.status.stories import STORIES


class Exporter(Server):
    """Answers each request alike."""

    def __init__(self) -> None:
        super().__init__()
        self.answer, self.status = b"", 200

    def reply(self, path: str) -> tuple[int, bytes]:  # noqa: ARG002  # it makes no difference
        return self.status, self.answer

    def tell(self, story: str) -> None:
        self.answer = json.dumps(to_object(view(STORIES[story](), "1.2.3"))).encode()


@pytest.fixture
def exporter() -> Iterator[Exporter]:
    server = Exporter()
    with serving(server):
        yield server


@pytest.mark.parametrize(
    ("story", "code"),
    [
        ("healthy", 0), ("passive", 0), ("half", 0),
        ("split", 1), ("down", 1), ("not-ready", 1), ("partition", 1), ("unreadable", 1),
    ],
)  # fmt: skip
def test_the_exit_code_says_whether_a_person_is_needed(exporter: Exporter, story: str, code: int) -> None:
    """So that a script, or somebody's login, can ask: not known is not well."""
    exporter.tell(story)
    assert main(["status", "--url", exporter.url]) == code


def test_in_a_pipe_it_is_plain_text(exporter: Exporter, capsys: pytest.CaptureFixture[str]) -> None:
    """No colours, and no line is broken where nobody knows a width."""
    exporter.tell("partition")
    main(["status", "--url", exporter.url])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert out.startswith("BROKEN: Clients can't work at 10.0.0.100:3306, for 8 s now")
    assert "look      HAProxy: server galera/galera-node03 is down (L4CON)\n" in out
    assert "XX" not in out  # the outage of 8 s is one minute of the strip
    assert all(len(line) <= WIDE for line in out.splitlines())
    assert exporter.asked == [("/status.json", None)]


def test_on_a_terminal_it_has_colours(exporter: Exporter, monkeypatch: pytest.MonkeyPatch) -> None:
    """As wide as the terminal is."""
    exporter.tell("split")
    ours, theirs = pty.openpty()
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    with os.fdopen(theirs, "w") as terminal, monkeypatch.context() as patch:
        patch.setattr("sys.stdout", terminal)
        main(["status", "--url", exporter.url])
    drawn = os.read(ours, 65536)
    os.close(ours)
    assert b"\x1b[1;31mBROKEN" in drawn


def test_json_is_what_the_exporter_said(exporter: Exporter, capsys: pytest.CaptureFixture[str]) -> None:
    """On one line, with what a newer exporter added."""
    answer = {**to_object(view(STORIES["healthy"](), "1.2.3")), "more": 1}
    exporter.answer = json.dumps(answer).encode()
    assert main(["status", "--url", exporter.url + "/", "--json"]) == 0
    out = capsys.readouterr().out
    assert json.loads(out) == json.loads(exporter.answer)
    assert out.count("\n") == 1


def test_escape_sequences_do_not_reach_the_terminal(
    exporter: Exporter, capsys: pytest.CaptureFixture[str]
) -> None:
    """A server's name may hold anything."""
    page = view(STORIES["healthy"](), "1.2.3")
    evil = replace(page.servers[0], name="\x1b]0;owned\x07\n[bold]x[/bold]")
    exporter.answer = json.dumps(to_object(replace(page, servers=(evil,)))).encode()
    main(["status", "--url", exporter.url])
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "[bold]x[/bold]" in out


def test_user_and_password(exporter: Exporter, tmp_path: Path) -> None:
    """From a file, so that they are in no process list; the file's line end is not part of it."""
    exporter.tell("healthy")
    secret = tmp_path / "password"
    secret.write_text("p@ss:/word\n")
    assert main(["status", f"--url={exporter.url}", "--user=o p", f"--password-file={secret}"]) == 0
    [(_, sent)] = exporter.asked
    assert sent and base64.b64decode(sent.removeprefix("Basic ")) == b"o p:p@ss:/word"


def test_a_refused_password(exporter: Exporter, capsys: pytest.CaptureFixture[str]) -> None:
    """Says what to check."""
    exporter.status = 401
    assert main(["status", "--url", exporter.url]) == 1
    assert "check user and password" in capsys.readouterr().err


def test_nobody_listens(capsys: pytest.CaptureFixture[str]) -> None:
    """Says what may be wrong."""
    assert main(["status", "--url", f"http://127.0.0.1:{closed_port()}"]) == 1
    assert "does the exporter run?" in capsys.readouterr().err


@pytest.mark.parametrize("answer", [b"<html>", b"{}", b"[1]", b"\xff", b'{"host": 3}'])
def test_another_server(exporter: Exporter, answer: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever listens at that port."""
    exporter.answer = answer
    assert main(["status", "--url", exporter.url]) == 1
    assert "no status of a failover-exporter" in capsys.readouterr().err


def test_a_password_file_that_is_not_there(exporter: Exporter, capsys: pytest.CaptureFixture[str]) -> None:
    """Named, with the system's reason."""
    assert main(["status", f"--url={exporter.url}", "--user=x", "--password-file=/nonexistent/p"]) == 1
    assert capsys.readouterr().err == "/nonexistent/p: No such file or directory\n"


@pytest.mark.parametrize("url", ["localhost:10664", "http://a:hunter2@b:1", "http://b:1/metrics", "ftp://b"])
def test_wrong_usage(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2; a password in the URL is not taken, and not printed."""
    with pytest.raises(SystemExit) as ended:
        main(["status", "--url", url])
    assert ended.value.code == 2
    err = capsys.readouterr().err
    assert "http(s)://HOST:PORT" in err
    assert "hunter2" not in err
