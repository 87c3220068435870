"""Corosync and Pacemaker on the balancers: started, configured, read."""

import contextlib
import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from xml.etree import ElementTree

from deploy.lab import qdevice, sbd
from deploy.lab.errors import LabError, Overdue
from deploy.lab.host import Host
from deploy.lab.state import Process
from deploy.lab.topology import Topology
from deploy.lab.waiting import until

PACEMAKER_LOG = "/var/log/pacemaker/pacemaker.log"
COROSYNC_LOG = "/var/log/corosync/corosync.log"
START = 30.0  # seconds that corosync or pacemakerd may take to answer
STOP = 40.0  # seconds for an orderly stop, in which resources move away
RECOVERY = 5.0  # seconds for Pacemaker to answer again once nothing is stopped or cut
ELECTION = 60.0  # seconds; Pacemaker itself waits 20 (dc-deadtime) before it elects the first DC

TRAFFIC = "udp dport 5405-5412"  # in nftables' words: knet's port of link 0 and those after it, of the others

WELL = ("connected", "localhost")  # what corosync-cfgtool says of a peer
COROSYNC_CONF = """\
totem {{
    version: 2
    cluster_name: {name}
    transport: knet
    crypto_cipher: aes256
    crypto_hash: sha256
}}
nodelist {{
{nodes}}}
quorum {{
    provider: corosync_votequorum
{quorum}}}
system {{
    move_to_root_cgroup: no
}}
logging {{
    to_stderr: no
    to_syslog: no
    to_logfile: yes
    logfile: /var/log/corosync/corosync.log
    timestamp: hires
}}
"""

TWO_NODES = "    two_node: 1\n"  # both halves of a split are quorate


def corosync_conf(topology: Topology) -> str:
    nodes = ""
    for number, host in enumerate(topology.balancers, 1):
        links = "".join(f"        ring{link}_addr: {at}\n" for link, at in enumerate(host.addresses))
        nodes += f"    node {{\n        nodeid: {number}\n        name: {host.name}\n{links}    }}\n"
    quorum = TWO_NODES if len(topology.balancers) == 2 else ""
    if topology.arbiter:
        quorum = qdevice.section(topology.arbiter)
    return COROSYNC_CONF.format(name=topology.cluster_name, nodes=nodes, quorum=quorum)


def configure(hosts: list[Host], topology: Topology) -> None:
    key = os.urandom(256)
    for host in hosts:
        host.write("/etc/corosync/corosync.conf", corosync_conf(topology))
        host.write("/etc/corosync/authkey", key, 0o400)


def start(host: Host) -> None:
    """Both daemons, as the init system would: Pacemaker once Corosync answers. What runs well stays."""
    if not host.daemon("corosync"):
        stop_pacemaker(host)  # without corosync they can only be on their way out
        qdevice.stop(host)
        host.spawn("corosync", ["corosync", "-f"])
    log = tail_of(host, COROSYNC_LOG)
    until(f"corosync on {host.name}", lambda: corosync_answers(host), START, log=log, abort=host.abort)
    qdevice.start(host)
    sbd.start(host)
    if _pacemakers(host):
        _spawn_pacemakerd(host)  # it takes over the children of one that was killed
        if not _recovers(host):
            stop_pacemaker(host)
    _spawn_pacemakerd(host)
    _wait_pacemaker(host, START)


def _spawn_pacemakerd(host: Host) -> None:
    host.spawn("pacemakerd", ["pacemakerd", "-f"])


def _wait_pacemaker(host: Host, seconds: float) -> None:
    log = tail_of(host, PACEMAKER_LOG)
    until(f"pacemaker on {host.name}", lambda: view(host) is not None, seconds, log=log, abort=host.abort)


def _recovers(host: Host) -> bool:
    """pacemakerd 2.1.5 kills a hung pacemaker-based and does not always start it again."""
    try:
        _wait_pacemaker(host, RECOVERY)
    except Overdue:
        return False
    return True


def stop(host: Host) -> None:
    """In order, as the init system would: Pacemaker moves its resources away first."""
    stop_pacemaker(host)
    sbd.stop(host)
    qdevice.stop(host)
    corosync = host.daemon("corosync")
    if corosync:
        host.signal("TERM", [corosync])
        until(f"corosync on {host.name} to stop", lambda: not host.daemon("corosync"), 20, abort=host.abort)


