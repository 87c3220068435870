"""Looks at the host: HAProxy's files, its socket, Pacemaker's configuration, the accounts that are there."""

import logging
import os
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
_SERVICE_FILES = ("etc/default/haproxy", "etc/sysconfig/haproxy")  # CONFIG=…, EXTRAOPTS="-f …", variables
_UNITS = ("etc/systemd/system", "usr/lib/systemd/system", "lib/systemd/system")
_DROP_INS = "etc/systemd/system/haproxy.service.d"
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

    def files_in(self, folder: str, ending: str = ".cfg") -> list[str]:
        """In the order in which HAProxy and systemd read them. Raises OSError."""
        found = [one for one in (self.root / folder.lstrip("/")).iterdir() if one.name.endswith(ending)]
        return sorted(f"{folder.rstrip('/')}/{one.name}" for one in found if not one.name.startswith("."))

    def is_folder(self, path: str) -> bool:
        """Raises OSError where a folder above it is closed."""
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


def _haproxy(host: Host) -> tuple[HaproxyConfig | None, list[str], list[str]]:
    """Its configuration, the files that it is in, and why others could not be read."""
    read: dict[str, str] = {}
    service = _service_environment(host)
    files, troubles = _configuration_files(host, service)
    for path in files:
        try:
            read[path] = host.text(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            troubles.append(_unreadable(path, error))
    config = haproxy_cfg.parse(read.values(), {**host.environment, **service}) if read else None
    return config, list(read), troubles


def _unreadable(path: str, error: OSError) -> str:
    return f"HAProxy: {path} can't be read: {error.strerror}; give the exporter's user that right"


def _configuration_files(host: Host, service: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Those of the running HAProxy; where none runs, as on a passive balancer, those of its service.

    And why folders could not be read.
    """
    running = processes.find(("haproxy",)) if host.root == Path("/") else None
    named = _named(processes.command_line(running.pid)) if running else []
    found: dict[str, None] = {}
    troubles: list[str] = []
    for path in named or list(_service_files(service)):
        if not path.startswith("/"):
            continue
        try:
            found |= dict.fromkeys(host.files_in(path) if host.is_folder(path) else [path])
        except OSError as error:
            troubles.append(_unreadable(path, error))
    return list(found), troubles


def _named(arguments: Sequence[str]) -> list[str]:
    """What stands behind each -f; `--` ends the flags, what follows are files too."""
    found = [after for flag, after in pairwise(arguments) if flag == "-f"]
    return found + (list(arguments[arguments.index("--") + 1 :]) if "--" in arguments else [])


def _service_files(service: Mapping[str, str]) -> Iterator[str]:
    """Enterprise Linux's unit has CFGDIR, a folder, beside the file."""
    yield service.get("CONFIG", f"/{_DEFAULT_CFG}")
    yield from _named(service.get("EXTRAOPTS", "").split())
    if folder := service.get("CFGDIR"):
        yield folder


def _service_environment(host: Host) -> dict[str, str]:
    """What HAProxy's service gets: of its unit, of drop-ins, then of files, which win (systemd.exec(5))."""
    found: dict[str, str] = {}
    for path in _unit_files(host):
        with suppress(OSError):
            for line in host.text(path).splitlines():
                if line.startswith("Environment="):
                    found |= _assigned(words(line.partition("=")[2], {}))
    for path in _SERVICE_FILES:
        with suppress(OSError):
            found |= _assignments(host.text(path))
    return found


def _unit_files(host: Host) -> Iterator[str]:
    """The first unit is the one that counts; all drop-ins do."""
    units = [f"{folder}/haproxy.service" for folder in _UNITS]
    yield from [path for path in units if (host.root / path).exists()][:1]
    with suppress(OSError):
        yield from host.files_in(_DROP_INS, ".conf")


def _assigned(pairs: Sequence[str]) -> dict[str, str]:
    """`NAME=value` each."""
    return {name: value for name, equals, value in (pair.partition("=") for pair in pairs) if equals}


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
