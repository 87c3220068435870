"""HAProxy's files are parsed when they changed alone; in a folder that stands for the host's root."""

import os
from pathlib import Path

import pytest

from deploy.lab import haproxy
from deploy.lab.topologies import TOPOLOGIES
from exporter.sources.haproxy.configuration import haproxy_cfg
from exporter.sources.haproxy.configuration.files import Host
from exporter.watchers.readiness.expected.haproxy import HaproxyTimers

CONFIG = haproxy.config(TOPOLOGIES["article"])


@pytest.fixture
def host(tmp_path: Path) -> Host:
    (tmp_path / "etc/haproxy").mkdir(parents=True)
    (tmp_path / "etc/haproxy/haproxy.cfg").write_text(CONFIG)
    return Host(tmp_path, {})


def test_a_changed_file_is_read_again_and_no_other(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """One parse for one content, however often it is asked."""
    parsed: list[object] = []
    real = haproxy_cfg.parse

    def counting(*arguments: object) -> object:
        parsed.append(arguments)
        return real(*arguments)  # type: ignore[arg-type]  # as they came

    monkeypatch.setattr(haproxy_cfg, "parse", counting)
    timers = HaproxyTimers(host)
    assert [one.connect for one in timers.read()] == [3.0]
    assert (timers.read(), len(parsed)) == (timers.read(), 1)
    changed = CONFIG.replace("timeout connect 3s", "timeout connect 50")
    (host.root / "etc/haproxy/haproxy.cfg").write_text(changed)
    assert [one.connect for one in timers.read()] == [0.05]
    assert len(parsed) == 2


def test_no_file_promises_nothing(tmp_path: Path) -> None:
    """A host without HAProxy."""
    assert HaproxyTimers(Host(tmp_path, {})).read() == ()


def test_a_file_without_rights_is_logged_once(
    host: Host, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With the remedy; nothing is promised of servers until the right is given, which changes no file."""

    def refuse(_path: str) -> str:
        raise PermissionError(13, os.strerror(13))

    timers = HaproxyTimers(host)
    with monkeypatch.context() as patch:
        patch.setattr(host, "text", refuse)
        assert (timers.read(), timers.read()) == ((), ())
    assert [one.connect for one in timers.read()] == [3.0]
    assert [one.getMessage() for one in caplog.records if one.levelname == "WARNING"] == [
        "expected times: HAProxy: /etc/haproxy/haproxy.cfg can't be read: Permission denied; "
        "give the exporter's user that right"
    ]
