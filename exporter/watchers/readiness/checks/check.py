"""What a check is, and what it is told."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import ClassVar

from exporter.scrape import Reading
from exporter.sources.corosync.reading import CorosyncReading
from exporter.sources.pacemaker.reading import PacemakerReading
from exporter.transports.deadline import Deadline
from exporter.watchers.failover.detection.snapshot import Snapshot
from exporter.watchers.readiness.checks.haproxy_files import HaproxyFiles
from exporter.watchers.readiness.checks.parameters import Parameters
from exporter.watchers.readiness.metrics import Checked, ConfigFile

Found = Checked | ConfigFile


@dataclass(frozen=True)
class Known:
    """What others have read already. None: it is not configured, or can't be read now.

    An error in its place: why it could not be had.
    """

    pacemaker: PacemakerReading | None = None
    snapshot: Snapshot | None = None
    configured: Parameters | Exception = field(default_factory=Parameters)  # by Pacemaker
    files: HaproxyFiles | Exception = field(default_factory=HaproxyFiles)
    corosync: CorosyncReading | None = None
    galera: Reading | None = None

    @property
    def parameters(self) -> Parameters:
        """As far as they are known."""
        return Parameters() if isinstance(self.configured, Exception) else self.configured

    def need_parameters(self) -> Parameters:
        """Raises what kept Pacemaker's configuration from being read."""
        if isinstance(self.configured, Exception):
            raise self.configured
        return self.configured

    def need_files(self) -> HaproxyFiles:
        """Raises what kept HAProxy's files from being found."""
        if isinstance(self.files, Exception):
            raise self.files
        return self.files


class Check(ABC):
    """One question to this host."""

    name: ClassVar[str]  # label `check`, or `file` of what has no answer but a digest
    seconds: ClassVar[float] = 5.0  # that it may take

    @abstractmethod
    def ask(self, known: Known, deadline: Deadline) -> Found | None:
        """Blocking, in a thread. None: the question makes no sense here. Raises SourceError: it can't be
        answered."""
