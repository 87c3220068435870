"""Run crm_mon for each reading, and cibadmin when the configuration changed or a node is not healthy."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

from prometheus_client.metrics_core import Metric

from exporter.errors import SourceError, Unparsable, Unreachable
from exporter.options import check_command, check_seconds
from exporter.parsing import excerpt
from exporter.scrape import Source
from exporter.sources.pacemaker.families import cluster as metrics
from exporter.sources.pacemaker.parse import cib, crm_mon
from exporter.sources.pacemaker.reading import (
    ClusterView,
    Configuration,
    LastChange,
    NodeAttribute,
    PacemakerReading,
)
from exporter.transports import command
from exporter.transports.deadline import Deadline

_SECTIONS = (
    "--one-shot",
    "--inactive",
    "--operations",
    "--timing-details",
    "--failcounts",
    "--show-node-attributes",
    "--tickets",
)
_DIALECTS: tuple[tuple[str, ...], ...] = (
    (*_SECTIONS, "--fence-history=3", "--output-as=xml"),  # from 2.0.3
    (*_SECTIONS, "--fence-history=3", "--as-xml"),  # 1.1.19 to 2.0.2
    (*_SECTIONS, "--as-xml"),  # without fence history
)
_CIBADMIN = ("--query", "--local", "--xpath")
_UTC = {"TZ": "UTC0"}  # crm_mon prints local time without saying which
_USAGE = 64  # EX_USAGE, the same from 1.1 to 3.0
_NO_SUCH_OBJECT = (6, 105)  # ENXIO of 1.1, CRM_EX_NOSUCH
_CONFIGURATION_SECONDS = 60.0  # read again after that, whatever crm_mon says of changes
_SAME_TEXT_SECONDS = 2.0  # a change in the same second as the last one does not alter its text


@dataclass(frozen=True)
class Options:
    crm_mon_path: str = "crm_mon"
    cibadmin_path: str = "cibadmin"
    timeout: float = 5.0

    def __post_init__(self) -> None:
        check_command("crm_mon_path", self.crm_mon_path)
        check_command("cibadmin_path", self.cibadmin_path)
        check_seconds("timeout", self.timeout, 0, 60)


@dataclass(frozen=True)
class KnownConfiguration:
    """As it was read last: cibadmin costs as much as crm_mon, and the configuration seldom changes."""

    configuration: Configuration
    change: LastChange  # the last change of the configuration when it was read
    settled: bool  # that change was old enough then for the next one to have another text
    read_at: float  # monotonic seconds

    def hold(self, change: LastChange, now: float) -> bool:
        return self.settled and self.change == change and now - self.read_at < _CONFIGURATION_SECONDS


class PacemakerSource(Source[PacemakerReading]):
    name: ClassVar[str] = "pacemaker"

    def __init__(self, options: Options):
        self._options = options
        self._zone = host_zone()
        self._dialect = _DIALECTS[0]
        self._known: KnownConfiguration | None = None

    @property
    def timeout(self) -> float:
        return self._options.timeout

    def read(self, deadline: Deadline) -> PacemakerReading:
        view = self._read_view(deadline)
        if self._known is None or not self._known.hold(view.last_change, time.monotonic()):
            self._known = self._read_configuration(view, deadline)
        return PacemakerReading.of(view, self._known.configuration, self._read_health(view, deadline))

    def collect(self, reading: PacemakerReading) -> Iterable[Metric]:
        return metrics.collect(reading)

    def failures(self, reading: PacemakerReading) -> Sequence[SourceError]:
        code = reading.view.fence_history_error
        return [Unreachable(f"Pacemaker's fencer does not give its history (code {code})")] if code else []

    def _read_view(self, deadline: Deadline) -> ClusterView:
        done = self._ask_crm_mon(deadline)
        if done.returncode and b"<pacemaker-result" not in done.stdout:
            # Its output then is an empty <crm_mon/>, or no XML at all.
            raise crm_mon.refusal(done.returncode, _said(done))
        return crm_mon.parse(done.stdout, self._zone)

    def _ask_crm_mon(self, deadline: Deadline) -> command.Completed:
        """In the dialect that worked last; a usage error means that the tool is another one now: all anew."""
        for dialect in dict.fromkeys((self._dialect, *_DIALECTS)):
            done = command.run((self._options.crm_mon_path, *dialect), deadline, _UTC)
            if done.returncode != _USAGE:
                self._dialect = dialect
                return done
        raise Unparsable(f"{self._options.crm_mon_path} takes none of the options known: {_said(done)}")

    def _read_configuration(self, view: ClusterView, deadline: Deadline) -> KnownConfiguration:
        output = self._ask_cibadmin(cib.XPATH, deadline)
        changed = view.last_change.time
        return KnownConfiguration(
            configuration=Configuration() if output is None else cib.configuration(output),
            change=view.last_change,
            settled=changed is not None and abs(view.last_update - changed) > _SAME_TEXT_SECONDS,
            read_at=time.monotonic(),
        )

    def _read_health(self, view: ClusterView, deadline: Deadline) -> tuple[NodeAttribute, ...]:
        """Asked for only while a node is yellow or red; crm_mon has the colour alone."""
        if all(node.health not in ("yellow", "red") for node in view.nodes):
            return ()
        output = self._ask_cibadmin(cib.HEALTH_XPATH, deadline)
        return () if output is None else cib.health(output, {node.id: node.name for node in view.nodes})

    def _ask_cibadmin(self, xpath: str, deadline: Deadline) -> bytes | None:
        """None where the CIB has nothing of it."""
        done = command.run((self._options.cibadmin_path, *_CIBADMIN, xpath), deadline, _UTC)
        if done.returncode in _NO_SUCH_OBJECT:
            return None
        if done.returncode:
            raise crm_mon.refusal(done.returncode, _said(done))
        return done.stdout


def host_zone() -> tzinfo:
    """The zone of the host's daemons: /etc/localtime, and UTC without it, as the C library has it."""
    localtime = Path("/etc/localtime")
    if not localtime.exists():
        return UTC
    with localtime.open("rb") as file:
        return ZoneInfo.from_file(file, key="localtime")


def _said(done: command.Completed) -> str:
    """Old tools complain on stdout."""
    return done.complaint() if done.stderr.strip() or not done.stdout.strip() else excerpt(done.stdout)
