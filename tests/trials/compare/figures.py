"""What many scrapes cost, and whether the targets are met (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median

from tests.trials.common.processes import Memory


@dataclass(frozen=True)
class Sample:
    """One scrape of one page."""

    seconds: float  # until the last byte
    cpu: float  # seconds, children included, from the request until a moment after the answer
    elapsed: float  # seconds in which that CPU was used
    asked: Mapping[str, float] = field(default_factory=dict)  # CPU seconds of each program asked, likewise


@dataclass(frozen=True)
class Cost:
    """Of one page, or of several that are scraped in one round."""

    name: str
    latencies: tuple[float, ...]  # seconds, one a round
    cpu: float  # seconds a round
    idle: float  # CPU seconds in a second without a scrape
    memory: Memory
    series: int
    asked: Mapping[str, float] = field(default_factory=dict)  # CPU seconds a round of each program asked

    @property
    def median(self) -> float:
        return median(self.latencies)

    @property
    def worst(self) -> float:
        return max(self.latencies)

    @property
    def cpu_per_series(self) -> float:
        return self.cpu / self.series

    @property
    def latency_per_series(self) -> float:
        return self.median / self.series


def cost(  # noqa: PLR0913, PLR0917 - what was read, and over how long
    name: str, samples: Sequence[Sample], cpu: float, seconds: float, memory: Memory, series: int
) -> Cost:
    """`cpu` and `seconds` are those of the whole run, scrapes and pauses."""
    scraping = sum(sample.cpu for sample in samples)
    pauses = seconds - sum(sample.elapsed for sample in samples)
    idle = max(cpu - scraping, 0) / pauses if pauses > 0 else 0
    latencies = tuple(sample.seconds for sample in samples)
    return Cost(name, latencies, fmean(sample.cpu for sample in samples), idle, memory, series)


def rates(samples: Sequence[Sample], used: Mapping[str, float], seconds: float) -> dict[str, float]:
    """CPU seconds in a second of each program while nobody scrapes, from what it `used` in the whole run."""
    pauses = seconds - sum(sample.elapsed for sample in samples)
    scraping = {name: sum(sample.asked[name] for sample in samples) for name in used}
    return {name: max(cpu - scraping[name], 0) / pauses if pauses > 0 else 0 for name, cpu in used.items()}


def asked(samples: Sequence[Sample], idle: Mapping[str, float]) -> dict[str, float]:
    """CPU seconds a round that each program spent on these scrapes, beyond what it spends anyway (`idle`)."""
    return {
        name: max(fmean(sample.asked[name] - rate * sample.elapsed for sample in samples), 0)
        for name, rate in idle.items()
    }


def together(name: str, members: Sequence[Cost]) -> Cost:
    """The set is as slow as its slowest member in each round, and costs what all cost."""
    rounds = zip(*(member.latencies for member in members), strict=True)
    return Cost(
        name,
        tuple(max(latencies) for latencies in rounds),
        sum(member.cpu for member in members),
        sum(member.idle for member in members),
        sum((member.memory for member in members), Memory(0, 0, 0)),
        sum(member.series for member in members),
        {one: sum(member.asked.get(one, 0) for member in members) for one in _asked_by(members)},
    )


def _asked_by(members: Sequence[Cost]) -> list[str]:
    return list(dict.fromkeys(name for member in members for name in member.asked))


@dataclass(frozen=True)
class Target:
    """Ours is to be below, or where `equal` is enough, not above theirs."""

    what: str
    unit: str
    theirs: float
    ours: float
    equal: bool = False
    whose: str = "the set's"

    @property
    def met(self) -> bool:
        return self.ours < self.theirs or (self.equal and self.ours == self.theirs)

    def __str__(self) -> str:
        apart = abs(self.ours - self.theirs) / self.theirs
        side = "less" if self.ours < self.theirs else "more"
        return (
            f"{self.what}: {'met' if self.met else 'MISSED'}: {self.ours:.1f} {self.unit} "
            f"against {self.whose} {self.theirs:.1f} {self.unit}, {apart:.0%} {side}"
        )


AIM = 0.6  # of the set's memory, and of its median latency
STEADY = 2.0  # the worst round, to the median


def targets(peers: Cost, ours: Cost) -> list[Target]:
    megabyte = 1e6
    median, slowest = ours.median * 1e3, peers.median * 1e3
    theirs_resident, resident = peers.memory.resident / megabyte, ours.memory.resident / megabyte
    found = [
        Target("CPU of a scrape round", "ms", peers.cpu * 1e3, ours.cpu * 1e3),
        Target("resident memory", "MB", theirs_resident, resident),
        Target(
            "resident memory, the aim",
            "MB",
            AIM * theirs_resident,
            resident,
            equal=True,
            whose=f"{AIM} of the set's",
        ),
        Target("median latency", "ms", slowest, median, equal=True),
        Target(
            "median latency, the aim", "ms", AIM * slowest, median, equal=True, whose=f"{AIM} of the set's"
        ),
        Target(
            "worst latency", "ms", STEADY * median, ours.worst * 1e3, equal=True, whose="twice its median,"
        ),
    ]
    if peers.asked:
        theirs, own = sum(peers.asked.values()) * 1e3, sum(ours.asked.values()) * 1e3
        found.append(Target("CPU of the programs asked", "ms", theirs, own))
    return found


FLAT = 1.2  # the dearest series may cost a fifth more than in the small cluster


@dataclass(frozen=True)
class Growth:
    """The same page in front of ever larger clusters."""

    what: str
    how: str
    costs: tuple[tuple[int, Cost], ...]  # by size, the smallest first
    late: int  # of the prober's attempts, at all sizes

    @property
    def cpu_ratio(self) -> float:
        """CPU per series in the largest, to that in the smallest."""
        return self.costs[-1][1].cpu_per_series / self.costs[0][1].cpu_per_series

    @property
    def latency_ratio(self) -> float:
        return self.costs[-1][1].latency_per_series / self.costs[0][1].latency_per_series

    @property
    def flat(self) -> bool:
        return max(self.cpu_ratio, self.latency_ratio) <= FLAT
