"""A tool that stays and answers questions: killed when an answer is late, started again for the next one.

A question is a line. An answer is a line `WORD LENGTH` and that many bytes.
"""

import os
import selectors
import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from exporter.errors import SourceError, Unparsable, Unreachable
from exporter.parsing import excerpt
from exporter.transports import command
from exporter.transports.command import OUTPUT_LIMIT
from exporter.transports.deadline import Deadline

QUESTION_LIMIT = 60_000  # bytes: a pipe takes 64 KiB (pipe(7)), so that a question is never waited for
_HEAD_LIMIT = 100  # bytes


@dataclass(frozen=True)
class Answer:
    word: str
    text: bytes


class CannotRun(Exception):
    """It can't be started, or ends at once: the text says how. Nothing was learnt of what it would ask."""


class _Ended(Exception):
    """The tool closed its output before the answer was whole; the text is what it said last."""


class StandingTool:
    """close() may be called from another thread than ask()."""

    def __init__(self, argv: Sequence[str], name: str):
        """`name` is what messages call it."""
        self._argv, self._name = argv, name
        self._process: subprocess.Popen[bytes] | None = None
        self._asking = threading.Lock()
        self._starting = threading.Lock()  # so that no process is started that close() does not see
        self._closed = False

    def ask(self, question: str, deadline: Deadline) -> Answer:
        """A tool that ended since the last answer is started again, once.

        Raises CannotRun, TimedOut, Unparsable, and Unreachable after close().
        """
        with self._asking:
            if self._process is not None:
                with suppress(_Ended):
                    return self._exchange(self._process, question, deadline)
            try:
                return self._exchange(self._begin(), question, deadline)
            except _Ended as error:
                raise CannotRun(f"ended without an answer: {error}") from None

    def close(self, patience: float = 2.0) -> None:
        """End it and start it no more. A question under way then fails."""
        with self._starting:
            self._closed = True
            if self._process and self._process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
        if self._asking.acquire(timeout=patience):
            self._end()
            self._asking.release()

    def _end(self) -> None:
        """The next question starts it again."""
        process, self._process = self._process, None
        if process:
            command.end(process)

    def _begin(self) -> "subprocess.Popen[bytes]":
        with self._starting:
            if self._closed:
                raise Unreachable(f"{self._name}: not started any more")
            try:
                self._process = command.start(self._argv, None, subprocess.PIPE)
            except SourceError as error:
                raise CannotRun(str(error)) from None
            return self._process

    def _exchange(self, process: "subprocess.Popen[bytes]", question: str, deadline: Deadline) -> Answer:
        try:
            _write(process, question)
            return self._answer(process, deadline)
        except BaseException:
            self._end()
            raise

    def _answer(self, process: "subprocess.Popen[bytes]", deadline: Deadline) -> Answer:
        answer = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(_descriptor(process.stdout), selectors.EVENT_READ)
            while True:
                if not selector.select(deadline.remaining(self._name)):
                    continue
                chunk = os.read(_descriptor(process.stdout), 65536)
                if not chunk:
                    raise _Ended(_last_words(process))
                answer += chunk
                if whole := _whole(bytes(answer)):
                    return whole


def _write(process: "subprocess.Popen[bytes]", question: str) -> None:
    line = question.encode() + b"\n"
    if len(line) > QUESTION_LIMIT or b"\n" in line[:-1]:
        raise ValueError(f"a question of {len(line)} bytes, or of several lines")
    with suppress(BrokenPipeError):  # it ended: what it said before is read all the same
        os.write(_descriptor(process.stdin), line)


def _whole(answer: bytes) -> Answer | None:
    """None as long as there is more to come. Raises Unparsable."""
    head, newline, text = answer.partition(b"\n")
    word, _, length = head.decode("ascii", "replace").partition(" ")
    if not newline and len(head) < _HEAD_LIMIT:
        return None
    if not length.isdecimal() or int(length) > OUTPUT_LIMIT or len(text) > int(length):
        raise Unparsable(f"expected an answer of a known length, got {excerpt(head)}")
    return Answer(word, text) if len(text) == int(length) else None


def _last_words(process: "subprocess.Popen[bytes]") -> str:
    """What it wrote to stderr, in one line, or how it ended."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(0.5)
    os.set_blocking(_descriptor(process.stderr), False)
    with suppress(BlockingIOError):
        if said := os.read(_descriptor(process.stderr), 65536):
            return excerpt(said.splitlines()[-1])
    return f"exit code {process.returncode}"


def _descriptor(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise ValueError("started without this pipe")
    return pipe.fileno()
