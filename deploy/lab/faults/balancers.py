"""What breaks on a balancer by itself: HAProxy, Corosync, Pacemaker, the machine."""

from deploy.lab import cluster, haproxy, power
from deploy.lab.faults.where import balancer, strike
from deploy.lab.fleet import Fleet
from deploy.lab.host import Host


def haproxy_killed(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    killed = strike("KILL", host, "haproxy")
    return f"HAProxy killed on {host.name} (pid {killed})"


def haproxy_frozen(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    strike("STOP", host, "haproxy")
    return f"HAProxy stopped by SIGSTOP on {host.name}"


def haproxy_broken(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    haproxy.misconfigure(host, fleet.topology)
    killed = strike("KILL", host, "haproxy")
    return (
        f"HAProxy's configuration broken on {host.name}, HAProxy killed (pid {killed}): it can't start again"
    )


def passive_misconfigured(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name) if name else fleet.peer(fleet.holder())
    haproxy.misconfigure(host, fleet.topology)
    return f"HAProxy's configuration broken on {host.name}, where it does not run now"


def haproxy_reloaded(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    haproxy.reload(host)
    return f"HAProxy reloaded on {host.name}"


def corosync_stopped(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    cluster.stop(host)
    return f"Pacemaker, then Corosync stopped in order on {host.name}"


def corosync_killed(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    strike("KILL", host, "corosync")
    return f"Corosync killed on {host.name}"


def pacemakerd_killed(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    killed = strike("KILL", host, "pacemakerd")
    return f"pacemakerd killed on {host.name} (pid {killed}); its children go on without it"


def pacemaker_hung(fleet: Fleet, name: str | None) -> str:
    host = balancer(fleet, name)
    strike("STOP", host, "pacemaker-based")
    return f"pacemaker-based stopped by SIGSTOP on {host.name}"


def node_off(fleet: Fleet, name: str | None) -> str:
    return power_off(fleet, balancer(fleet, name))


def two_nodes_off(fleet: Fleet, name: str | None) -> str:
    """At once: the one that serves, and another."""
    first = balancer(fleet, name)
    second = fleet.peer(first)
    return f"{power_off(fleet, first)}; {power_off(fleet, second)}"


def power_off(fleet: Fleet, host: Host) -> str:
    ended = power.off(fleet, host)
    return f"{host.name} powered off: its links are down, {ended} processes are gone"
