"""The packages in clean roots: installed, upgraded, removed, purged, with systemd and without."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.packages import package, roots
from deploy.packages.releases import RELEASES
from exporter.commands.setup.keepalived import FILES
from exporter.sources.keepalived.source import FOLDER
from tests.deploy.packages.booted import Host, booted
from tests.deploy.packages.conftest import Built

pytestmark = pytest.mark.lab
LEFT = "find / -xdev -name '*failover*' -not -path '/proc/*' -not -path '/sys/*'"
PAGE = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:10664/metrics').read().decode())"
FOLDERS = "stat --format='%n %U:%G %a' /etc/failover-exporter /var/lib/failover-exporter"
OWNERS = [
    "/etc/failover-exporter root:failover-exporter 750",
    "/var/lib/failover-exporter failover-exporter:failover-exporter 750",
]
CONFIG = "vips: [{address: 127.0.0.1}]"


@pytest.mark.parametrize("release", ["bookworm", pytest.param("trixie", marks=pytest.mark.release)])
def test_a_debian_host_from_installing_to_purging(
    release: str, built: Built, older: Built, tmp_path: Path
) -> None:
    """Under systemd, by the package's own unit: it serves, is upgraded, and leaves nothing."""
    inside, work = tmp_path / "in", tmp_path / "work"
    inside.mkdir()
    work.mkdir()
    shutil.copy(built(release), inside / "new.deb")
    older(release).rename(inside / "old.deb")
    with booted(roots.clean_root(RELEASES[release].suite), inside, work) as host:
        _installs(host)
        _serves(host)
        _reloads(host)
        _upgrades(host)
        _signals_keepalived(host, inside)
        _goes_on_when_killed(host)
        _takes_passed_sockets(host)
        _is_removed(host)


def _installs(host: Host) -> None:
    """User and folders, and nothing that runs."""
    said = host.run("dpkg --install /in/old.deb")
    assert "failover-exporter setup --apply" in said
    assert host.run("getent passwd failover-exporter").endswith(
        ":/var/lib/failover-exporter:/usr/sbin/nologin"
    )
    assert host.run(FOLDERS).splitlines() == OWNERS
    assert host.property("failover-exporter", "ActiveState") == "inactive"
    assert host.property("failover-exporter", "UnitFileState") == "disabled"
    assert host.run("failover-exporter --version").startswith("failover-exporter ")


def _serves(host: Host) -> None:
    """A start returns once the service said that it is ready; it serves as its user, with one right."""
    host.run(f"echo '{CONFIG}' >/etc/failover-exporter/config.yml")
    host.run("systemctl enable --now failover-exporter")
    assert host.property("failover-exporter", "ActiveState") == "active"
    assert "failover_exporter_build_info" in host.run(f'python3 -c "{PAGE}"')
    pid = host.property("failover-exporter", "MainPID")
    status = dict(line.split(":\t", 1) for line in host.run(f"cat /proc/{pid}/status").splitlines())
    assert status["Uid"].split()[0] == host.run("id --user failover-exporter")
    assert host.run(FOLDERS).splitlines() == OWNERS
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 1 << 13  # CAP_NET_RAW, capabilities(7)


def _reloads(host: Host) -> None:
    """The same process goes on; a broken configuration is refused."""
    pid = host.property("failover-exporter", "MainPID")
    host.run("systemctl reload failover-exporter")
    host.until("journalctl --unit failover-exporter --output cat", lambda said: "reload" in said)
    assert host.property("failover-exporter", "MainPID") == pid


def _upgrades(host: Host) -> None:
    """It is started anew; the journal and what the administrator wrote stay, the old program's files go."""
    pid = host.property("failover-exporter", "MainPID")
    host.run("echo kept >/var/lib/failover-exporter/kept; echo '# mine' >>/etc/default/failover-exporter")
    assert "setup --apply" not in host.run("dpkg --install /in/new.deb")
    assert host.property("failover-exporter", "ActiveState") == "active"
    assert host.property("failover-exporter", "MainPID") != pid
    host.run("grep kept /var/lib/failover-exporter/kept; grep mine /etc/default/failover-exporter")
    host.run("test ! -e /usr/lib/failover-exporter/older")
    host.run("systemctl stop failover-exporter; dpkg --install /in/new.deb")
    assert host.property("failover-exporter", "ActiveState") == "inactive"
    host.run("systemctl start failover-exporter")


