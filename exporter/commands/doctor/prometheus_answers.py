"""What Prometheus' HTTP API answers, as the facts have it (pure).

Formats: "HTTP API" of Prometheus' documentation, 2.42 to 3.5: /api/v1/{targets,rules,alertmanagers,query}.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

from exporter.commands.doctor.facts import Rule, Target
from exporter.errors import Unparsable

T = TypeVar("T")

_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

Answer = Mapping[str, Any]


def data(answer: Any) -> Answer:
    """What is in an answer's `data`. Raises Unparsable, also for what is no answer of Prometheus."""
    if not isinstance(answer, dict) or answer.get("status") != "success" or "data" not in answer:
        raise Unparsable("not an answer of Prometheus' API: is the URL right?")
    found = answer["data"]
    if not isinstance(found, dict):
        raise Unparsable("an answer of Prometheus' API without its data")
    return found


def _careful(read: Callable[[Answer], T]) -> Callable[[Answer], T]:
    def careful(found: Answer) -> T:
        try:
            return read(found)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            text = f"an answer of Prometheus' API that is not known ({type(error).__name__}: {error})"
            raise Unparsable(text) from None

    return careful


@_careful
def targets(found: Answer) -> tuple[Target, ...]:
    """Without what exporter each is: see scraped_by()."""
    return tuple(
        Target(
            url=str(one["scrapeUrl"]),
            hosts=frozenset(),
            health=str(one["health"]),
            error=str(one.get("lastError", "")),
            last_scrape=datetime.fromisoformat(one["lastScrape"]).timestamp(),
            interval=_seconds(one.get("scrapeInterval", "")),
            cluster=str(one["labels"].get("cluster", "")),
        )
        for one in found["activeTargets"]
    )


def _seconds(text: str) -> float | None:
    """`1m30s`, `500ms`; None without one."""
    parts = _DURATION.findall(text)
    return sum(float(number) * _SECONDS[unit] for number, unit in parts) if parts else None


@_careful
def rules(found: Answer) -> tuple[Rule, ...]:
    return tuple(_rules(found))


def _rules(found: Answer) -> Iterator[Rule]:
    for group in found["groups"]:
        for one in group["rules"]:
            if one["type"] == "alerting":
                yield Rule(
                    name=str(one["name"]),
                    health=str(one["health"]),
                    error=str(one.get("lastError", "")),
                    state=str(one["state"]),
                    interval=float(group["interval"]),
                )


@_careful
def alertmanagers(found: Answer) -> tuple[str, ...]:
    """The beginning of each one's URL, without the path of its API."""
    return tuple(re.sub(r"/api/v[0-9]+/alerts$", "", one["url"]) for one in found["activeAlertmanagers"])


@_careful
def scalar(found: Answer) -> float | None:
    """The value of an instant query's first series; None without one."""
    rows = found["result"]
    return float(rows[0]["value"][1]) if rows else None


def host_and_port(url: str) -> tuple[str, int]:
    """Of a target or an exporter. Raises ValueError."""
    parts = urlsplit(url)
    return (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)
