"""Whether the host is as a configuration says: files, tools, names, the journal, HAProxy's socket.

An error is what keeps a part from ever working as it is. A warning may be of this moment: a name that is not
resolved, an HAProxy that does not answer.
"""

import os
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from exporter.config import Config
from exporter.endpoint import Endpoint, parse_endpoint
from exporter.errors import Denied, SourceError
from exporter.sources.haproxy.options import Options as HaproxyOptions
from exporter.sources.haproxy.options import PagePlace, TcpPlace, place
from exporter.sources.haproxy.source import HaproxySource
from exporter.transports.deadline import Deadline
from exporter.transports.mysql_account import AccountFile
from exporter.transports.names import first_address

RESOLVE_SECONDS = 3.0  # for all names together


@dataclass(frozen=True)
class Finding:
    key: str  # as in "vips[0].client_file"
    message: str
    error: bool = True


def check(config: Config, user: str) -> Iterator[Finding]:
    """All but names. To be asked as `user`, who is named in what is to be done."""
    for key, tool in _tools(config).items():
        yield from _tool(key, tool, user)
    for key, path in _client_files(config).items():
        yield from _client_file(key, path, user)
    if config.haproxy:
        yield from _haproxy(config.haproxy, user)
    if config.keepalived:
        yield from _dumps(Path(config.keepalived.folder), user)
    if config.pacemaker or config.keepalived:
        yield from _journal(Path(config.journal), user)


def unresolved(config: Config) -> Iterator[Finding]:
    """Names of hosts that have no address now. Blocking, for RESOLVE_SECONDS at most.

    A resolver can't be interrupted: its threads are left behind, and end with the process.
    """
    names = _names(config)
    said: dict[str, str] = {}
    threads = [
        threading.Thread(target=_resolve, args=(key, at, said), daemon=True) for key, at in names.items()
    ]
    for thread in threads:
        thread.start()
    deadline = Deadline.after(RESOLVE_SECONDS)
    for thread, (key, at) in zip(threads, names.items(), strict=True):
        try:
            thread.join(deadline.remaining(at.host))
        except SourceError:
            thread.join(0)
        why = f"{at.host}: the resolver has no answer in time" if thread.is_alive() else said.get(key)
        if why:
            yield Finding(key, f"{why}; is the name right, or does the resolver not answer?", error=False)


def _resolve(key: str, at: Endpoint, said: dict[str, str]) -> None:
    try:
        first_address(at)
    except SourceError as error:
        said[key] = str(error)


def _names(config: Config) -> dict[str, Endpoint]:
    found = dict[str, Endpoint]()
    if config.galera:
        found |= {f"galera.nodes.{name}": parse_endpoint(at) for name, at in config.galera.nodes.items()}
    at = place(config.haproxy.stats) if config.haproxy else None
    if isinstance(at, TcpPlace):
        found["haproxy.stats"] = at.endpoint
    elif isinstance(at, PagePlace):
        found["haproxy.stats"] = Endpoint(at.host, 80)
    return found


def _tools(config: Config) -> dict[str, str]:
    """Key to path or name."""
    found = {}
    if config.pacemaker:
        found["pacemaker.crm_mon_path"] = config.pacemaker.crm_mon_path
        found["pacemaker.cibadmin_path"] = config.pacemaker.cibadmin_path
        found["readiness.crm_simulate_path"] = config.readiness.crm_simulate_path
    if config.keepalived:
        found["keepalived.keepalived_path"] = config.keepalived.keepalived_path
    if config.corosync:
        found["corosync.cfgtool_path"] = config.corosync.cfgtool_path
        found["corosync.quorumtool_path"] = config.corosync.quorumtool_path
        found["corosync.cmapctl_path"] = config.corosync.cmapctl_path
    return found


def _tool(key: str, tool: str, user: str) -> Iterator[Finding]:
    path = shutil.which(tool, mode=os.F_OK)
    if path is None:
        section = key.partition(".")[0]
        remedy = f"install it, correct the path, or turn the section `{section}` off"
        if section == "readiness":
            remedy = "install it (Debian: pacemaker-cli-utils), or correct the path"
        yield Finding(key, f"{tool} is not installed, or not at this path: {remedy}")
    elif not Path(path).is_file() or not os.access(path, os.X_OK, effective_ids=True):
        yield Finding(key, f"{path} can't be executed by user {user}: `chmod a+rx {path}`")


def _client_files(config: Config) -> dict[str, str]:
    found = {"galera.client_file": config.galera.client_file} if config.galera else {}
    for index, vip in enumerate(config.vips):
        if vip.client_file:
            found[f"vips[{index}].client_file"] = vip.client_file
        if vip.write:
            found[f"vips[{index}].write.client_file"] = vip.write.client_file
    return found


def _client_file(key: str, path: str, user: str) -> Iterator[Finding]:
    file = AccountFile(path, logs_notices=False)
    try:
        file.account()
    except Denied as error:
        yield Finding(key, f"as user {user}: {error}")
        return
    except SourceError as error:
        yield Finding(key, f"{error}; `failover-exporter setup` prints what belongs in it")
        return
    for notice in file.notices:
        yield Finding(key, f"{path}: {notice}", error=False)


def _haproxy(options: HaproxyOptions, user: str) -> Iterator[Finding]:
    if options.ca_file and not os.access(options.ca_file, os.R_OK, effective_ids=True):
        yield Finding("haproxy.ca_file", f"{options.ca_file} is not there, or not to be read by user {user}")
        return
    try:
        HaproxySource(options).read(Deadline.after(options.timeout))
    except Denied as error:
        yield Finding(
            "haproxy.stats", f"{error}, as user {user}: `failover-exporter setup` says what that takes"
        )
    except SourceError as error:
        yield Finding("haproxy.stats", f"not to be read now: {error}", error=False)


def _dumps(folder: Path, user: str) -> Iterator[Finding]:
    """The folder is there while Keepalived runs."""
    key, setup = "keepalived.folder", "`failover-exporter setup` says what that takes"
    if not folder.is_dir():
        yield Finding(key, f"{folder} is not there now: does Keepalived run? {setup}", error=False)
    elif not os.access(folder, os.X_OK, effective_ids=True):
        yield Finding(key, f"user {user} may not enter {folder}: {setup}")


def _journal(path: Path, user: str) -> Iterator[Finding]:
    folder = path.parent
    if not folder.is_dir():
        yield Finding(
            "journal", f"there is no folder {folder}: `install -d -o {user} -g {user} -m 750 {folder}`"
        )
    elif not os.access(folder, os.W_OK | os.X_OK, effective_ids=True):
        yield Finding("journal", f"user {user} may not write in {folder}: `chown {user}: {folder}`")
    elif path.exists() and not os.access(path, os.R_OK | os.W_OK, effective_ids=True):
        yield Finding("journal", f"user {user} may not write it: `chown {user}: {path}*`")


def sentences(findings: Iterable[Finding], file: str, lines: Mapping[str, int]) -> Iterator[tuple[bool, str]]:
    """Whether it is an error, and `FILE: line N: key: …`: the line of the key, or of what it is within."""
    for one in findings:
        line = _line(one.key, lines)
        place = f"line {line}: " if line else ""
        yield one.error, f"{file}: {place}{one.key}: {'' if one.error else 'warning: '}{one.message}"


def _line(key: str, lines: Mapping[str, int]) -> int:
    """0 where nothing of it is in the file."""
    while key and key not in lines:
        key = key[: max(key.rfind("."), key.rfind("["), 0)]
    return lines.get(key, 0)
