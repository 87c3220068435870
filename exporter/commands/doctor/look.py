"""Everything that is read, one thing after the other: what can't be had is an error in its place.

Each question has its deadline; all together they take less than two seconds where everything answers.
"""

import os
import platform
import time
from functools import partial
from pathlib import Path

from exporter.commands.check_config.command import findings, readable
from exporter.commands.check_config.service_user import USER
from exporter.commands.configuration import Configuration
from exporter.commands.doctor import direct, logins, pages, prometheus, service, times
from exporter.commands.doctor.facts import (
    Asker,
    Configured,
    Exporter,
    Facts,
    Mistake,
    Rights,
)
from exporter.commands.doctor.options import DoctorOptions
from exporter.commands.doctor.page import Page
from exporter.commands.doctor.together import together
from exporter.commands.doctor.waiting import Waiting
from exporter.commands.paths import DEFAULT_CONFIG
from exporter.commands.setup.look import look as look_at_rights
from exporter.commands.setup.plan import plan
from exporter.commands.setup.rights import PACEMAKERS_GROUP
from exporter.commands.setup.steps import ACLS, DUMPS, SIGNALS, State
from exporter.config import Config
from exporter.endpoint import Endpoint
from exporter.errors import SourceError
from exporter.typed_yaml import ConfigError

_NOT_RIGHTS = ("configuration", "accounts")  # steps of setup that have checks of their own here
_SOCKET = ("haproxy.stats",)  # what --check-config says of it is said by rights and sources
_SECTIONS = ("pacemaker", "corosync", "keepalived", "haproxy", "galera", "vips")


def look(options: DoctorOptions, waiting: Waiting) -> Facts:
    """Blocking. Raises OSError where a file with a password can't be read."""
    host, asker = platform.node(), _asker()
    with waiting.on("the configuration, and what it needs of this host"):
        config, configured = _configuration(options.config_file, asker)
    with waiting.on(f"the exporter at {options.url}"):
        own = pages.read(host, options.url, options)
    # Before the sources: Keepalived's dumps, which root asks for here, are new enough then to be read as the
    # service's user, whose right to ask is its unit's and not seen with root's eyes.
    with waiting.on("the rights of the service's user"):
        rights = _rights(options.config_file or DEFAULT_CONFIG, config)
    sources = direct.Direct()
    if config and asker.may_look and not isinstance(own.page, Page):
        with waiting.on("the cluster, HAProxy and Galera"):
            sources = direct.read(config)
    here = own.page if isinstance(own.page, Page) else sources.page
    with waiting.on("Pacemaker and Corosync"):
        expected = times.read(config, sources.readings) if config else ()
    with waiting.on("the other exporters"):
        peers = _peers(options, config, here, host)
    with waiting.on("the databases"):
        tried = logins.try_all(config) if config else ()
    with waiting.on("Prometheus"):
        monitoring = prometheus.ask(options, (own, *peers))
    return Facts(
        at=time.time(),
        host=host,
        asker=asker,
        configured=configured,
        own=own,
        service=service.running(own.page) if isinstance(own.page, Page) else None,
        rights=rights,
        direct=sources.outcomes,
        direct_page=sources.page if sources.families else None,
        peers=peers,
        logins=tried,
        prometheus=monitoring,
        times=expected,
    )


def _asker() -> Asker:
    user = service.user_name(os.geteuid())
    return Asker(user, os.geteuid() == 0 or user == USER)


def _configuration(named: Path | None, asker: Asker) -> tuple[Config | None, Configured]:
    configuration = Configuration(named)
    path = str(configuration.path or "")
    if configuration.path and not readable(configuration.path) and _is_there(configuration.path):
        return None, Configured(path, closed=True)
    try:
        config = configuration.load()
    except ConfigError as error:
        return None, Configured(path, error=str(error))
    on = frozenset(name for name in _SECTIONS if getattr(config, name))
    said = findings(config, configuration.path, without=_SOCKET) if asker.may_look else ()
    mistakes = tuple(Mistake(sentence, error) for error, sentence in said)
    return config, Configured(path, on, mistakes=mistakes, without_account=tuple(_without_account(config)))


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except PermissionError:
        return True


def _without_account(config: Config) -> list[str]:
    return [str(Endpoint(vip.address, vip.port)) for vip in config.vips if vip.port and not vip.client_file]


def _rights(path: Path, config: Config | None) -> Rights | None:
    """None where they depend on a configuration that can't be used."""
    if config is None:
        return None
    try:
        seen = look_at_rights(path)
    except (ConfigError, ValueError):
        return None
    steps = tuple(step for step in plan(seen) if step.name not in _NOT_RIGHTS)
    needed = {PACEMAKERS_GROUP} if config.pacemaker else set()
    if seen.socket:
        needed.add(seen.socket.group)
    has = seen.user.groups if seen.user else frozenset()
    unseen = {ACLS} if seen.acl is None else set()
    if seen.dump is None:
        unseen.add(DUMPS)
    signals = any(step.name == SIGNALS and step.state is State.DONE for step in steps)
    return Rights(steps, frozenset(needed & has), signals, frozenset(unseen))


def _peers(options: DoctorOptions, config: Config | None, here: Page, host: str) -> tuple[Exporter, ...]:
    """Those that were named, or else the cluster's other nodes."""
    if options.peers:
        questions = {url: partial(pages.named_peer, url, options) for url in options.peers}
        silent = {url: partial(Exporter, url, url) for url in options.peers}
    else:
        at = pages.addresses(config) if (nodes := pages.other_nodes(here, host)) else {}
        questions = {node: partial(pages.found_peer, node, at.get(node, ()), options) for node in nodes}
        silent = {node: partial(Exporter, node, options.url, named=False) for node in nodes}
    said = together(questions, pages.PEER_SECONDS)
    return tuple(silent[name](one) if isinstance(one, SourceError) else one for name, one in said.items())
