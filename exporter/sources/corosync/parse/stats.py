"""Counters of the totem protocol and of each knet link, out of Corosync's statistics map.

Keys: exec/stats.c of Corosync 2.99.0 to 3.1.10; `stats.schedmiss.` from 3.0.4.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from exporter.parsing import integer, number
from exporter.sources.corosync.parse.cmapctl import TOOL, entry
from exporter.sources.corosync.parse.node_ids import DIGITS, node_id

PHASES = ("operational", "gather", "commit", "recovery")
_TOKEN_LOST = {phase: f"stats.srp.{phase}_token_lost" for phase in PHASES}
_CONSENSUS_TIMEOUTS = "stats.srp.consensus_timeouts"
_RETRANSMITS = "stats.srp.mcast_retx"
_LINK_KEYS = (
    "enabled",
    "connected",
    "latency_min",
    "latency_ave",
    "latency_max",
    "latency_samples",
    "up_count",
    "down_count",
)

# stats.knet.node2.link0.latency_ave (u32) = 47
_LINK_KEY = re.compile(rf"(stats\.knet\.node({DIGITS})\.link([0-9]+)\.)([a-z_]+)")
_DELAY_KEY = re.compile(r"stats\.schedmiss\.[0-9]+\.delay")  # ms, the ten latest


@dataclass(frozen=True)
class Latency:
    """Round trip of knet's own pings in seconds, since the link was made; the average is a moving one."""

    least: float
    average: float
    most: float


@dataclass(frozen=True)
class KnetLink:
    enabled: bool
    connected: bool
    latency: Latency | None  # None before the first ping was answered
    up_count: int
    down_count: int


@dataclass(frozen=True)
class Stats:
    token_lost: Mapping[str, int]  # by phase
    consensus_timeouts: int
    retransmits: int
    scheduling_misses: tuple[float, ...]  # seconds
    links: Mapping[tuple[int, int], KnetLink]  # by node id and link


def stats_keys(links: Iterable[tuple[int, int]]) -> list[str]:
    """What to ask for: each key costs a round trip to corosync, the whole map three times as much as this.

    One that ends in a dot is a prefix. The keys that are always there come last, see cmapctl.
    """
    knet = [f"stats.knet.node{node}.link{link}.{key}" for node, link in links for key in _LINK_KEYS]
    return [*knet, "stats.schedmiss.", _CONSENSUS_TIMEOUTS, _RETRANSMITS, *_TOKEN_LOST.values()]


def parse_stats(entries: Mapping[str, str]) -> Stats:
    """Raises Unparsable, also where a link's keys are not all there."""
    by_prefix: dict[str, dict[str, str]] = defaultdict(dict)
    places: dict[str, tuple[int, int]] = {}
    for key, value in entries.items():
        if match := _LINK_KEY.fullmatch(key):
            by_prefix[match[1]][key] = value
            places[match[1]] = node_id(match[2], f"{TOOL}: {match[1]}"), integer(match[3], f"{TOOL}: link")
    return Stats(
        token_lost={phase: _integer(entries, key) for phase, key in _TOKEN_LOST.items()},
        consensus_timeouts=_integer(entries, _CONSENSUS_TIMEOUTS),
        retransmits=_integer(entries, _RETRANSMITS),
        scheduling_misses=tuple(
            number(value, f"{TOOL}: {key}") / 1000
            for key, value in entries.items()
            if _DELAY_KEY.fullmatch(key)
        ),
        links={places[prefix]: _link(keys, prefix) for prefix, keys in by_prefix.items()},
    )


def _link(entries: Mapping[str, str], prefix: str) -> KnetLink:
    return KnetLink(
        enabled=_integer(entries, prefix + "enabled") != 0,
        connected=_integer(entries, prefix + "connected") != 0,
        latency=_latency(entries, prefix + "latency_"),
        up_count=_integer(entries, prefix + "up_count"),
        down_count=_integer(entries, prefix + "down_count"),
    )


def _latency(entries: Mapping[str, str], prefix: str) -> Latency | None:
    least, average, most, samples = (
        _integer(entries, prefix + key) for key in ("min", "ave", "max", "samples")
    )
    return Latency(least / 1e6, average / 1e6, most / 1e6) if samples else None  # given in µs


def _integer(entries: Mapping[str, str], key: str) -> int:
    return integer(entry(entries, key), f"{TOOL}: {key}")
