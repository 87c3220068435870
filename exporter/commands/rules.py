"""The command `rules`: the alert rules for a site's own interval, job and labels."""

import sys
from dataclasses import dataclass

from exporter.commands.output import write
from exporter.rules.groups import whole
from exporter.rules.site import Site, Unusable

WRONG_USAGE = 2


@dataclass(frozen=True)
class RulesOptions:
    """None is what was not chosen."""

    interval: int  # seconds
    job: str
    cluster_label: str
    runbooks: str | None
    grafana: str | None
    thresholds: tuple[tuple[str, float], ...]


def run(options: RulesOptions) -> int:
    """Exit code: 0, or 2 for what no rules can be made for."""
    try:
        site = Site(
            options.interval,
            options.job,
            options.cluster_label,
            options.runbooks or Site.runbooks,
            options.grafana or Site.grafana,
        )
        text = whole(site, dict(options.thresholds))
    except Unusable as error:
        print(f"failover-exporter rules: {error}", file=sys.stderr)  # noqa: T201  # for a person
        return WRONG_USAGE
    write(text)
    return 0
