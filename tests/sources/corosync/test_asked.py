"""The libraries' way, with a double of the program that asks them: it answers with captured outputs.

The program itself runs in tests/lab/test_corosync.py.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

import pytest

from exporter.errors import Denied, TimedOut, Unreachable
from exporter.sources.corosync import asked
from exporter.sources.corosync.source import CorosyncSource, Options
from exporter.transports.corosync_libraries import FAILED, OK, UNSUITABLE
from exporter.transports.deadline import Deadline
from exporter.transports.standing_tool import QUESTION_LIMIT, Answer, CannotRun
from tests.golden import assert_golden
from tests.sources.corosync.captures import CASES, Outputs, outputs, path
from tests.sources.corosync.tools import ToolDoubles

KNOWN = [case for case in CASES if case.startswith(("corosync-3.1.7", "corosync-3.1.9"))]
DOWN = b"Failed to initialize the cmap API. Error CS_ERR_LIBRARY"
REFUSED = b"Failed to initialize the cmap API. Error CS_ERR_ACCESS"


class Program:
    """The double; what `says` has is said first, one for each question."""

    def __init__(self) -> None:
        self.shown: Outputs = outputs("corosync-3.1.7-two-links")
        self.says: list[Answer | Exception] = []
        self.questions: list[str] = []
        self.closed = False

    def __call__(self, _argv: Sequence[str], _name: str) -> "Program":
        return self

    def ask(self, question: str, _deadline: Deadline) -> Answer:
        assert len(question) < QUESTION_LIMIT
        what, *keys = question.split()
        self.questions.append(what)
        if self.says:
            said = self.says.pop(0)
            if isinstance(said, Exception):
                raise said
            return said
        tools = {"quorum": self.shown.quorumtool, "links": self.shown.cfgtool, "map": self.shown.config}
        return Answer(OK, tools[what] if what in tools else _those(self.shown.stats or b"", keys))

    def close(self) -> None:
        self.closed = True


def _those(stats: bytes, keys: Sequence[str]) -> bytes:
    lines = {line.partition(b" ")[0].decode(): line for line in stats.splitlines(True)}
    return b"".join(
        line
        for wanted in keys
        for key, line in lines.items()
        if key == wanted or (wanted[-1] == "." and wanted in key)
    )


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch) -> Program:
    program = Program()
    monkeypatch.setattr(asked, "StandingTool", program)
    return program


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ToolDoubles:
    """Those that are found without a path."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    doubles = ToolDoubles(tmp_path)
    doubles.show(outputs("corosync-3.1.7-two-links"))
    return doubles


def soon() -> Deadline:
    return Deadline.after(10)


@pytest.mark.parametrize("case", KNOWN)
def test_the_same_page(case: str, program: Program) -> None:
    """What the tools' outputs become, whoever gave them."""
    program.shown = outputs(case)
    source = CorosyncSource(Options())
    for _ in range(2):
        assert_golden(path(case, "prom"), source.collect(source.read(soon())), update=False)


def test_what_a_reading_asks(program: Program) -> None:
    """With knet, once the layout is known, two questions."""
    source = CorosyncSource(Options())
    source.read(soon())
    assert program.questions == ["map", "links", "stats", "quorum"]
    source.read(soon())
    assert program.questions[4:] == ["stats", "quorum"]
    source.close()
    assert program.closed


def test_a_corosync_that_was_restarted_is_a_reading(program: Program) -> None:
    """Connections to the one before fail once; the next program connects to the new one."""
    source = CorosyncSource(Options())
    source.read(soon())
    program.says = [Answer(FAILED, b"Can't get value of stats.srp.mcast_retx. Error CS_ERR_LIBRARY")]
    assert source.read(soon()).quorum.ring_id == "1.17"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            DOWN,
            (Unreachable, r"libcorosync: .*CS_ERR_LIBRARY; is Corosync running\?.*systemctl status corosync"),
        ),
        (REFUSED, (Denied, r"libcorosync: .*CS_ERR_ACCESS.*uidgid.*corosync-cfgtool -R")),
    ],
)
@pytest.mark.parametrize("known", [False, True])
def test_what_corosync_refuses(
    known: bool, said: bytes, expected: tuple[type[Exception], str], program: Program, tools: ToolDoubles
) -> None:
    """Not running and denied are those of the tools, which are not run too, before and after it was well."""
    kind, text = expected
    source = CorosyncSource(Options())
    if known:
        source.read(soon())
    program.says = [Answer(FAILED, said)] * 2
    with pytest.raises(kind, match=text):
        source.read(soon())
    assert tools.runs() == []
    asked_before = len(program.questions)
    program.says = [Answer(FAILED, said)] * 2
    with pytest.raises(kind):
        source.read(soon())
    assert len(program.questions) == asked_before + 1  # a refused attempt is one attempt


def test_a_hung_corosync_times_out(program: Program, tools: ToolDoubles) -> None:
    """The tools would hang too."""
    source = CorosyncSource(Options())
    program.says = [TimedOut("libcorosync: no answer in time")]
    with pytest.raises(TimedOut):
        source.read(soon())
    assert tools.runs() == []


@pytest.mark.parametrize(
    "said", [Answer(UNSUITABLE, b"libcmap.so.4: not there"), CannotRun("libcmap.so.4: not there")]
)
def test_the_tools_are_the_way_back(
    said: Answer | Exception, program: Program, tools: ToolDoubles, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the libraries can't be used the same reading comes from the tools: said once, tried again."""
    caplog.set_level(logging.INFO)
    source = CorosyncSource(Options())
    program.says = [said, said]
    for _ in range(2):
        assert_golden(
            path("corosync-3.1.7-two-links", "prom"), source.collect(source.read(soon())), update=False
        )
    assert program.questions == ["map"]
    assert tools.runs() == ["cfgtool", "cmapctl", "cmapctl-m", "cmapctl-m", "quorumtool", "quorumtool"]
    source._tools_until = 0.0
    source.read(soon())
    assert program.questions == ["map", "stats"]
    assert [record.message for record in caplog.records] == [
        "corosync: asked by its tools, its libraries can't be used: libcmap.so.4: not there"
    ]
    tools.runs()
    source._tools_until = 0.0
    source.read(soon())
    assert program.questions[2:] == ["stats", "quorum"]
    assert tools.runs() == []


def test_tools_that_are_configured_are_used(program: Program, tools: ToolDoubles) -> None:
    """Who names a tool means it."""
    source = CorosyncSource(tools.options)
    source.read(soon())
    source.close()
    assert program.questions == []


def test_many_links_are_several_questions(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question is no longer than a pipe takes."""
    monkeypatch.setattr(asked, "_AT_ONCE", 5)
    source = CorosyncSource(Options())
    source.read(soon())
    assert program.questions.count("stats") > 2
    assert_golden(path("corosync-3.1.7-two-links", "prom"), source.collect(source.read(soon())), update=False)
