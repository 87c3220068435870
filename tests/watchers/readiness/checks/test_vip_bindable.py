"""Whether HAProxy could bind the address on this host, by the real tools' view of a cluster."""

from dataclasses import replace
from pathlib import Path

import pytest

from exporter.errors import NotPermitted, TimedOut, Unreachable
from exporter.sources.haproxy.configuration.files import Host
from exporter.sources.keepalived.reading import KeepalivedReading, Running, VirtualAddress
from exporter.watchers.readiness import vrrp
from exporter.watchers.readiness.checks.check import Known
from exporter.watchers.readiness.checks.haproxy_files import HaproxyFiles
from exporter.watchers.readiness.checks.parameters import parameters
from exporter.watchers.readiness.checks.vip_bindable import VipBindable
from exporter.watchers.readiness.metrics import Checked
from tests.sources.keepalived.captured import reading
from tests.watchers.readiness.checks.known import CFG, CONFIG, SOON, VIP, cluster, host, with_files
from tests.watchers.readiness.cib import Element, add, article, drop, needs_pacemaker

SYSCTL = "/proc/sys/net/ipv4/ip_nonlocal_bind"
FAILURE = f"HAProxy binds {VIP}: no order starts it after that address, and net.ipv4.ip_nonlocal_bind is 0"


def without_order(root: Element) -> None:
    drop(root, "rsc_order")


def optional_order(root: Element) -> None:
    without_order(root)
    add(
        root,
        "configuration/constraints",
        '<rsc_order id="o" first="failover-ip" then="haproxy" kind="Optional"/>',
    )


def ask(known: Known, folder: Path, config: str = CONFIG, setting: str = "0") -> Checked | None:
    return VipBindable([VIP], host(folder, {CFG: config, SYSCTL: f"{setting}\n"})).ask(
        with_files(known, CFG), SOON
    )


@needs_pacemaker
def test_the_order_of_the_cluster(tmp_path: Path) -> None:
    """HAProxy follows the address; without that order it may come first; an optional one holds too."""
    assert ask(cluster(tmp_path), tmp_path) == Checked("vip_bindable")
    alone = cluster(tmp_path, without_order)
    assert ask(alone, tmp_path) == Checked("vip_bindable", (FAILURE,))
    assert ask(cluster(tmp_path, optional_order), tmp_path) == Checked("vip_bindable")
    assert ask(alone, tmp_path, setting="1") == Checked("vip_bindable")  # the kernel lets it


@needs_pacemaker
def test_in_a_group_the_place_counts(tmp_path: Path) -> None:
    """A group starts its members in their order."""

    def grouped(*order: str) -> Known:
        def change(root: Element) -> None:
            for tag in ("rsc_order", "rsc_colocation"):
                drop(root, tag)
            resources = root.find("configuration/resources")
            assert resources is not None
            members = {str(one.get("id")): one for one in resources.iterfind("primitive")}
            add(root, "configuration/resources", '<group id="entrance"/>')
            group = resources.find("group")
            assert group is not None
            group.extend(members[name] for name in order)

        return cluster(tmp_path, change)

    assert ask(grouped("failover-ip", "haproxy"), tmp_path) == Checked("vip_bindable")
    assert ask(grouped("haproxy", "failover-ip"), tmp_path) == Checked("vip_bindable", (FAILURE,))


@needs_pacemaker
@pytest.mark.parametrize("bind", ["*:3306", ":3306", f"{VIP}:3306 transparent", "10.0.0.12:3306"])
def test_what_needs_no_such_right(bind: str, tmp_path: Path) -> None:
    """All addresses, or with an option of its own, or another one: the question does not arise."""
    config = CONFIG.replace(f"{VIP}:3306", bind)
    assert ask(cluster(tmp_path, without_order), tmp_path, config) is None


@pytest.mark.parametrize(("notifies", "setting"), [(False, "0"), (False, "1"), (True, "0")])
def test_under_keepalived(tmp_path: Path, setting: str, *, notifies: bool) -> None:
    """The address moves alone, so the kernel has to let HAProxy bind it on the host that does not have it;
    what a script at that moment does is not known."""
    (instance,) = reading("2.2.7-backup").instances
    here = replace(instance, notifies=notifies, addresses=(VirtualAddress(VIP, "eth0"),))
    configured = vrrp.parameters(KeepalivedReading(Running(23, ()), (here,)))
    found = ask(Known(configured=configured), tmp_path, setting=setting)
    why = f"HAProxy binds {VIP} also while it is elsewhere, and net.ipv4.ip_nonlocal_bind is 0"
    if setting == "1":
        assert found == Checked("vip_bindable")
    else:
        assert found == (None if notifies else Checked("vip_bindable", (why,)))


def test_what_is_not_known_is_not_said(tmp_path: Path) -> None:
    """Without Pacemaker nobody knows what follows what; without a right or the kernel's word, likewise."""
    assert ask(Known(), tmp_path) is None
    with pytest.raises(TimedOut):
        ask(Known(configured=TimedOut("cibadmin: no answer")), tmp_path)
    (tmp_path / SYSCTL.lstrip("/")).unlink()
    with pytest.raises(Unreachable, match="ip_nonlocal_bind can't be read"):
        VipBindable([VIP], Host(tmp_path, {})).ask(with_files(Known(), CFG), SOON)
    with pytest.raises(NotPermitted):
        VipBindable([VIP], Host(tmp_path, {})).ask(Known(files=NotPermitted("haproxy.cfg")), SOON)


@needs_pacemaker
def test_where_no_resource_is_called_haproxy(tmp_path: Path) -> None:
    """Whatever is started after the address may be HAProxy."""
    known = cluster(tmp_path)
    unnamed = replace(known, configured=replace(parameters(article()), haproxies=frozenset()))
    assert ask(unnamed, tmp_path) == Checked("vip_bindable")
    assert HaproxyFiles() == Known().need_files()
