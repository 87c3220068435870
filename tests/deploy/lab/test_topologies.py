"""What must hold for every topology, so that a new one is right before it is first built."""

import re

import pytest
import yaml

from deploy.lab import cluster, exporters, galera, haproxy, network, vrrp
from deploy.lab.errors import LabError
from deploy.lab.faults import EVERY, FAULTS
from deploy.lab.lab import find
from deploy.lab.topologies import PAIRS, TOPOLOGIES
from deploy.lab.topology import Topology
from exporter.endpoint import Endpoint
from tests.sources.keepalived.captured import json_dump

pairs = pytest.mark.parametrize("topology", PAIRS, ids=lambda one: one.name)
every = pytest.mark.parametrize("topology", TOPOLOGIES.values(), ids=list(TOPOLOGIES))


@every
def test_addresses_are_on_their_networks_and_nobody_shares_one(topology: Topology) -> None:
    """Each host's n-th address is on the n-th network; the VIPs are on the first."""
    taken = [*topology.vips]
    for host in topology.hosts:
        for prefix, address in zip(topology.prefixes, host.addresses, strict=False):
            assert address.startswith(f"{prefix}.")
            taken.append(address)
    taken += [host.ipv6 for host in topology.hosts if host.ipv6]
    assert all(vip.startswith((f"{topology.prefixes[0]}.", "fd00:")) for vip in topology.vips)
    assert len(taken) == len(set(taken))


@every
def test_names_fit_where_they_are_used(topology: Topology) -> None:
    """An interface has 15 characters, a record's name no dot, and each is unique."""
    ports = [network.port(place, number) for place, number in network.ports(topology)]
    assert len(ports) == len(set(ports))
    assert all(len(port) <= 15 and port.startswith("folab-") for port in ports)
    assert all("." not in host.name for host in topology.hosts)


@pairs
def test_the_cib_holds_what_the_topology_says_of_it(topology: Topology) -> None:
    """The primitives, the moved resource and every VIP are configured."""
    for primitive in topology.primitives:
        assert re.search(rf"^primitive {primitive} ", topology.cib, re.MULTILINE)
    assert re.search(rf"^(primitive|group) {topology.moved} ", topology.cib, re.MULTILINE)
    assert all(f"ip={vip} " in topology.cib for vip in topology.vips)


@every
def test_haproxy_listens_on_every_vip_and_checks_every_database(topology: Topology) -> None:
    """Including the check that logs in."""
    text = haproxy.config(topology)
    assert all(f"bind {Endpoint(vip, topology.port)}\n" in text for vip in topology.vips)
    assert all(f"server {db.name} {db.mysql} check" in text for db in topology.databases)
    assert "option mysql-check user haproxy" in text


@pairs
def test_corosync_has_one_link_for_each_network_of_a_balancer(topology: Topology) -> None:
    """Numbered from 0, in the networks' order."""
    text = cluster.corosync_conf(topology)
    for host in topology.balancers:
        for link, address in enumerate(host.addresses):
            assert f"ring{link}_addr: {address}\n" in text
    assert text.count("{") == text.count("}")


@every
def test_the_exporters_configuration_is_what_design_says(topology: Topology) -> None:
    """YAML with the sections of a balancer: who moves the address, and the rest."""
    loaded = yaml.safe_load(exporters.config(topology))
    managers = {"keepalived"} if topology.keepalived else {"pacemaker", "corosync"}
    assert loaded.keys() == managers | {"haproxy", "galera", "vips"}
    assert all(loaded[name] == {} for name in managers)
    assert loaded["haproxy"] == {"stats": "unix:/run/haproxy/admin.sock"}
    assert loaded["galera"]["nodes"] == {db.name: str(db.mysql) for db in topology.databases}
    assert [vip["address"] for vip in loaded["vips"]] == list(topology.vips)


@every
def test_a_client_is_a_vantage_point(topology: Topology) -> None:
    """Its exporter probes the same addresses as those of the balancers, and reads nothing else."""
    loaded = yaml.safe_load(exporters.vantage(topology))
    silent = {"claimants": False} if topology.keepalived else {}
    assert loaded == {"vips": [vip | silent for vip in yaml.safe_load(exporters.config(topology))["vips"]]}
    assert all(vip["port"] == topology.port for vip in loaded["vips"])


