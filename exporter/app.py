"""Puts the parts together: the one module that knows all of them."""

import asyncio
import gc
import logging
import os
import platform
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.metrics_core import Metric

from exporter import VERSION
from exporter.config import Config
from exporter.families import gauge
from exporter.reload import LastReload, Reloader
from exporter.running import Part, Plan, Running
from exporter.scrape import Scraper, Source
from exporter.service import Service
from exporter.sources.address.source import AddressSource
from exporter.sources.corosync.source import CorosyncSource
from exporter.sources.galera.source import GaleraSource
from exporter.sources.haproxy.source import HaproxySource
from exporter.sources.keepalived.source import KeepalivedSource
from exporter.sources.pacemaker.source import PacemakerSource
from exporter.transports.service_manager import service_manager
from exporter.trouble import TroubleLog
from exporter.watchers.claimants.watcher import ClaimantsWatcher
from exporter.watchers.failover.keepalived import Keepalived
from exporter.watchers.failover.manager import Manager
from exporter.watchers.failover.pacemaker import Pacemaker
from exporter.watchers.failover.relay import Relay
from exporter.watchers.failover.watcher import FailoverWatcher
from exporter.watchers.prober.watcher import VipWatcher, with_port
from exporter.watchers.readiness.checks.loop import Wanted
from exporter.watchers.readiness.keepalived import KeepalivedReadiness
from exporter.watchers.readiness.watcher import ReadinessWatcher
from exporter.web.application import application
from exporter.web.connections import Limits, connection_limit
from exporter.web.server import WebServer
from exporter.web.settings import WebSettings

log = logging.getLogger(__name__)

# A fifth of Python's own: while a page of 60,000 series was rendered without pause, an attempt of the prober
# took 6.6 ms instead of 12.8.
SWITCH_SECONDS = 0.001

LOOK_AGAIN_SECONDS = 15.0  # while the host has not shown all that it will; costs one run of cibadmin

# Each is made from its section of the configuration, which has the source's name.
SOURCES: dict[str, Callable[[Any], Source[Any]]] = {
    source.name: source
    for source in (
        PacemakerSource,
        CorosyncSource,
        KeepalivedSource,
        HaproxySource,
        GaleraSource,
    )
}


def collectors(config: Config) -> list[str]:
    """The names of those that the configuration turns on. Builds nothing, so nothing is opened for
    --check-config."""
    return list(parts(config, Relay()))


def parts(config: Config, relay: Relay) -> dict[str, Part]:
    """By the collector's name, in the order of the page. What probes and claimants notice goes to `relay`."""
    on = {name: Part(partial(SOURCES[name], section), section) for name, section in _sections(config).items()}
    if config.vips:
        on[AddressSource.name] = _address(config, relay)
    if with_port(config.vips):
        on[VipWatcher.name] = _vip(config, relay)
    if config.pacemaker:
        pacemaker = config.pacemaker
        on[FailoverWatcher.name] = _failover(config, partial(Pacemaker, pacemaker), pacemaker.crm_mon_path)
    elif config.keepalived:
        on[FailoverWatcher.name] = _failover(
            config, partial(Keepalived, config.keepalived), config.keepalived
        )
    if config.pacemaker or config.keepalived:
        on[ReadinessWatcher.name] = _readiness(config)
    return on


def _sections(config: Config) -> dict[str, Any]:
    """Those that are in the file, in the order of SOURCES."""
    return {name: section for name in SOURCES if (section := getattr(config, name))}


def _address(config: Config, relay: Relay) -> Part:
    addresses, asked = config.addresses, config.asked_addresses

    def build() -> AddressSource:
        return AddressSource(addresses, ClaimantsWatcher(asked, [relay]))

    def adapt(source: AddressSource) -> None:
        source.change(addresses, asked)

    return Part(build, AddressSource, (addresses, asked), adapt)


def _vip(config: Config, relay: Relay) -> Part:
    vips, nodes = config.vips, config.galera.nodes if config.galera else {}

    def adapt(watcher: VipWatcher) -> None:
        watcher.change(vips, nodes)

    return Part(lambda: VipWatcher(vips, [relay], nodes), VipWatcher, (vips, nodes), adapt)


def _failover(config: Config, manager: Callable[[], Manager], asked: object) -> Part:
    """Another path of the journal is another journal, with the counters that are in it; `asked` is what the
    manager is made of."""
    options = config.failover

    def build() -> FailoverWatcher:
        return FailoverWatcher(options, manager(), Path(config.journal))

    def adapt(watcher: FailoverWatcher) -> None:
        watcher.change(options)

    return Part(build, (asked, config.journal), options, adapt)


def _readiness(config: Config) -> Part:
    wanted = Wanted(
        haproxy=config.haproxy is not None,
        corosync=config.corosync is not None,
        galera=config.galera is not None,
        addresses=config.addresses,
    )
    settings = config.readiness, wanted
    if config.pacemaker:
        build = partial(ReadinessWatcher, config.readiness, config.pacemaker, wanted)
        return Part(build, (*settings, config.pacemaker.cibadmin_path))
    return Part(partial(KeepalivedReadiness, *settings), (*settings, KeepalivedSource.name))


class AboutItself:
    """Families about the exporter's own process."""

    def __init__(self) -> None:
        self.last_reload = LastReload()
        self._process = ProcessCollector(registry=CollectorRegistry())

    def collect(self) -> Iterable[Metric]:
        build = gauge("failover_exporter_build_info", "1; which build runs here.", "version", "python")
        build.add(1, version=VERSION, python=platform.python_version())
        return [build, *self.last_reload.collect(), *self._process.collect()]


