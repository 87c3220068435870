"""Whether anybody would hear of it: scraped, rules, Alertmanager, the dead man's switch (pure)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

from exporter.commands.doctor.facts import Facts, Prometheus, Rule, Target
from exporter.commands.doctor.finding import Finding, error, info, ok, unknown, warning
from exporter.errors import SourceError
from exporter.web.status.wording import count, listed, rough

T = TypeVar("T")

_DOCS = "doctor.md#the-monitoring-itself"
_INSTALLING, _ALERTS = "installing.md#prometheus", "../alerts/README.md"
LATE = 3  # intervals without a scrape
WATCHDOG = "Watchdog"


def asked(facts: Facts) -> Iterator[Finding]:
    if facts.prometheus is None:
        yield unknown(
            "Whether Prometheus scrapes this exporter and has its rules was not looked at",
            "failover-exporter doctor --prometheus http://PROMETHEUS:9090",
            docs=_DOCS,
        )
        return
    for part in (facts.prometheus.targets, facts.prometheus.rules, facts.prometheus.alertmanagers):
        if isinstance(part, SourceError):
            yield error(f"Prometheus can't be asked: {part}", docs=_DOCS)
            return


def scraped(facts: Facts) -> Iterator[Finding]:
    """Each exporter by one target at least, often enough, as one cluster."""
    targets = _known(facts.prometheus.targets if facts.prometheus else None)
    if targets is None or facts.prometheus is None:
        return
    clusters: dict[str, None] = {}
    for one in facts.exporters:
        found = [target for target in targets if one.host in target.hosts]
        if not found:
            text = f"{facts.prometheus.url} does not scrape the exporter of {one.host}: no target is its page"
            yield error(text, docs=_INSTALLING)
        for target in found:
            yield from _target(facts, one.host, target)
            clusters[target.cluster] = None
    named = [name for name in clusters if name]
    if len(named) > 1:
        text = f"The exporters of this pair are scraped as different clusters: {listed(named)}"
        yield error(f"{text}; alerts compare within one", docs=_ALERTS)
    elif "" in clusters:
        text = "A target has no label `cluster`: alerts and dashboards can't tell which pair it is"
        yield warning(text, docs=_ALERTS)


def _target(facts: Facts, host: str, target: Target) -> Iterator[Finding]:
    late = facts.at - target.last_scrape
    if target.health == "down" and _silent(facts, host):
        return  # it does not answer here either, which is a finding of its own
    if target.health == "down":
        why = f": {target.error}" if target.error else ""
        text = f"Prometheus can't scrape the exporter of {host} at {target.url}{why}"
        yield error(text, docs="runbooks/ExporterDown.md")
    elif target.health != "up":
        yield unknown(f"Prometheus has not scraped the exporter of {host} yet ({target.url})")
    elif target.interval and late > LATE * target.interval + 1:
        text = f"Prometheus last scraped {host} {rough(late)} ago, though every {target.interval:g} s is set"
        yield warning(f"{text}: is it overloaded, or a clock wrong?", "timedatectl", docs=_DOCS)
    else:
        often = f" every {target.interval:g} s" if target.interval else ""
        cluster = f" as cluster {target.cluster}" if target.cluster else ""
        yield ok(f"Prometheus scrapes the exporter of {host}{often}{cluster}")


def _silent(facts: Facts, host: str) -> bool:
    return any(one.host == host and isinstance(one.page, SourceError) for one in facts.exporters)


def rules(facts: Facts) -> Iterator[Finding]:
    """Are all of our alerts loaded, can they be evaluated, for which interval are they made."""
    loaded = _known(facts.prometheus.rules if facts.prometheus else None)
    if loaded is None or facts.prometheus is None:
        return
    expected = facts.prometheus.expected
    ours = [one for one in loaded if one.name in expected]
    if not ours:
        text = f"{facts.prometheus.url} has none of the {len(expected)} alerting rules loaded"
        yield error(text, docs=_INSTALLING)
        return
    if absent := sorted(expected - {one.name for one in ours}):
        text = f"{count(len(absent), 'rule')} of this version not loaded: {listed(absent)}"
        yield warning(f"{text}. Are they those of an older version?", docs=_INSTALLING)
    broken = [one for one in ours if one.health == "err"]
    for one in broken:
        yield error(f"The rule {one.name} can't be evaluated: {one.error}", docs=_ALERTS)
    if not absent and not broken:
        yield ok(f"All {len(expected)} alerting rules are loaded, and none fails")
    yield from _intervals(facts.prometheus, ours)


def _intervals(prometheus: Prometheus, ours: Sequence[Rule]) -> Iterator[Finding]:
    """Rules say in their groups how often they are evaluated, and are made for scrapes as often as that."""
    if twice := sorted(name for name, times in Counter(one.name for one in ours).items() if times > 1):
        yield error(f"Loaded more than once, so told more than once: {listed(twice)}", docs=_ALERTS)
    scraped_every = max(
        (one.interval or 0 for one in _known(prometheus.targets) or () if one.hosts), default=0
    )
    made_for = min(one.interval for one in ours)
    if scraped_every > made_for:
        text = (
            f"The rules are made for a scrape every {made_for:g} s; the exporters are scraped every "
            f"{scraped_every:g} s: alerts come late, and some never"
        )
        yield warning(text, f"failover-exporter rules --scrape-interval {scraped_every:g}s", docs=_ALERTS)


def alertmanager(facts: Facts) -> Iterator[Finding]:
    found = _known(facts.prometheus.alertmanagers if facts.prometheus else None)
    if found is None or facts.prometheus is None:
        return
    if not found:
        yield error(f"{facts.prometheus.url} has no Alertmanager to notify: nobody is told", docs=_ALERTS)
        return
    if facts.prometheus.undelivered:
        number = count(round(facts.prometheus.undelivered), "notification")
        text = f"In the last 10 minutes {number} could not be delivered to an Alertmanager"
        yield error(text, f"curl -s {facts.prometheus.url}/api/v1/alertmanagers", docs=_ALERTS)
    for one in found:
        if one.error is None:
            yield ok(f"Alertmanager {one.url} is ready")
        elif facts.prometheus.undelivered is None:
            text = f"Whether Alertmanager {one.url} takes notifications was not seen from here: {one.error}"
            yield unknown(text, docs=_DOCS)
        elif not facts.prometheus.undelivered:
            yield ok(f"Alertmanager {one.url} took all notifications of the last 10 minutes")


def watchdog(facts: Facts) -> Iterator[Finding]:
    """The one alert that always fires: its end is how the end of the monitoring is noticed."""
    loaded = _known(facts.prometheus.rules if facts.prometheus else None)
    if not loaded:
        return
    states = {one.state for one in loaded if one.name == WATCHDOG}
    if "firing" in states:
        yield ok("Watchdog fires, as it always should")
    else:
        why = "is not firing" if states else "is not loaded"
        text = f"Watchdog {why}: nobody would notice that Prometheus or Alertmanager stopped"
        yield error(text, docs="runbooks/Watchdog.md")


def firing(facts: Facts) -> Iterator[Finding]:
    loaded = _known(facts.prometheus.rules if facts.prometheus else None)
    expected = facts.prometheus.expected if facts.prometheus else frozenset()
    now = sorted({one.name for one in loaded or () if one.state == "firing" and one.name in expected})
    if others := [name for name in now if name != WATCHDOG]:
        yield info(f"Firing now, of any cluster: {listed(others)}")


def _known(part: Sequence[T] | SourceError | None) -> Sequence[T] | None:
    return None if part is None or isinstance(part, SourceError) else part
