"""The sources read from here, as the service's user: while no exporter runs that could say how that goes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from prometheus_client.metrics_core import Metric

from exporter.app import SOURCES
from exporter.commands.check_config.service_user import as_service_user
from exporter.commands.doctor.page import Page
from exporter.config import Config
from exporter.errors import SourceError
from exporter.scrape import Source
from exporter.transports.deadline import Deadline


@dataclass
class Direct:
    outcomes: dict[str, SourceError | None] = field(default_factory=dict)  # by collector; None: it was read
    families: list[Metric] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return Page(self.families)


def read(config: Config) -> Direct:
    """One after the other, each to its own time-out: the whole process has another user meanwhile."""
    found = Direct()
    with as_service_user():
        for name, section in _sections(config).items():
            source = SOURCES[name](section)
            try:
                found.families += _families(source)
                found.outcomes[name] = None
            except SourceError as error:
                found.outcomes[name] = error
            finally:
                source.close()
    return found


def _sections(config: Config) -> Mapping[str, Any]:
    return {name: section for name in SOURCES if (section := getattr(config, name))}


def _families(source: Source[Any]) -> list[Metric]:
    return list(source.collect(source.read(Deadline.after(source.timeout))))
