"""Which files of HAProxy are read where it doesn't run, in a folder that stands for the host's root."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from exporter.autodetect.detect import _haproxy, detect, look
from exporter.commands.configuration import Configuration
from exporter.sources.haproxy.configuration.files import Host, configuration_files, service_environment
from exporter.sources.haproxy.configuration.haproxy_cfg import Bind, Server
from exporter.sources.keepalived.reading import KeepalivedReading
from exporter.sources.keepalived.source import FOLDER, KeepalivedSource
from exporter.transports import processes
from exporter.transports.processes import Process
from exporter.typed_yaml import ConfigError
from tests.sources.haproxy.configuration.test_haproxy_cfg import ARTICLE
from tests.sources.keepalived.captured import reading


@pytest.fixture
def host(tmp_path: Path) -> Host:
    """A host with nothing on it, no tool of Pacemaker or Corosync either."""
    (tmp_path / "etc/haproxy").mkdir(parents=True)
    (tmp_path / "etc/default").mkdir()
    return Host(tmp_path, {"PATH": str(tmp_path / "bin")})


def write(host: Host, path: str, text: str) -> None:
    file = host.root / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_the_usual_file(host: Host, tmp_path: Path) -> None:
    """/etc/haproxy/haproxy.cfg, without a word elsewhere."""
    write(host, "/etc/haproxy/haproxy.cfg", ARTICLE)
    found = detect(tmp_path, host)
    assert found.config and found.config.haproxy
    assert found.config.haproxy.stats == "unix:/run/haproxy/admin.sock"
    assert (found.config.pacemaker, found.config.corosync, found.config.vips) == (None, None, ())


def test_files_and_folders_that_the_service_names(host: Host) -> None:
    """EXTRAOPTS and CONFIG of Debian, CFGDIR of another unit; a folder gives its *.cfg in order."""
    write(
        host,
        "/etc/default/haproxy",
        '# x\nCONFIG="/etc/haproxy/main.cfg"\nEXTRAOPTS="-L a -f /etc/haproxy/more"\n',
    )
    for name in ("20-b.cfg", "10-a.cfg", "note.txt"):
        write(host, f"/etc/haproxy/more/{name}", "")
    write(host, "/usr/lib/systemd/system/haproxy.service", 'Environment="X=1" "CFGDIR=/etc/haproxy/conf.d"\n')
    write(host, "/etc/haproxy/conf.d/c.cfg", "")
    files, troubles = configuration_files(host, service_environment(host))
    assert troubles == []
    assert files == [
        "/etc/haproxy/main.cfg",
        "/etc/haproxy/more/10-a.cfg",
        "/etc/haproxy/more/20-b.cfg",
        "/etc/haproxy/conf.d/c.cfg",
    ]


def test_variables_of_the_service(host: Host) -> None:
    """The exporter has others: HAProxy's are in its unit, in drop-ins and in the service's files."""
    write(host, "/lib/systemd/system/haproxy.service", 'Environment="SOCKET=/run/h.sock" "PORT=1"\n')
    write(
        host, "/etc/systemd/system/haproxy.service.d/a.conf", "[Service]\nEnvironment=PORT=2 DB=10.0.0.21\n"
    )
    write(host, "/etc/default/haproxy", "PORT=3306\n")
    write(
        host,
        "/etc/haproxy/haproxy.cfg",
        'global\n stats socket "$SOCKET"\nlisten db\n bind "10.0.0.1:${PORT}"\n server a "${DB}:3306"\n',
    )
    config, _, troubles = _haproxy(host)
    assert config and not troubles
    (service,) = config.services()
    assert config.sockets == ("unix:/run/h.sock",)
    assert (service.binds, service.servers) == ((Bind("10.0.0.1", 3306),), (Server("a", "10.0.0.21", 3306),))


def test_accounts_are_taken_where_they_are(host: Host, tmp_path: Path) -> None:
    """galera.cnf and probe.cnf beside the configuration file that isn't there."""
    write(host, "/etc/haproxy/haproxy.cfg", ARTICLE)
    (tmp_path / "galera.cnf").write_text("[client]\nuser=x\n")
    found = detect(tmp_path, host)
    assert found.config and found.config.galera
    assert found.config.galera.client_file == str(tmp_path / "galera.cnf")


def test_a_plain_host_shows_nothing(host: Host, tmp_path: Path) -> None:
    """Nothing is made up."""
    found = detect(tmp_path, host)
    assert (found.config, found.said, found.complete) == (None, (), True)


