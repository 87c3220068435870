"""What was seen -> lines, for a person and for a program (pure)."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

from rich.style import Style

from exporter.commands.watch.record import FinishedOutage, Second, Summary

LISTED_OUTAGES = 20  # in the summary for a person; JSON has all that were kept
SLOW_SECONDS = 0.95  # about a lost SYN

_RED, _YELLOW, _GREEN, _BOLD = "red", "yellow", "green", "bold"


class Text:
    """For a person. `zone` is that of the times, None the host's."""

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
        if second.trouble:
            line += f"  can't be probed: {second.trouble}"
        return self._paint(line, _state(second)) + "\n"

    def present_outage(self, seconds: float) -> str:
        """Overwritten on a terminal while an outage lasts."""
        return self._paint(f"out for {seconds:.1f} s", _RED)

    def outage(self, outage: FinishedOutage) -> str:
        return self._paint(f"outage of {self._outage(outage)}", _BOLD) + "\n"

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
            lines += [f"  {self._outage(outage)}" for outage in listed]
        elif summary.out:
            lines = []
        if summary.out:
            lines.append(self._paint(f"out for {duration(summary.out)} when this ended", _RED))
        return lines

    def _outage(self, outage: FinishedOutage) -> str:
        slow = f", slowest login {duration(outage.slowest_connect)}" if outage.slowest_connect else ""
        start, end = (self._clock(at, "milliseconds") for at in (outage.start, outage.end))
        return f"{duration(outage.duration)}: {start} to {end}{slow}"

    def _clock(self, at: float, precision: str = "seconds") -> str:
        return datetime.fromtimestamp(at, self._zone).time().isoformat(precision)

    def _paint(self, text: str, style: str) -> str:
        return Style.parse(style).render(text) if self._colour else text


def _state(second: Second) -> str:
    if second.failures or second.out or second.trouble:
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
    if summary.detail and not summary.answered:
        return [line, f"nothing answered; the last attempt failed: {summary.detail}"]
    return [line]


def duration(seconds: float) -> str:
    if seconds < 0.0995:
        return f"{seconds * 1000:.1f} ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.3f} s"


def counts(of: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(of.items()))


class Json:
    """For a program: one object a line; durations in seconds, times in seconds since 1970 and, to be read, in
    UTC."""

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
            trouble=second.trouble,
        )

    def outage(self, outage: FinishedOutage) -> str:
        return _object("outage", **_outage(outage))

    def summary(self, name: str, summary: Summary) -> str:
        return _object(
            "summary",
            target=name,
            seconds=summary.seconds,
            attempts=summary.attempts,
            answered=summary.answered,
            failures=dict(summary.failures),
            detail=summary.detail,
            servers=dict(summary.servers),
            waiting=summary.waiting,
            out=summary.out,
            outages=summary.outages,
            outage_seconds=summary.outage_seconds,
            longest_outage=summary.longest,
            last_outages=[_outage(outage) for outage in summary.last_outages],
            fastest=summary.fastest,
            percentiles={f"{one:g}": value for one, value in summary.percentiles.items()},
            slowest=summary.slowest,
        )


def _object(kind: str, **fields: Any) -> str:
    return json.dumps({"kind": kind, **fields}) + "\n"


def _outage(outage: FinishedOutage) -> dict[str, object]:
    return {
        "start": _iso(outage.start),
        "start_timestamp": outage.start,
        "end": _iso(outage.end),
        "end_timestamp": outage.end,
        "duration": outage.duration,
        "slowest_connect": outage.slowest_connect,
    }


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat("T", "milliseconds")
