"""The files of HAProxy's configuration: those of the running one, or of its service where none runs."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from exporter.sources.haproxy.configuration.lexer import words
from exporter.transports import processes
from exporter.transports.file_stamp import Stamp, stamp

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
        with self._place(path).open("rb") as file:
            return file.read(_LARGEST).decode(errors="replace")

    def stamp(self, path: str | Path) -> Stamp:
        return stamp(self._place(path))

    def files_in(self, folder: str, ending: str = ".cfg") -> list[str]:
        """In the order in which HAProxy and systemd read them. Raises OSError."""
        found = [one for one in self._place(folder).iterdir() if one.name.endswith(ending)]
        return sorted(f"{folder.rstrip('/')}/{one.name}" for one in found if not one.name.startswith("."))

    def is_folder(self, path: str) -> bool:
        """Raises OSError where a folder above it is closed."""
        return self._place(path).is_dir()

    def _place(self, path: str | Path) -> Path:
        return self.root / str(path).lstrip("/")


@dataclass(frozen=True)
class Texts:
    """Of the files of one HAProxy."""

    texts: Mapping[str, str]  # by path, in HAProxy's order
    environment: Mapping[str, str]  # its variables
    troubles: tuple[str, ...]  # why others could not be read


def read(host: Host) -> Texts:
    """All of them; blocking."""
    service = service_environment(host)
    files, troubles = configuration_files(host, service)
    found: dict[str, str] = {}
    for path in files:
        try:
            found[path] = host.text(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            troubles.append(_unreadable(path, error))
    return Texts(found, {**host.environment, **service}, tuple(troubles))


# By path what stamp() says; and the variables of the service.
Fingerprint = tuple[tuple[tuple[str, Stamp], ...], tuple[tuple[str, str], ...]]


def fingerprint(host: Host) -> Fingerprint:
    """Another one when read() would find something else; blocking."""
    service = service_environment(host)
    paths, _ = configuration_files(host, service)
    return tuple((path, host.stamp(path)) for path in paths), tuple(service.items())


def configuration_files(host: Host, service: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Those of the running HAProxy; where none runs, as on a passive balancer, those of its service.

    And why folders could not be read. `service` is its environment.
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


def _unreadable(path: str, error: OSError) -> str:
    return f"HAProxy: {path} can't be read: {error.strerror}; give the exporter's user that right"


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


def service_environment(host: Host) -> dict[str, str]:
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
