"""What was seen on a host becomes a configuration, and lines for the log. Asks nobody."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from exporter.config import Config
from exporter.endpoint import MYSQL_PORT, Endpoint
from exporter.sources.corosync.source import Options as CorosyncOptions
from exporter.sources.galera.source import Options as GaleraOptions
from exporter.sources.haproxy.configuration.haproxy_cfg import HaproxyConfig, Server, Service
from exporter.sources.haproxy.options import Options as HaproxyOptions
from exporter.sources.keepalived.source import Options as KeepalivedOptions
from exporter.sources.pacemaker.source import Options as PacemakerOptions
from exporter.watchers.prober.options import Vip


@dataclass(frozen=True)
class Account:
    """An option file where the exporter looks for an account when it has no configuration."""

    path: str
    there: bool


@dataclass(frozen=True)
class Seen:
    """What a host shows. `haproxy` is None where no haproxy.cfg could be read."""

    galera_account: Account
    probe_account: Account
    pacemaker: bool = False  # its tools are installed
    corosync: bool = False
    keepalived: bool = False  # it has a configuration
    haproxy: HaproxyConfig | None = None
    haproxy_files: tuple[str, ...] = ()
    addresses: tuple[str, ...] | None = None  # floating ones; None: who manages them could not be asked
    dump: str = ""  # of Keepalived, where it just wrote one
    live_servers: Mapping[str, tuple[Server, ...]] = field(default_factory=dict)  # by proxy, from its socket
    troubles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Detected:
    """`config` is None where there is nothing to watch."""

    config: Config | None
    said: tuple[str, ...]  # what was found, and where
    missing: tuple[str, ...]  # what could not be found, and what to do
    complete: bool  # false: who manages the addresses is here and could not be asked yet


def configure(seen: Seen) -> Detected:
    """The configuration for what was seen; the same each time."""
    services = tuple(seen.haproxy.services()) if seen.haproxy else ()
    addresses = seen.addresses or ()
    stats = _stats(seen.haproxy) if seen.haproxy else ""
    nodes = dict(_nodes(services, seen.live_servers))
    vips = tuple(vip for address in addresses for vip in _vips(address, services, seen.probe_account))
    on = seen.pacemaker or seen.corosync or seen.keepalived or stats or vips
    config = (
        Config(
            pacemaker=PacemakerOptions() if seen.pacemaker else None,
            corosync=CorosyncOptions() if seen.corosync else None,
            keepalived=KeepalivedOptions() if seen.keepalived else None,
            haproxy=HaproxyOptions(stats=stats) if stats else None,
            galera=GaleraOptions(seen.galera_account.path, nodes)
            if nodes and seen.galera_account.there
            else None,
            vips=vips,
        )
        if on
        else None
    )
    return Detected(
        config,
        tuple(_said(seen, config, nodes)),
        (*seen.troubles, *_missing(seen, services, stats, nodes, vips)),
        complete=not (seen.pacemaker or seen.keepalived) or seen.addresses is not None,
    )


def _stats(haproxy: HaproxyConfig) -> str:
    """The stats socket, else the page; empty without either. A socket tells more, and asks no password."""
    return next(iter(sorted(haproxy.sockets, key=lambda one: not one.startswith("unix:"))), "") or next(
        haproxy.pages(), ""
    )


def _vips(address: str, services: tuple[Service, ...], account: Account) -> Iterator[Vip]:
    """One for each port at which a MySQL service listens on the address; without any the bare address."""
    ports = sorted(
        {bind.port for service in services for bind in service.binds if bind.host in ("", address)}
    )
    for port in ports:
        yield Vip(address, port, client_file=account.path if account.there else None)
    if not ports:
        yield Vip(address)


def _nodes(
    services: tuple[Service, ...], live: Mapping[str, tuple[Server, ...]]
) -> Iterator[tuple[str, str]]:
    """Name and host:port of each server, once, whatever the services that it is in."""
    known: dict[str, str] = {}
    for service in services:
        found = [*service.servers, *(one for name in service.proxies for one in live.get(name, ()))]
        for server in found:
            endpoint = str(Endpoint(server.host, server.port or service.binds[0].port or MYSQL_PORT))
            if endpoint in known.values():
                continue
            name = server.name if server.name not in known else f"{server.name}:{endpoint.rpartition(':')[2]}"
            if name not in known:
                known[name] = endpoint
                yield name, endpoint


def _said(seen: Seen, config: Config | None, nodes: Mapping[str, str]) -> Iterator[str]:
    if config is None:
        return
    if config.pacemaker:
        yield "Pacemaker: crm_mon is installed"
    if config.corosync:
        yield "Corosync: its tools are installed"
    if config.keepalived:
        yield "Keepalived: it has a configuration"
    manager = "Pacemaker" if config.pacemaker else "Keepalived"
    if config.haproxy:
        yield f"HAProxy: statistics at {config.haproxy.stats}, by {', '.join(seen.haproxy_files)}"
    for vip in config.vips:
        yield (
            f"address {Endpoint(vip.address, vip.port)}, by {manager}'s and HAProxy's configuration"
            if vip.port
            else f"address {vip.address}, by {manager}'s configuration"
        )
    if config.galera:
        listed = ", ".join(f"{name} ({endpoint})" for name, endpoint in nodes.items())
        yield f"Galera nodes, by HAProxy's servers: {listed}; account in {config.galera.client_file}"
    probed = [vip.client_file for vip in config.vips if vip.client_file]
    if probed:
        yield f"the probe's account is in {probed[0]}"


def _missing(
    seen: Seen,
    services: tuple[Service, ...],
    stats: str,
    nodes: Mapping[str, str],
    vips: tuple[Vip, ...],
) -> Iterator[str]:
    if seen.haproxy and not stats:
        yield (
            f"HAProxy: no `stats socket` in {', '.join(seen.haproxy_files)}: its statistics are not read; "
            "add `stats socket /run/haproxy/admin.sock mode 660 level user` to its section `global`"
        )
    if seen.haproxy and not services:
        yield (
            f"HAProxy: no MySQL service in {', '.join(seen.haproxy_files)} (mode tcp, and port 3306 or "
            "`option mysql-check`): no port is probed and no Galera node is known"
        )
    if seen.pacemaker and seen.addresses == ():
        yield "Pacemaker: no address in its configuration (IPaddr2, IPaddr, IPv6addr): nothing is probed"
    if seen.keepalived and seen.addresses == ():
        yield "Keepalived: no VRRP instance in its configuration has an address: nothing is probed"
    if nodes and not seen.galera_account.there:
        yield (
            f"the Galera nodes are not asked: {seen.galera_account.path} is not there; "
            "`failover-exporter setup` prints what belongs in it"
        )
    if any(vip.port for vip in vips) and not seen.probe_account.there:
        yield (
            f"the probe has no account: {seen.probe_account.path} is not there; it takes a refused login as "
            "the answer of a living server, and does not see which node answers"
        )
