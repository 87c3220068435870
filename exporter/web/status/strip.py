"""The last hour of one port as a drawing: numbers for an SVG that needs neither script nor style (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from exporter.web.status.view import Service, Span

WIDTH = 1200  # units of the drawing
HOUR = 3600.0  # seconds
LEAST = 3.0  # units: half a second would be a sixth of one, and nobody would see it


@dataclass(frozen=True)
class Bar:
    x: float
    width: float
    span: Span  # what it stands for


@dataclass(frozen=True)
class Strip:
    probed: tuple[Bar, ...]
    outages: tuple[Bar, ...]
    marks: tuple[float, ...]  # where failovers happened


def strip(service: Service, now: float, failovers: Iterable[float]) -> Strip:
    """Times outside of the hour before `now` are cut off."""
    outages = [*service.outages, *([Span(service.out_since, now)] if service.out_since is not None else [])]
    begin = now - HOUR
    return Strip(
        probed=_bars(service.probed, now, 0.0),
        outages=_bars(outages, now, LEAST),
        marks=tuple(round(_place(at, now), 1) for at in failovers if begin <= at <= now),
    )


def _bars(spans: Sequence[Span], now: float, least: float) -> tuple[Bar, ...]:
    found = []
    for one in spans:
        begin, end = _place(one.start, now), _place(one.end, now)
        if one.end < now - HOUR or one.start > now:
            continue
        width = max(end - begin, least)
        found.append(Bar(round(min(begin, WIDTH - width), 1), round(width, 1), one))
    return tuple(found)


def _place(at: float, now: float) -> float:
    return min(max((at - (now - HOUR)) / HOUR, 0.0), 1.0) * WIDTH
