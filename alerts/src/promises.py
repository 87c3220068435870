"""How soon each alert is told, by the rules and by alertmanager.yml: the table in alerts/README.md.

From the moment at which the exporter's page shows the fault, at the latest: the next scrape, what the
expression looks back for, the next evaluation, `for`, and what Alertmanager waits for others of the group.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from exporter.rules.groups import ALERTS
from exporter.rules.rule import Alert, Severity
from exporter.rules.site import READY, WRITTEN_FOR, Site, in_words, seconds

FOLDER = Path(__file__).parent.parent
README = FOLDER / "README.md"
TABLE = re.compile(r"(?<=<!-- how soon: made by `make alerts` -->\n).*?(?=<!-- end -->)", re.DOTALL)
TOLD = (Severity.CRITICAL, Severity.WARNING)


def fires(alert: Alert, site: Site) -> int:
    """Seconds from the fault on the page to the alert that fires, at the latest."""
    return 2 * site.interval + site.offset(alert.needs) + site.hold(alert.hold)


@cache
def waits(severity: Severity, interval: int) -> int:
    """Seconds that Alertmanager waits for the rest of a new group. Tickets wait for as many scrapes at any
    interval: alertmanager.yml has the time for the shortest, and says so.
    """
    route: dict[str, Any] = yaml.safe_load((FOLDER / "alertmanager.yml").read_text())["route"]
    own = next(one for one in route["routes"] if f"severity = {severity}" in one["matchers"])
    if "group_wait" in own:
        return seconds(own["group_wait"])
    return seconds(route["group_wait"]) * interval // WRITTEN_FOR


def table() -> str:
    """Rows by severity and name."""
    every = "".join(f" {interval} s |" for interval in READY)
    return f"| alert | |{every}\n|---|---|{'---|' * len(READY)}\n" + "".join(_rows())


def _rows() -> Iterator[str]:
    for severity in TOLD:
        for name in sorted(name for name, one in ALERTS.items() if one.severity is severity):
            told = (fires(ALERTS[name], Site(every)) + waits(severity, every) for every in READY)
            yield f"| {name} | {severity} |" + "".join(f" {in_words(one)} |" for one in told) + "\n"


def readme() -> str:
    """With the table as it is now."""
    return TABLE.sub(lambda _: table(), README.read_text())
