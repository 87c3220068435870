"""The command as a user starts it, in front of a real HAProxy and MariaDB."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.mariadb import free_ports
from tests.watchers.prober.stand import PASSWORD, SERVER_NAME, USER, Stand

COMMAND = [sys.executable, "-m", "exporter", "watch"]
SUMMARY = "watched for"


@contextmanager
def watching(*arguments: str, **how: Any) -> "Iterator[subprocess.Popen[str]]":
    pipe = subprocess.PIPE
    given: dict[str, Any] = {"stdout": pipe, "stderr": pipe, "text": True, **how}
    with subprocess.Popen([*COMMAND, *arguments], **given) as process:
        try:
            yield process
        finally:
            process.kill()


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, timeout=60, check=False)


def line_with(process: "subprocess.Popen[str]", wanted: str) -> str:
    """The next line that has it."""
    assert process.stdout
    for line in process.stdout:
        if re.search(wanted, line):
            return line
    raise AssertionError(f"it ended without {wanted!r}: {process.stderr and process.stderr.read()}")


@pytest.fixture
def client_file(tmp_path: Path) -> str:
    path = tmp_path / "probe.cnf"
    path.write_text(f"[client]\nuser = {USER}\npassword = {PASSWORD}\nskip-ssl\n")
    return str(path)


def test_ctrl_c_sums_up(stand: Stand, client_file: str) -> None:
    """With an account the node that answered is named; SIGINT ends it with a summary and 0."""
    with watching(f"127.0.0.1:{stand.port}", "--client-file", client_file) as process:
        line = line_with(process, f"answered, slowest .* ms  {SERVER_NAME} ")
        assert "\x1b" not in line
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, err) == (0, "")
    assert f"--- 127.0.0.1:{stand.port}, {SUMMARY}" in out
    assert re.search(r"\n\d+ attempts, \d+ answered\nno outage\nfastest ", out)
    assert f"answered by {SERVER_NAME} 100.0%" in out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_with_nothing_but_the_address(stand: Stand, number: signal.Signals) -> None:
    """The handshake alone: it is answered, the first line says what that doesn't show, and the client isn't
    blocked afterwards."""
    with watching(f"127.0.0.1:{stand.port}", "--interval=0.02") as process:
        first = line_with(process, "handshake only: --client-file shows who answers")
        assert "max_connections" in first and "ProxySQL" in first
        line_with(process, r"(\d+) of \1 answered, slowest [0-9.]+ ms$")
        process.send_signal(number)
        assert (process.wait(20), stand.lets_a_client_in()) == (0, True)


def test_an_outage_shows_with_its_duration(stand: Stand) -> None:
    """HAProxy ended and started again: a failing second, the outage, the summary with it, as JSON."""
    with watching(f"127.0.0.1:{stand.port}", "--json") as process:
        json.loads(line_with(process, '"second"'))
        stand.stop_haproxy()
        failing = json.loads(line_with(process, '"refused"'))
        stand.start_haproxy()
        outage = json.loads(line_with(process, '"outage"'))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    *_, summary = (json.loads(line) for line in out.splitlines())
    assert (failing["out"] > 0, "nobody listens" in failing["detail"], err) == (True, True, "")
    assert 0.02 < outage["duration"] < 20
    assert (summary["kind"], summary["outages"], summary["outage_seconds"]) == (
        "summary",
        1,
        outage["duration"],
    )
    assert summary["attempts"] == summary["answered"] + sum(summary["failures"].values())


def test_an_outage_that_ended_just_now_is_in_the_summary(stand: Stand) -> None:
    """Ended by a signal as soon as it recovered: the outage is not lost."""
    with watching(f"127.0.0.1:{stand.port}", "--interval=0.02") as process:
        line_with(process, "answered")
        stand.stop_haproxy()
        line_with(process, "failed: refused")
        stand.start_haproxy()
        line_with(process, r"[1-9]\d* of \d+ answered")
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=20)
    assert "\n1 outage, " in out


def test_count_and_duration_end_it(stand: Stand) -> None:
    """After exactly so many attempts; after so many seconds."""
    target = f"127.0.0.1:{stand.port}"
    ran = run(target, "--count=5", "--interval=0.02")
    assert (ran.returncode, "\n5 attempts, 5 answered\n" in ran.stdout) == (0, True)
    ran = run(target, "--duration=0.5", "--json")
    assert ran.returncode == 0
    assert 0.5 <= json.loads(ran.stdout.splitlines()[-1])["seconds"] < 5


def test_nothing_answered_is_1() -> None:
    """As ping: every attempt failed; the summary says why, and that the outage lasts."""
    (port,) = free_ports(1)
    ran = run(f"127.0.0.1:{port}", "--count=3", "--interval=0.02")
    assert ran.returncode == 1
    assert "\n3 attempts, 0 answered, 3 failed (100.00%): refused 3\n" in ran.stdout
    assert "\nnothing answered; the last attempt failed: refused in connect: " in ran.stdout
    assert "when this ended\n" in ran.stdout


def test_a_frozen_server_holds_nothing_up(stand: Stand) -> None:
    """Attempts wait, which shows, and the end doesn't wait for them."""
    with stand.frozen_haproxy(), watching(f"127.0.0.1:{stand.port}", "--timeout=30") as process:
        line_with(process, "0 of 0 answered, .* waiting")
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=15)
        assert process.returncode == 1
    stand.sql("FLUSH HOSTS")  # those that hung up were passed on after all, and count against HAProxy
    assert re.search(r"0 attempts, 0 answered; \d+ more without an answer when this ended", out)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "required: VIP:PORT"),
        (["10.0.0.1:http"], "is not ADDRESS[:PORT], as in 10.0.0.100:3306"),
        (["127.0.0.1", "--interval=0"], "interval: 0 is not possible, expected 0.02 to 60 seconds"),
        (["127.0.0.1", "--timeout=99"], "timeout: 99 is not possible, expected 0.5 to 30 seconds"),
        (["127.0.0.1", "--count=0"], "'0' is not a number above 0"),
        (["127.0.0.1", "--duration=soon"], "'soon' is not a number above 0"),
        (["127.0.0.1", "--client-file=/nowhere/x.cnf"], "/nowhere/x.cnf: there is no such file"),
        (["no-such-host.invalid"], "no-such-host.invalid: "),
    ],
)
def test_wrong_usage_is_2(arguments: list[str], said: str) -> None:
    """What can't be done is named, before anything is tried."""
    ran = run(*arguments)
    assert (ran.returncode, said in ran.stderr, ran.stdout) == (2, True, ""), ran.stderr


def test_ipv6_is_understood() -> None:
    """An address in brackets is probed; here nobody listens."""
    (port,) = free_ports(1)
    ran = run(f"[::1]:{port}", "--count=2")
    assert (ran.returncode, f"--- [::1]:{port}, {SUMMARY}" in ran.stdout) == (1, True)


def test_colour_and_progress_on_a_terminal(stand: Stand) -> None:
    """A terminal gets colour, and no more colour with NO_COLOR."""
    for environment, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        ours, theirs = pty.openpty()
        clean = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
        with watching(
            f"127.0.0.1:{stand.port}", "--duration=1.2", stdout=theirs, env=clean | environment
        ) as process:
            os.close(theirs)
            shown = b""
            while chunk := _read(ours):
                shown += chunk
            assert process.wait(20) == 0
        os.close(ours)
        assert (b"\x1b[32m" in shown, b"\r\x1b[K" in shown) == (coloured, True), shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux: the other end is closed
        return b""


def test_a_reader_that_has_seen_enough_ends_it(stand: Stand) -> None:
    """`| head -1`: no traceback."""
    with watching(f"127.0.0.1:{stand.port}", "--interval=0.02") as process:
        assert process.stdout and process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert (process.wait(20), process.stderr.read()) == (0, "")
