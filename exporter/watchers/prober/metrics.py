"""Readings of the probers -> metric families (pure)."""

from collections.abc import Iterable, Sequence

from prometheus_client.metrics_core import Metric

from exporter.families import counter, gauge
from exporter.watchers.histogram import HistogramFamily
from exporter.watchers.prober.counters import ProbeReading


def families(readings: Sequence[ProbeReading]) -> list[Metric]:
    return [*_attempts(readings), *_servers(readings), *_outages(readings), *_last_outage(readings)]


def _labels(reading: ProbeReading) -> dict[str, str]:
    return {"vip": reading.endpoint.host, "port": str(reading.endpoint.port)}


def _attempts(readings: Sequence[ProbeReading]) -> Iterable[Metric]:
    attempts = counter("vip_probe_attempts_total", "Attempts launched, as a client would.", "vip", "port")
    failures = counter(
        "vip_probe_failures_total",
        "Attempts that failed. refused: the address is here, but nobody listens. unreachable: the network "
        "says that it is not there. timeout: no end in time; frozen, or dropped on the way. reset: cut off. "
        "handshake: connected, then closed or turned away before a login; HAProxy without a server that is "
        "up, too many connections, host blocked. denied: a server answered, and refused the probe's own "
        "account; this is no outage, see vip_probe_account_ok. query: logged in, but not answered; a Galera "
        "node that is not in a Primary component.",
        "vip",
        "port",
        "reason",
    )
    up = gauge(
        "vip_probe_up",
        "1 if the attempt launched last, of those that have ended, was answered; refusing the probe's own "
        "account is an answer.",
        "vip",
        "port",
    )
    account_ok = gauge(
        "vip_probe_account_ok",
        "0 while a living server refuses the probe's own account (password, locked, expired, its limits), "
        "and for five seconds after; 1 else. 0: mend client_file or the account; the monitoring is broken, "
        "not the address, and no outage is counted. Absent without an account.",
        "vip",
        "port",
    )
    late = counter(
        "vip_probe_late_total",
        "Attempts begun later than due by more than the configured interval, or not made. When this rises, "
        "this host or process was too busy: do not believe the other vip_ metrics of that time.",
        "vip",
        "port",
    )
    too_busy = gauge(
        "vip_probe_too_busy",
        "1 while more than half of the attempts of the last ten seconds were late or could not be made: do "
        "not believe the other vip_ metrics of this host just now; 0 else.",
        "vip",
        "port",
    )
    unanswered = gauge(
        "vip_probe_unanswered_seconds",
        "Between the launches of the latest attempt that was answered and of the latest one: a fraction of a "
        "second while clients get in. Refusing the probe's own account is an answer. Before the first "
        "answer, since the first attempt.",
        "vip",
        "port",
    )
    for reading in readings:
        attempts.add(reading.attempts, **_labels(reading))
        late.add(reading.late, **_labels(reading))
        too_busy.add(float(reading.too_busy), **_labels(reading))
        unanswered.add(reading.unanswered_seconds, **_labels(reading))
        if reading.up is not None:
            up.add(float(reading.up), **_labels(reading))
        if reading.account_ok is not None:
            account_ok.add(float(reading.account_ok), **_labels(reading))
        for reason, count in reading.failures.items():
            failures.add(count, **_labels(reading), reason=reason)
    return attempts, failures, up, account_ok, late, too_busy, unanswered


def _servers(readings: Sequence[ProbeReading]) -> Iterable[Metric]:
    durations = HistogramFamily(
        "vip_probe_duration_seconds",
        "How long successful attempts took. connect: TCP; 1 or 3 s is a lost SYN. handshake: until the "
        "server's first bytes; 3 s is HAProxy waiting for a server that is gone. login, query; total: all "
        "that a client waits for.",
        "vip",
        "port",
        "phase",
    )
    servers = counter(
        "vip_probe_server_total",
        "Attempts answered by each Galera node (wsrep_node_name); unknown: a server without Galera.",
        "vip",
        "port",
        "server",
    )
    for reading in readings:
        for phase, distribution in reading.phases.items():
            durations.add(distribution, **_labels(reading), phase=phase)
        for server, count in reading.servers.items():
            servers.add(count, **_labels(reading), server=server)
    return durations, servers


def _outages(readings: Sequence[ProbeReading]) -> Iterable[Metric]:
    outages = counter(
        "vip_outages_total",
        "Finished outages: from the launch of the first failed attempt to the first success launched after "
        "the last one; failures less than a second apart are one outage. An attempt that is denied counts "
        "as a success here: the server answered.",
        "vip",
        "port",
    )
    seconds = counter("vip_outage_seconds_total", "Seconds of all finished outages.", "vip", "port")
    active = gauge(
        "vip_outage_active_seconds",
        "Age of the present outage, 0 when there is none; it lasts until a second without failures.",
        "vip",
        "port",
    )
    durations = HistogramFamily("vip_outage_duration_seconds", "How long outages took.", "vip", "port")
    for reading in readings:
        outages.add(reading.outages, **_labels(reading))
        seconds.add(reading.outage_seconds, **_labels(reading))
        active.add(reading.active_seconds, **_labels(reading))
        durations.add(reading.outage_durations, **_labels(reading))
    return outages, seconds, active, durations


def _last_outage(readings: Sequence[ProbeReading]) -> Iterable[Metric]:
    """Absent until there was one."""
    duration = gauge(
        "vip_outage_last_duration_seconds", "How long the last finished outage took.", "vip", "port"
    )
    end = gauge(
        "vip_outage_last_end_timestamp_seconds", "When the last finished outage ended.", "vip", "port"
    )
    slowest = gauge(
        "vip_outage_last_slowest_connect_seconds",
        "The longest that a client of the last finished outage waited until it was logged in: 1 or 3 s is a "
        "lost SYN.",
        "vip",
        "port",
    )
    for reading in readings:
        if reading.last:
            duration.add(reading.last.duration, **_labels(reading))
            end.add(reading.last.end_timestamp, **_labels(reading))
            slowest.add(reading.last.slowest_connect, **_labels(reading))
    return duration, end, slowest
