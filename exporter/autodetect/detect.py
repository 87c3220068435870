"""Looks at the host: HAProxy's files, its socket, Pacemaker's configuration, the accounts that are there."""

import logging
import os
from contextlib import suppress
from pathlib import Path

from exporter.autodetect import cib
from exporter.autodetect.found import Account, Detected, Seen, configure
from exporter.endpoint import parse_endpoint
from exporter.errors import Denied, SourceError, Unreachable
from exporter.sources.haproxy.configuration import files, haproxy_cfg
from exporter.sources.haproxy.configuration.files import Host
from exporter.sources.haproxy.configuration.haproxy_cfg import HaproxyConfig, Server
from exporter.sources.haproxy.fields.csv_columns import Kind
from exporter.sources.haproxy.options import Options as HaproxyOptions
from exporter.sources.haproxy.source import HaproxySource
from exporter.sources.keepalived.source import FOLDER as KEEPALIVED_FOLDER
from exporter.sources.keepalived.source import JSON as KEEPALIVED_JSON
from exporter.sources.keepalived.source import NAMES as KEEPALIVED_NAMES
from exporter.sources.keepalived.source import KeepalivedSource
from exporter.sources.keepalived.source import Options as KeepalivedOptions
from exporter.sources.pacemaker.parse import crm_mon
from exporter.sources.pacemaker.source import Options as PacemakerOptions
from exporter.transports import command, processes
from exporter.transports.deadline import Deadline

log = logging.getLogger(__name__)

GALERA_CNF, PROBE_CNF = "galera.cnf", "probe.cnf"  # in the folder of the configuration file that isn't there
KEEPALIVED_CONF = "/etc/keepalived/keepalived.conf"
TIMEOUT = 5.0  # seconds for Pacemaker's tools, for Keepalived's dump, and for HAProxy's socket

_NO_SUCH_OBJECT = (6, 105)  # exit codes of cibadmin: nothing in the configuration matches


def detect(folder: Path, host: Host | None = None) -> Detected:
    """What this host shows; blocking, some tenths of a second. Files of accounts would be in `folder`."""
    return configure(look(folder, host))


def look(folder: Path, host: Host | None = None) -> Seen:
    """As detect(), before a configuration is made of it."""
    host = host or Host()
    haproxy, haproxy_files, troubles = _haproxy(host)
    # Pacemaker's tools may be installed beside it; where its daemon runs, that has the addresses.
    keepalived = host.stamp(KEEPALIVED_CONF) is not None and not processes.find(("pacemakerd",))
    pacemaker = host.has("crm_mon") and not keepalived
    addresses: tuple[str, ...] | None = None
    dump = ""
    if pacemaker:
        try:
            addresses = _addresses(PacemakerOptions().cibadmin_path)
        except SourceError as error:
            troubles.append(f"Pacemaker can't be asked for its addresses yet: {error}")
    if keepalived:
        try:
            addresses, dump = _keepalived()
        except SourceError as error:
            troubles.append(f"Keepalived can't be asked for its addresses yet: {error}")
    return Seen(
        galera_account=_account(folder / GALERA_CNF),
        probe_account=_account(folder / PROBE_CNF),
        pacemaker=pacemaker,
        corosync=not keepalived and host.has("corosync-cfgtool") and host.has("corosync-quorumtool"),
        keepalived=keepalived,
        haproxy=haproxy,
        haproxy_files=tuple(haproxy_files),
        addresses=addresses,
        dump=dump,
        live_servers=_live_servers(haproxy) if haproxy else {},
        troubles=tuple(troubles),
    )


def _account(path: Path) -> Account:
    """One in a closed folder could not be used either."""
    return Account(str(path), os.path.exists(path))  # noqa: PTH110  # Path.exists() raises there


def _addresses(cibadmin: str) -> tuple[str, ...]:
    """Raises SourceError."""
    argv = (cibadmin, "--query", "--local", "--xpath", cib.XPATH)
    done = command.run(argv, Deadline.after(TIMEOUT))
    if done.returncode in _NO_SUCH_OBJECT:
        return ()
    if done.returncode:
        raise crm_mon.refusal(done.returncode, done.complaint())
    return cib.addresses(done.stdout)


def _keepalived() -> tuple[tuple[str, ...], str]:
    """The addresses of the running Keepalived, which knows its configuration whole, and the file that says
    so. Raises SourceError."""
    folder = _dumps()
    reading = KeepalivedSource(KeepalivedOptions(folder)).read(Deadline.after(TIMEOUT))
    if reading.running is None:
        raise Unreachable("it does not run: `systemctl status keepalived`")
    path = f"{folder}/{KEEPALIVED_JSON}"
    if _strangers(path):
        raise Denied(f"{path} is not root's: somebody else laid it there; look at it, and remove it")
    return reading.addresses, path


def _strangers(path: str) -> bool:
    """What is not root's in a folder for all, as /tmp, tells root nothing."""
    try:
        return os.geteuid() == 0 and os.lstat(path).st_uid != 0
    except OSError:
        return False


def _dumps() -> str:
    """The folder of Keepalived's dumps. Root sees where it writes before anything was set up."""
    process = processes.find(KEEPALIVED_NAMES)
    if process is None or os.geteuid() != 0:
        return KEEPALIVED_FOLDER
    named = processes.variable(process.pid, "TMPDIR") or ""
    return named if named.startswith("/") else "/tmp"  # noqa: S108  # Keepalived's own default


def _haproxy(host: Host) -> tuple[HaproxyConfig | None, list[str], list[str]]:
    """Its configuration, the files that it is in, and why others could not be read."""
    found = files.read(host)
    config = haproxy_cfg.parse(found.texts.values(), found.environment) if found.texts else None
    return config, list(found.texts), list(found.troubles)


def _live_servers(haproxy: HaproxyConfig) -> dict[str, tuple[Server, ...]]:
    """By proxy the servers and addresses that HAProxy's socket shows, where the file leaves them to DNS."""
    wanted = {name for service in haproxy.services() if service.templates for name in service.proxies}
    sockets = [one for one in haproxy.sockets if one.startswith("unix:")]
    if not wanted or not sockets:
        return {}
    try:
        reading = HaproxySource(HaproxyOptions(stats=sockets[0])).read(Deadline.after(TIMEOUT))
    except SourceError:
        return {}  # the collector says why
    found: dict[str, list[Server]] = {}
    for row in reading.rows:
        if row.proxy in wanted and row.kind == Kind.SERVER and row.address:
            with suppress(ValueError):  # a server that DNS gives no address for now
                at = parse_endpoint(row.address)
                found.setdefault(row.proxy, []).append(Server(row.name, at.host, at.port))
    return {name: tuple(servers) for name, servers in found.items()}