def stop_pacemaker(host: Host) -> None:
    """In order; whatever is left after that is killed."""
    leader = host.named("pacemakerd")
    if leader:
        host.signal("TERM", leader)
        with contextlib.suppress(Overdue):
            until("pacemakerd to stop", lambda: not host.named("pacemakerd"), STOP, abort=host.abort)
    host.signal("KILL", _pacemakers(host))
    until(f"pacemaker on {host.name} to stop", lambda: not _pacemakers(host), 10, abort=host.abort)


def load(host: Host, topology: Topology) -> None:
    host.write("/run/lab/cib.crm", sbd.with_agent(topology.cib, host))
    host.run("crm", "--force", "configure", "load", "update", "/run/lab/cib.crm", timeout=60)


@dataclass(frozen=True)
class View:
    """What one node's crm_mon says."""

    dc: str  # empty while there is none
    online: frozenset[str]
    running: dict[str, tuple[str, ...]]  # resource to the nodes where it is started
    unclean: frozenset[str]  # lost, and not fenced yet
    # Failed operations and their counts, blocked or orphaned resources, what was switched off.
    troubles: tuple[str, ...]


def view(host: Host) -> View | None:
    """None while Pacemaker doesn't answer."""
    try:
        done = host.exec(["crm_mon", "-1", "-r", "-f", "--output-as=xml"], timeout=5)
    except LabError:
        return None
    return parse_view(done.stdout) if done.returncode == 0 else None


def parse_view(xml: str) -> View | None:
    root = ElementTree.fromstring(xml)  # noqa: S314 - our own crm_mon wrote it
    dc = root.find("summary/current_dc")
    if dc is None:
        return None
    online = [node.get("name", "") for node in root.findall("nodes/node") if node.get("online") == "true"]
    running: dict[str, tuple[str, ...]] = {}
    for resource in root.findall("resources//resource"):
        if resource.get("role") in ("Started", "Promoted", "Unpromoted", "Stopped"):
            nodes = tuple(node.get("name", "") for node in resource.findall("node"))
            running[resource.get("id", "")] = running.get(resource.get("id", ""), ()) + nodes
    troubles = (*_switched_off(root), *_troubles(root))
    unclean = [node.get("name", "") for node in root.findall("nodes/node[@unclean='true']")]
    return View(dc.get("name") or "", frozenset(online), running, frozenset(unclean), troubles)


def _switched_off(root: ElementTree.Element) -> list[str]:
    found = [f"{node.get('name')} is in standby" for node in root.findall("nodes/node[@standby='true']")]
    if root.find("summary/cluster_options[@maintenance-mode='true']") is not None:
        found.append("maintenance mode is on")
    off = root.findall("resources//resource[@target_role='Stopped']")
    found += [f"resource {resource.get('id')} is disabled" for resource in off]
    return found


def _troubles(root: ElementTree.Element) -> list[str]:
    flags = ("failed", "blocked", "orphaned")
    found = [
        f"resource {resource.get('id')} is {flag}"
        for resource in root.findall("resources//resource")
        for flag in flags
        if resource.get(flag) == "true"
    ]
    for failure in root.findall("failures/failure"):
        found.append(f"failed operation {failure.get('op_key')} on {failure.get('node')}")
    for node in root.findall("node_history/node"):
        for history in node.findall("resource_history[@fail-count]"):
            if history.get("fail-count") != "0":
                found.append(f"fail count of {history.get('id')} on {node.get('name')}")
    return found


def corosync_answers(host: Host) -> bool:
    return host.exec(["corosync-cfgtool", "-s"], timeout=5).returncode == 0


def links_down(host: Host) -> list[str]:
    """Links with a peer that is not connected, as "0 to nodeid 2: disconnected"."""
    try:
        done = host.exec(["corosync-cfgtool", "-s"], timeout=5)
    except LabError as error:
        return [str(error)]
    if done.returncode:
        return ["states unknown: corosync does not answer"]
    return parse_links_down(done.stdout)


def parse_links_down(text: str) -> list[str]:
    """`corosync-cfgtool -s` of 3.1: ``LINK ID 0 udp``, then ``nodeid:    2:\tdisconnected`` for each peer."""
    found, link = [], "?"
    for line in text.splitlines():
        if match := re.match(r"LINK ID (\d+)", line):
            link = match[1]
        elif (match := re.match(r"\s*nodeid:\s*(\d+):\s*(.+)", line)) and match[2] not in WELL:
            found.append(f"{link} to nodeid {match[1]}: {match[2]}")
    return found


def tail_of(host: Host, log: str) -> Callable[[], str]:
    return lambda: host.tail(log)


def _pacemakers(host: Host) -> list[Process]:
    return [process for process in host.processes() if process.name.startswith("pacemaker")]
