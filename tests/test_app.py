"""How the parts are put together."""

from pathlib import Path
from unittest.mock import Mock

import pytest

from exporter import app
from exporter.config import Config
from exporter.sources.address.source import AddressSource
from exporter.sources.corosync.source import CorosyncSource
from exporter.sources.galera.source import GaleraSource
from exporter.sources.haproxy.source import HaproxySource
from exporter.sources.pacemaker.source import PacemakerSource
from exporter.typed_yaml import parse
from exporter.watchers.claimants.watcher import ClaimantsWatcher
from exporter.watchers.failover.relay import Relay
from exporter.watchers.failover.watcher import FailoverWatcher
from exporter.watchers.prober.watcher import VipWatcher
from exporter.watchers.readiness.watcher import ReadinessWatcher

SECTIONS = {
    "pacemaker": "pacemaker: {}",
    "corosync": "corosync: {}",
    "keepalived": "keepalived: {}",
    "haproxy": "haproxy: {stats: 'unix:/run/haproxy/admin.sock'}",
    "galera": "galera: {client_file: /absent.cnf, nodes: {galera-node01: '192.0.2.1:3306'}}",
    "address": "vips: [{address: 192.0.2.100}]",
    "vip": "vips: [{address: 192.0.2.100, port: 3306}]",
}


@pytest.mark.parametrize(
    ("sections", "names"),
    [
        (["pacemaker"], ["pacemaker", "failover", "readiness"]),
        (["corosync"], ["corosync"]),
        (["keepalived"], ["keepalived", "failover", "readiness"]),
        (["haproxy"], ["haproxy"]),
        (["galera"], ["galera"]),
        (["address"], ["address"]),
        (["vip"], ["address", "vip"]),
        (
            ["pacemaker", "corosync", "haproxy", "galera", "vip"],
            ["pacemaker", "corosync", "haproxy", "galera", "address", "vip", "failover", "readiness"],
        ),
    ],
)
def test_the_names_are_those_of_what_is_built(sections: list[str], names: list[str], tmp_path: Path) -> None:
    """collectors() names what parts() builds, in its order; a section turns its collectors on."""
    text = "\n".join([*(SECTIONS[one] for one in sections), f"journal: {tmp_path}/events.db"])
    config = parse(Config, text, "config.yml")
    assert app.collectors(config) == names
    built = [part.build() for part in app.parts(config, Relay()).values()]
    try:
        assert [source.name for source in built] == names
    finally:
        for source in built:
            source.close()


@pytest.mark.parametrize(
    "kind",
    [
        PacemakerSource,
        CorosyncSource,
        HaproxySource,
        GaleraSource,
        AddressSource,
        ClaimantsWatcher,
        VipWatcher,
        FailoverWatcher,
        ReadinessWatcher,
    ],
)
def test_naming_the_collectors_builds_none(kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    """--check-config opens no socket and makes no prober in order to list names."""
    monkeypatch.setattr(kind, "__init__", Mock(side_effect=AssertionError(f"built {kind}")))
    text = "\n".join(SECTIONS[one] for one in ("pacemaker", "corosync", "haproxy", "galera", "vip"))
    assert len(app.collectors(parse(Config, text, "config.yml"))) == 8
