"""Tools that keep running. Those here are small shell scripts; the real one runs in the lab."""

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from exporter.transports import stream as stream_module
from exporter.transports.stream import Stream

PATIENCE = 20.0


class Listener:
    def __init__(self) -> None:
        self.text = b""
        self._news = threading.Condition()

    def __call__(self, output: bytes) -> None:
        with self._news:
            self.text += output
            self._news.notify_all()

    def until(self, true: Callable[[bytes], object]) -> bytes:
        with self._news:
            assert self._news.wait_for(lambda: true(self.text), PATIENCE), self.text
            return self.text


@pytest.fixture
def tool(tmp_path: Path) -> Callable[[str], str]:
    def write(script: str) -> str:
        path = tmp_path / "tool"
        path.write_text(f"#!/bin/sh\n{script}")
        path.chmod(0o755)
        return str(path)

    return write


def alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def test_output_is_passed_on_at_once(tool: Callable[[str], str]) -> None:
    """In the C locale, with what the environment adds, while the tool runs on."""
    listener = Listener()
    stream = Stream([[tool('echo "$LC_ALL $TZ $1"; exec sleep 1000'), "given"]], listener, {"TZ": "UTC0"})
    stream.start()
    listener.until(lambda text: text == b"C UTC0 given\n")
    assert stream.running
    stream.stop()
    assert not stream.running


def test_it_is_killed_with_all_it_started(tool: Callable[[str], str]) -> None:
    """Its children too, at once, whatever they ignore."""
    listener = Listener()
    stream = Stream([[tool("trap '' TERM; sleep 1000 & echo $$ $!; wait")]], listener)
    stream.start()
    pids = [int(pid) for pid in listener.until(lambda text: text.endswith(b"\n")).split()]
    assert all(map(alive, pids))
    stream.stop()
    for pid in pids:
        for _ in range(10_000):
            if not alive(pid):
                break
        assert not alive(pid)


def test_it_is_started_again_when_it_ends(
    tool: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a pause that doubles: the tool that is missing, or ends at once, costs ever less."""
    pauses: list[float] = []
    listener = Listener()
    stream = Stream([[tool("echo once")]], listener)

    def wait(pause: float) -> None:
        pauses.append(pause)
        if len(pauses) == 5:
            stream._stopping.set()

    monkeypatch.setattr(stream_module, "LONGEST_PAUSE", 4.0)
    monkeypatch.setattr(stream._stopping, "wait", wait)
    stream.start()
    listener.until(lambda text: text == b"once\n" * 5)
    stream.stop()
    assert pauses == [1.0, 2.0, 4.0, 4.0, 4.0]


def test_a_tool_that_is_not_there_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be installed later."""
    stream = Stream([["/nonexistent/tool"]], Listener())
    tried: list[float] = []

    def wait(pause: float) -> None:
        tried.append(pause)
        if len(tried) == 3:
            stream._stopping.set()

    monkeypatch.setattr(stream._stopping, "wait", wait)
    stream.start()
    stream._thread.join(PATIENCE)
    assert len(tried) == 3


def test_another_dialect_after_a_usage_error(tool: Callable[[str], str]) -> None:
    """An older tool knows other options."""
    listener = Listener()
    path = tool('[ "$1" = old ] || exit 64; echo works; exec sleep 1000')
    stream = Stream([[path, "new"], [path, "old"]], listener)
    stream.start()
    listener.until(lambda text: text == b"works\n")
    stream.stop()


def test_a_callback_that_raises_ends_the_run_not_the_stream(
    tool: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect of ours: logged, and the tool is started again."""
    calls: list[bytes] = []

    def raising(output: bytes) -> None:
        calls.append(output)
        raise ValueError("odd")

    stream = Stream([[tool("echo odd; exec sleep 1000")]], raising)
    again = threading.Event()
    monkeypatch.setattr(stream._stopping, "wait", lambda _: again.set() if len(calls) > 1 else None)
    stream.start()
    assert again.wait(PATIENCE)
    stream._stopping.set()
    stream.stop()


def test_a_tool_that_prints_without_end_is_slowed_down(
    tool: Callable[[str], str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """So many bytes a second are read, the rest waits in the pipe; one line in the log; it stops at once."""
    monkeypatch.setattr(stream_module, "BYTES_PER_SECOND", 300_000)
    listener = Listener()
    stream = Stream([[tool("exec cat /dev/zero")]], listener)
    began, cpu = time.monotonic(), time.process_time()
    stream.start()
    got = len(listener.until(lambda text: len(text) > 700_000))
    seconds = time.monotonic() - began
    assert seconds > 1.5  # two windows of 300,000 bytes were full before
    assert got <= (seconds + 1) * (300_000 + 65536)
    assert time.process_time() - cpu < 0.5 * seconds
    began = time.monotonic()
    stream.stop(PATIENCE)
    assert time.monotonic() - began < 5
    assert not stream._thread.is_alive()
    assert len([record for record in caplog.records if "bytes a second" in record.message]) == 1


def test_stop_before_start_and_twice() -> None:
    """Nothing to stop is no error."""
    stream = Stream([["/nonexistent/tool"]], Listener())
    stream.stop()
    stream.stop()
