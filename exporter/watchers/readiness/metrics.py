"""Readiness as metric families (pure)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from prometheus_client.metrics_core import Metric

from exporter.families import gauge
from exporter.watchers.readiness.expected.formulas import Promise


@dataclass(frozen=True)
class Takeover:
    """Of one resource, were one node that runs it lost."""

    resource: str
    lost: str
    to: tuple[str, ...]  # where it would run then
    reasons: tuple[str, ...] = ()  # why nowhere

    @property
    def ready(self) -> bool:
        return bool(self.to)


@dataclass(frozen=True)
class Checked:
    """Something that this host needs in order to take over."""

    check: str
    failures: tuple[str, ...] = ()  # why it hasn't, one line each; empty: all is well


@dataclass(frozen=True)
class ConfigFile:
    file: str  # a short name: haproxy.cfg
    sha256: str  # of what is in it


@dataclass(frozen=True)
class ReadinessReading:
    takeovers: tuple[Takeover, ...]  # empty while who moves the addresses can't be asked
    promises: tuple[Promise, ...] = ()  # by Pacemaker
    checks: tuple[Checked, ...] = ()  # without those that make no sense here, or could not be made
    files: tuple[ConfigFile, ...] = ()
    errors: tuple[Exception, ...] = ()  # why checks could not be made


def families(reading: ReadinessReading) -> Iterator[Metric]:
    ready = gauge(
        "failover_takeover_ready",
        "1 if the resource would run elsewhere, were the node `lost` gone now: by Pacemaker's scheduler, or "
        "by the Keepalived of the host that would take over.",
        "resource",
        "lost",
    )
    target = gauge(
        "failover_takeover_target_info",
        "1; where the resource would run, were the node `lost` gone now.",
        "resource",
        "lost",
        "to",
    )
    blocked = gauge(
        "failover_takeover_blocked_info",
        "1; why the resource would run nowhere, were the node `lost` gone now.",
        "resource",
        "lost",
        "reason",
    )
    for one in reading.takeovers:
        labels = {"resource": one.resource, "lost": one.lost}
        ready.add(float(one.ready), **labels)
        for node in one.to:
            target.add(1, **labels, to=node)
        for reason in one.reasons:
            blocked.add(1, **labels, reason=reason)
    yield from (ready, target, blocked)
    yield _expected(reading.promises)
    yield from _checks(reading.checks)
    digest = gauge(
        "failover_config_info",
        "1; a configuration file of this host, by the digest of its content: a pair's should be the same.",
        "file",
        "sha256",
    )
    for file in reading.files:
        digest.add(1, file=file.file, sha256=file.sha256)
    yield digest


def _expected(promises: Iterable[Promise]) -> Metric:
    expected = gauge(
        "failover_expected_seconds",
        "The longest that a phase takes as everything is configured now; absent where that can't be known.",
        "fault",
        "phase",
    )
    for one in promises:
        if one.seconds is not None:
            expected.add(one.seconds, fault=one.fault, phase=one.phase)
    return expected


def _checks(checks: Iterable[Checked]) -> Iterator[Metric]:
    ok = gauge(
        "failover_check_ok",
        "1 if this host has what a takeover needs; absent where that makes no sense here or can't be asked.",
        "check",
    )
    failed = gauge("failover_check_failed_info", "1; why the check fails.", "check", "reason")
    for one in checks:
        ok.add(float(not one.failures), check=one.check)
        for reason in one.failures:
            failed.add(1, check=one.check, reason=reason)
    yield from (ok, failed)
