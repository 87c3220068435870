"""The other exporters: do they answer, and are the two balancers alike (pure)."""

from collections import defaultdict
from collections.abc import Iterator

from exporter.commands.doctor.facts import Exporter, Facts
from exporter.commands.doctor.finding import Finding, error, info, ok, unknown, warning
from exporter.errors import Denied, SourceError

CONFIG = "failover_config_info"
_BUILD = "failover_exporter_build_info"
_PATHS = {"haproxy.cfg": "/etc/haproxy/haproxy.cfg", "corosync.conf": "/etc/corosync/corosync.conf"}


def peers(facts: Facts) -> Iterator[Finding]:
    for one in facts.peers:
        if isinstance(one.page, SourceError):
            yield _silent(one, one.page)
        elif not one.page.has(_BUILD):
            yield error(f"What answers at {one.url} is no failover-exporter: is --peer right?")
        else:
            yield ok(f"The exporter of {one.host} answers at {one.url}")
    if not facts.peers:
        yield unknown(
            "No other exporter was looked at: Pacemaker, Corosync, Keepalived name no other node here",
            "failover-exporter doctor --peer http://OTHER-BALANCER:10664",
            docs="doctor.md",
        )


def _silent(one: Exporter, why: SourceError) -> Finding:
    if isinstance(why, Denied):
        return unknown(f"{one.host}: {why} (--user and --password-file)", docs="doctor.md")
    if one.named:
        return error(f"The exporter of {one.host} can't be read: {why}", docs="runbooks/ExporterDown.md")
    return warning(
        f"The exporter of {one.host} can't be read: {why}. Its view, and whether it is fit to take over, "
        "were not looked at. If it serves elsewhere, --peer says where",
        f"ssh {one.host} systemctl status failover-exporter",
        docs="runbooks/ExporterDown.md",
    )


def drift(facts: Facts) -> Iterator[Finding]:
    """Files that are to be the same on both balancers."""
    sums: dict[str, dict[str, str]] = defaultdict(dict)
    for host, page in facts.pages:
        for labels, _ in page.series(CONFIG):
            sums[labels["file"]][host] = labels["sha256"]
    for file, by_host in sums.items():
        if len(by_host) < 2:
            continue
        names = ", ".join(by_host)
        if len({*by_host.values()}) == 1:
            yield ok(f"{file} is the same on {names}")
            continue
        others = [host for host in by_host if host != facts.host]
        path = _PATHS.get(file, file)
        yield warning(
            f"{file} differs between {names}: after a failover clients get another one",
            *(f"ssh {other} cat {path} | diff {path} -" for other in others),
            docs="doctor.md#drift",
        )


def versions(facts: Facts) -> Iterator[Finding]:
    found = {host: page.labels(_BUILD, "version") for host, page in facts.pages if page.has(_BUILD)}
    said = ", ".join(f"{host} {' '.join(version)}" for host, version in found.items())
    if len(set(found.values())) > 1:
        yield warning(f"The exporters are of different versions: {said}", docs="upgrading.md")
    elif len(found) > 1:
        yield ok(f"The exporters are of one version: {said}")


def views(facts: Facts) -> Iterator[Finding]:
    """Nodes whose page says nothing of Pacemaker though another's does are vantage points."""
    outside = [host for host, page in facts.pages if not page.has("ha_cluster_pacemaker_nodes")]
    inside = [host for host, page in facts.pages if page.has("ha_cluster_pacemaker_nodes")]
    if inside and outside:
        yield info(f"Seen from outside of the cluster by {', '.join(outside)}")
