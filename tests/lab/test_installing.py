"""docs/installing.md, word for word, on clean hosts of each release; then upgraded, reloaded, removed.

The hosts have no systemd: `systemctl` there is the lab's stand-in, which starts what the package's unit says
(deploy/lab/standin).
"""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.lab import package
from deploy.lab.errors import Missing
from deploy.lab.exporters import DAEMON, USER, as_service
from deploy.lab.host import Host
from deploy.lab.lab import Lab
from deploy.lab.page import COLLECTORS
from deploy.lab.preflight import check
from deploy.lab.waiting import until
from tests.lab.installation import VANTAGE, Site, block, files, older, paste, version
from tests.trials.drill.journal import events

pytestmark = pytest.mark.lab

NET_RAW = f"{1 << 13:016x}"


# The lab's other tests are all on this machine's release, with the same package.
@pytest.fixture(scope="module", params=[pytest.param("bookworm", marks=pytest.mark.release), "trixie"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The article's cluster with the software of that release, on which this exporter was just installed."""
    try:
        check()
    except Missing as missing:
        pytest.skip(str(missing))
    release = str(request.param)
    deb = package.deb(release)
    lab = Lab(tmp_path_factory.mktemp(release) / "lab")
    try:
        lab.up("article", exporters=False, release=release)
        for host in (*lab.fleet.balancers, *lab.fleet.clients):
            host.run("mkdir", "--parents", "/run/systemd/system")  # by this its scripts know a systemd
        site = Site(lab, deb)
        site.install()
        yield site
    finally:
        lab.down()


def test_each_page_is_whole(site: Site) -> None:
    """All collectors of a balancer, those of a vantage point; the seconds that took are printed."""
    for name, seconds in site.seconds.items():
        print(f"{name}: whole {seconds:.1f} s after the block's first line")  # noqa: T201 - `make releases` shows it
    for host in site.balancers:
        page = site.page(host, COLLECTORS)
        assert not page.failed()
        assert page.get("galera_primary_components") == 1
    assert sum(site.page(host, COLLECTORS).get("haproxy_up") or 0 for host in site.balancers) == 1
    until("the first answer by ARP", lambda: _claimants(site) == 1, 10)


def _claimants(site: Site) -> float | None:
    return site.page(site.vantage, VANTAGE).get("vip_claimants", vip=site.lab.topology.vip)


def test_it_runs_as_its_user_with_one_capability(site: Site) -> None:
    """No process of it is root's, and it can't become root."""
    for host in (*site.balancers, site.vantage):
        status = _status(host)
        assert status["Uid"] == [host.run("id", "--user", USER).strip()] * 4
        for one in ("CapEff", "CapPrm", "CapBnd", "CapAmb"):
            assert status[one] == [NET_RAW]
        assert status["NoNewPrivs"] == ["1"]


def _status(host: Host) -> dict[str, list[str]]:
    lines = host.path(f"/proc/{_pid(host)}/status").read_text().splitlines()
    return {name: values.split() for name, _, values in (line.partition(":") for line in lines)}


def _pid(host: Host) -> int:
    daemon = host.daemon(DAEMON)
    assert daemon, host.tail(f"/var/log/lab/{DAEMON}.log")
    return daemon.pid


def test_a_reload_takes_a_changed_configuration(site: Site) -> None:
    """`systemctl reload`: the same process, another configuration."""
    host, before = site.vantage, _pid(site.vantage)
    config = host.path("/etc/failover-exporter/config.yml")
    text = config.read_text()
    config.write_text(text + "  - address: 10.0.0.101\n")
    host.run("systemctl", "reload", DAEMON)
    until("the new address", lambda: site.page(host, VANTAGE).get("vip_bound", vip="10.0.0.101") == 0, 10)
    config.write_text(text)
    host.run("systemctl", "reload", DAEMON)
    assert _pid(host) == before


def test_an_upgrade_keeps_journal_and_counters(site: Site, tmp_path: Path) -> None:
    """Of a move that the older package's program saw; its scripts start the new program in its place."""
    host, new = site.balancers[0], version(site.balancers[0])
    host.write("/root/older.deb", older(site.deb, tmp_path).read_bytes())
    paste(host, "dpkg --install older.deb; rm older.deb")
    assert version(host) != new
    site.page(host, COLLECTORS)
    began = time.time()
    site.lab.fault("resource-moved")
    until("the move in the journal", lambda: _moves(host, began), 30)
    site.lab.heal()
    journal, counted, old = events(host), _counted(site, host), _pid(host)
    paste(host, block("A balancer"))
    assert (version(host), _counted(site, host)) == (new, counted)
    assert _pid(host) != old
    assert events(host) == journal


def _moves(host: Host, since: float) -> int:
    return sum(event["kind"] == "move" and event["at"] > since for event in events(host))


def _counted(site: Site, host: Host) -> dict[str, float]:
    page = site.page(host, COLLECTORS)
    counts = {str(one): value for one, value in page.all("failover_events_total").items()}
    assert sum(counts.values()) >= 1
    return counts


def test_a_host_that_is_set_up_has_nothing_left_to_do(site: Site) -> None:
    """Each step is done already and changes nothing; --check-config finds nothing."""
    for host in site.balancers:
        assert _setup(host) == ({"done"}, False)
        assert "warning" not in host.run("sh", "-c", "failover-exporter --check-config 2>&1")


def test_rights_are_taken_away_and_given_again(site: Site) -> None:
    """At once: Corosync forgets the number that its file had, Pacemaker answers no member of no group."""
    host = site.balancers[1]
    asked = (("corosync-quorumtool", "-s"), ("crm_mon", "-1"))
    assert [_allowed(host, *one) for one in asked] == [True, True]
    assert _setup(host, "--remove") == ({"done"}, True)
    assert [_allowed(host, *one) for one in asked] == [False, False]
    assert "failover-exporter" not in host.run("getent", "group", "haclient", "haproxy")
    assert _setup(host, "--remove") == ({"done"}, False)
    assert _setup(host) == ({"done"}, True)
    assert [_allowed(host, *one) for one in asked] == [True, True]


def _setup(host: Host, *flags: str) -> tuple[set[str], bool]:
    """The states of its steps, and whether it changed the host."""
    said = json.loads(host.run("failover-exporter", "setup", "--apply", "--json", *flags, timeout=60))
    return {step["state"] for step in said["steps"]}, said["changed"]


def _allowed(host: Host, *command: str) -> bool:
    return host.exec(as_service(host, *command)).returncode == 0


def test_removal_leaves_nothing(site: Site) -> None:
    """By the document's lines: no file, user, group or right is left, and nothing of others is changed."""
    host = site.balancers[1]
    paste(host, block("Upgrading, removing"))
    host.run("find", "/root", "-name", "failover-exporter_*", "-delete")
    assert host.daemon(DAEMON) is None
    left = files(host)
    assert sorted(left - site.before[host.name]) == []
    assert sorted(site.before[host.name] - left) == []
    assert not site.lab.problems()
