"""Puts the parts together: the one module that knows all of them."""

import asyncio
import functools
import gc
import logging
import platform
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.metrics_core import Metric

from exporter import VERSION
from exporter.config import Config
from exporter.families import gauge
from exporter.scrape import Scraper, Source
from exporter.sources.address.source import AddressSource
from exporter.sources.corosync.source import CorosyncSource
from exporter.sources.galera.source import GaleraSource
from exporter.sources.haproxy.source import HaproxySource
from exporter.sources.pacemaker.source import PacemakerSource
from exporter.watchers.claimants.watcher import ClaimantsWatcher
from exporter.watchers.failover.watcher import FailoverWatcher
from exporter.watchers.prober.watcher import VipWatcher
from exporter.web.application import application
from exporter.web.certificates import CannotSecure, Certificates
from exporter.web.connections import Limits, connection_limit
from exporter.web.passwords import BasicAuth
from exporter.web.server import CannotServe, WebServer
from exporter.web.web_config import WebConfig

log = logging.getLogger(__name__)

# A fifth of Python's own: while a page of 60,000 series was rendered without pause, an attempt of the prober
# took 6.6 ms instead of 12.8.
SWITCH_SECONDS = 0.001

# Each is made from its section of the configuration, which has the source's name.
SOURCES: dict[str, Callable[[Any], Source[Any]]] = {
    source.name: source
    for source in (
        PacemakerSource,
        CorosyncSource,
        HaproxySource,
        GaleraSource,
    )
}


def sources(config: Config) -> list[Source[Any]]:
    """The collectors that the configuration turns on, built but not started."""
    return [build() for build in _builders(config).values()]


def collectors(config: Config) -> list[str]:
    """Their names, in the same order. Builds nothing, so nothing is opened for --check-config."""
    return list(_builders(config))


def _builders(config: Config) -> dict[str, Callable[[], Source[Any]]]:
    """By the collector's name. The failover watcher is last, and built once for all that report to it."""

    @functools.cache
    def failover() -> tuple[FailoverWatcher, ...]:
        """Empty on a host that is not in the cluster."""
        if not config.pacemaker:
            return ()
        return (FailoverWatcher(config.failover, config.pacemaker, Path(config.journal)),)

    def address() -> Source[Any]:
        return AddressSource(config.addresses, ClaimantsWatcher(config.addresses, failover()))

    def vip() -> Source[Any]:
        return VipWatcher(config.vips, failover(), config.galera.nodes if config.galera else {})

    on = _source_builders(config)
    if config.vips:
        on[AddressSource.name] = address
    if any(one.port for one in config.vips):
        on[VipWatcher.name] = vip
    if config.pacemaker:
        on[FailoverWatcher.name] = lambda: failover()[0]
    return on


def _source_builders(config: Config) -> dict[str, Callable[[], Source[Any]]]:
    """Those whose section is in the file, in the order of SOURCES."""
    sections = {name: getattr(config, name) for name in SOURCES}
    return {name: partial(SOURCES[name], section) for name, section in sections.items() if section}


class AboutItself:
    """Families about the exporter's own process."""

    def __init__(self) -> None:
        self._process = ProcessCollector(registry=CollectorRegistry())

    def collect(self) -> Iterable[Metric]:
        build = gauge("failover_exporter_build_info", "1; which build runs here.", "version", "python")
        build.add(1, version=VERSION, python=platform.python_version())
        return [build, *self._process.collect()]


@dataclass(frozen=True)
class Pages:
    """Where and how the pages are served."""

    listen: Sequence[tuple[str | None, int]]  # host (None: all addresses) and port
    telemetry_path: str
    max_requests: int  # for the metrics page at the same time; 0: no limit
    web_config: WebConfig
    folder: Path  # relative file names in web_config are in it


async def serve(config: Config, pages: Pages) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP reads the certificate again. Raises CannotServe."""
    gc.freeze()  # what the imports made is not looked through again: a tenth of the time of a large page
    sys.setswitchinterval(SWITCH_SECONDS)
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    certificates = load_certificates(pages.web_config, pages.folder)
    loop.add_signal_handler(signal.SIGHUP, _reload, certificates)
    started = sources(config)
    scraper = Scraper(started, AboutItself().collect)
    for one in started:
        if isinstance(one, FailoverWatcher):
            one.attach(scraper.shared(PacemakerSource.name).read)
    server = WebServer(_application(scraper, pages), Limits(connection_limit()), certificates)
    try:
        await server.start(pages.listen)
        for one in started:
            one.start()
        log.info("started, collectors: %s", ", ".join(scraper.collectors))
        await stop.wait()
        log.info("stopped by a signal")
    finally:
        await server.stop()
        scraper.close()


def _application(scraper: Scraper, pages: Pages) -> web.Application:
    users = pages.web_config.basic_auth_users
    auth = BasicAuth(users) if users else None
    return application(scraper, pages.telemetry_path, VERSION, max_requests=pages.max_requests, auth=auth)


def load_certificates(web_config: WebConfig, folder: Path) -> Certificates | None:
    """None without TLS. Raises CannotServe."""
    if not web_config.tls_server_config:
        return None
    try:
        return Certificates(web_config.tls_server_config, folder)
    except CannotSecure as error:
        raise CannotServe(str(error)) from None


def _reload(certificates: Certificates | None) -> None:
    if not certificates:
        log.info("SIGHUP: no certificate to read again; a changed configuration needs a restart")
        return
    try:
        certificates.reload()
        log.info("SIGHUP: certificate read again")
    except CannotSecure as error:
        log.error("SIGHUP: the old certificate stays in use: %s", error)