@every
def test_a_client_that_writes_is_a_vantage_point_too(topology: Topology) -> None:
    """Through every address, with the nodes to read back from."""
    wanted = yaml.safe_load(exporters.vantage(topology))
    loaded = yaml.safe_load(exporters.writing(topology))
    assert loaded["galera"] == yaml.safe_load(exporters.config(topology))["galera"]
    assert all(vip.pop("write")["client_file"].endswith("/writer.cnf") for vip in loaded["vips"])
    assert loaded["vips"] == wanted["vips"]


@every
def test_each_database_knows_all_of_them(topology: Topology) -> None:
    """The same cluster address on each, with its own name and address."""
    members = ",".join(db.address for db in topology.databases)
    for db in topology.databases:
        text = galera.config(topology, db)
        assert f"gcomm://{members}\n" in text
        assert f"wsrep_node_name = {db.name}\nwsrep_node_address = {db.address}\n" in text


def test_a_fault_applies_where_it_can_be_made() -> None:
    """Only with two links can one be lost, only an init script reloads; what breaks an arbiter, a third node,
    fencing, Pacemaker or Keepalived applies where they are, the rest everywhere."""
    applies = {
        name: {t for t, it in TOPOLOGIES.items() if fault.applies(it)} for name, fault in EVERY.items()
    }
    fenced = {"fenced", "race", "sbd", "fabric"}
    assert applies.pop("link-cut") == {"twin", "fabric"}
    assert applies.pop("haproxy-reloaded") == {"article", "arbiter", "ipv6", *fenced}
    of_arbiter = [applies.pop(name) for name in ("arbiter-lost", "arbiter-and-node-lost", "outvoted")]
    assert of_arbiter == [{"arbiter"}] * 3
    assert applies.pop("two-nodes-off") == {"three"}
    assert [applies.pop(name) for name in ("fencing-lost", "fencing-fails")] == [fenced] * 2
    assert applies["node-off"] == set(TOPOLOGIES)
    pacemaker = {name for name, it in TOPOLOGIES.items() if not it.keepalived}
    assert applies["standby"] == pacemaker
    assert applies["keepalived-stopped"] == set(TOPOLOGIES) - pacemaker
    assert all(where & {"article", "keepalived"} for where in applies.values())
    assert FAULTS.keys() < EVERY.keys()


def test_keepalived_is_configured_alike_on_both() -> None:
    """But for what must differ: name, priority, addresses of their own."""
    topology = TOPOLOGIES["keepalived"]
    one, other = (vrrp.config(place, topology, vrrp.usual(place, topology)) for place in topology.balancers)
    differ = {word for a, b in zip(one.split(), other.split(), strict=True) for word in {a, b} if a != b}
    assert differ == {"proxy-a", "proxy-b", "150", "100", "10.4.0.11", "10.4.0.12"}
    assert all(f"{vip}/24 dev eth0" in one for vip in topology.vips)
    assert one.count("{") == one.count("}")


def test_what_keepalived_says_is_judged() -> None:
    """Not whole: another MASTER than the host of the highest priority, which would take the address back; a
    priority that something lowered, a FAULT, no answer."""
    topology = TOPOLOGIES["keepalived"]
    well = {"proxy-a": vrrp.View("MASTER", 150, 150), "proxy-b": vrrp.View("BACKUP", 100, 100)}
    assert vrrp.problems(topology, well) == []
    assert vrrp.problems(topology, well | {"proxy-b": vrrp.View("MASTER", 100, 100)}) == [
        "MASTER: proxy-a, proxy-b, not proxy-a alone"
    ]
    assert vrrp.problems(topology, well | {"proxy-a": vrrp.View("FAULT", 90, 90), "proxy-b": None}) == [
        "proxy-a: Keepalived is in FAULT",
        "proxy-b: Keepalived does not answer",
        "MASTER: nobody, not proxy-a alone",
    ]
    moved = {"proxy-a": vrrp.View("BACKUP", 150, 150), "proxy-b": vrrp.View("MASTER", 100, 100)}
    assert vrrp.problems(topology, moved) == ["MASTER: proxy-b, not proxy-a alone"]
    assert vrrp.parse_view(json_dump("2.2.7-backup").decode()) == vrrp.View("BACKUP", 102, 100)


def test_an_unknown_topology_is_refused_with_those_there_are() -> None:
    """A sentence, not a KeyError."""
    with pytest.raises(LabError, match="no topology 'triple': there is article, twin, "):
        find("triple")
