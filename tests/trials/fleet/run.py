"""One run: clusters at rest, what they cost, then ten of them fail at once."""

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from statistics import median

import requests
from prometheus_client.parser import text_string_to_metric_families

from alerts.src.promises import fires, waits
from deploy.lab.borrowed import Report
from deploy.lab.errors import LabError, Overdue
from deploy.lab.waiting import until
from exporter.rules.groups import ALERTS
from exporter.rules.rule import Severity
from exporter.rules.site import Site
from exporter.web.needed import needed
from tests.trials.fleet.dashboard import asked
from tests.trials.fleet.faults import fault_of
from tests.trials.fleet.figures import Disk, Figures, Spread
from tests.trials.fleet.film import EVERY, films, series
from tests.trials.fleet.programs import EXPORTERS, Running, Setup, cluster_name, running
from tests.trials.fleet.recording import Recording, every
from tests.trials.fleet.server import NEEDED
from tests.trials.fleet.verdict import FIRING, Failing, Notice, Told, judge

FAILING = 10  # clusters
UP_WITHIN = 180.0  # seconds
SETTLED = 65.0  # seconds: the windows of a minute are full
FURTHER = 15.0  # seconds in which nothing false may come after all was told
LOOK = 2.0  # seconds between two looks at what fires
FIRES = f'timestamp(ALERTS{{alertstate="{FIRING}", severity=~"{Severity.CRITICAL}|{Severity.WARNING}"}})'
# The clusters of the lab have no fencing: true of each of them, all the time.
ALWAYS = {"PacemakerFencingDisabled"}

SCRAPES = 'scrape_duration_seconds{job="failover"}'


def measured(setup: Setup, seconds: float, step: Report, settled: float = SETTLED) -> Figures:
    """At rest for so long, then with ten that fail."""
    recordings = every()
    with running(setup) as it:
        _wait_up(it, step)
        time.sleep(settled)
        resting = list(_resting(it, seconds))
        scrape = Spread(it.number(f"quantile(0.5, {SCRAPES})"), it.number(f"max({SCRAPES})"))
        step(f"{setup.name}: measured at rest for {seconds:.0f} s")
        queries = {name: _timed(it, query) for name, query in asked(time.time()).items()}
        told, false = _fail(it, recordings, resting, step)
        memory = it.ruler.memory().resident
        disk, version = _disk(it.snapshot()), it.version()
        figures = _figures(setup, recordings, resting, scrape, queries, memory, disk, version)
    return replace(figures, told=tuple(told), false=tuple(false))


def _wait_up(it: Running, step: Report) -> None:
    targets = it.setup.clusters * EXPORTERS
    up = 'count(up{job="failover"} == 1)'
    until(f"{targets} targets to be up", lambda: it.number(up) == targets, UP_WITHIN, step=LOOK)
    step(f"{it.setup.name}: {targets} targets are up")


class Reading:
    """What Prometheus said of itself at one moment, and the CPU that was used so far."""

    def __init__(self, it: Running):
        self.at = time.monotonic()
        self.ruler, self.server = it.ruler.cpu().total, it.server.cpu().total
        self._series = {
            (sample.name, *sorted(sample.labels.values())): sample.value
            for family in text_string_to_metric_families(it.own())
            for sample in family.samples
        }

    def get(self, name: str, *labels: str) -> float:
        """0 for what is not there yet."""
        return self._series.get((name, *sorted(labels)), 0.0)

    def groups(self) -> dict[str, float]:
        """Seconds of the latest evaluation, by group: ``/…/vip.yml;vip``."""
        name = "prometheus_rule_group_last_duration_seconds"
        return {key[1].rpartition(";")[2]: value for key, value in self._series.items() if key[0] == name}

    def sum(self, name: str) -> float:
        return sum(value for key, value in self._series.items() if key[0] == name)


def _resting(it: Running, seconds: float) -> Iterator[Reading]:
    """One for each evaluation."""
    due = time.monotonic()
    end = due + seconds
    while due <= end:
        time.sleep(max(0.0, due - time.monotonic()))
        yield Reading(it)
        due += it.setup.interval


def _timed(it: Running, query: Mapping[str, str]) -> float | None:
    """Seconds until the answer is there, None without one. `query` has parameters, and the path as `api`."""
    parameters = {name: value for name, value in query.items() if name != "api"}
    began = time.monotonic()
    try:
        it.get(f"{it.prometheus}/api/v1/{query['api']}", **parameters)
    except (LabError, requests.Timeout):  # too many samples, or too long
        return None
    return time.monotonic() - began


def _failing(number: int, recordings: Sequence[Recording], begun: float) -> Failing:
    """`begun` is when the first frame after the fault is shown."""
    recording = recordings[number % len(recordings)]
    fault = fault_of(recording)
    shown = begun + (fault.shown(recording) - recording.calm) * EVERY
    return Failing(cluster_name(number), fault.name, fault.page, fault.warn, shown)


