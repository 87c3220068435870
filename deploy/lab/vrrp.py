"""Keepalived on the balancers, and HAProxy, which runs on both all the time: started, configured, read."""

import dataclasses
import json
from collections.abc import Mapping
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
vrrp_instance {instance} {{
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority {priority}
    advert_int {interval}
    unicast_src_ip {address}
    unicast_peer {{
        {peer}
    }}
    authentication {{
        auth_type PASS
        auth_pass {password}
    }}
    virtual_ipaddress {{
        {addresses}
    }}
    track_script {{
        haproxy
    }}
}}
"""


@dataclass(frozen=True)
class Settings:
    """What a fault may change on one host."""

    priority: int
    weight: int = 0
    interval: int = 1  # seconds
    password: str = "vrrp-lab"  # noqa: S105 - it protects nothing
    more: tuple[str, ...] = ()  # virtual addresses beside the topology's


def usual(place: Place, topology: Topology) -> Settings:
    return Settings(PRIORITIES[topology.balancers.index(place)])


def config(place: Place, topology: Topology, settings: Settings) -> str:
    values = dataclasses.asdict(settings)
    addresses = "\n        ".join(f"{vip}/24 dev eth0" for vip in (*topology.vips, *values.pop("more")))
    return CONFIG.format(
        name=place.name,
        script=SCRIPT,
        instance=topology.moved,
        address=place.address,
        peer=topology.peer(place.name).address,
        addresses=addresses,
        **values,
    )


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
    dump = _dump(host, keepalived)
    dump.unlink(missing_ok=True)
    number = host.exec(["keepalived", "--signum=JSON"], 5).stdout.strip()
    host.signal(number, [keepalived])
    found: list[View] = []
    try:
        until("the dump", lambda: _read(dump, found), 1.0, step=0.01)
    except Overdue:
        return None
    return found[0]


def _dump(host: Host, keepalived: Process) -> Path:
    """Where it writes, before and after the exporter was set up."""
    variables = host.path(f"/proc/{keepalived.pid}/environ").read_text().split("\0")
    folder = next((one.removeprefix("TMPDIR=") for one in variables if one.startswith("TMPDIR=")), "/tmp")  # noqa: S108  # Keepalived's own
    return host.path(f"{folder}/keepalived.json")


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
    found = []
    for place in topology.balancers:
        seen, usually = views.get(place.name), usual(place, topology)
        if seen is None:
            found.append(f"{place.name}: Keepalived does not answer")
        elif seen.state not in ("MASTER", "BACKUP"):
            found.append(f"{place.name}: Keepalived is in {seen.state}")
        elif seen.priority != usually.priority:
            found.append(f"{place.name}: its priority is {seen.priority}, not {usually.priority}")
    masters = [name for name, seen in views.items() if seen and seen.state == "MASTER"]
    if len(masters) != 1:
        found.append(f"MASTER: {', '.join(sorted(masters)) or 'nobody'}")
    return found
