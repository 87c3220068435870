"""Which files of HAProxy are read where it doesn't run, in a folder that stands for the host's root."""

from pathlib import Path

import pytest

from exporter.autodetect.detect import Host, _configuration_files, detect
from tests.autodetect.test_haproxy_cfg import ARTICLE


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
    assert _configuration_files(host) == [
        "/etc/haproxy/main.cfg",
        "/etc/haproxy/more/10-a.cfg",
        "/etc/haproxy/more/20-b.cfg",
        "/etc/haproxy/conf.d/c.cfg",
    ]


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
