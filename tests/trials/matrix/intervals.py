"""What is expected at another scrape interval: everything later by as much as the promise is later (pure).

The promise of each alert is the table in alerts/README.md, which alerts/src/promises.py makes from the rules.
"""

from collections.abc import Iterable
from dataclasses import replace

from alerts.src.promises import fires, waits
from exporter.rules.groups import ALERTS
from exporter.rules.layout import kept
from exporter.rules.site import Site
from tests.trials.matrix.expectations import Expectation, alternatives


def at_interval(expected: Expectation, interval: int, late: int = 0) -> Expectation:
    """`expected` is for scrapes every 5 s; `late` is how many evaluations more each ticket may take."""
    return replace(
        expected,
        within=expected.within + _later(expected.page, interval),
        warn_within=expected.warn_within + _later(expected.warn, interval) + late * interval,
        clear_within=expected.clear_within + _kept(expected.allowed, interval),
    )


def _later(entries: Iterable[str], interval: int) -> float:
    names = [name for entry in entries for name in alternatives(entry)]
    return max((promised(name, interval) - promised(name, Site().interval) for name in names), default=0)


def promised(name: str, interval: int) -> int:
    """Seconds from the fault on the exporter's page to the notification, at the latest."""
    alert = ALERTS[name]
    return fires(alert, Site(interval)) + waits(alert.severity, interval)


def _kept(names: Iterable[str], interval: int) -> float:
    """How much longer one fires when all is well: that is seen later, and it is kept for more evaluations."""
    seen = 2 * (interval - Site().interval)
    more = (kept(ALERTS[name], Site(interval)) - kept(ALERTS[name], Site()) for name in names)
    return seen + max(more, default=0)