@dataclass(frozen=True)
class Pages:
    """Where and how the pages are served."""

    listen: Sequence[tuple[str | None, int]] | None  # host (None: all addresses) and port; None: as passed
    telemetry_path: str
    max_requests: int  # for the metrics page at the same time; 0: no limit
    settings: WebSettings
    lifecycle: bool = False  # whether POST /-/reload is answered


class Origin(Protocol):
    """Where the configuration comes from. Its methods block, and are called in threads."""

    def load(self) -> Config:
        """Read it again. Raises ConfigError."""

    def outdated(self) -> bool:
        """Whether it would be another one now, and nobody has to ask for that to be taken."""


async def serve(config: Config, origin: Origin, pages: Pages) -> None:
    """Serve until SIGTERM or SIGINT; at SIGHUP the configuration is read again. Raises CannotServe."""
    gc.freeze()  # what the imports made is not looked through again: a tenth of the time of a large page
    sys.setswitchinterval(SWITCH_SECONDS)
    manager = service_manager(
        os.environ, TroubleLog(log, "service manager", recovered="takes messages again")
    )
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    settings = pages.settings
    about, relay = AboutItself(), Relay()
    running = Running(about.collect, partial(_connect, relay))
    service = Service(manager, partial(_status, running.scraper, about.last_reload), running.stuck)
    reloader = Reloader(
        partial(_apply, running, relay, origin.load, settings),
        about.last_reload,
        service.reloading,
        service.ready,
    )
    loop.add_signal_handler(signal.SIGHUP, reloader.signal)
    prepared = running.prepare(parts(config, relay))
    running.install(prepared)
    pages_of = _application(running.scraper, pages, reloader.reload if pages.lifecycle else None)
    server = WebServer(pages_of, Limits(connection_limit()), settings if settings.secure else None)
    following: list[asyncio.Task[None]] = []
    try:
        await server.start(pages.listen)
        await running.begin(prepared)
        reloader.start()
        following.append(loop.create_task(_follow(origin, reloader), name="configuration"))
        service.ready()
        log.info("started, collectors: %s", ", ".join(running.scraper.collectors))
        await stop.wait()
        log.info("stopped by a signal")
    finally:
        service.stopping()
        for task in following:
            task.cancel()
        await reloader.stop()
        await server.stop()
        running.close()


async def _follow(origin: Origin, reloader: Reloader) -> None:
    """At boot the exporter may start before Pacemaker can say which addresses there are."""
    while True:
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
        if await asyncio.to_thread(origin.outdated):
            reloader.signal()


def _connect(relay: Relay, scraper: Scraper, now: Mapping[str, Source[Any]]) -> None:
    """The failover watcher looks through the source of who moves the addresses, which it tells of changes,
    and hears what the others notice; what it sees is what the readiness watcher asks about, with the votes
    of the corosync source."""
    watcher, readiness = now.get(FailoverWatcher.name), now.get(ReadinessWatcher.name)
    relay.watcher = watcher if isinstance(watcher, FailoverWatcher) else None
    on_look = readiness.observe if isinstance(readiness, ReadinessWatcher | KeepalivedReadiness) else None
    if relay.watcher:
        manager = relay.watcher.manager
        looked_at = scraper.shared(manager.collector)
        relay.watcher.attach(looked_at.read, on_look)
        if manager.stream:  # it says what is news; without one only a new reading shows it
            looked_at.trust(relay.watcher.unchanged_since)
        address = now.get(AddressSource.name)
        if isinstance(manager, Keepalived) and isinstance(address, AddressSource):
            manager.attach(address.claimants)
    if isinstance(readiness, ReadinessWatcher | KeepalivedReadiness):
        corosync, galera = (
            scraper.shared(name).recent if name in now else None
            for name in (CorosyncSource.name, GaleraSource.name)
        )
        readiness.attach(corosync, galera)


async def _apply(running: Running, relay: Relay, load: Callable[[], Config], settings: WebSettings) -> str:
    """Everything that may be refused comes first. What has changed, for the log."""
    config = await asyncio.to_thread(load)
    changed = parts(config, relay)
    settings.reload()
    return _described(await running.apply(changed))


def _described(done: Plan) -> str:
    """In words."""
    said = {
        "started": done.build - done.close,
        "stopped": done.close - done.build,
        "started anew": done.build & done.close,
        "adapted": done.adapt,
        "as before": done.stay,
    }
    return "; ".join(f"{word}: {', '.join(sorted(names))}" for word, names in said.items() if names)


def _status(scraper: Scraper, last_reload: LastReload) -> str:
    """One line for `systemctl status`."""
    said = [f"serving {', '.join(scraper.collectors)}"]
    if troubles := scraper.troubles:
        said.append(f"can't read {', '.join(f'{name} ({why})' for name, why in troubles.items())}")
    if last_reload.failed:
        said.append(f"the changed configuration is refused: {last_reload.failed.splitlines()[0]}")
    return "; ".join(said)


def _application(
    scraper: Scraper, pages: Pages, reload: Callable[[], Awaitable[None]] | None
) -> web.Application:
    app = application(
        scraper,
        pages.telemetry_path,
        VERSION,
        max_requests=pages.max_requests,
        auth=pages.settings.auth,
        reload=reload,
    )
    pages.settings.policy.install(app)
    return app
