"""HAProxy's own check of its configuration, with the files that its service uses.

30 ms of CPU with the lab's haproxy.cfg, by HAProxy 2.6.12; all checks together take 45 (docs/checks.md).
"""

import os
from pathlib import Path
from typing import ClassVar

from exporter.errors import NotPermitted, Unreachable
from exporter.sources.haproxy.configuration.files import Host
from exporter.transports import command
from exporter.transports.deadline import Deadline
from exporter.watchers.readiness.checks import haproxy_says
from exporter.watchers.readiness.checks.check import Check, Known
from exporter.watchers.readiness.metrics import Checked


class HaproxyConfig(Check):
    name: ClassVar[str] = "haproxy_config"
    seconds: ClassVar[float] = 10.0  # names in it are resolved

    def __init__(self, program: str, host: Host):
        self._program, self._host = program, host

    def ask(self, known: Known, deadline: Deadline) -> Checked:
        """As the exporter's user: HAProxy needs no right for it but to read what its configuration names."""
        found = known.need_files()
        argv = (self._program, "-c", *(word for path in found.paths for word in ("-f", path)))
        done = command.run(argv, deadline, found.environment)
        if not done.returncode:
            return Checked(self.name)
        if done.returncode < 0:
            raise Unreachable(f"{self._program} -c was ended by signal {-done.returncode}")
        said = haproxy_says.complaints(done.stderr.decode(errors="replace"))
        if why := haproxy_says.missing_right(said, _readable):
            raise NotPermitted(f"{self._program} -c: {why}")
        failure = haproxy_says.reason(said, self._line) if said else f"exit code {done.returncode}"
        return Checked(self.name, (failure,))

    def _line(self, path: str, number: int) -> str:
        try:
            return self._host.text(path).splitlines()[number - 1]
        except (OSError, IndexError):
            return ""


def _readable(path: str) -> bool:
    """What is not there is no matter of rights, unless the way to it is closed."""
    try:
        Path(path).stat()
    except PermissionError:
        return False
    except OSError:
        return True
    return os.access(path, os.R_OK, effective_ids=True)
