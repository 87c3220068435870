"""What an engine is: the daemons that scrape, keep and evaluate, their files, and how they are asked."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from deploy.lab.host import REPOSITORY, Host
from deploy.lab.monitoring.daemon import Daemon, Place
from deploy.lab.monitoring.engines import roots
from deploy.lab.monitoring.prometheus import PrometheusAPI

ALERTS = REPOSITORY / "alerts"


class Engine(ABC):
    scrapers: ClassVar[tuple[str, ...]]  # the names of those that ask the exporters
    late: ClassVar[int] = 0  # evaluations after which it knows what is recorded from recorded series

    def __init__(self, release: str | None = None) -> None:
        self.release = release  # of Debian; without one it is the host's own

    @property
    @abstractmethod
    def help(self) -> str:
        """For a person who chooses."""

    @property
    @abstractmethod
    def package(self) -> str:
        """The Debian package that it is known by."""

    @abstractmethod
    def files(self, place: Place) -> Mapping[str, str]:
        """What it reads, by the path below place.folder."""

    @abstractmethod
    def daemons(self, place: Place) -> tuple[Daemon, ...]:
        """In the order of their start."""

    @abstractmethod
    def api(self, host: Host, place: Place) -> PrometheusAPI: ...

    def root(self) -> Path | None:
        """Whose files its daemons run with; made at the first call, which takes a minute or two."""
        return roots.root(self.release) if self.release else None
