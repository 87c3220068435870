"""The sources read from here, as the service's user: while no exporter runs that could say how that goes."""

from collections.abc import Iterable
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
    readings: dict[str, Any | SourceError] = field(default_factory=dict)  # by collector
    families: list[Metric] = field(default_factory=list)

    @property
    def outcomes(self) -> dict[str, SourceError | None]:
        """By collector; None: it was read."""
        return {name: one if isinstance(one, SourceError) else None for name, one in self.readings.items()}

    @property
    def page(self) -> Page:
        return Page(self.families)


def read(config: Config) -> Direct:
    """One after the other, each to its own time-out: the whole process has another user meanwhile."""
    found = Direct()
    with as_service_user():
        for name in SOURCES:
            if section := getattr(config, name):
                found.readings[name], families = ask(name, section)
                found.families += families
    return found


def ask(name: str, section: Any) -> tuple[Any | SourceError, Iterable[Metric]]:
    """What the collector reads with these settings, or why it can't; and its metrics."""
    source: Source[Any] = SOURCES[name](section)
    try:
        reading = source.read(Deadline.after(source.timeout))
        return reading, list(source.collect(reading))
    except SourceError as error:
        return error, ()
    finally:
        source.close()
