"""The source on doubles of the three tools."""

from dataclasses import replace
from pathlib import Path

import pytest

from exporter.errors import Denied, TimedOut, Unparsable, Unreachable
from exporter.sources.corosync import source as source_module
from exporter.sources.corosync.source import CorosyncSource, Options
from exporter.transports.deadline import Deadline
from tests.golden import assert_golden
from tests.sources.corosync.captures import CASES, outputs, path
from tests.sources.corosync.tools import ToolDoubles

HEALTHY = outputs("corosync-3.1.7-two-links")
DOWN = {  # measured with 3.1.7 and no corosync; exit code 1, nothing on stdout
    "cmapctl": "Failed to initialize the cmap API. Error CS_ERR_LIBRARY\n",
    "cmapctl -m": "Failed to initialize the cmap API. Error CS_ERR_LIBRARY\n",
    "cfgtool": "Could not initialize corosync configuration API error 2\n",
    "quorumtool": "Cannot initialize CMAP service\n",
}
REFUSED = {  # measured with 3.1.7 by a user that no uidgid names
    "cmapctl": "Failed to initialize the cmap API. Error CS_ERR_ACCESS\n",
    "cmapctl -m": "Failed to initialize the cmap API. Error CS_ERR_ACCESS\n",
    "cfgtool": "Could not initialize corosync configuration API error 11\n",
    "quorumtool": "Cannot initialize CMAP service\n",
}


@pytest.fixture
def tools(tmp_path: Path) -> ToolDoubles:
    doubles = ToolDoubles(tmp_path)
    doubles.show(HEALTHY)
    return doubles


@pytest.fixture
def source(tools: ToolDoubles) -> CorosyncSource:
    return CorosyncSource(tools.options)


def soon() -> Deadline:
    return Deadline.after(10)


@pytest.mark.parametrize("case", CASES)
def test_ok(case: str, tools: ToolDoubles, source: CorosyncSource) -> None:
    """Every version's outputs, printed by the tools, become the same page as the parsers make of them."""
    tools.show(outputs(case))
    assert_golden(path(case, "prom"), source.collect(source.read(soon())), update=False)
    assert_golden(path(case, "prom"), source.collect(source.read(soon())), update=False)


@pytest.mark.parametrize("known", [False, True])
def test_unreachable(known: bool, tools: ToolDoubles, source: CorosyncSource) -> None:
    """Without corosync the source is unreachable, in the words of a tool and with what to look at, before and
    after it was well."""
    if known:
        source.read(soon())
    for tool, said in DOWN.items():
        tools.answer(tool, b"", said, code=1)
    with pytest.raises(
        Unreachable, match=r"CS_ERR_LIBRARY; is Corosync running\?.*systemctl status corosync"
    ):
        source.read(soon())


@pytest.mark.parametrize("known", [False, True])
def test_denied(known: bool, tools: ToolDoubles, source: CorosyncSource) -> None:
    """A refused user is denied with the remedy, also where quorumtool prints the same as without corosync."""
    if known:
        source.read(soon())
    for tool, said in REFUSED.items():
        tools.answer(tool, b"", said, code=1)
    with pytest.raises(Denied, match=r"CS_ERR_ACCESS.*uidgid.*corosync-cfgtool -R"):
        source.read(soon())


def test_denied_with_corosync_2(tools: ToolDoubles, source: CorosyncSource) -> None:
    """With Corosync 2 no statistics map can be refused; the error number of corosync-cfgtool counts."""
    tools.show(outputs("corosync-2.4.6-rings"))
    source.read(soon())
    for tool in ("cfgtool", "quorumtool"):
        tools.answer(tool, b"", REFUSED[tool], code=1)
    with pytest.raises(Denied, match="error 11"):
        source.read(soon())


def test_a_refused_attempt_is_one_attempt(tools: ToolDoubles, source: CorosyncSource) -> None:
    """Corosync writes two log lines for each refused attempt: after a failure one tool asks first."""
    source.read(soon())
    for tool, said in REFUSED.items():
        tools.answer(tool, b"", said, code=1)
    for asked in (["cmapctl-m", "quorumtool"], ["cmapctl"], ["cmapctl"]):
        tools.runs()
        with pytest.raises(Denied):
            source.read(soon())
        assert tools.runs() == asked


def test_messages_on_stdout(tools: ToolDoubles, source: CorosyncSource) -> None:
    """corosync-cfgtool before 3.1.0 prints its failures on stdout, some of them with exit code 0."""
    tools.answer(
        "cfgtool",
        b"Printing link status.\nLocal node ID 1\nCould not get the link status, the error is: 6\n",
    )
    with pytest.raises(Unreachable, match="Could not get the link status, the error is: 6"):
        source.read(soon())


def test_not_installed() -> None:
    """A tool that is not there is unreachable, by its path."""
    with pytest.raises(Unreachable, match="/nowhere/cmapctl: not installed"):
        CorosyncSource(Options(cmapctl_path="/nowhere/cmapctl")).read(soon())


