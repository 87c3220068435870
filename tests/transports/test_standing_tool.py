"""A tool that answers questions; those here are small shell scripts."""

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from exporter.errors import TimedOut, Unparsable, Unreachable
from exporter.transports.deadline import Deadline
from exporter.transports.standing_tool import QUESTION_LIMIT, Answer, CannotRun, StandingTool

ECHO = 'while read -r line; do printf "ok %d\\n%s" ${#line} "$line"; done'
PID = 'while read -r line; do printf "ok %d\\n%s" ${#$} $$; done'


@pytest.fixture
def tool(tmp_path: Path) -> Callable[[str], StandingTool]:
    def write(script: str) -> StandingTool:
        path = tmp_path / "tool"
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)
        return StandingTool((str(path),), "tool")

    return write


def soon() -> Deadline:
    return Deadline.after(10)


def gone(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return False
    return True


def test_one_process_answers_all_questions(tool: Callable[[str], StandingTool]) -> None:
    """Each question gets its own answer, of whatever length, from the process that answered the last one."""
    echo = tool(ECHO)
    for question in ("a", "", "a longer question", "x" * (QUESTION_LIMIT - 1)):
        assert echo.ask(question, soon()) == Answer("ok", question.encode())
    echo.close()
    teller = tool(PID)
    assert teller.ask("who", soon()) == teller.ask("who", soon())
    teller.close()


def test_one_that_ended_is_started_again(tool: Callable[[str], StandingTool]) -> None:
    """Between two questions it may end, by itself or killed: the next one is answered all the same."""
    once = tool('read -r line; printf "ok 4\\nonce"')
    assert [once.ask("", soon()).text for _ in range(3)] == [b"once"] * 3
    once.close()
    teller = tool(PID)
    first = int(teller.ask("who", soon()).text)
    os.kill(first, signal.SIGKILL)
    assert int(teller.ask("who", soon()).text) != first
    teller.close()


def test_a_late_answer_costs_the_process(tool: Callable[[str], StandingTool]) -> None:
    """It is killed at the deadline, as when it is stopped, and another one answers the next question."""
    teller = tool(PID)
    first = int(teller.ask("who", soon()).text)
    os.kill(first, signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(TimedOut, match="tool: no answer in time"):
        teller.ask("who", Deadline.after(0.1))
    assert time.monotonic() - began < 5
    assert gone(first)
    assert int(teller.ask("who", soon()).text) != first
    teller.close()


@pytest.mark.parametrize(
    "script", ["exit 3", "read -r line; echo a trace >&2; exit 1", 'read -r; printf "ok 9\\ncut"']
)
def test_one_that_never_answers_cannot_run(script: str, tool: Callable[[str], StandingTool]) -> None:
    """It is started once for a question, and its last words are the reason."""
    with pytest.raises(CannotRun, match=r"ended without an answer: (exit code [03]|b'a trace')"):
        tool(script).ask("", soon())


def test_one_that_is_not_there_cannot_run() -> None:
    """Nothing was learnt about what it would have asked."""
    with pytest.raises(CannotRun, match="/nowhere: not installed"):
        StandingTool(("/nowhere",), "tool").ask("", soon())


@pytest.mark.parametrize("answer", ["ok many\\n", "ok 3\\nfour", "ok 99999999999\\n", "x" * 200])
def test_an_answer_of_another_form_is_unparsable(answer: str, tool: Callable[[str], StandingTool]) -> None:
    """What has no length, or another one than it says, is not believed; the process is ended."""
    odd = tool(f'read -r line; printf "{answer}"; sleep 1000')
    with pytest.raises(Unparsable, match="expected an answer of a known length"):
        odd.ask("", soon())


@pytest.mark.parametrize("question", ["two\nlines", "x" * QUESTION_LIMIT])
def test_a_question_is_one_line_that_a_pipe_takes(question: str, tool: Callable[[str], StandingTool]) -> None:
    """Anything else is a defect of who asks."""
    with pytest.raises(ValueError, match="a question of"):
        tool(ECHO).ask(question, soon())


def test_close_ends_a_question_under_way(tool: Callable[[str], StandingTool]) -> None:
    """From another thread, at once; no question starts it again."""
    silent = tool("sleep 1000")
    began = time.monotonic()
    threading.Timer(0.2, silent.close).start()
    with pytest.raises((CannotRun, Unreachable)):
        silent.ask("", Deadline.after(30))
    assert time.monotonic() - began < 10
    with pytest.raises(Unreachable, match="not started any more"):
        silent.ask("", soon())
