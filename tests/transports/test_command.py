"""Tools run to their end, or killed with everything they started. Small shell scripts are the tools."""

import os
import threading
from pathlib import Path

import psutil
import pytest

from exporter.errors import Denied, TimedOut, Unparsable, Unreachable
from exporter.transports.command import OUTPUT_LIMIT, Completed, run
from exporter.transports.deadline import Deadline

SOON = 0.3  # seconds; for tests in which the deadline is what ends the call


@pytest.fixture
def tool(tmp_path: Path) -> Path:
    return tmp_path / "tool"


def script(tool: Path, *lines: str, mode: int = 0o755) -> list[str]:
    tool.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    tool.chmod(mode)
    return [str(tool)]


def pids(tool: Path) -> list[int]:
    """The tool's own process and those that it started: each script writes them beside itself."""
    return [int(pid) for pid in tool.with_name("pids").read_text().split()]


def gone(pid: int) -> bool:
    """Ended: not there, or waiting for a parent that is not ours to reap it."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def all_end(processes: list[int]) -> bool:
    """A killed process is over a moment after the signal."""
    give_up = threading.Event()
    timer = threading.Timer(10, give_up.set)
    timer.start()
    try:
        while not (over := all(map(gone, processes))) and not give_up.wait(0.01):
            pass
        return over
    finally:
        timer.cancel()


def no_child_is_left() -> bool:
    """Neither running nor a zombie; the test process may have others of its own, which are not shells."""
    return not [child for child in psutil.Process().children() if child.name() in {"sh", "sleep", "tool"}]


def test_output_errors_and_exit_code_come_back(tool: Path) -> None:
    """What it printed on each side, and how it ended, which is the caller's to judge."""
    argv = script(tool, "echo out", "echo err >&2", "exit 3")
    assert run(argv, Deadline.after(10)) == Completed(3, b"out\n", b"err\n")
    assert no_child_is_left()


def test_arguments_go_without_a_shell(tool: Path) -> None:
    """What a shell would expand or run is handed over as it is."""
    argv = [*script(tool, "printf '%s|' \"$@\""), "$(id)", "a b", "*", ";exit 9"]
    assert run(argv, Deadline.after(10)).stdout == b"$(id)|a b|*|;exit 9|"