@pytest.mark.parametrize("tool", ["cmapctl", "cfgtool", "quorumtool", "cmapctl -m"])
def test_timeout(tool: str, tools: ToolDoubles, source: CorosyncSource) -> None:
    """A tool that hangs is a timeout by the deadline."""
    tools.command(tool, "exec sleep 60")
    with pytest.raises(TimedOut):
        source.read(Deadline.after(0.5))


@pytest.mark.parametrize("tool", ["cmapctl", "cfgtool", "quorumtool", "cmapctl -m"])
def test_unparsable(tool: str, tools: ToolDoubles, source: CorosyncSource) -> None:
    """A tool that prints something else, or nothing, is unparsable; the next reading is whole again."""
    for odd in (b"", b"something else\n"):
        tools.answer(tool, odd)
        with pytest.raises(Unparsable):
            source.read(soon())
    tools.show(HEALTHY)
    assert source.read(soon()).quorum.quorate


def test_a_tool_that_dies(tools: ToolDoubles, source: CorosyncSource) -> None:
    """A tool killed after a part of its output is a failure, though the part could be read."""
    source.read(soon())
    tools.command("quorumtool", f"cat {path('corosync-3.1.7-two-links', 'quorumtool')}; kill -9 $$")
    with pytest.raises(Unreachable):
        source.read(soon())


@pytest.mark.parametrize("code", [1, 2])
def test_exit_codes_that_are_health(code: int, tools: ToolDoubles, source: CorosyncSource) -> None:
    """Not quorate (2) and a faulty ring (1) are readings."""
    faulty = outputs("corosync-2.4.6-ring-faulty")
    tools.show(faulty)
    tools.answer("cfgtool", faulty.cfgtool, code=1)
    tools.answer("quorumtool", faulty.quorumtool, code=2 if code == 2 else 0)
    assert [ring.healthy for ring in source.read(soon()).rings] == [True, False]


def test_what_a_reading_costs(tools: ToolDoubles, source: CorosyncSource) -> None:
    """With knet, once the layout is known, a reading runs two tools; corosync-cfgtool is not one of them."""
    source.read(soon())
    assert tools.runs() == ["cfgtool", "cmapctl", "cmapctl-m", "quorumtool"]
    source.read(soon())
    assert tools.runs() == ["cmapctl-m", "quorumtool"]


def test_what_a_reading_costs_without_knet(tools: ToolDoubles, source: CorosyncSource) -> None:
    """Where the statistics map has no links, corosync-cfgtool is asked in each reading."""
    for case, asked in {
        "corosync-3.1.7-udpu": ["cfgtool", "cmapctl-m", "quorumtool"],
        "corosync-2.4.6-rings": ["cfgtool", "quorumtool"],
    }.items():
        tools.show(outputs(case))
        source.read(soon())
        tools.runs()
        source.read(soon())
        assert tools.runs() == asked


def test_the_layout_is_read_again_when_the_membership_changes(
    tools: ToolDoubles, source: CorosyncSource
) -> None:
    """Another ring id means that corosync may have been started with another configuration."""
    source.read(soon())
    tools.show(
        replace(
            HEALTHY,
            quorumtool=HEALTHY.quorumtool.replace(b"1.17", b"1.18"),
            config=HEALTHY.config.replace(b"token (u32) = 3000", b"token (u32) = 1000"),
        )
    )
    assert source.read(soon()).layout.configuration.token_timeout == 1.0


def test_the_layout_is_read_again_when_a_link_is_gone(tools: ToolDoubles, source: CorosyncSource) -> None:
    """A link taken out of corosync.conf is gone at once, not broken until the next minute."""
    assert len(source.read(soon()).links) == 2
    tools.show(
        replace(
            HEALTHY,
            config=b"".join(line for line in HEALTHY.config.splitlines(True) if b"ring1_addr" not in line),
            stats=b"".join(
                line for line in (HEALTHY.stats or b"").splitlines(True) if b"node2.link1" not in line
            ),
        )
    )
    reading = source.read(soon())
    assert [(link.number, link.connected) for link in reading.links] == [(0, True)]
    assert [ring.healthy for ring in reading.rings] == [True]


def test_the_layout_is_read_again_after_a_minute(
    tools: ToolDoubles, source: CorosyncSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reloaded configuration gives no sign, so it is read again when it is old."""
    source.read(soon())
    tools.runs()
    monkeypatch.setattr(source_module, "_LAYOUT_SECONDS", 0.0)
    source.read(soon())
    assert tools.runs() == ["cfgtool", "cmapctl", "cmapctl-m", "quorumtool"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"cfgtool_path": ""}, "cfgtool_path: empty"),
        ({"quorumtool_path": ""}, "quorumtool_path: empty"),
        ({"cmapctl_path": ""}, "cmapctl_path: empty"),
        ({"timeout": 0.0}, "timeout: 0 is not possible"),
        ({"timeout": 61.0}, "timeout: 61 is not possible"),
    ],
)
def test_options_are_checked(options: dict[str, object], said: str) -> None:
    """An option that can't work is an error that begins with its key."""
    with pytest.raises(ValueError, match=said):
        Options(**options)  # type: ignore[arg-type]  # as the configuration gives it
