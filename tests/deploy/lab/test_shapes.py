"""What only some topologies have: the quorum device, the power distribution unit, packages of their own."""

from pathlib import Path

import pytest

from deploy.lab import cluster, network, preflight, qdevice
from deploy.lab.errors import Missing
from deploy.lab.fleet import Fleet
from deploy.lab.host import Host
from deploy.lab.pdu import answer
from deploy.lab.state import State
from deploy.lab.topologies import TOPOLOGIES
from tests.golden import CAPTURES

QUORUMTOOL = "corosync-3.1.9-qdevice-{}.quorumtool"


@pytest.mark.parametrize(
    ("case", "voted"), [("healthy", True), ("split-lb1", True), ("split-lb2", False), ("arbiter-gone", False)]
)
def test_whether_a_balancer_has_the_arbiters_vote(case: str, *, voted: bool) -> None:
    """By its own line of quorumtool; that of its peer, and the daemon being alive, are not enough."""
    assert qdevice.parse_vote((CAPTURES / QUORUMTOOL.format(case)).read_text()) == voted


def test_who_has_quorum_is_corosyncs_to_say_where_there_is_a_third() -> None:
    """A pair alone is two_node, with an arbiter it may not be, and of three nodes two are a majority."""
    confs = {one.name: cluster.corosync_conf(one) for one in TOPOLOGIES.values() if not one.keepalived}
    two_nodes = {name for name, conf in confs.items() if "two_node: 1" in conf}
    assert two_nodes == {"article", "twin", "fenced", "race", "sbd", "fabric", "ipv6"}
    assert {name for name, conf in confs.items() if "host: 10.3.0.41" in conf} == {"arbiter"}


def test_the_unit_knows_the_balancers_alone(tmp_path: Path) -> None:
    """Nobody is to cut off the client, or what is not there."""
    fleet = Fleet(TOPOLOGIES["fenced"], State(tmp_path))
    assert answer(fleet, "list\n") == "lb1,lb1\nlb2,lb2"
    for request in ("off watch", "off", "close watch", "explode lb1"):
        assert answer(fleet, f"{request}\n") == "unknown"


def test_ports_that_fencing_closes_stay_closed() -> None:
    """Until unfencing opens them: of a fabric the balancers' first one, elsewhere none."""
    closed = {
        (one.name, place.name, number)
        for one in TOPOLOGIES.values()
        for place, number in network.ports(one)
        if network.may_be_fenced(one, place, number)
    }
    assert closed == {("fabric", "lb1", 0), ("fabric", "lb2", 0)}


@pytest.mark.parametrize("plugged", [True, False])
def test_a_port_is_plugged_while_a_bridge_is_its_master(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plugged: bool
) -> None:
    """The port's own name begins with the bridge's."""
    fleet = Fleet(TOPOLOGIES["fabric"], State(tmp_path))
    master = "master folab-0 " if plugged else ""
    said = f"4: folab-0-11@if2: <BROADCAST,UP> mtu 1500 qdisc noqueue {master}state UP mode DEFAULT\n"
    monkeypatch.setattr(Host, "run", lambda _host, *_command: said)
    assert network.is_plugged(fleet.switch, fleet.place("lb1")) == plugged
    assert answer(fleet, "port lb1\n") == ("open" if plugged else "closed")


def test_a_topology_that_needs_more_says_what_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And who installs it; the others are not kept from running by that."""
    monkeypatch.setattr("os.geteuid", lambda: 0)
    for name in ("PACKAGES", "MORE_PACKAGES"):
        listing = tmp_path / name
        listing.write_text(
            "" if name == "PACKAGES" else f"corosync-qnetd # {tmp_path}/x\ncorosync-qdevice # /\n"
        )
        monkeypatch.setattr(preflight, name, listing)
    preflight.check_for(TOPOLOGIES["article"])
    with pytest.raises(Missing, match=r"^not installed: corosync-qnetd \(`make packages` installs"):
        preflight.check_for(TOPOLOGIES["arbiter"])


def test_what_shapes_need_is_listed() -> None:
    """With the file that each package is known by."""
    listed = preflight.packages(preflight.MORE_PACKAGES.read_text())
    assert listed.keys() == {name for one in TOPOLOGIES.values() for name in one.packages}
