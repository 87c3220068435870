"""The status page in a terminal; in a pipe plain text (pure)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import tzinfo

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from exporter.web.status import wording
from exporter.web.status.strip import WIDTH, Bar, strip
from exporter.web.status.view import (
    OFF,
    READ,
    Address,
    Database,
    Failover,
    Finding,
    Instance,
    Link,
    Node,
    Server,
    Service,
    Summary,
    View,
)

MINUTES = 60  # of the strip, one character each
_UNIT = WIDTH / MINUTES
_VERDICTS = {"ok": "WELL", "warn": "NEEDS ATTENTION", "bad": "BROKEN", "unknown": "NOT KNOWN"}
_WORDS = {"ok": "well", "info": "to know", "warn": "look", "bad": "broken", "unknown": "not known"}
_COLOURS = {"ok": "green", "info": "blue", "warn": "yellow", "bad": "bold red", "unknown": "magenta"}
_LEGEND = "one hour: - probed  X clients out  . not probed"

Row = tuple[str, str, str, str]  # level, name, text, and one thing more


def shown(view: View, zone: tzinfo | None) -> RenderableType:
    """`zone` is that of the times, None the host's."""
    return Group(
        Text(f"{_VERDICTS.get(view.level, view.level)}: {view.headline}", style=_colour(view.level)),
        Text(f"as {view.host} sees it at {wording.clock(view.at, view.at, zone)}"),
        *_findings(view.findings),
        *(line for one in view.addresses for line in _address(one, view, zone)),
        *([] if view.addresses else [_heading("Address"), Text(view.addresses_text)]),
        *_failovers(view, zone),
        *_manager(view),
        *_section("HAProxy", view.haproxy, map(_server, view.servers)),
        *_section("Galera", view.galera, map(_database, view.databases)),
        *_collectors(view),
    )


def _manager(view: View) -> Iterator[RenderableType]:
    """Of who moves the addresses."""
    if view.keepalived:
        yield from _section("Keepalived", view.keepalived, map(_instance, view.instances))
        return
    yield from _section("Pacemaker", view.pacemaker, map(_node, view.nodes))
    yield from _section("Corosync", view.corosync, map(_link, view.links))


def _heading(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _colour(level: str) -> str:
    """None for a level that another version has."""
    return _COLOURS.get(level, "")


def _badge(level: str) -> Text:
    return Text(_WORDS.get(level, level).ljust(9), style=_colour(level))


def _line(level: str, text: str) -> Text:
    return Text.assemble(_badge(level), " ", text)


def _findings(findings: Sequence[Finding]) -> Iterator[RenderableType]:
    if findings:
        yield _heading("What needs attention")
    for one in findings:
        yield _line(one.level, one.text + (f" -- {one.advice}" if one.advice else ""))


def _address(one: Address, view: View, zone: tzinfo | None) -> Iterator[RenderableType]:
    yield _heading(one.address + (f" ({one.resource})" if one.resource else ""))
    since = "" if one.since is None else f", since {_when(one.since, view, zone)}"
    yield _line(one.level, one.text + since)
    yield _line(one.takeover.level, one.takeover.text)
    for service in one.services:
        yield _line(service.level, f"port {service.port}: {service.text}")
        yield Text.assemble(" " * 10, _strip(service, view), f"  {_LEGEND}")
    if not one.services:
        yield _line("unknown", "what clients feel: no port of it is probed here")


def _strip(service: Service, view: View) -> Text:
    drawn = strip(service, view.at, ())
    cells = ["."] * MINUTES
    for bars, sign in ((drawn.probed, "-"), (drawn.outages, "X")):
        for number in _cells(bars):
            cells[number] = sign
    text = Text("".join(cells))
    text.highlight_regex("X+", _COLOURS["bad"])
    text.highlight_regex("-+", _COLOURS["ok"])
    return text


def _cells(bars: Sequence[Bar]) -> Iterator[int]:
    for bar in bars:
        last = min(int((bar.x + max(bar.width - 0.1, 0.0)) / _UNIT), MINUTES - 1)
        yield from range(min(int(bar.x / _UNIT), last), last + 1)


def _failovers(view: View, zone: tzinfo | None) -> Iterator[RenderableType]:
    yield _heading("Latest failovers")
    if not view.failovers:
        yield Text(view.failovers_text)
    for one in view.failovers:
        yield Text(f"{_when(one.at, view, zone)}: {_told(one)}")


def _told(one: Failover) -> str:
    where = f"{one.kind} on {one.target}" if one.origin == one.target else f"{one.origin} -> {one.target}"
    felt = "no probe failed"
    if one.clients_out is not None:
        parts = ", ".join(f"{name} {wording.duration(seconds)}" for name, seconds in one.phases.items())
        felt = f"clients out for {wording.duration(one.clients_out)}" + (f" ({parts})" if parts else "")
        if one.promised is not None:
            felt += f", at most {wording.duration(one.promised)} expected"
    late = ", found afterwards" if one.late else ""
    return f"{wording.listed(one.resources)}: {where}, cause {one.cause}{late}; {felt}"


def _when(at: float, view: View, zone: tzinfo | None) -> str:
    return f"{wording.clock(at, view.at, zone)} ({wording.ago(at, view.at)})"


def _section(title: str, summary: Summary, rows: Iterable[Row]) -> Iterator[RenderableType]:
    yield _heading(title)
    yield _line(summary.level, summary.text)
    table = Table(box=None, show_header=False, pad_edge=False)
    for level, name, text, more in rows:
        table.add_row(_badge(level), Text(name), Text(text), Text(more))
    if table.row_count:
        yield table


def _node(one: Node) -> Row:
    return one.level, one.name, one.text, f"runs {', '.join(one.runs) or 'nothing'}"


def _instance(one: Instance) -> Row:
    return one.level, one.name, one.text, ", ".join(one.addresses)


def _link(one: Link) -> Row:
    trip = "" if one.latency is None else f"{one.latency * 1000:.1f} ms"
    return one.level, f"{one.node}, link {one.number}", one.text, trip


def _server(one: Server) -> Row:
    sessions = "" if one.sessions is None else wording.count(one.sessions, "session")
    return one.level, f"{one.backend}/{one.name}", one.text, sessions


def _database(one: Database) -> Row:
    members = "" if one.members is None else f"sees {wording.count(one.members, 'member')}"
    return one.level, one.name, one.text, members


def _collectors(view: View) -> Iterator[RenderableType]:
    yield _heading("What is read there")
    for state, words in ((READ, "read"), (OFF, "not configured")):
        names = ", ".join(one.name for one in view.collectors if one.state == state)
        if names:
            yield Text(f"{words}: {names}")
    for one in view.collectors:
        if one.state not in (READ, OFF):
            yield Text(f"{one.name}: {'; '.join(one.texts)}")
