"""As whom the exporter runs here, by /proc."""

import grp
import pwd

from exporter.commands.doctor.facts import Service
from exporter.commands.doctor.page import Page
from exporter.transports import processes

# As the kernel has it, of 15 characters at most; python3 where it was started as `python3 -m exporter`.
_PROGRAMS = ("failover-export", "python3", "python")
_SAME_SECONDS = 0.5
_STARTED = "process_start_time_seconds"


def running(page: Page) -> Service | None:
    """The process whose page that is: the one that started when the page says. None where it is not seen."""
    started = page.value(_STARTED)
    if started is None:
        return None
    for process in processes.find_all(_PROGRAMS):
        if abs(process.started - started) < _SAME_SECONDS and (found := processes.credentials(process.pid)):
            groups = frozenset(map(_group, found.groups))
            return Service(user_name(found.uid), groups, found.raw_sockets, found.signals)
    return None


def user_name(uid: int) -> str:
    """Its number where it has no name."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
