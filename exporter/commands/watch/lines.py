"""What was seen as lines, for a person and for a program (pure)."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from rich.style import Style

from exporter.commands.watch.record import Out, Second, Summary

LISTED_OUTAGES = 20  # in the summary for a person; JSON has all that were kept
SLOW_SECONDS = 0.95  # about a lost SYN

_RED, _YELLOW, _GREEN, _BOLD = "red", "yellow", "green", "bold"


class Text:
    """`zone` is that of the times, None the host's."""

    def __init__(self, zone: tzinfo | None = None, *, colour: bool = False):
        self._zone = zone
        self._colour = colour

    def second(self, second: Second) -> str:
        words = [f"{second.answered} of {second.attempts} answered"]
        if second.slowest is not None:
            words.append(f"slowest {duration(second.slowest)}")
        if second.waiting:
            words.append(f"{second.waiting} waiting")
        line = f"{self._clock(second.at)}  {', '.join(words)}"
        if second.servers:
            line += f"  {counts(second.servers)}"
        if second.failures:
            line += f"  failed: {counts(second.failures)} ({second.detail})"
        return self._paint(line, _state(second)) + "\n"

    def going_on(self, seconds: float) -> str:
        """What is written over and over on a terminal while an outage lasts."""
        return self._paint(f"out for {seconds:.1f} s", _RED)

    def outage(self, out: Out) -> str:
        return self._paint(f"outage of {self._outage(out)}", _BOLD) + "\n"

    def summary(self, name: str, summary: Summary) -> str:
        lines = [self._paint(f"--- {name}, watched for {summary.seconds:.1f} s ---", _BOLD)]
        lines += _attempts(summary)
        lines += self._outages(summary)
        if summary.fastest is not None and summary.slowest is not None:
            middle = (f"{one:g} % within {duration(value)}" for one, value in summary.percentiles.items())
            times = [f"fastest {duration(summary.fastest)}", *middle, f"slowest {duration(summary.slowest)}"]
            lines.append(", ".join(times))
        if summary.servers:
            total = sum(summary.servers.values())
            shares = (f"{name} {count / total:.1%}" for name, count in sorted(summary.servers.items()))
            lines.append(f"answered by {', '.join(shares)}")
        return "".join(f"{line}\n" for line in lines)

    def _outages(self, summary: Summary) -> list[str]:
        lines = ["no outage"]
        if summary.outages:
            word = "outage" if summary.outages == 1 else "outages"
            whole, longest = duration(summary.outage_seconds), duration(summary.longest)
            lines = [f"{summary.outages} {word}, {whole} in all, the longest {longest}"]
            listed = summary.last_outages[-LISTED_OUTAGES:]
            if len(listed) < summary.outages:
                lines.append(f"  … {summary.outages - len(listed)} earlier")
            lines += [f"  {self._outage(out)}" for out in listed]
        elif summary.out:
            lines = []
        if summary.out:
            lines.append(self._paint(f"out for {duration(summary.out)} when this ended", _RED))
        return lines

    def _outage(self, out: Out) -> str:
        slow = f", slowest login {duration(out.slowest_connect)}" if out.slowest_connect else ""
        start, end = (self._clock(at, "milliseconds") for at in (out.start, out.end))
        return f"{duration(out.duration)}: {start} to {end}{slow}"

    def _clock(self, at: float, precision: str = "seconds") -> str:
        return datetime.fromtimestamp(at, self._zone).time().isoformat(precision)

    def _paint(self, text: str, style: str) -> str:
        return Style.parse(style).render(text) if self._colour else text


def _state(second: Second) -> str:
    if second.failures or second.out:
        return _RED
    slow = second.slowest is not None and second.slowest >= SLOW_SECONDS
    return _YELLOW if slow or not second.attempts else _GREEN


def _attempts(summary: Summary) -> list[str]:
    line = f"{summary.attempts} attempts, {summary.answered} answered"
    if summary.failures:
        failed = sum(summary.failures.values())
        line += f", {failed} failed ({failed / summary.attempts:.2%}): {counts(summary.failures)}"
    if summary.waiting:
        line += f"; {summary.waiting} more without an answer when this ended"
    return [line]


def duration(seconds: float) -> str:
    if seconds < 0.0995:
        return f"{seconds * 1000:.1f} ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.3f} s"


def counts(of: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(of.items()))


class Json:
    """One object a line; durations in seconds, times in seconds since 1970 and, to be read, in UTC."""

    def second(self, second: Second) -> str:
        return _object(
            "second",
            time=_iso(second.at),
            timestamp=second.at,
            attempts=second.attempts,
            answered=second.answered,
            failures=dict(second.failures),
            detail=second.detail,
            slowest=second.slowest,
            servers=dict(second.servers),
            waiting=second.waiting,
            out=second.out,
        )

    def outage(self, out: Out) -> str:
        return _object("outage", **_outage(out))

    def summary(self, name: str, summary: Summary) -> str:
        return _object(
            "summary",
            target=name,
            seconds=summary.seconds,
            attempts=summary.attempts,
            answered=summary.answered,
            failures=dict(summary.failures),
            servers=dict(summary.servers),
            waiting=summary.waiting,
            out=summary.out,
            outages=summary.outages,
            outage_seconds=summary.outage_seconds,
            longest_outage=summary.longest,
            last_outages=[_outage(out) for out in summary.last_outages],
            fastest=summary.fastest,
            percentiles={f"{one:g}": value for one, value in summary.percentiles.items()},
            slowest=summary.slowest,
        )


def _object(kind: str, **fields: Any) -> str:
    return json.dumps({"kind": kind, **fields}) + "\n"


def _outage(out: Out) -> dict[str, object]:
    return {
        "start": _iso(out.start),
        "start_timestamp": out.start,
        "end": _iso(out.end),
        "end_timestamp": out.end,
        "duration": out.duration,
        "slowest_connect": out.slowest_connect,
    }


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat("T", "milliseconds")
