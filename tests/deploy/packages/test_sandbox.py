"""The unit's sandbox beside Debian's own Corosync, Pacemaker and HAProxy, all under systemd."""

import re
import shutil
from pathlib import Path

import pytest

from deploy.packages import roots
from tests.deploy.packages.booted import booted
from tests.deploy.packages.conftest import Built

pytestmark = pytest.mark.lab
CLUSTER = ("corosync", "haproxy", "iproute2", "pacemaker", "pacemaker-cli-utils")
COROSYNC = """\
totem {
    version: 2
    cluster_name: article
    transport: knet
}
nodelist {
    node {
        name: balancer
        nodeid: 1
        ring0_addr: 10.0.0.11
    }
}
quorum {
    provider: corosync_votequorum
}
logging {
    to_syslog: yes
}
"""
HAPROXY = """\
global
    stats socket /run/haproxy/admin.sock mode 660 level operator group haproxy
    user haproxy
    group haproxy
defaults
    mode tcp
    timeout connect 1s
    timeout client 1s
    timeout server 1s
listen galera
    bind 10.0.0.100:3306
    server galera-node01 10.0.0.21:3306
"""
CONFIG = """\
pacemaker: {}
corosync: {}
haproxy:
  stats: unix:/run/haproxy/admin.sock
vips:
  - address: 10.0.0.100
    port: 3306
"""
BEFORE = """\
hostname balancer
ip link add eth0 type veth peer name wire
ip link set eth0 up
ip link set wire up
ip address add 10.0.0.11/24 dev eth0
ip address add 10.0.0.100/24 dev eth0
cp /in/corosync.conf /etc/corosync/
cp /in/haproxy.cfg /etc/haproxy/
"""
PAGE = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:10664/metrics').read().decode())"


def test_everything_can_be_read_from_within_the_sandbox(built: Built, tmp_path: Path) -> None:
    """Pacemaker and Corosync by their tools, HAProxy's socket and process, other claimants by ARP.

    A stop leaves Pacemaker's shared memory to those who ask it: see RemoveIPC in the unit.
    """
    inside, work = tmp_path / "in", tmp_path / "work"
    inside.mkdir()
    work.mkdir()
    shutil.copy(built("bookworm"), inside / "new.deb")
    files = {"corosync.conf": COROSYNC, "haproxy.cfg": HAPROXY, "config.yml": CONFIG, "before.sh": BEFORE}
    for name, text in files.items():
        (inside / name).write_text(text)
    with booted(roots.clean_root("bookworm", *CLUSTER, name="cluster-root"), inside, work) as host:
        host.until("crm_mon --one-shot", lambda said: "Online: [ balancer ]" in said)
        host.run("dpkg --install /in/new.deb && cp /in/config.yml /etc/failover-exporter/")
        host.run("failover-exporter setup --apply")
        host.run("systemctl start failover-exporter")
        page = host.until(f'python3 -c "{PAGE}"', lambda said: 'vip_claimants{vip="10.0.0.100"} 1.0' in said)
        read = re.findall(r'^ha_cluster_scrape_success\{collector="(\w+)"\} 1.0$', page, re.MULTILINE)
        assert read == ["pacemaker", "corosync", "haproxy", "address", "vip", "failover", "readiness"]
        assert 'vip_bound{vip="10.0.0.100"} 1.0' in page
        logged = host.run("journalctl --unit failover-exporter --output cat --no-pager")
        assert "level=warning" not in logged
        assert "level=error" not in logged
        host.run("systemctl stop failover-exporter")
        assert "Online: [ balancer ]" in host.run("crm_mon --one-shot")
