"""What a run measured, as data (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.trials.fleet.verdict import Told


@dataclass(frozen=True)
class Spread:
    """Of what was read several times; seconds."""

    median: float
    most: float


@dataclass(frozen=True)
class Disk:
    """Of a block that Prometheus wrote of all that it had."""

    samples: int
    series: int
    chunks: int  # bytes of the samples
    index: int  # bytes


@dataclass(frozen=True)
class Figures:
    clusters: int
    interval: int  # seconds
    page: str
    prometheus: str  # its version
    series: int  # of one cluster, as the exporters serve them
    head: int  # series in all, with those of rules and of Prometheus
    samples: float  # a second
    scrape: Spread
    late: float  # share of scrapes that were missed
    rules: Mapping[str, Spread]  # one evaluation, by group
    missed: float  # evaluations
    cores: float  # of CPU that Prometheus used
    server: float  # cores of CPU that serving the pages used
    memory: int  # bytes resident, at the end
    seconds: float  # that were measured
    load: float  # processes of this machine that ran or waited for a CPU, on average
    disk: Disk
    queries: Mapping[str, float | None]  # seconds, by panel of the Fleet dashboard; None: no answer
    told: tuple[Told, ...] = ()
    false: tuple[str, ...] = ()  # told of others

    @property
    def problems(self) -> list[str]:
        found = [one for told in self.told for one in told.problems] + list(self.false)
        return [f"{self.clusters} clusters, {self.interval} s, {self.page} pages: {one}" for one in found]

    @property
    def evaluation(self) -> float:
        """Seconds of all groups, one after the other."""
        return sum(one.median for one in self.rules.values())
