"""What one reading of the Galera nodes is."""

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.errors import SourceError
from exporter.sources.galera.parse import NodeStatus


@dataclass(frozen=True)
class GaleraReading:
    nodes: Mapping[str, NodeStatus | None]  # by the name in the configuration; None: not read
    primary_components: int | None  # None: no node answered, or their views kept changing
    errors: tuple[SourceError, ...]  # why the others were not read
