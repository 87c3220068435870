"""Looks at the host. Blocking, some tenths of a second; with a Pacemaker that is stuck, to its deadlines."""

import grp
import os
import pwd
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from exporter.autodetect import detect
from exporter.autodetect.found import Detected, Seen, configure
from exporter.commands.configuration import load_config
from exporter.commands.setup import accounts, acl, config_file, record
from exporter.commands.setup.facts import Facts
from exporter.commands.setup.rights import (
    COROSYNCS_FOLDER,
    KEEPALIVEDS_DROP_IN,
    OWN_DROP_IN,
    PACEMAKERS_GROUP,
    USER,
    Acl,
    Dump,
    SocketFile,
    User,
)
from exporter.config import Config
from exporter.errors import SourceError
from exporter.sources.haproxy.configuration.files import Host
from exporter.sources.haproxy.configuration.haproxy_cfg import SocketRights
from exporter.sources.haproxy.options import UnixPlace, place
from exporter.sources.pacemaker.source import Options as PacemakerOptions
from exporter.transports import command
from exporter.transports.deadline import Deadline

_NO_SUCH_OBJECT = (6, 105)  # exit codes of cibadmin: nothing in the configuration matches
_TIMEOUT = 5.0  # seconds for Pacemaker's configuration
_X_OTHERS, _X_GROUP = 0o001, 0o010


def look(config_path: Path) -> Facts:
    """What the steps of setup depend on. Raises ConfigError (of a file that is there), ValueError."""
    seen = detect.look(config_path.parent)
    there = config_path.exists()
    shown = configure(_with_accounts(seen))
    own = _own_text(config_path, shown) if there else ""
    config = load_config(config_path) if there and not own else shown.config
    socket = _socket(config, seen) if config else None
    return replace(
        _common(config_path, asked=bool(config and config.pacemaker)),
        config_there=there,
        config=config,
        config_written=own,
        config_missing=shown.missing,
        config_complete=shown.complete,
        accounts_there=_there(config),
        groups=frozenset(_existing(PACEMAKERS_GROUP, socket.group if socket else "")),
        socket=socket,
        dump=_dump(seen.dump) if seen.dump else None,
    )


def _own_text(path: Path, shown: Detected) -> str:
    """What is in the file, where setup wrote it for what the host shows now; empty for any other."""
    if not shown.config or not shown.complete:
        return ""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):  # load_config says why
        return ""
    return text if config_file.is_own(text, shown.config, frozenset(accounts.files(shown.config))) else ""


def look_at_grants(config_path: Path) -> Facts:
    """What taking them away depends on. Raises ValueError."""
    return _common(config_path, asked=Host().has(PacemakerOptions.cibadmin_path))


def _common(config_path: Path, *, asked: bool) -> Facts:
    return Facts(
        str(config_path),
        config_there=False,
        config=None,
        user=user(),
        acl=_acl() if asked else None,
        uidgid=_texts(Path(COROSYNCS_FOLDER)),
        drop_ins=_texts(Path(OWN_DROP_IN).parent) | _texts(Path(KEEPALIVEDS_DROP_IN).parent),
        record=record.read(Path(record.PATH)),
    )


def _with_accounts(seen: Seen) -> Seen:
    """The whole configuration is made, also of what waits for an account."""
    return replace(
        seen,
        galera_account=replace(seen.galera_account, there=True),
        probe_account=replace(seen.probe_account, there=True),
    )


def _there(config: Config | None) -> frozenset[str]:
    return (
        frozenset(path for path in accounts.files(config) if Path(path).exists()) if config else frozenset()
    )


def user() -> User | None:
    """As whom the service runs; None where the host has no such user."""
    try:
        entry = pwd.getpwnam(USER)
    except KeyError:
        return None
    return User(entry.pw_uid, frozenset(_name(gid) for gid in os.getgrouplist(USER, entry.pw_gid)))


def _name(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _existing(*names: str) -> Iterator[str]:
    for name in names:
        with suppress(KeyError):
            yield grp.getgrnam(name).gr_name


def _acl() -> Acl | None:
    """None where Pacemaker can't be asked."""
    argv = (PacemakerOptions.cibadmin_path, "--query", "--local", "--xpath", acl.XPATH)
    try:
        done = command.run(argv, Deadline.after(_TIMEOUT))
        if done.returncode in _NO_SUCH_OBJECT:
            return Acl(enabled=False, granted=False)
        return None if done.returncode else acl.parse(done.stdout)
    except SourceError:
        return None


def _texts(folder: Path) -> dict[str, str]:
    found = {}
    with suppress(OSError):
        for path in sorted(folder.iterdir()):
            with suppress(OSError):
                found[str(path)] = path.read_text(errors="replace")
    return found


def _socket(config: Config, seen: Seen) -> SocketFile | None:
    """None where the statistics come from no socket that is a file."""
    if not config.haproxy:
        return None
    at = place(config.haproxy.stats)
    if not isinstance(at, UnixPlace) or not at.path.startswith("/"):
        return None
    path = Path(at.path)
    rights = seen.haproxy.rights if seen.haproxy else {}
    found = _present(path) or _announced(path, rights.get(f"unix:{at.path}"))
    return replace(found, blocked=_blocked(path, found.group))


def _dump(path: str) -> Dump | None:
    try:
        about = os.stat(path)  # noqa: PTH116  # a string is enough
    except OSError:
        return None
    group = _name(about.st_gid)
    return Dump(path, about.st_mode & 0o777, group, _blocked(Path(path), group))


def _present(path: Path) -> SocketFile | None:
    try:
        about = path.stat()
    except OSError:
        return None
    return SocketFile(str(path), about.st_mode & 0o777, about.st_uid, _name(about.st_gid))


def _announced(path: Path, rights: SocketRights | None) -> SocketFile:
    """HAProxy binds before it gives root up; a setgid folder hands its group on, as Debian's /run/haproxy."""
    rights = rights or SocketRights()
    group = _name(int(rights.group)) if rights.group.isdecimal() else rights.group
    if not group:
        with suppress(OSError):
            about = path.parent.stat()
            group = _name(about.st_gid) if about.st_mode & 0o2000 else ""
    return SocketFile(str(path), rights.mode & 0o777, 0, group or "root")


def _blocked(path: Path, group: str) -> str:
    """The first folder on the way that neither that group nor others may pass; empty without one."""
    for folder in reversed(path.parents):
        with suppress(OSError):
            about = folder.stat()
            if not about.st_mode & (_X_GROUP if _name(about.st_gid) == group else _X_OTHERS):
                return str(folder)
    return ""
