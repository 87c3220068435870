"""Everything that one run found, as data."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.trials.common.circumstances import Circumstances
from tests.trials.compare.figures import Cost, Growth, Target, targets, together
from tests.trials.compare.parity import Parity, Verdict

PACKAGES = (
    "prometheus-hacluster-exporter",
    "prometheus-haproxy-exporter",
    "prometheus-blackbox-exporter",
    "prometheus-mysqld-exporter",
    "pacemaker",
    "corosync",
    "haproxy",
    "mariadb-server",
    "galera-4",
)
LIBRARIES = ("failover-exporter", "prometheus-client", "aiohttp", "lxml", "PyMySQL")
THE_SET = "the set together"


@dataclass(frozen=True)
class Results:
    at: Circumstances
    rounds: int
    busy: float  # the share of the machine's CPU that was in use before the first round
    parity: tuple[Parity, ...]
    peers: tuple[Cost, ...]
    ours: Cost
    at_rest: Mapping[str, float]  # CPU seconds in a second that ours costs each program while nobody scrapes
    growth: tuple[Growth, ...]
    how: tuple[tuple[str, str], ...]  # each peer, and how it was run

    @property
    def set(self) -> Cost:
        return together(THE_SET, self.peers)

    @property
    def targets(self) -> list[Target]:
        return targets(self.set, self.ours)

    @property
    def parity_holds(self) -> bool:
        return not any(peer.failures for peer in self.parity)

    def as_json(self) -> dict[str, object]:
        """Seconds and bytes."""
        return {
            **self.at.as_json(),
            "rounds": self.rounds,
            "busy": self.busy,
            "parity": [_parity(peer) for peer in self.parity],
            "cost": [_cost(cost) for cost in (*self.peers, self.set, self.ours)],
            "asked_at_rest": dict(self.at_rest),
            "targets": [_target(target) for target in self.targets],
            "growth": [_growth(growth) for growth in self.growth],
        }


def _parity(peer: Parity) -> dict[str, object]:
    counts = {verdict.value: peer.count(verdict) for verdict in Verdict}
    return {"peer": peer.peer, **counts, "failures": [str(failure) for failure in peer.failures]}


def _cost(cost: Cost) -> dict[str, object]:
    return {
        "name": cost.name,
        "cpu_seconds": cost.cpu,
        "idle_cpu": cost.idle,
        "median_seconds": cost.median,
        "worst_seconds": cost.worst,
        "resident_bytes": cost.memory.resident,
        "peak_bytes": cost.memory.peak,
        "proportional_bytes": cost.memory.proportional,
        "series": cost.series,
        "asked_cpu_seconds": dict(cost.asked),
    }


def _target(target: Target) -> dict[str, object]:
    return {
        "what": target.what,
        "unit": target.unit,
        "theirs": target.theirs,
        "ours": target.ours,
        "met": target.met,
    }


def _growth(growth: Growth) -> dict[str, object]:
    return {
        "what": growth.what,
        "sizes": [{"size": size, **_cost(cost)} for size, cost in growth.costs],
        "cpu_ratio": growth.cpu_ratio,
        "latency_ratio": growth.latency_ratio,
        "flat": growth.flat,
        "late": growth.late,
    }
