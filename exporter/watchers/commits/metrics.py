"""Readings of the writers as metric families."""

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
        "Rows to be committed through the address, counted when the attempt ended: acknowledged, in doubt "
        "or refused.",
        "vip",
        "port",
    )
    acknowledged = counter(
        "vip_commits_acknowledged_total",
        "Commits that were acknowledged: the server answered the client that its row is safe.",
        "vip",
        "port",
    )
    refused = counter(
        "vip_commits_refused_total",
        "Attempts that certainly committed nothing. read_only: the node takes no writes; no_primary: it is "
        "in no Primary component (error 1047); denied: the account or its privileges, mend those; other: no "
        "connection, a conflict, any other error.",
        "vip",
        "port",
        "reason",
    )
    in_doubt = counter(
        "vip_commits_in_doubt_total",
        "Commits whose answer never came, as the connection or the server went away in that moment: the "
        "row may be there or not, and a client has to check.",
        "vip",
        "port",
    )
    lost = counter(
        "vip_commits_lost_total",
        "Commits that were acknowledged and are on no Galera node that could be asked: data was lost. Each "
        "is read back after every outage and once a minute, for ten minutes.",
        "vip",
        "port",
    )
    read_back = gauge(
        "vip_commits_read_back_timestamp_seconds",
        "When the rows were last read back from a Synced node, in seconds since 1970; while it doesn't "
        "change, losses go unnoticed.",
        "vip",
        "port",
    )
    for reading in readings:
        where, counts = {"vip": reading.address, "port": str(reading.port)}, reading.counts
        attempts.add(counts.attempts, **where)
        acknowledged.add(counts.acknowledged, **where)
        in_doubt.add(counts.in_doubt, **where)
        for reason, count in counts.refused.items():
            refused.add(count, **where, reason=reason.value)
        lost.add(counts.lost, **where)
        if reading.read_back_at is not None:
            read_back.add(reading.read_back_at, **where)
    return [attempts, acknowledged, refused, in_doubt, lost, read_back]
