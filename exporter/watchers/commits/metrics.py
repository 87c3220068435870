"""Readings of the writers -> metric families."""

from collections.abc import Sequence
from dataclasses import dataclass

from prometheus_client.metrics_core import Metric

from exporter.families import counter, gauge
from exporter.watchers.commits.ledger import Counts


@dataclass(frozen=True)
class CommitReading:
    address: str
    port: int
    counts: Counts
    read_back_at: float | None  # wall clock; None: not yet


def families(readings: Sequence[CommitReading]) -> list[Metric]:
    attempts = counter(
        "vip_commit_attempts_total",
        "Rows that were to be committed through the address, counted when they ended. Those neither "
        "acknowledged nor in doubt were refused: certainly not committed.",
        "vip",
        "port",
    )
    acknowledged = counter(
        "vip_commits_acknowledged_total",
        "Commits that were acknowledged: the client was told that its row is safe.",
        "vip",
        "port",
    )
    in_doubt = counter(
        "vip_commits_in_doubt_total",
        "Commits whose answer never came, as the connection or the server went away in that moment: the "
        "row may be there or not, and a client has to look.",
        "vip",
        "port",
    )
    lost = counter(
        "vip_commits_lost_total",
        "Commits that were acknowledged and are on no Galera node that could be asked: data was lost. Each "
        "is looked for after every outage and once a minute, for ten minutes.",
        "vip",
        "port",
    )
    read_back = gauge(
        "vip_commits_read_back_timestamp_seconds",
        "When the rows were last looked for on a Synced node, in seconds since 1970; while it stands still, "
        "nobody knows of losses.",
        "vip",
        "port",
    )
    for reading in readings:
        where, counts = {"vip": reading.address, "port": str(reading.port)}, reading.counts
        attempts.add(counts.attempts, **where)
        acknowledged.add(counts.acknowledged, **where)
        in_doubt.add(counts.in_doubt, **where)
        lost.add(counts.lost, **where)
        if reading.read_back_at is not None:
            read_back.add(reading.read_back_at, **where)
    return [attempts, acknowledged, in_doubt, lost, read_back]
