"""docs/installing.md and docs/operating.md, word for word, on clean hosts of each release, to the removal.

The hosts have no systemd: `systemctl` there is the lab's stand-in, which starts what the package's unit says
(deploy/lab/standin).
"""

import json
import re
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from deploy.lab import galera, package, roots
from deploy.lab.errors import Missing
from deploy.lab.exporters import DAEMON, USER, as_service
from deploy.lab.host import Host
from deploy.lab.lab import Lab
from deploy.lab.page import COLLECTORS, scrape
from deploy.lab.preflight import check
from deploy.lab.waiting import until
from tests.lab.installation import OPERATING, VANTAGE, Site, block, files, older, paste, version
from tests.trials.drill.journal import events

pytestmark = pytest.mark.lab

NET_RAW = f"{1 << 13:016x}"


# On this machine's release the lab's other tests have the same package.
@pytest.fixture(scope="module", params=[pytest.param("bookworm", marks=pytest.mark.release), "trixie"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The article's cluster with the software of that release, on which this exporter was just installed."""
    release = str(request.param)
    try:
        check()
        roots.root(release)
    except Missing as missing:
        pytest.skip(str(missing))
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
    """By `systemctl reload`, or by HTTP where that is allowed: the same process, another configuration."""
    host = site.vantage
    host.write("/etc/default/failover-exporter", "ARGS=--web.enable-lifecycle\n")
    paste(host, block("Start, stop, reload", document=OPERATING))
    before, config = _pid(host), host.path("/etc/failover-exporter/config.yml")
    text = config.read_text()
    for heading in ("A changed configuration", "Reload by HTTP"):
        for there, changed in ((True, text + "  - address: 10.0.0.101\n"), (False, text)):
            config.write_text(changed)
            paste(host, block(heading, document=OPERATING))
            until("the new address", partial(_shows, site, "10.0.0.101", there), 10)
    assert _pid(host) == before


def _shows(site: Site, address: str, there: bool) -> bool:
    return _has(site, address) == there


def _has(site: Site, address: str) -> bool:
    return site.page(site.vantage, VANTAGE).get("vip_bound", vip=address) is not None


def test_a_new_password_takes_no_reload(site: Site) -> None:
    """Refused until the file has it, then accepted, by the same processes, and no outage is counted."""
    hosts = [*site.balancers, site.vantage]
    before = {host.name: (_pid(host), _outages(site, host)) for host in hosts}
    galera.sql(site.lab.fleet.databases[0], block("A new password", "sql", OPERATING))
    until("the refusals", lambda: all(_account_ok(site, host) == 0 for host in hosts), 20)
    for host in hosts:
        paste(host, block("A new password", document=OPERATING))
    until("the account to be accepted", lambda: all(_account_ok(site, host) == 1 for host in hosts), 30)
    assert {host.name: (_pid(host), _outages(site, host)) for host in hosts} == before


def _account_ok(site: Site, host: Host) -> float | None:
    return scrape(site.lab, host.name).get("vip_probe_account_ok")


def _outages(site: Site, host: Host) -> float | None:
    return scrape(site.lab, host.name).get("vip_outages_total")


def test_watch_shows_what_clients_feel(site: Site) -> None:
    """Each line of the document, until Ctrl-C: everything is answered, with a login by the account's node."""
    for line in block("What clients feel right now: `watch`", document=OPERATING).splitlines():
        said = paste(site.vantage, f"timeout --preserve-status --signal=INT 2 {line}")
        assert "\nno outage\n" in said, said


def test_planned_maintenance_is_in_the_journal(site: Site) -> None:
    """The document's commands move everything to the other balancer and end the standby; `events` has it."""
    steps = re.findall(r"`(crm_standby [^`]*)`", OPERATING.read_text())
    assert [step.split()[-1] for step in steps] == ["on", "off"]
    host, began = site.lab.host(site.lab.holder()), time.time()
    on, off = (step.replace("haproxy-node02", host.name) for step in steps)
    paste(host, on)
    until("the move in the journal", lambda: _moves(host, began), 30)
    paste(host, off)
    site.lab.wait_whole()
    assert "move" in paste(host, block("What happened: `events`", document=OPERATING))


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
    assert 'collector="pacemaker"} 1' in paste(host, block("Upgrade", document=OPERATING))
    assert (version(host), _counted(site, host)) == (new, counted)
    assert _pid(host) != old
    assert events(host) == journal


def test_a_backup_is_put_back(site: Site) -> None:
    """Made while the exporter runs. When the journal is lost it begins anew; then all is there as it was."""
    host = site.balancers[0]
    journal, counted = events(host), _counted(site, host)
    paste(host, block("Backup", document=OPERATING))
    paste(
        host, f"systemctl stop {DAEMON}; rm /var/lib/failover-exporter/events.db*; systemctl start {DAEMON}"
    )
    site.page(host, COLLECTORS)
    assert events(host) == []
    paste(host, block("Restore", document=OPERATING))
    assert _counted(site, host) == counted
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
    host.run(
        "find", "/root", "-xdev", "-name", "failover-exporter_*", "-delete"
    )  # not those of the cache, mounted there
    assert host.daemon(DAEMON) is None
    left = files(host)
    assert sorted(left - site.before[host.name]) == []
    assert sorted(site.before[host.name] - left) == []
    assert not site.lab.problems()