def test_environment(tool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The C locale whatever ours is, our own variables otherwise, and those of the caller on top."""
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setenv("KEPT", "yes")
    argv = script(tool, 'echo "$LC_ALL $KEPT $CIB_file"')
    assert run(argv, Deadline.after(10), {"CIB_file": "x.xml"}).stdout == b"C yes x.xml\n"


def test_standard_input_is_empty(tool: Path) -> None:
    """A tool that reads its input is at its end at once, and does not get ours."""
    reading, writing = os.pipe()
    os.write(writing, b"ours\n")
    ours = os.dup(0)
    os.dup2(reading, 0)
    try:
        assert run(script(tool, "head -n 1", "echo over"), Deadline.after(10)).stdout == b"over\n"
    finally:
        os.dup2(ours, 0)
        for descriptor in (reading, writing, ours):
            os.close(descriptor)


def test_no_descriptor_of_ours_is_handed_down(tool: Path) -> None:
    """A socket or database of the exporter is not open in the tool."""
    with Path(__file__).open() as ours:
        os.set_inheritable(ours.fileno(), True)
        argv = script(tool, f"test -e /proc/self/fd/{ours.fileno()} && echo open")
        assert run(argv, Deadline.after(10)).stdout == b""


def test_both_outputs_at_once(tool: Path) -> None:
    """More on both sides than a pipe holds does not stop either."""
    argv = script(tool, "head -c 300000 /dev/zero >&2 & head -c 300000 /dev/zero; wait")
    done = run(argv, Deadline.after(10))
    assert (len(done.stdout), len(done.stderr)) == (300_000, 300_000)


def test_not_installed(tool: Path) -> None:
    """A path where nothing is, is Unreachable by that path."""
    with pytest.raises(Unreachable, match=r"tool: not installed, .* can name another"):
        run([str(tool)], Deadline.after(10))


def test_not_executable(tool: Path) -> None:
    """A file without execute permission is Denied by its path, with the command that changes it."""
    with pytest.raises(Denied, match=r"tool: no right to execute it: `chmod a\+rx .*/tool`"):
        run(script(tool, mode=0o644), Deadline.after(10))


def test_a_folder_is_no_tool(tmp_path: Path) -> None:
    """A path that ends too early."""
    with pytest.raises(Denied, match="is a folder, not a tool"):
        run([str(tmp_path)], Deadline.after(10))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to become a user without the right")
def test_a_folder_above_that_is_closed(tool: Path) -> None:
    """The tool's own mode is right: the text lists where to look."""
    argv = script(tool)
    tool.parent.chmod(0o700)
    os.seteuid(65534)
    try:
        with pytest.raises(Denied, match=r"as user 65534: look at the folders above it \(`namei -l /"):
            run(argv, Deadline.after(10))
    finally:
        os.seteuid(0)


def test_not_a_program(tool: Path) -> None:
    """A file that the kernel can't execute, or a path through a file, is Unreachable."""
    tool.write_bytes(b"\x00\x01\x02")
    tool.chmod(0o755)
    for argv in ([str(tool)], [str(tool / "below")]):
        with pytest.raises(Unreachable, match="can't be started"):
            run(argv, Deadline.after(10))


def test_deadline_kills_the_tool_and_what_it_started(tool: Path) -> None:
    """A hung tool with a child of its own: both are killed, the tool is reaped, and it is a timeout."""
    argv = script(tool, "sleep 1000 &", 'echo $$ $! > "$0.new"; mv "$0.new" "${0%/*}/pids"', "wait")
    with pytest.raises(TimedOut, match="tool: no answer in time"):
        run(argv, Deadline.after(SOON))
    assert len(pids(tool)) == 2
    assert all_end(pids(tool))
    assert no_child_is_left()


def test_tool_that_ends_and_leaves_a_child_with_its_output(tool: Path) -> None:
    """The tool is over, its child still holds the output: a timeout, and the child is killed too."""
    argv = script(tool, "sleep 1000 &", 'echo $$ $! > "${0%/*}/pids"')
    with pytest.raises(TimedOut):
        run(argv, Deadline.after(SOON))
    assert len(pids(tool)) == 2
    assert all_end(pids(tool))
    assert no_child_is_left()


def test_tool_that_closes_its_output_and_stays(tool: Path) -> None:
    """Both outputs closed, and no end: killed at the deadline."""
    argv = script(tool, 'echo $$ > "${0%/*}/pids"', "exec >&- 2>&-", "sleep 1000")
    with pytest.raises(TimedOut, match="closed its output and did not end in time"):
        run(argv, Deadline.after(SOON))
    assert all_end(pids(tool))
    assert no_child_is_left()


def test_tool_that_ignores_signals_and_is_stopped(tool: Path) -> None:
    """Neither a tool that ignores SIGTERM nor one that is stopped outlives the deadline."""
    argv = script(tool, 'echo $$ > "${0%/*}/pids"', "trap '' TERM HUP INT", "kill -STOP $$")
    with pytest.raises(TimedOut):
        run(argv, Deadline.after(SOON))
    assert all_end(pids(tool))
    assert no_child_is_left()


@pytest.mark.parametrize("side", ["1", "2"])
def test_output_without_end(side: str, tool: Path) -> None:
    """More than the limit on either side is Unparsable, and the tool is killed."""
    argv = script(tool, 'echo $$ > "${0%/*}/pids"', f"exec cat /dev/zero >&{side}")
    with pytest.raises(Unparsable, match=f"more than {OUTPUT_LIMIT} bytes"):
        run(argv, Deadline.after(30))
    assert all_end(pids(tool))
    assert no_child_is_left()


def test_no_descriptor_is_left(tool: Path) -> None:
    """However it ended, no pipe stays open here."""
    before = psutil.Process().num_fds()
    run(script(tool, "echo out"), Deadline.after(10))
    with pytest.raises(TimedOut):
        run(script(tool, "sleep 1000"), Deadline.after(SOON))
    with pytest.raises(Denied):
        run(script(tool, mode=0o644), Deadline.after(10))
    assert psutil.Process().num_fds() == before


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        (b"Could not\n  connect: \xff\n", "Could not connect: \ufffd"),
        (b"", "exit code 7, no message"),
        (b"x" * 5000, "x" * 300),
    ],
)
def test_complaint(stderr: bytes, said: str) -> None:
    """What the tool said, in one line that fits an error text."""
    assert Completed(7, b"", stderr).complaint() == said
