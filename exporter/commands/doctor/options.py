"""What doctor was asked to look at."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from exporter.commands.http_account import HttpAccount


@dataclass(frozen=True)
class DoctorOptions:
    """URLs are without user and password: they would be in the process list."""

    config_file: Path | None
    url: str  # of the exporter here
    account: HttpAccount  # for it and for the others
    ca_file: str  # for all that is asked over https
    peers: Sequence[str] = ()  # URLs of other exporters; empty: looked for
    prometheus: str | None = None
    prometheus_account: HttpAccount = field(default_factory=HttpAccount)
    json: bool = False
