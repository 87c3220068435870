"""Queries as Grafana sends them: its variables filled in (pure).

The formulas are Grafana's: `rangeUtil.calculateInterval` and `roundInterval` of @grafana/data,
`calculateRateInterval` and `interpolateQueryExpr` of its Prometheus data source.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

SCRAPE = 5.0  # seconds between two samples, as the data source's timeInterval in provisioning/ says
POINTS = 1000  # a panel asks for as many as it has pixels
MOST_POINTS = 11_000  # Prometheus refuses more in one series

# $name, ${name}, ${name:format}, [[name]], [[name:format]]
VARIABLE = re.compile(
    r"\$(?P<plain>\w+)|\$\{(?P<braced>\w+)(?::(?P<format>\w+))?\}|\[\[(?P<old>\w+)(?::(?P<old_format>\w+))?\]\]"
)
# Seconds: below each limit an interval becomes the value beside it.
STEPS = (
    *((1.5, 1), (3.5, 2), (7.5, 5), (12.5, 10), (17.5, 15), (25, 20), (45, 30), (90, 60), (210, 120)),
    *((450, 300), (750, 600), (1050, 900), (1500, 1200), (2700, 1800), (5400, 3600), (9000, 7200)),
    *((16200, 10800), (32400, 21600), (86400, 43200), (604800, 86400), (1814400, 604800)),
)


@dataclass(frozen=True)
class Window:
    """What a panel shows: a time range, in seconds since 1970, over so many points."""

    start: float
    end: float
    points: int = POINTS
    scrape: float = SCRAPE

    @property
    def step(self) -> float:
        """Seconds between two points of a range query: Grafana's $__interval."""
        interval = max(_rounded((self.end - self.start) / self.points), self.scrape)
        return max(interval, math.ceil((self.end - self.start) / MOST_POINTS))

    @property
    def rate_interval(self) -> float:
        return max(self.step + self.scrape, 4 * self.scrape)

    def built_in(self) -> dict[str, str]:
        seconds = round(self.end - self.start)
        return {
            "__interval": duration(self.step),
            "__interval_ms": f"{self.step * 1000:.0f}",
            "__rate_interval": duration(self.rate_interval),
            "__range": f"{seconds}s",
            "__range_s": f"{seconds}",
            "__range_ms": f"{seconds * 1000}",
            "__from": f"{self.start * 1000:.0f}",
            "__to": f"{self.end * 1000:.0f}",
        }


def _rounded(seconds: float) -> float:
    return next((step for limit, step in STEPS if seconds < limit), 2592000)


def duration(seconds: float) -> str:
    """As Prometheus reads it."""
    return f"{seconds * 1000:.0f}ms" if seconds % 1 else f"{seconds:.0f}s"


def interpolate(text: str, chosen: Mapping[str, str | Sequence[str]], window: Window) -> str:
    """`chosen` has the values of the dashboard's variables; a variable with several becomes `(a|b)`.

    A name that is no variable stays as it is, as `$1` in label_replace must.
    """
    known = {**chosen, **window.built_in()}

    def value(match: re.Match[str]) -> str:
        name = match["plain"] or match["braced"] or match["old"]
        return _as_regex(known[name]) if name in known else match[0]

    return VARIABLE.sub(value, text)


def _as_regex(value: str | Sequence[str]) -> str:
    if isinstance(value, str):
        return value
    escaped = [_escape(one) for one in value]
    return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"


def _escape(value: str) -> str:
    """For a regular expression inside a quoted PromQL string: two backslashes for one."""
    return re.sub(r"[$^*{}\[\]+?.()|]", lambda match: f"\\\\{match[0]}", value.replace("\\", "\\\\\\\\"))
