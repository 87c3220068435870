"""Results as tables of words, for the terminal and for the document (pure)."""

from collections.abc import Iterable

from tests.trials.common.tables import Row, Table
from tests.trials.compare.documented import Difference
from tests.trials.compare.figures import Cost, Growth
from tests.trials.compare.parity import Parity, Verdict
from tests.trials.compare.results import Results


def parity(peers: Iterable[Parity]) -> Table:
    rows = [
        (
            peer.peer,
            str(len(peer.findings)),
            *(str(peer.count(verdict)) for verdict in Verdict),
        )
        for peer in peers
    ]
    return Table(("peer", "series", *(verdict.value for verdict in Verdict)), rows)


def failures(peers: Iterable[Parity]) -> list[str]:
    """Each missing or different series, by name."""
    return [f"{finding.verdict.value}: {peer.peer}: {finding}" for peer in peers for finding in peer.failures]


def cost(results: Results) -> Table:
    head = ("", "CPU ms", "idle ms/s", "resident MB", "peak MB", "median ms", "worst ms", "series")
    return Table(head, [_cost(one) for one in (*results.peers, results.set, results.ours)])


def _cost(one: Cost) -> Row:
    memory = (one.memory.resident, one.memory.peak)
    return (
        one.name,
        f"{one.cpu * 1e3:.1f}",
        f"{one.idle * 1e3:.2f}",
        *(f"{size / 1e6:.1f}" if size else "-" for size in memory),
        f"{one.median * 1e3:.1f}",
        f"{one.worst * 1e3:.1f}",
        str(one.series),
    )


def asked(results: Results) -> Table:
    """What those who are asked spend, by exporter."""
    names = list(results.at_rest)
    rows = [
        (one.name, *(f"{one.asked.get(name, 0) * 1e3:.1f}" for name in names))
        for one in (*results.peers, results.set, results.ours)
    ]
    return Table(("ms a round", *names), rows)


def at_rest(results: Results) -> Table:
    values = tuple(f"{rate * 1e3:.2f}" for rate in results.at_rest.values())
    return Table(("ms in a second", *results.at_rest), [(results.ours.name, *values)])


def targets(results: Results) -> list[str]:
    return [str(target) for target in results.targets]


def growth(found: Iterable[Growth]) -> Table:
    head = (
        "",
        "size",
        "series",
        "CPU ms",
        "idle ms/s",
        "median ms",
        "resident MB",
        "CPU µs/series",
        "median µs/series",
        "ratio",
    )
    rows = [_growth(one, size, cost) for one in found for size, cost in one.costs]
    return Table(head, rows)


def _growth(one: Growth, size: int, cost: Cost) -> Row:
    largest = size == one.costs[-1][0]
    ratio = f"{one.cpu_ratio:.2f} CPU, {one.latency_ratio:.2f} latency" if largest else ""
    return (
        one.what,
        str(size),
        str(cost.series),
        f"{cost.cpu * 1e3:.1f}",
        f"{cost.idle * 1e3:.1f}",
        f"{cost.median * 1e3:.1f}",
        f"{cost.memory.resident / 1e6:.1f}",
        f"{cost.cpu_per_series * 1e6:.1f}",
        f"{cost.latency_per_series * 1e6:.1f}",
        ratio,
    )


def flatness(found: Iterable[Growth]) -> list[str]:
    return [
        f"{one.what}: {'flat' if one.flat else 'NOT flat'}: a series of the largest costs "
        f"{one.cpu_ratio:.2f} times the CPU and {one.latency_ratio:.2f} times the time of one of the "
        f"smallest; {one.late} attempts of the prober were late"
        for one in found
    ]


def differences(documented: Iterable[Difference]) -> Table:
    rows = [(it.peer, f"`{it.names}`", it.theirs, it.ours, it.reason) for it in documented]
    return Table(("peer", "series", "theirs", "ours", "because"), rows)
