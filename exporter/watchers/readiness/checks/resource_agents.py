"""The agents of the watched resources, and of what they need, are installed on this host.

What an agent itself calls is not looked for.
"""

from collections.abc import Iterator
from stat import S_ISDIR, S_IXGRP, S_IXOTH, S_IXUSR
from typing import ClassVar

from exporter.errors import NotPermitted
from exporter.sources.haproxy.configuration.files import Host
from exporter.sources.pacemaker.reading import PacemakerReading
from exporter.transports.deadline import Deadline
from exporter.watchers.failover.detection.snapshot import Snapshot
from exporter.watchers.readiness.checks.check import Check, Known
from exporter.watchers.readiness.metrics import Checked

OCF = "/usr/lib/ocf/resource.d"
LSB = "/etc/init.d"
UNITS = (  # systemd.unit(5)
    *(
        "/etc/systemd/system",
        "/run/systemd/system",
        "/run/systemd/generator",
        "/usr/local/lib/systemd/system",
    ),
    *("/usr/lib/systemd/system", "/lib/systemd/system", "/run/systemd/generator.late"),
)
_ANY_X = S_IXUSR | S_IXGRP | S_IXOTH  # Pacemaker runs them as root


class ResourceAgents(Check):
    name: ClassVar[str] = "resource_agents"

    def __init__(self, host: Host):
        self._host = host

    def ask(self, known: Known, deadline: Deadline) -> Checked | None:  # noqa: ARG002  # reads folders alone
        if known.pacemaker is None or known.snapshot is None:
            return None
        wanted = agents(known.pacemaker, known.snapshot)
        failures = [f"{agent}: {why}" for agent in wanted if (why := self._missing(agent))]
        return Checked(self.name, tuple(failures)) if wanted else None

    def _missing(self, agent: str) -> str:
        """Why Pacemaker could not run it here; empty where it could, or where its kind is not known here."""
        files = tuple(places(agent))
        if not files:
            return ""
        for path, run in files:  # the first that is there is the one that counts
            if (why := self._unusable(path, run)) is not None:
                return why
        return f"not installed, no {files[0][0]}"

    def _unusable(self, path: str, run: bool) -> str | None:
        """None where there is nothing, empty where it can be used. `run`: it has to be executable."""
        place = self._host.root / path.lstrip("/")
        try:
            mode = place.stat().st_mode
            masked = not run and place.resolve() == self._host.root / "dev/null"
        except PermissionError as error:
            raise NotPermitted(f"{path} can't be looked at: {error.strerror}") from None
        except OSError:
            return None
        if masked:
            return f"masked, by {path}"
        return f"{path} is not executable" if run and (S_ISDIR(mode) or not mode & _ANY_X) else ""


def agents(reading: PacemakerReading, snapshot: Snapshot) -> tuple[str, ...]:
    """As crm_mon names them: of the watched resources, what is tied to them and what is started before."""
    names = {*snapshot.holders}.union(*snapshot.together.values(), *snapshot.before.values())
    wanted = [
        one.agent for one in reading.view.resources if one.id.partition(":")[0] in names or one.id in names
    ]
    return tuple(sorted({*wanted}))


def places(agent: str) -> Iterator[tuple[str, bool]]:
    """The files that it may be, and whether they have to be executable.

    `ocf:heartbeat:IPaddr2` (`ocf::heartbeat:IPaddr2` up to 2.0), `lsb:haproxy`, `systemd:haproxy`,
    `service:haproxy`.
    """
    match [word for word in agent.split(":") if word]:
        case ["ocf", provider, name]:
            yield f"{OCF}/{provider}/{name}", True
        case ["lsb", name]:
            yield f"{LSB}/{name}", True
        case ["systemd", name]:
            yield from _units(name)
        case ["service", name]:
            yield f"{LSB}/{name}", True
            yield from _units(name)


def _units(name: str) -> Iterator[tuple[str, bool]]:
    unit = name if name.endswith((".service", ".socket", ".mount", ".timer", ".path")) else f"{name}.service"
    base, at, _ = unit.rpartition(".")[0].partition("@")
    template = f"{base}@.{unit.rpartition('.')[2]}" if at else unit
    for folder in UNITS:
        yield from ((f"{folder}/{file}", False) for file in dict.fromkeys((unit, template)))