def _signals_keepalived(host: Host, inside: Path) -> None:
    """What `setup` lays beside two units: a folder of root's that the group may enter, also after a restart;
    one right more. Keepalived's program is a stand-in, for this is about systemd."""
    host.run("printf '[Service]\nExecStart=/bin/sleep infinity\n' >/etc/systemd/system/keepalived.service")
    for number, (path, text) in enumerate(FILES.items()):
        (inside / str(number)).write_text(text)
        host.run(f"install -D --mode=644 /in/{number} {path}")
    host.run("systemctl daemon-reload; systemctl restart keepalived failover-exporter")
    for _ in range(2):
        assert host.run(f"stat --format='%U:%G %a' {FOLDER}") == "root:failover-exporter 2750"
        assert "TMPDIR=" in host.property("keepalived", "Environment")
        host.run("systemctl restart keepalived")
    pid = host.property("failover-exporter", "MainPID")
    rights = host.run(f"grep CapEff /proc/{pid}/status").split()[1]
    assert int(rights, 16) == 1 << 13 | 1 << 5  # CAP_NET_RAW, CAP_KILL
    renamed = "groupmod --new-name gone failover-exporter", "groupmod --new-name failover-exporter gone"
    host.run("; systemctl restart keepalived; ".join(renamed))
    host.run("systemctl stop keepalived; rm /etc/systemd/system/keepalived.service")
    record = '{"groups": [], "corosync": false, "keepalived": true}'
    host.run(
        f"echo '{record}' >/var/lib/failover-exporter/setup.json; failover-exporter setup --remove --apply"
    )
    assert host.run(f"ls {' '.join(FILES)} 2>/dev/null || true") == ""
    host.run("systemctl restart failover-exporter")


def _goes_on_when_killed(host: Host) -> None:
    """By systemd, which starts it again after RestartSec."""
    pid = host.property("failover-exporter", "MainPID")
    host.run("systemctl kill --signal=KILL failover-exporter")
    host.until(
        "systemctl show --value --property=MainPID,ActiveState failover-exporter",
        lambda said: "active" in said.split() and pid not in said.split(),
    )


def _takes_passed_sockets(host: Host) -> None:
    """With the flag in ARGS the port is systemd's, and the service serves on it."""
    host.run("systemctl stop failover-exporter")
    host.run("echo 'ARGS=\"--web.systemd-socket\"' >/etc/default/failover-exporter")
    host.run("systemctl enable --now failover-exporter.socket")
    assert host.property("failover-exporter", "ActiveState") == "inactive"
    assert "failover_exporter_build_info" in host.run(f'python3 -c "{PAGE}"')
    assert host.property("failover-exporter", "ActiveState") == "active"


def _is_removed(host: Host) -> None:
    """Removing stops it and keeps what the administrator may want again; purging leaves nothing."""
    host.run("dpkg --remove failover-exporter")
    host.run("systemctl is-active failover-exporter failover-exporter.socket", fails=True)
    host.run("test -f /etc/failover-exporter/config.yml && test -f /var/lib/failover-exporter/kept")
    host.run("dpkg --purge failover-exporter")
    assert host.run(LEFT) == ""
    host.run("getent passwd failover-exporter", fails=True)
    host.run("getent group failover-exporter", fails=True)
    assert host.run("systemctl list-units --failed --no-legend 'failover*'") == ""


def test_without_systemd_it_installs_and_leaves_nothing(built: Built, tmp_path: Path) -> None:
    """As in a container."""
    shutil.copy(built("bookworm"), tmp_path / "new.deb")
    script = f"""
        dpkg --install /in/new.deb
        failover-exporter --version
        echo '{CONFIG}' >/etc/failover-exporter/config.yml
        failover-exporter --check-config
        dpkg --purge failover-exporter
        ! getent passwd failover-exporter
        {LEFT}
    """
    said = roots.run(roots.clean_root("bookworm"), tmp_path, tmp_path, "sh", "-euc", script)
    assert said.splitlines()[-1].startswith("Purging configuration files")


@pytest.mark.release
def test_the_rpm_in_a_root_of_its_own(built: Built, tmp_path: Path) -> None:
    """Its scripts and its program run there, with the Python 3.11 that the root has where EL 9 has it.

    What it requires of Enterprise Linux stands for itself as an empty package; that system can't be had here.
    """
    rpm, stand_in = built("el9"), _stand_in(tmp_path)
    inside = tmp_path / "in"
    inside.mkdir()
    for one in (rpm, stand_in):
        shutil.copy(one, inside)
    root = roots.clean_root("bookworm", "rpm", name="rpm-root")
    commands = f"""
        rpm --initdb
        rpm --install /in/{rpm.name} 2>/tmp/refused && exit 1
        grep -q 'python3.11 is needed' /tmp/refused
        rpm --install /in/{stand_in.name} /in/{rpm.name}
        failover-exporter --version
        {FOLDERS}
        rpm --verify failover-exporter
        rpm --upgrade --replacepkgs /in/{rpm.name}
        rpm --erase failover-exporter
        {LEFT}
    """
    said = roots.run(root, inside, inside, "sh", "-euc", commands)
    assert "failover-exporter setup --apply" in said
    assert "\n".join(OWNERS) in said
    assert "/usr/lib/failover-exporter" not in said


def _stand_in(folder: Path) -> Path:
    """An rpm without files that provides what ours requires."""
    description = {
        "name": "stand-in", "arch": "amd64", "version": "1", "maintainer": "Joe <joe@example.com>",
        "description": "Stands for Enterprise Linux 9", "license": "none",
        "provides": list(RELEASES["el9"].depends),
    }  # fmt: skip
    (folder / "stand-in.yaml").write_text(json.dumps(description))
    made = folder / "stand-in.rpm"
    command = [package.nfpm(), "package", "--packager=rpm", f"--config={folder}/stand-in.yaml"]
    subprocess.run([*command, f"--target={made}"], check=True, capture_output=True)
    return made
