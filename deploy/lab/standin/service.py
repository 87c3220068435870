"""A service by its unit: started with the unit's user, rights, folders and environment, stopped, reloaded.

Its log, which journald would keep, is /var/log/lab/NAME.log; /run/lab/NAME.pid has its process.
"""

import contextlib
import os
import pwd
import select
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from deploy.lab.standin import unit as units
from deploy.lab.standin.unit import Unit

# /lib is the same as /usr/lib but for Debian 11.
_PLACES = ("/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system")
PLACES = tuple(dict.fromkeys(Path(one).resolve() for one in _PLACES))
RUN = Path("/run/lab")
LOGS = Path("/var/log/lab")
TIMEOUT = 90.0  # seconds, systemd's own for a start and for a stop
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

Process = subprocess.Popen[bytes]


class Refused(Exception):
    """One sentence for who called."""


class Service:
    def __init__(self, name: str) -> None:
        self.name = name.removesuffix(".service")
        self._record = RUN / f"{self.name}.pid"

    def there(self) -> bool:
        return bool(self._files())

    def file(self) -> Path:
        found = self._files()
        if not found:
            raise Refused(f"Unit {self.name}.service could not be found.")
        return found[0]

    def _files(self) -> list[Path]:
        return [path for place in PLACES if (path := place / f"{self.name}.service").exists()]

    def unit(self) -> Unit:
        drop_ins = [one for place in PLACES for one in place.glob(f"{self.name}.service.d/*.conf")]
        files = [self.file(), *sorted(drop_ins, key=lambda path: path.name)]
        return units.parse(*(path.read_text() for path in files))

    def pid(self) -> int | None:
        """Of its process, if that lives."""
        try:
            pid = int(self._record.read_text())
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (OSError, ValueError):
            return None
        return pid if state not in "ZX" else None

    def start(self, *, wait: bool = True) -> None:
        """With `wait`, returns when a service of the type `notify` has said that it is ready."""
        if self.pid():
            return
        unit = self.unit()
        environment = {**_environment(unit), **_folders(unit)}
        if not wait or not unit.one("Type").startswith("notify"):
            self._spawn(unit, environment)
            return
        address = f"lab/{self.name}/{os.getpid()}"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified:
            notified.bind(f"\0{address}")
            process = self._spawn(unit, {**environment, "NOTIFY_SOCKET": f"@{address}"})
            self._wait_ready(notified, process, unit.seconds("TimeoutStartSec", TIMEOUT))

    def _spawn(self, unit: Unit, environment: dict[str, str]) -> Process:
        for before in unit.all("ExecStartPre"):
            words = [*units.privileges(unit), "--", *units.argv(before, environment)]
            subprocess.run(words, env=environment, check=not before.startswith("-"))
        argv = [*units.privileges(unit), "--", *units.argv(unit.one("ExecStart"), environment)]
        LOGS.mkdir(parents=True, exist_ok=True)
        with (LOGS / f"{self.name}.log").open("ab") as log:
            process = subprocess.Popen(
                argv,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,
                umask=int(unit.one("UMask", "0022"), 8),
            )
        RUN.mkdir(parents=True, exist_ok=True)
        self._record.write_text(f"{process.pid}\n")
        return process

    def _wait_ready(self, notified: socket.socket, process: Process, seconds: float) -> None:
        """sd_notify(3): the program sends READY=1 once it serves."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if select.select([notified], [], [], 0.1)[0] and b"READY=1" in notified.recv(4096).split(b"\n"):
                return
            if process.poll() is not None:
                raise Refused(f"Job for {self.name}.service failed: its process ended.")
        raise Refused(f"Job for {self.name}.service failed: not ready within {seconds:g} s.")

    def stop(self) -> None:
        pid = self.pid()
        deadline = time.monotonic() + (self.unit().seconds("TimeoutStopSec", TIMEOUT) if pid else 0)
        if pid:
            os.kill(pid, signal.SIGTERM)
        while pid and self.pid():
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
        self._record.unlink(missing_ok=True)

    def reload(self) -> None:
        pid, command = self.pid(), self.unit().one("ExecReload")
        if pid is None or not command:
            raise Refused(f"{self.name}.service is not active, or can't be reloaded.")
        environment = {**_environment(self.unit()), "MAINPID": str(pid)}
        subprocess.run(units.argv(command, environment), env=environment, check=True)


def _environment(unit: Unit) -> dict[str, str]:
    user = pwd.getpwnam(unit.user)
    found = {"PATH": PATH, "LANG": "C.UTF-8", "USER": user.pw_name, "LOGNAME": user.pw_name}
    found |= {"HOME": user.pw_dir, "SHELL": user.pw_shell}
    for assignments in unit.all("Environment"):
        found |= units.assignments(assignments)
    for path in unit.all("EnvironmentFile"):
        with contextlib.suppress(FileNotFoundError):
            found |= units.parse_environment(Path(path.removeprefix("-")).read_text())
    return found


def _folders(unit: Unit) -> dict[str, str]:
    """Makes them, all but the configuration's the user's own; gives the variables that name them."""
    return dict(_made(unit))


def _made(unit: Unit) -> Iterator[tuple[str, str]]:
    for key, parent in units.DIRECTORIES.items():
        for name in unit.words(key):
            path = Path(parent, name)
            path.mkdir(parents=True, exist_ok=True)
            path.chmod(int(unit.one(f"{key}Mode", "0755"), 8))
            if key != "ConfigurationDirectory":
                shutil.chown(path, unit.user, unit.group)
            yield key.replace("Directory", "_directory").upper(), str(path)
