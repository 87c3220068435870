"""The journal as a person reads it at night: one line an event, the outage's phases drawn as a bar (pure)."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta, tzinfo

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from exporter.commands.printable import printable
from exporter.watchers.failover.events import Event

BAR = 20  # characters
UNOBSERVED = "."
_LETTERS = {"detection": "D", "address": "A", "service": "S", "reconnect": "R"}
_COLOURS = {"D": "red", "A": "yellow", "S": "magenta", "R": "cyan", UNOBSERVED: "dim"}
_LEGEND = "D detection  A address  S service  R reconnect  . not observed from here  (late) found afterwards"
_HEADINGS = ("time", "resource", "what", "from -> to", "cause", "clients out", "phases")

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def since(text: str, now: datetime) -> float:
    """Seconds since 1970 of `24h`, `90m`, `7d`, or a date or time as in 2026-11-22 or 2026-11-22T03:00.

    A time without a zone is in that of `now`. Raises ValueError with what is right, OverflowError for a time
    before the calendar begins.
    """
    if match := re.fullmatch(r"([0-9]{1,6})([smhdw])", text):
        return (now - timedelta(seconds=int(match[1]) * _UNITS[match[2]])).timestamp()
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is neither a duration (24h, 7d) nor a time (2026-11-22)") from None
    return (at if at.tzinfo else at.replace(tzinfo=now.tzinfo)).timestamp()


def as_json(events: Sequence[Event]) -> str:
    """One object a line, with all fields of Event; times in seconds since 1970. `time` is `at` in UTC, and
    `outage` the first of `outages`, or null."""
    return "".join(f"{json.dumps(_object(event))}\n" for event in events)


def _object(event: Event) -> dict[str, object]:
    time = datetime.fromtimestamp(event.at, UTC).isoformat("T", "milliseconds")
    return {"time": time, **asdict(event), "outage": asdict(event.outage) if event.outage else None}


def table(events: Sequence[Event], zone: tzinfo | None) -> RenderableType:
    """A table with headings and a legend; `zone` is that of the times, None the host's."""
    if not events:
        return Text("no failovers")
    shown = Table(*_HEADINGS, box=None, pad_edge=False, header_style="bold")
    for event in events:
        cells = (Text(printable(cell)) for cell in _row(event, zone))
        shown.add_row(*cells, _paint(bar(event) if event.outage else ""))
    return Group(shown, Text(_LEGEND))


def _row(event: Event, zone: tzinfo | None) -> tuple[str, ...]:
    at = datetime.fromtimestamp(event.at, zone).astimezone(zone)
    place = event.target if event.origin == event.target else f"{event.origin} -> {event.target}"
    return (
        at.isoformat(" ", "milliseconds"),
        event.resource,
        event.kind + (" (late)" if event.late else ""),
        place,
        event.cause,
        f"{event.outage.seconds:.3f} s" if event.outage else "-",
    )


def bar(event: Event) -> str:
    """The phases as shares of the event's own total, BAR characters wide; empty without a total."""
    total = event.phases.get("total", 0.0)
    if total <= 0:
        return ""
    drawn, at = "", 0.0
    for phase, letter in _LETTERS.items():
        at += event.phases.get(phase, 0.0)
        drawn += letter * (round(min(at / total, 1.0) * BAR) - len(drawn))
    return drawn[:BAR].ljust(BAR, UNOBSERVED)


def _paint(drawn: str) -> Text:
    text = Text(drawn)
    for letter, colour in _COLOURS.items():
        text.highlight_regex(f"{re.escape(letter)}+", colour)
    return text
