"""Keepalived on the balancers, and HAProxy, which runs on both all the time: started, configured, read."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.lab.errors import LabError, Overdue
from deploy.lab.fleet import Fleet
from deploy.lab.host import Host
from deploy.lab.state import Process
from deploy.lab.topology import Host as Place
from deploy.lab.topology import Topology
from deploy.lab.waiting import until

CONF = "/etc/keepalived/keepalived.conf"
SCRIPT = "/etc/keepalived/check-haproxy"
DEFAULTS = "/etc/default/keepalived"  # of its unit: what it does goes to /var/log/lab
LOGGING = 'DAEMON_ARGS="--log-console --log-detail --no-syslog"\n'
PRIORITIES = (150, 100)  # of the balancers, in their order
ADVERTS = "ip protocol vrrp"  # in nftables' words
START = 10.0  # seconds
ELECTION = 20.0  # seconds
STATES = ("INIT", "BACKUP", "MASTER", "FAULT")

SCRIPT_WELL = "#!/bin/sh\nexec pidof haproxy >/dev/null\n"

CONFIG = """\
global_defs {{
    router_id {name}
    script_user root
    enable_script_security
    umask 0137
}}
vrrp_script haproxy {{
    script "{script}"
    interval 1
    timeout 2
    rise 2
    fall 2
    weight {weight}
}}
"""
INSTANCE = """\
vrrp_instance {instance} {{
    state BACKUP
    version {version}
    interface eth0
    virtual_router_id {vrid}
    priority {priority}
    advert_int {interval:g}
    preempt_delay {preempt_delay:g}
    unicast_src_ip {address}
    unicast_peer {{
        {peer}
    }}
{authentication}    virtual_ipaddress {{
        {addresses}
    }}
{tracks}}}
"""
AUTHENTICATION = """\
    authentication {{
        auth_type PASS
        auth_pass {password}
    }}
"""
TRACKS = """\
    track_script {
        haproxy
    }
"""
GROUP = """\
vrrp_sync_group both {{
    group {{
        {instance}
        {second}
    }}
}}
"""
VRID = 51
SECOND = "second"  # the other instance of a sync group


@dataclass(frozen=True)
class Settings:
    """What a fault, or a trial, may change on one host."""

    priority: int
    weight: int = 0
    interval: float = 1.0  # seconds; below 1 it takes version 3
    version: int = 2
    preempt_delay: float = 0.0  # seconds
    password: str = "vrrp-lab"  # noqa: S105 - it protects nothing; VRRP 3 has none
    more: tuple[str, ...] = ()  # virtual addresses beside the topology's
    group: str = (
        ""  # an address: of a second instance in a sync group with the first, which alone has the script
    )


def usual(place: Place, topology: Topology) -> Settings:
    return Settings(PRIORITIES[topology.balancers.index(place)])


def config(place: Place, topology: Topology, settings: Settings) -> str:
    values = {
        **dataclasses.asdict(settings),
        "address": place.address,
        "peer": topology.peer(place.name).address,
        "authentication": AUTHENTICATION.format(password=settings.password) if settings.version == 2 else "",
    }
    first, second = topology.moved, settings.group

    def instance(name: str, vrid: int, addresses: Sequence[str], tracks: str) -> str:
        listed = "\n        ".join(f"{one}/24 dev eth0" for one in addresses)
        return INSTANCE.format(**values | {"addresses": listed}, instance=name, vrid=vrid, tracks=tracks)

    parts = [
        CONFIG.format(name=place.name, script=SCRIPT, weight=settings.weight),
        instance(first, VRID, (*topology.vips, *settings.more), "" if second else TRACKS),
    ]
    if second:
        parts += [instance(SECOND, VRID + 1, [second], TRACKS), GROUP.format(instance=first, second=SECOND)]
    return "".join(parts)


def configure(fleet: Fleet) -> None:
    for host in fleet.balancers:
        set_up(host, fleet)
        host.write(DEFAULTS, LOGGING)


def set_up(host: Host, fleet: Fleet, **changes: object) -> None:
    """Keepalived and its script take it when they next start; the first also at a reload()."""
    place, topology = fleet.place(host.name), fleet.topology
    settings = dataclasses.replace(usual(place, topology), **changes)  # type: ignore[arg-type]  # its own fields
    host.write(CONF, config(place, topology, settings), 0o600)
    write_script(host, SCRIPT_WELL)


def changed(host: Host, fleet: Fleet) -> bool:
    """Whether a fault changed its configuration."""
    place = fleet.place(host.name)
    own = config(place, fleet.topology, usual(place, fleet.topology))
    return host.exec(["cat", CONF]).stdout != own


def write_script(host: Host, text: str) -> None:
    """In one go: it is run each second."""
    host.write(f"{SCRIPT}.new", text, 0o755)
    host.run("mv", f"{SCRIPT}.new", SCRIPT)


def start(host: Host) -> None:
    """HAProxy and Keepalived, as the init system would. What runs well stays."""
    host.in_network("sysctl", "-qw", "net.ipv4.ip_nonlocal_bind=1")  # HAProxy binds the address on both
    if not host.named("haproxy"):
        host.run("rm", "-f", "/run/lab/haproxy.pid")
        host.spawn("haproxy", ["haproxy", "-db", "-f", "/etc/haproxy/haproxy.cfg"])
    if not host.daemon("keepalived"):
        host.signal("KILL", host.named("keepalived"))
        until(f"Keepalived's children on {host.name} to end", lambda: not host.named("keepalived"), START)
        host.run("rm", "-f", "/run/keepalived.pid", "/run/vrrp.pid")
        host.run("systemctl", "start", "--no-block", "keepalived")  # with what `setup` laid beside its unit


def stop(host: Host) -> None:
    """In order: it says goodbye to its peer."""
    keepalived = host.daemon("keepalived")
    if keepalived:
        host.signal("TERM", [keepalived])
        until(f"Keepalived on {host.name} to stop", lambda: not host.named("keepalived"), START)


def start_again(fleet: Fleet) -> None:
    """As `setup` has a person do it for the exporter's sake: where the address is comes last."""
    last = fleet.holder()
    for host in sorted(fleet.balancers, key=lambda host: host.name == last.name):
        stop(host)
        start(host)
    until(f"{last.name} to be MASTER again", lambda: _is_master(last), ELECTION, abort=fleet.abort)


