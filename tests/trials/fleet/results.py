"""All runs, as data and as tables (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.trials.common.circumstances import Circumstances
from tests.trials.common.tables import Table
from tests.trials.fleet.figures import Disk, Figures, Spread
from tests.trials.fleet.verdict import Told

MIB, GIB = 2**20, 2**30
DAY = 86400
AIMED_AT = 15  # seconds between two scrapes
RULES_AIM = 1.0  # seconds for a thousand clusters
SERIES_AIM = 1200  # half of what a cluster had before pages could be asked for the needed series alone


@dataclass(frozen=True)
class Results:
    at: Circumstances
    runs: tuple[Figures, ...]

    @property
    def problems(self) -> list[str]:
        return [problem for run in self.runs for problem in run.problems]

    def as_json(self) -> dict[str, object]:
        return {**self.at.as_json(), "runs": [asdict(one) for one in self.runs], "problems": self.problems}


def read(raw: Mapping[str, Any]) -> Figures:
    """From what asdict() made of one. Raises ValueError."""
    try:
        return Figures(
            **{
                **raw,
                "scrape": Spread(**raw["scrape"]),
                "rules": {group: Spread(**one) for group, one in raw["rules"].items()},
                "disk": Disk(**raw["disk"]),
                "told": tuple(Told(**{**one, "problems": tuple(one["problems"])}) for one in raw["told"]),
                "false": tuple(raw["false"]),
            }
        )
    except (KeyError, TypeError) as error:
        raise ValueError(str(error)) from None


def cost(runs: Sequence[Figures]) -> Table:
    """Of all clusters of a run."""
    head = (
        "scraped every", "pages", "Prometheus", "clusters", "series", "samples a second",
        "a scrape, ms (most)", "missed", "CPU, cores", "memory, GB",
        "all rules once, s", "evaluations missed", "serving the pages, cores",
    )  # fmt: skip
    return Table(head, [_cost(one) for one in runs])


def _cost(run: Figures) -> tuple[str, ...]:
    return (
        f"{run.interval} s",
        run.page,
        run.prometheus,
        f"{run.clusters}",
        f"{run.head}",
        f"{run.samples:.0f}",
        f"{run.scrape.median * 1000:.0f} ({run.scrape.most * 1000:.0f})",
        f"{run.late:.1%}",
        f"{run.cores:.2f}",
        f"{run.memory / GIB:.2f}",
        f"{run.evaluation:.2f}",
        f"{run.missed:.0f}",
        f"{run.server:.2f}",
    )


def of_one(runs: Sequence[Figures]) -> Table:
    """Of one cluster."""
    head = (
        "scraped every", "pages", "Prometheus", "series", "memory, MB", "on disk a day, MB", "bytes a sample",
        "index, bytes a series", "CPU, ms a second", "rules, ms an evaluation",
    )  # fmt: skip
    return Table(head, [_of_one(one) for one in runs])


def _of_one(run: Figures) -> tuple[str, ...]:
    sample, cluster = run.disk.chunks / run.disk.samples, run.samples / run.clusters
    return (
        f"{run.interval} s",
        run.page,
        run.prometheus,
        f"{run.series}",
        f"{run.memory / MIB / run.clusters:.1f}",
        f"{sample * cluster * DAY / MIB:.1f}",
        f"{sample:.2f}",
        f"{run.disk.index / run.disk.series:.0f}",
        f"{run.cores * 1000 / run.clusters:.2f}",
        f"{run.evaluation * 1000 / run.clusters:.2f}",
    )


def rules(runs: Sequence[Figures]) -> Table:
    """Seconds of an evaluation, by group; the longest in brackets."""
    head = ("group", *map(_run, runs))
    groups = sorted({group for run in runs for group in run.rules})
    return Table(head, [(group, *(_spread(run.rules.get(group)) for run in runs)) for group in groups])


def _run(run: Figures) -> str:
    return f"{run.interval} s, {run.page}, {run.prometheus}"


def _spread(found: Spread | None) -> str:
    return f"{found.median:.3f} ({found.most:.3f})" if found else "-"


def aims(runs: Sequence[Figures]) -> list[str]:
    """What was aimed for with scrapes every 15 s, and by how much it was met or missed."""
    return [sentence for run in runs if run.interval == AIMED_AT for sentence in _aims(run)]


def _aims(run: Figures) -> list[str]:
    allowed = RULES_AIM * run.clusters / 1000
    beside = max(one.median for one in run.rules.values())
    aim = f"{_run(run)}: all rules once in {allowed:g} s"
    series = f"{_run(run)}: {SERIES_AIM} series a cluster"
    return [
        f"{aim}, one after the other: {run.evaluation:.2f} s, {_against(run.evaluation, allowed)}",
        f"{aim}, beside each other: {beside:.2f} s, {_against(beside, allowed)}",
        f"{series}: {run.series}, {_against(run.series, SERIES_AIM)}",
    ]


def _against(found: float, aim: float) -> str:
    return "met" if found <= aim else f"missed: {found / aim:.1f} times as much"


def queries(runs: Sequence[Figures]) -> Table:
    """Seconds of each query of the Fleet dashboard."""
    head = ("panel and query", *map(_run, runs))
    names = list(dict.fromkeys(name for run in runs for name in run.queries))
    return Table(head, [(name, *(_seconds(run.queries.get(name)) for run in runs)) for name in names])


def _seconds(found: float | None) -> str:
    return "no answer" if found is None else f"{found:.2f}"


def told(runs: Sequence[Figures]) -> Table:
    """What was told of the clusters that failed."""
    head = ("run", "cluster", "fault", "told, s after the page shows it", "right")
    rows = [
        (_run(run), one.cluster, one.fault, _alerts(one), "no" if one.problems else "yes")
        for run in runs
        for one in run.told
    ]
    return Table(head, rows)


def _alerts(one: Told) -> str:
    by_time = sorted(one.alerts.items(), key=lambda item: item[1])
    return ", ".join(f"{name} {seconds:.0f}" for name, seconds in by_time)