def _took(it: Running, readings: Sequence[Reading]) -> float:
    """Seconds of the longest scrape and of a group's longest evaluation: promises know nothing of them."""
    return it.number(f"max({SCRAPES})") + max(max(one.groups().values(), default=0.0) for one in readings)


def _promised(setup: Setup, took: float) -> dict[str, float]:
    """Seconds until a critical alert is at the pager, and until another one fires: alerts/README.md.

    A page of a film stands still for EVERY seconds, so that what an expression waits for shows so much later.
    """
    site = Site(setup.interval)
    return {
        name: took
        + EVERY
        + fires(alert, site)
        + (waits(alert.severity, setup.interval) if alert.severity is Severity.CRITICAL else 0)
        for name, alert in ALERTS.items()
    }


def _fail(
    it: Running, recordings: Sequence[Recording], resting: Sequence[Reading], step: Report
) -> tuple[list[Told], list[str]]:
    """What was told of them and of others, until all has come that must, and for a while after."""
    readings = [*resting]
    clusters = min(FAILING, it.setup.clusters)
    begun = it.fail(clusters)
    failing = [_failing(number, recordings, begun) for number in range(clusters)]
    step(f"{clusters} clusters fail in {begun - time.time():.0f} s")
    firing: dict[tuple[str, str], Notice] = {}

    def judged() -> tuple[list[Told], list[str]]:
        for notice in _firing(it):
            firing.setdefault((notice.cluster, notice.alert), notice)
        warned = [one for one in firing.values() if one.severity == Severity.WARNING]
        readings.append(Reading(it))
        return judge(failing, [*warned, *_paged(it)], begun, _promised(it.setup, _took(it, readings)))

    promised = _promised(it.setup, _took(it, readings))
    longest = max(one.shown + promised[name] for one in failing for name in (*one.page, *one.warn))
    with suppress(Overdue):  # the verdict says what is missing
        until(
            "all to be told",
            lambda: all(one.whole for one in judged()[0]),
            longest - time.time(),
            step=LOOK,
        )
    end = time.time() + FURTHER
    while time.time() < end:
        time.sleep(LOOK)
        judged()
    return judged()


def _firing(it: Running) -> Iterator[Notice]:
    """With the moment of the evaluation."""
    for labels, at in it.query(FIRES):
        if labels["alertname"] not in ALWAYS:
            yield Notice(labels.get("cluster", ""), labels["alertname"], labels["severity"], at)


def _paged(it: Running) -> Iterator[Notice]:
    """What Alertmanager sent."""
    for one in it.notified():
        if one.severity == Severity.CRITICAL and one.status == FIRING:
            yield Notice(one.labels["cluster"], one.alert, Severity.CRITICAL, one.time)


def _disk(block: Path) -> Disk:
    """Of a snapshot: one block, with what it has in its meta.json."""
    (folder,) = (path.parent for path in block.glob("*/meta.json"))
    stats = json.loads((folder / "meta.json").read_text())["stats"]
    chunks = sum(path.stat().st_size for path in (folder / "chunks").iterdir())
    return Disk(stats["numSamples"], stats["numSeries"], chunks, (folder / "index").stat().st_size)


def _figures(  # noqa: PLR0913, PLR0917  # all that was measured
    setup: Setup,
    recordings: Sequence[Recording],
    resting: Sequence[Reading],
    scrape: Spread,
    queries: Mapping[str, float | None],
    memory: int,
    disk: Disk,
    version: str,
) -> Figures:
    first, last = resting[0], resting[-1]
    seconds = last.at - first.at

    def rate(name: str) -> float:
        return (last.sum(name) - first.sum(name)) / seconds

    names = needed() if setup.page == NEEDED else ()
    shown = [series(films(one, names), 0) for one in recordings]
    due = setup.clusters * EXPORTERS / setup.interval
    rules = {
        group: Spread(median(found), max(found))
        for group in last.groups()
        if (found := [one.groups()[group] for one in resting])
    }
    return Figures(
        clusters=setup.clusters,
        interval=setup.interval,
        page=setup.page,
        prometheus=version,
        series=round(sum(shown) / len(shown)),
        head=int(last.sum("prometheus_tsdb_head_series")),
        samples=rate("prometheus_tsdb_head_samples_appended_total"),
        scrape=scrape,
        late=max(0.0, 1 - rate("prometheus_target_interval_length_seconds_count") / due),
        rules=rules,
        missed=last.sum("prometheus_rule_group_iterations_missed_total"),
        cores=(last.ruler - first.ruler) / seconds,
        server=(last.server - first.server) / seconds,
        memory=memory,
        seconds=seconds,
        load=os.getloadavg()[1],
        disk=disk,
        queries=queries,
    )
