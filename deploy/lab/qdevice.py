"""Corosync's quorum device: corosync-qnetd on the arbiter, corosync-qdevice on the balancers, by TLS."""

import re

from deploy.lab.errors import LabError
from deploy.lab.host import Host
from deploy.lab.topology import Host as Place
from deploy.lab.topology import Topology
from deploy.lab.waiting import until

ARBITER = "corosync-qnetd"
DAEMON = "corosync-qdevice"
SERVER = "/etc/corosync/qnetd/nssdb"  # the arbiter's certificates
NODE = "/etc/corosync/qdevice/net/nssdb"
START = 20.0  # seconds
SECTION = """\
    device {{
        model: net
        votes: 1
        net {{
            host: {host}
            algorithm: ffsplit
            tls: required
        }}
    }}
"""


def section(arbiter: Place) -> str:
    """Of corosync.conf's `quorum`; there may be no expected_votes and no two_node beside it."""
    return SECTION.format(host=arbiter.address)


def configure(arbiter: Host, balancers: list[Host], topology: Topology) -> None:
    """Certificates of this cluster: the arbiter's authority signs one that all balancers share."""
    name, (first, *others) = topology.cluster_name, balancers
    arbiter.run("rm", "-rf", SERVER)  # made when the package was installed: the same for every lab
    arbiter.run("corosync-qnetd-certutil", "-i")
    authority = arbiter.path(f"{SERVER}/qnetd-cacert.crt").read_bytes()
    for host in balancers:
        host.run("rm", "-rf", NODE)
        host.write("/run/lab/authority.crt", authority)
        host.run("corosync-qdevice-net-certutil", "-i", "-c", "/run/lab/authority.crt")
    first.run("corosync-qdevice-net-certutil", "-r", "-n", name)
    arbiter.write("/run/lab/node.crq", first.path(f"{NODE}/qdevice-net-node.crq").read_bytes())
    arbiter.run("corosync-qnetd-certutil", "-s", "-c", "/run/lab/node.crq", "-n", name)
    signed = arbiter.path(f"{SERVER}/cluster-{name}.crt").read_bytes()
    first.write("/run/lab/node.crt", signed)
    first.run("corosync-qdevice-net-certutil", "-M", "-c", "/run/lab/node.crt")
    for host in others:
        host.write("/run/lab/node.p12", first.path(f"{NODE}/qdevice-net-node.p12").read_bytes(), 0o600)
        host.run("corosync-qdevice-net-certutil", "-m", "-c", "/run/lab/node.p12")


def start_arbiter(arbiter: Host) -> None:
    arbiter.run("mkdir", "-p", "/run/corosync-qnetd")
    arbiter.spawn(ARBITER, [ARBITER, "-f"])
    log = f"/var/log/lab/{ARBITER}.log"
    until(f"{ARBITER} on {arbiter.name}", lambda: _answers(arbiter), START, log=lambda: arbiter.tail(log))


def _answers(arbiter: Host) -> bool:
    return arbiter.exec(["corosync-qnetd-tool", "-s"], timeout=5).returncode == 0


def start(host: Host) -> None:
    """On a balancer whose corosync answers; nothing where its cluster has no arbiter."""
    if "device {" in host.path("/etc/corosync/corosync.conf").read_text():
        host.run("mkdir", "-p", "/run/corosync-qdevice")
        host.spawn(DAEMON, [DAEMON, "-f"])


def stop(host: Host) -> None:
    host.signal("TERM", host.named(DAEMON))
    until(f"{DAEMON} on {host.name} to stop", lambda: not host.named(DAEMON), 10, abort=host.abort)


def has_vote(host: Host) -> bool:
    """Whether this balancer has the arbiter's vote, as its own corosync says."""
    try:
        said = host.exec(["corosync-quorumtool", "-s"], timeout=5).stdout
    except LabError:
        return False
    return parse_vote(said)


def parse_vote(text: str) -> bool:
    """``         1          1    A,V,NMW lb1 (local)``; NA and NV are without."""
    return re.search(r"^\s*\d+\s+\d+\s+A,V,\S+ .*\(local\)$", text, re.MULTILINE) is not None