def _is_master(host: Host) -> bool:
    seen = view(host)
    return seen is not None and seen.state == "MASTER"


def reload(host: Host) -> None:
    keepalived = host.daemon("keepalived")
    if keepalived is None:
        raise LabError(f"Keepalived does not run on {host.name}")
    host.signal("HUP", [keepalived])


@dataclass(frozen=True)
class View:
    """What one Keepalived says of its instance."""

    state: str
    priority: int  # the effective one
    base_priority: int


def view(host: Host) -> View | None:
    """None while it doesn't answer."""
    keepalived = host.daemon("keepalived")
    if keepalived is None:
        return None
    dumps = _dumps(host, keepalived)
    for dump in dumps:
        dump.unlink(missing_ok=True)
    number = host.exec(["keepalived", "--signum=JSON"], 5).stdout.strip()
    host.signal(number, [keepalived])
    found: list[View] = []
    try:
        until("the dump", lambda: any(_read(dump, found) for dump in dumps), 1.0, step=0.01)
    except Overdue:
        return None
    return found[0]


def _dumps(host: Host, keepalived: Process) -> list[Path]:
    """Where it may write: before the exporter was set up, and 2.1 always, to /tmp."""
    variables = host.path(f"/proc/{keepalived.pid}/environ").read_text().split("\0")
    folders = [one.removeprefix("TMPDIR=") for one in variables if one.startswith("TMPDIR=")]
    return [host.path(f"{folder}/keepalived.json") for folder in (*folders, "/tmp")]  # noqa: S108  # Keepalived's own


def _read(dump: Path, found: list[View]) -> bool:
    try:
        found[:] = [parse_view(dump.read_text())]
    except (OSError, ValueError, LabError):
        return False
    return True


def parse_view(text: str) -> View:
    """The first instance of keepalived.json. Raises ValueError while it is not whole."""
    data: Mapping[str, int] = json.loads(text)[0]["data"]
    return View(STATES[data["state"]], data["effective_priority"], data["base_priority"])


def problems(topology: Topology, views: Mapping[str, View | None]) -> list[str]:
    """The host of the highest priority is MASTER, or is about to take the address back by itself."""
    found = []
    highest = max(topology.balancers, key=lambda place: usual(place, topology).priority).name
    for place in topology.balancers:
        seen, usually = views.get(place.name), usual(place, topology)
        if seen is None:
            found.append(f"{place.name}: Keepalived does not answer")
        elif seen.state not in ("MASTER", "BACKUP"):
            found.append(f"{place.name}: Keepalived is in {seen.state}")
        elif seen.priority != usually.priority:
            found.append(f"{place.name}: its priority is {seen.priority}, not {usually.priority}")
    masters = [name for name, seen in views.items() if seen and seen.state == "MASTER"]
    if masters != [highest]:
        found.append(f"MASTER: {', '.join(sorted(masters)) or 'nobody'}, not {highest} alone")
    return found
