"""Looks at the host: HAProxy's files, its socket, Pacemaker's configuration, the accounts that are there."""

import logging
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from exporter.autodetect import cib, haproxy_cfg
from exporter.autodetect.found import Account, Detected, Seen, configure
from exporter.autodetect.haproxy_cfg import HaproxyConfig, Server
from exporter.autodetect.lexer import words
from exporter.endpoint import parse_endpoint
from exporter.errors import SourceError
from exporter.sources.haproxy.fields.csv_columns import Kind
from exporter.sources.haproxy.options import Options as HaproxyOptions
from exporter.sources.haproxy.source import HaproxySource
from exporter.sources.pacemaker.parse import crm_mon
from exporter.sources.pacemaker.source import Options as PacemakerOptions
from exporter.transports import command, processes
from exporter.transports.deadline import Deadline

log = logging.getLogger(__name__)

GALERA_CNF, PROBE_CNF = "galera.cnf", "probe.cnf"  # in the folder of the configuration file that isn't there
TIMEOUT = 5.0  # seconds for Pacemaker's tools, and for HAProxy's socket

_NO_SUCH_OBJECT = (6, 105)  # exit codes of cibadmin: nothing in the configuration matches
_DEFAULT_CFG = Path("etc/haproxy/haproxy.cfg")
_SERVICE_FILES = ("etc/default/haproxy", "etc/sysconfig/haproxy")  # CONFIG=…, EXTRAOPTS="-f …"
_UNITS = ("etc/systemd/system", "usr/lib/systemd/system", "lib/systemd/system")
_LARGEST = 4 << 20  # bytes of one file


class Host:
    """What is looked at: the root of the file system, and how tools are found."""

    def __init__(self, root: Path = Path("/"), environment: Mapping[str, str] | None = None):
        self.root = root
        self.environment = os.environ if environment is None else environment

    def has(self, tool: str) -> bool:
        return shutil.which(tool, path=self.environment.get("PATH")) is not None

    def text(self, path: str | Path) -> str:
        """Raises OSError."""
        with (self.root / str(path).lstrip("/")).open("rb") as file:
            return file.read(_LARGEST).decode(errors="replace")

    def files_in(self, folder: str) -> list[str]:
        """`*.cfg` in the order in which HAProxy reads them. Raises OSError."""
        found = [one for one in (self.root / folder.lstrip("/")).iterdir() if one.name.endswith(".cfg")]
        return sorted(f"{folder.rstrip('/')}/{one.name}" for one in found if not one.name.startswith("."))

    def is_folder(self, path: str) -> bool:
        return (self.root / path.lstrip("/")).is_dir()


def detect(folder: Path, host: Host | None = None) -> Detected:
    """What this host shows; blocking, some tenths of a second. Files of accounts would be in `folder`."""
    return configure(look(folder, host))


def look(folder: Path, host: Host | None = None) -> Seen:
    """As detect(), before a configuration is made of it."""
    host = host or Host()
    haproxy, files, troubles = _haproxy(host)
    pacemaker = host.has("crm_mon")
    addresses: tuple[str, ...] | None = None
    if pacemaker:
        try:
            addresses = _addresses(PacemakerOptions().cibadmin_path)
        except SourceError as error:
            troubles.append(f"Pacemaker can't be asked for its addresses yet: {error}")
    return Seen(
        galera_account=_account(folder / GALERA_CNF),
        probe_account=_account(folder / PROBE_CNF),
        pacemaker=pacemaker,
        corosync=host.has("corosync-cfgtool") and host.has("corosync-quorumtool"),
        haproxy=haproxy,
        haproxy_files=tuple(files),
        addresses=addresses,
        live_servers=_live_servers(haproxy) if haproxy else {},
        troubles=tuple(troubles),
    )


def _account(path: Path) -> Account:
    return Account(str(path), path.exists())


def _addresses(cibadmin: str) -> tuple[str, ...]:
    """Raises SourceError."""
    argv = (cibadmin, "--query", "--local", "--xpath", cib.XPATH)
    done = command.run(argv, Deadline.after(TIMEOUT))
    if done.returncode in _NO_SUCH_OBJECT:
        return ()
    if done.returncode:
        raise crm_mon.refusal(done.returncode, done.complaint())
    return cib.addresses(done.stdout)


def _haproxy(host: Host) -> tuple[HaproxyConfig | None, list[str], list[str]]:
    """Its configuration, the files that it is in, and why others could not be read."""
    read: dict[str, str] = {}
    troubles: list[str] = []
    for path in _configuration_files(host):
        try:
            read[path] = host.text(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            troubles.append(
                f"HAProxy: {path} can't be read: {error.strerror}; give the exporter's user that right"
            )
    return (haproxy_cfg.parse(read.values(), host.environment) if read else None), list(read), troubles


def _configuration_files(host: Host) -> list[str]:
    """Those of the running HAProxy; where none runs, as on a passive balancer, those of its service."""
    running = processes.find(("haproxy",)) if host.root == Path("/") else None
    named = _named(processes.command_line(running.pid)) if running else []
    found: dict[str, None] = {}
    for path in named or list(_service_files(host)):
        if not path.startswith("/"):
            continue
        if host.is_folder(path):
            with suppress(OSError):
                found |= dict.fromkeys(host.files_in(path))
        else:
            found[path] = None
    return list(found)


def _named(arguments: Sequence[str]) -> list[str]:
    """What stands behind each -f; `--` ends the flags, what follows are files too."""
    found = [after for flag, after in pairwise(arguments) if flag == "-f"]
    return found + (list(arguments[arguments.index("--") + 1 :]) if "--" in arguments else [])


def _service_files(host: Host) -> Iterator[str]:
    settings = {"CONFIG": f"/{_DEFAULT_CFG}"}
    for path in _SERVICE_FILES:
        with suppress(OSError):
            settings |= _assignments(host.text(path))
    yield settings["CONFIG"]
    yield from _named(settings.get("EXTRAOPTS", "").split())
    yield from _folders_of_the_unit(host)


def _folders_of_the_unit(host: Host) -> Iterator[str]:
    """`Environment="CFGDIR=/etc/haproxy/conf.d"`, as in Enterprise Linux's unit."""
    for folder in _UNITS:
        with suppress(OSError):
            yield from re.findall(r'\bCFGDIR=([^\s"\']+)', host.text(f"{folder}/haproxy.service"))
            return


def _assignments(text: str) -> dict[str, str]:
    """Lines `NAME="value"` of a file for a shell or systemd."""
    found = {}
    for line in text.splitlines():
        name, equals, _ = line.partition("=")
        parts = words(line, {})
        if equals and name.strip().isidentifier() and parts:
            found[name.strip()] = parts[0].partition("=")[2]
    return found


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