def test_a_file_without_rights_is_named(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """haproxy.cfg of mode 600: the rest goes on, and a line says which right is missing."""
    write(host, "/etc/haproxy/haproxy.cfg", ARTICLE)

    def refuse(_path: str) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(host, "text", refuse)
    found = detect(tmp_path, host)
    assert found.config is None
    assert found.missing == (
        "HAProxy: /etc/haproxy/haproxy.cfg can't be read: Permission denied; "
        "give the exporter's user that right",
    )


@pytest.fixture
def passable() -> Iterator[Path]:
    """A folder that every user passes; those of pytest are root's alone."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def closed(*folders: Path) -> Iterator[None]:
    """Nobody but root passes them, and this process isn't root meanwhile."""
    was_root = os.geteuid() == 0
    for folder in folders:
        folder.chmod(0)
    try:
        if was_root:
            os.seteuid(65534)
        yield
    finally:
        if was_root:
            os.seteuid(0)
        for folder in folders:
            folder.chmod(0o755)


def test_closed_folders_stop_nothing(passable: Path) -> None:
    """/etc/haproxy, a folder of -f, the accounts: each is named, and what is beside them is read."""
    host = Host(passable, {"PATH": str(passable / "bin")})
    write(host, "/etc/default/haproxy", 'EXTRAOPTS="-f /closed -f /open"\n')
    write(host, "/etc/haproxy/haproxy.cfg", "")
    write(host, "/closed/a.cfg", "")
    write(host, "/open/a.cfg", ARTICLE)
    write(host, "/accounts/galera.cnf", "")
    with closed(*(passable / name for name in ("etc/haproxy", "closed", "accounts"))):
        found = detect(passable / "accounts", host)
    assert found.config and found.config.haproxy and not found.config.galera
    assert [line.partition(" can't")[0] for line in found.missing[:2]] == [
        "HAProxy: /etc/haproxy/haproxy.cfg",
        "HAProxy: /closed",
    ]


def test_a_closed_file_is_never_taken_for_none(passable: Path) -> None:
    """The file counts where there may be one: its reader says that it has no right, nothing is detected."""
    with closed(passable):
        configuration = Configuration(None, passable / "config.yml")
        assert configuration.path == passable / "config.yml"
        with pytest.raises(ConfigError, match="Permission denied"):
            configuration.load()


def test_a_pair_under_keepalived(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its addresses are those that it names; Pacemaker's and Corosync's tools may be installed beside it."""
    write(host, "/etc/haproxy/haproxy.cfg", ARTICLE)
    write(host, "/etc/keepalived/keepalived.conf", "# closed to the exporter\n")
    for tool in ("crm_mon", "corosync-cfgtool", "corosync-quorumtool"):
        write(host, f"/bin/{tool}", "#!/bin/sh\n")
        (host.root / "bin" / tool).chmod(0o755)
    monkeypatch.setattr(KeepalivedSource, "read", lambda *_: reading("2.2.7-backup"))
    found = detect(tmp_path, host)
    assert found.config and found.config.keepalived and found.complete
    assert (found.config.pacemaker, found.config.corosync) == (None, None)
    assert found.config.addresses == ("10.4.0.100", "10.4.0.101")
    assert "Keepalived: it has a configuration" in found.said


@pytest.mark.skipif(os.geteuid() != 0, reason="another user's variables are root's to read")
@pytest.mark.parametrize(("variable", "folder"), [("/run/own", "/run/own"), ("", "/tmp"), ("own", "/tmp")])  # noqa: S108
def test_root_asks_where_keepalived_writes(
    variable: str, folder: str, host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything was set up; the service's user asks where it is to write."""
    write(host, "/etc/keepalived/keepalived.conf", "# closed to the exporter\n")
    asked: list[str] = []

    def read(source: KeepalivedSource, _: object) -> KeepalivedReading:
        asked.append(str(source._folder))
        return reading("2.2.7-backup")

    monkeypatch.setattr(KeepalivedSource, "read", read)
    running = Process(os.getpid(), "keepalived", 0.0)
    monkeypatch.setattr(processes, "find", lambda names: running if "keepalived" in names else None)
    monkeypatch.setattr(processes, "variable", lambda *_: variable or None)
    assert look(tmp_path, host).dump == f"{folder}/keepalived.json"
    monkeypatch.setattr(os, "geteuid", lambda: 990)
    assert look(tmp_path, host).dump == f"{FOLDER}/keepalived.json"
    assert asked == [folder, FOLDER]


@pytest.mark.skipif(os.geteuid() != 0, reason="another user's variables are root's to read")
def test_a_dump_that_somebody_else_laid_there(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a folder for all: root takes no address from it."""
    write(host, "/etc/keepalived/keepalived.conf", "# closed to the exporter\n")
    monkeypatch.setattr(KeepalivedSource, "read", lambda *_: reading("2.2.7-backup"))
    running = Process(os.getpid(), "keepalived", 0.0)
    monkeypatch.setattr(processes, "find", lambda names: running if "keepalived" in names else None)
    monkeypatch.setattr(processes, "variable", lambda *_: str(tmp_path))
    planted = tmp_path / "keepalived.json"
    planted.touch()
    os.chown(planted, 65534, 65534)
    seen = look(tmp_path, host)
    assert (seen.addresses, seen.dump) == (None, "")
    assert "is not root's" in seen.troubles[0]


def test_a_keepalived_that_can_t_be_asked_yet(
    host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What else there is, is on; the addresses come later."""
    write(host, "/etc/keepalived/keepalived.conf", "# closed to the exporter\n")
    monkeypatch.setattr(KeepalivedSource, "read", lambda *_: KeepalivedReading(None))
    found = detect(tmp_path, host)
    assert found.config and found.config.keepalived and not found.complete
    assert found.missing == (
        "Keepalived can't be asked for its addresses yet: it does not run: `systemctl status keepalived`",
    )
