"""What breaks under Keepalived: its processes, its check script, its advertisements, its configuration."""

from deploy.lab import network, vrrp
from deploy.lab.errors import LabError
from deploy.lab.faults.where import balancer, must, strike
from deploy.lab.fleet import Fleet, addresses
from deploy.lab.host import Host
from deploy.lab.topology import Topology
from deploy.lab.waiting import until

LOWERED = 90  # below the other balancer's priority
TAKEN_OVER = 15.0  # seconds: three advertisements and a fraction, on a busy machine
ANNOUNCED = 7.0  # seconds; Keepalived announces what it took over a second time after 5 s


def under_keepalived(topology: Topology) -> bool:
    return topology.keepalived


def keepalived_stopped(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    must(host, "keepalived")
    vrrp.stop(host)
    return f"Keepalived stopped in order on {host.name}: it says goodbye"


def keepalived_restarted(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    must(host, "keepalived")
    vrrp.stop(host)
    vrrp.start(host)
    return f"Keepalived stopped and started on {host.name}"


def keepalived_killed(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    # All at once: a child that is left for a moment is told that its parent died, and says goodbye.
    host.signal("STOP", host.named("keepalived"))
    strike("KILL", host, "keepalived")
    return f"all of Keepalived killed on {host.name}: the address stays there"


def vrrp_killed(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    parent = host.daemon("keepalived")
    children = [one for one in host.named("keepalived") if parent and one.pid != parent.pid]
    if not children:
        raise LabError(f"Keepalived does not run on {host.name}")
    host.signal("KILL", children)
    return f"Keepalived's VRRP process killed on {host.name}: its parent starts it anew"


def keepalived_frozen(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    strike("STOP", host, "keepalived")
    return f"Keepalived stopped by SIGSTOP on {host.name}"


def link_down(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    network.cut_power(fleet.switch, fleet.place(host.name))
    return f"the link of {host.name} has no carrier any more"


def script_fails(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    vrrp.write_script(host, "#!/bin/sh\nexit 1\n")
    return f"the check script fails on {host.name}"


def script_fails_on_backup(fleet: Fleet, name: str | None) -> str:
    return script_fails(fleet, name or fleet.peer(fleet.holder()).name)


def script_hangs(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    vrrp.write_script(host, "#!/bin/sh\nexec sleep 3600\n")
    return f"the check script hangs on {host.name}"


def script_lowers(fleet: Fleet, name: str | None) -> str:
    """The weight must be there before the script fails: that is the fault."""
    host = balancer(fleet, name)
    vrrp.set_up(host, fleet, weight=-60)
    vrrp.reload(host)
    vrrp.write_script(host, "#!/bin/sh\nexit 1\n")
    return f"the check script fails on {host.name}, and with weight -60 lowers the priority"


def priority_lowered(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    vrrp.set_up(host, fleet, priority=LOWERED)
    vrrp.reload(host)
    return f"the priority of {host.name} set to {LOWERED} by a reload"


def equal_priorities(fleet: Fleet, name: str | None) -> str:
    host = fleet.host(name) if name else fleet.peer(fleet.holder())
    same = vrrp.usual(fleet.topology.peer(host.name), fleet.topology).priority
    vrrp.set_up(host, fleet, priority=same)
    vrrp.reload(host)
    return f"the priority of {host.name} set to {same} by a reload, that of the other balancer"


def adverts_dropped(fleet: Fleet, _name: str | None) -> str:
    one, other = fleet.topology.balancers
    network.separate(fleet.switch, one, other, vrrp.ADVERTS)
    return f"no advertisement passes between {one.name} and {other.name}"


def adverts_one_way(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    peer = fleet.topology.peer(host.name)
    network.drop(fleet.switch, [(fleet.place(host.name), peer)], vrrp.ADVERTS)
    return f"no advertisement of {host.name} reaches {peer.name}; the other way they pass"


def black_hole(fleet: Fleet, _name: str | None) -> str:
    """A split that heals: the loser gives the address up, and the winner does not announce that it has it."""
    winner = fleet.holder()
    loser = fleet.peer(winner)
    places = fleet.place(winner.name), fleet.place(loser.name)
    network.separate(fleet.switch, *places, vrrp.ADVERTS)
    _until_holds(loser, fleet, held=True)
    _until_announced(loser)
    one_way = [(places[1], places[0])]  # the winner never hears the loser
    network.drop(fleet.switch, one_way, vrrp.ADVERTS, instead=True)
    _until_holds(loser, fleet, held=False)
    network.repair(fleet.switch, fleet.topology)
    return f"a split healed: {winner.name} alone has the address, and clients still send to {loser.name}"


def _until_holds(host: Host, fleet: Fleet, *, held: bool) -> None:
    vip = fleet.topology.vip
    what = f"{host.name} to {'take over' if held else 'give up'} {vip}"
    until(what, lambda: (vip in addresses(host)) == held, TAKEN_OVER, abort=fleet.abort)


def _until_announced(host: Host) -> None:
    """The second of its announcements is in its log."""
    log = "/var/log/lab/keepalived.log"
    sent = "Sending/queueing gratuitous ARPs"
    before = host.path(log).read_text().rpartition("Entering MASTER STATE")[0]

    def announced() -> bool:
        return host.path(log).read_text().removeprefix(before).count(sent) >= 2

    until(f"{host.name} to announce the address twice", announced, ANNOUNCED + TAKEN_OVER, abort=host.abort)


def other_password(fleet: Fleet, name: str | None) -> str:
    return _mismatch(fleet, name, "another password", password="other")  # noqa: S106 - it protects nothing


def other_addresses(fleet: Fleet, name: str | None) -> str:
    more = (fleet.topology.vip.rpartition(".")[0] + ".101",)
    return _mismatch(fleet, name, f"an address more ({more[0]})", more=more)


def other_interval(fleet: Fleet, name: str | None) -> str:
    return _mismatch(fleet, name, "advert_int 2", interval=2)


def _mismatch(fleet: Fleet, name: str | None, what: str, **changes: object) -> str:
    host = fleet.host(name) if name else fleet.peer(fleet.holder())
    vrrp.set_up(host, fleet, **changes)
    vrrp.reload(host)
    return f"Keepalived on {host.name} reloaded with {what}, the other without"
