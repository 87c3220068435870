"""Ask HAProxy, over its unix socket or its statistics page."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from prometheus_client.metrics_core import Metric

from exporter.errors import Refused
from exporter.scrape import Source
from exporter.sources.haproxy import families as metrics
from exporter.sources.haproxy.reading import (
    NOT_RUNNING,
    QUESTION,
    HaproxyReading,
    parse_page,
    parse_socket_answer,
)
from exporter.transports import http, unix_socket
from exporter.transports.deadline import Deadline


@dataclass(frozen=True)
class Options:
    stats: str = "unix:/run/haproxy/admin.sock"  # or http(s)://[user:password@]host:port/stats;csv
    timeout: float = 5.0  # seconds

    def __post_init__(self) -> None:
        if self.socket_path is not None:
            if not Path(self.socket_path).is_absolute():
                raise ValueError(f"stats: {self.socket_path!r} is not a whole path, as in {Options.stats}")
        else:
            self._check_url()
        if not 0 < self.timeout <= 60:
            raise ValueError(f"timeout: {self.timeout:g} is not more than 0 and at most 60 seconds")

    def _check_url(self) -> None:
        shown = http.without_password(self.stats)
        try:
            parts = urlsplit(self.stats)
            sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:  # a port that is no number
            sound = False
        if not sound or not self.stats.isascii() or not self.stats.isprintable() or " " in self.stats:
            raise ValueError(f"stats: {shown!r} is neither unix:/path nor http(s)://host:port/path;csv")
        if not parts.path.partition(";")[2]:
            raise ValueError(f"stats: {shown!r} is the page for people, add ;csv to it")

    @property
    def socket_path(self) -> str | None:
        kind, _, path = self.stats.partition(":")
        return path if kind == "unix" else None


class HaproxySource(Source[HaproxyReading]):
    name = "haproxy"

    def __init__(self, options: Options):
        self._options = options

    @property
    def timeout(self) -> float:
        return self._options.timeout

    def read(self, deadline: Deadline) -> HaproxyReading:
        """Nobody listening is a reading: on the passive node HAProxy does not run, and that is well."""
        path = self._options.socket_path
        try:
            if path is not None:
                return parse_socket_answer(unix_socket.ask(path, QUESTION, deadline))
            return parse_page(http.get(self._options.stats, deadline))
        except Refused:
            return NOT_RUNNING

    def collect(self, reading: HaproxyReading) -> Iterable[Metric]:
        return metrics.collect(reading)
