"""Events as text and as JSON."""

import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from rich.console import Console

from exporter.commands.events.table import BAR, as_json, bar, since, table
from exporter.watchers.failover.events import Event
from tests.watchers.failover.made_events import FELT, MOVED

RESTARTED = replace(
    FELT, resource="haproxy", kind="restart", target="haproxy-node01", cause="resource_failure",
    phases={"total": 0.8, "detection": 0.4, "service": 0.2, "reconnect": 0.2}, late=False,
)  # fmt: skip


def shown(events: Sequence[Event], *, terminal: bool) -> str:
    out = io.StringIO()
    Console(
        file=out,
        width=200,
        force_terminal=terminal,
        color_system="standard" if terminal else None,
        highlight=False,
    ).print(table(events, UTC))
    return out.getvalue()


def lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines()]


def test_one_line_an_event() -> None:
    """Time, what, where, why, how long clients were out, and the phases as a bar."""
    moved = replace(MOVED, origin="lb-a", target="lb-b", resource="vip")
    felt = replace(moved, outages=FELT.outages, phases=FELT.phases)
    restart = replace(RESTARTED, origin="lb-a", target="lb-a")
    assert lines(shown([felt, restart, replace(moved, late=True)], terminal=False)) == [
        "time                           resource  what         from -> to    cause"
        "             clients out  phases",
        "2026-11-22 11:42:22.500+00:00  vip       move         lb-a -> lb-b  operator_move     0.300 s      "
        "AAAAAAAAAA..........",
        "2026-11-22 11:42:22.500+00:00  haproxy   restart      lb-a          resource_failure  0.300 s      "
        "DDDDDDDDDDSSSSSRRRRR",
        "2026-11-22 11:42:22.500+00:00  vip       move (late)  lb-a -> lb-b  operator_move     -",
        "D detection  A address  S service  R reconnect  . not observed from here  (late) found afterwards",
    ]


def test_colour_is_only_paint() -> None:
    """Without the escapes the text is the same."""
    plain, painted = (shown([FELT, RESTARTED], terminal=terminal) for terminal in (False, True))
    assert "\x1b[" in painted
    assert "\x1b[" not in plain
    assert lines(re.sub(r"\x1b\[[0-9]*m", "", painted)) == lines(plain)


def test_control_characters_do_not_reach_the_terminal() -> None:
    """A journal may come from somewhere else."""
    text = shown([replace(MOVED, resource="vip\x1b[2J\r", origin="a\nb")], terminal=False)
    assert "\x1b" not in text
    assert len(lines(text)) == 3


def test_nothing_happened() -> None:
    """Says so, rather than an empty screen; as JSON it is no line at all."""
    assert shown([], terminal=True) == "no failovers\n"
    assert as_json([]) == ""


def test_json_has_everything_one_object_a_line() -> None:
    """Outage and evidence too; the time also in words."""
    first, second = map(json.loads, as_json([FELT, MOVED]).splitlines())
    assert first["time"] == "2026-11-22T11:42:22.500+00:00"
    assert first["outage"]["seconds"] == 0.3
    assert first["evidence"] == list(FELT.evidence)
    assert [one["port"] for one in first["outages"]] == [3306]
    assert (second["outage"], second["outages"]) == (None, [])


@pytest.mark.parametrize(
    "phases",
    [
        {},
        {"total": 0.0},
        {"total": 1.0},
        {"total": 1.0, "detection": 1 / 3, "address": 2 / 3},
        {"total": 5e-324, "detection": 1e308, "address": 1e308},
    ],
)
def test_the_bar_is_always_as_wide_or_absent(phases: dict[str, float]) -> None:
    """Whatever was observed."""
    assert len(bar(replace(FELT, phases=phases))) in (0, BAR)


NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("24h", NOW - timedelta(hours=24)),
        ("90m", NOW - timedelta(minutes=90)),
        ("7d", NOW - timedelta(days=7)),
        ("2026-11-22", datetime(2026, 11, 21, 23, 0, tzinfo=UTC)),
        ("2026-11-22T03:00", datetime(2026, 11, 22, 2, 0, tzinfo=UTC)),
        ("2026-11-22T03:00+00:00", datetime(2026, 11, 22, 3, 0, tzinfo=UTC)),
    ],
)
def test_since_takes_durations_and_times(text: str, expected: datetime) -> None:
    """A time without a zone is the host's."""
    assert since(text, NOW) == expected.timestamp()


@pytest.mark.parametrize("text", ["", "yesterday", "24", "h", "-1h", "2026-13-01", "\u0662\u0664h"])
def test_since_says_what_it_takes(text: str) -> None:
    """Anything else is refused in a sentence."""
    with pytest.raises(ValueError, match="neither a duration"):
        since(text, NOW)
