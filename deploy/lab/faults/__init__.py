"""What can be broken. Each fault is data with a little code; `repair.py` undoes any mixture of them.

balancers.py  links.py  galera.py  exporters.py  people.py   the code, by what breaks, or who breaks it
arbiter.py  fencing.py                                       of clusters that have one
keepalived.py                                                of clusters under Keepalived
where.py                                                     on which host
"""

from collections.abc import Callable
from dataclasses import dataclass

from deploy.lab.errors import LabError
from deploy.lab.faults import arbiter, balancers, exporters, fencing, galera, keepalived, links, people
from deploy.lab.fleet import Fleet
from deploy.lab.topology import Topology


def everywhere(_topology: Topology) -> bool:
    return True


def under_pacemaker(topology: Topology) -> bool:
    return not topology.keepalived


def two_links(topology: Topology) -> bool:
    return len(topology.prefixes) > 1


def with_init_script(topology: Topology) -> bool:
    """Where HAProxy is the service of its package; in the foreground it is started anew."""
    return "lsb:haproxy" in topology.cib


def majority(topology: Topology) -> bool:
    return len(topology.balancers) > 2


@dataclass(frozen=True)
class Fault:
    name: str
    help: str
    inject: Callable[[Fleet, str | None], str]  # takes the host named, or None; gives back what it did
    applies: Callable[[Topology], bool] = everywhere


_BALANCERS = (
    Fault(
        "haproxy-killed", "HAProxy killed where it serves; Pacemaker restarts it", balancers.haproxy_killed
    ),
    Fault(
        "haproxy-frozen", "HAProxy stopped by SIGSTOP: Started, and clients wait", balancers.haproxy_frozen
    ),
    Fault(
        "haproxy-broken",
        "HAProxy killed, its configuration broken: no restart",
        balancers.haproxy_broken,
        under_pacemaker,
    ),
    Fault(
        "passive-misconfigured",
        "HAProxy's configuration broken on the other balancer: it could not take over",
        balancers.passive_misconfigured,
    ),
    Fault(
        "haproxy-reloaded",
        "HAProxy reloaded where it serves, as after a change",
        balancers.haproxy_reloaded,
        with_init_script,
    ),
    Fault(
        "corosync-stopped",
        "Pacemaker, then Corosync stopped in order",
        balancers.corosync_stopped,
        under_pacemaker,
    ),
    Fault(
        "corosync-killed",
        "Corosync killed: both balancers hold the address",
        balancers.corosync_killed,
        under_pacemaker,
    ),
    Fault(
        "pacemakerd-killed",
        "pacemakerd alone killed: its children go on",
        balancers.pacemakerd_killed,
        under_pacemaker,
    ),
    Fault(
        "pacemaker-hung",
        "Pacemaker's tools hang for 35 s, then pacemakerd kills what hangs",
        balancers.pacemaker_hung,
        under_pacemaker,
    ),
    Fault("node-off", "the balancer that serves powered off", balancers.node_off),
)

_LINKS = (
    Fault("lan-cut", "nothing passes between the balancers: two DCs, both hold the address", links.lan_cut),
    Fault(
        "corosync-cut",
        "only Corosync's traffic cut: two DCs, both hold the address",
        links.corosync_cut,
        under_pacemaker,
    ),
    Fault(
        "corosync-lossy", f"{links.LOSS} % of Corosync's packets lost", links.corosync_lossy, under_pacemaker
    ),
    Fault(
        "port-rejected",
        "a firewall on the balancer that serves rejects the address's port",
        links.port_rejected,
    ),
    Fault("link-cut", "one of two Corosync links cut; the cluster goes on", links.link_cut, two_links),
)

_PEOPLE = (
    Fault(
        "resource-moved",
        "the address moved to the other balancer by hand",
        people.resource_moved,
        under_pacemaker,
    ),
    Fault("ping-pong", "the same three times, there and back and there", people.ping_pong, under_pacemaker),
    Fault("standby", "the balancer that serves put into standby", people.standby, under_pacemaker),
    Fault("maintenance", "maintenance mode switched on and forgotten", people.maintenance, under_pacemaker),
    Fault(
        "probe-refused", "the password of the probes' account changed: clients are well", people.probe_refused
    ),
    Fault("probe-dropped", "the probes' account dropped: clients are well", people.probe_dropped),
    Fault(
        "resource-disabled",
        "the address disabled: nobody is served",
        people.resource_disabled,
        under_pacemaker,
    ),
    Fault("server-in-maintenance", "one server taken out of HAProxy by hand", people.server_in_maintenance),
    Fault(
        "servers-in-maintenance", "all servers taken out of HAProxy by hand", people.servers_in_maintenance
    ),
    Fault(
        "rolling-restart",
        "both balancers' cluster software restarted in order",
        people.rolling_restart,
        under_pacemaker,
    ),
    Fault("vip-twice", "the address added by hand on the second balancer", people.vip_twice),
    Fault(
        "vip-twice-found",
        "the same, and Pacemaker finds it on both, with multiple-active=block",
        people.vip_twice_found,
        under_pacemaker,
    ),
    Fault("vip-claimed", "the address added by hand on a third host", people.vip_claimed),
    Fault("vip-deleted", "the address deleted by hand where it serves", people.vip_deleted),
)

_GALERA = (
    Fault("galera-stopped", "a Galera node stopped in order", galera.galera_stopped),
    Fault("galera-killed", "a Galera node killed", galera.galera_killed),
    Fault("galera-frozen", "all Galera nodes stopped by SIGSTOP: logins hang", galera.galera_frozen),
    Fault("galera-network-gone", "a Galera node off the network: connects hang", galera.galera_network_gone),
    Fault("galera-partition", "a Galera node cut off from the other two", galera.galera_partition),
    Fault("galera-split-three", "all cut off from each other: no Primary", galera.galera_split_three),
    Fault(
        "galera-two-primaries",
        "a Galera node cut off and bootstrapped: two Primary components",
        galera.galera_two_primaries,
    ),
    Fault("galera-desynced", "a Galera node taken out of flow control by hand", galera.galera_desynced),
    Fault(
        "galera-flow-control",
        "a lock stops a Galera node from applying: all commits wait",
        galera.galera_flow_control,
    ),
    Fault("galera-read-only", "all Galera nodes read-only: writes are refused", galera.galera_read_only),
    Fault("galera-full", "max_connections reached on all Galera nodes", galera.galera_full),
)

_EXPORTERS = (
    Fault("exporter-frozen", "the exporter of the balancer that serves stopped", exporters.exporter_frozen),
    Fault(
        "exporter-rights-lost",
        "the exporter's rights taken away on the balancer that serves",
        exporters.exporter_rights_lost,
    ),
    Fault("exporter-killed", "the exporter killed on the balancer that serves", exporters.exporter_killed),
    Fault("exporters-killed", "all exporters killed", exporters.exporters_killed),
)

_THREE = (
    Fault(
        "two-nodes-off",
        "two of three balancers powered off at once: no quorum is left",
        balancers.two_nodes_off,
        majority,
    ),
)

_ARBITER = (
    Fault("arbiter-lost", "the arbiter powered off", arbiter.arbiter_lost, arbiter.has_arbiter),
    Fault(
        "outvoted",
        "the balancer that serves loses the other one and the arbiter: the other half goes on",
        arbiter.outvoted,
        arbiter.has_arbiter,
    ),
    Fault(
        "arbiter-and-node-lost",
        "the arbiter and the balancer that serves powered off at once: no quorum is left",
        arbiter.arbiter_and_node_lost,
        arbiter.has_arbiter,
    ),
)

_FENCING = (
    Fault(
        "fencing-lost",
        "the fencing device out of reach, while all else is well",
        fencing.fencing_lost,
        fencing.has_fencing,
    ),
    Fault(
        "fencing-fails",
        "the balancer that serves powered off, and the fencing device out of reach: nothing moves",
        fencing.fencing_fails,
        fencing.has_fencing,
    ),
)

_KEEPALIVED = tuple(
    Fault(name, text, inject, keepalived.under_keepalived)
    for name, text, inject in (
        (
            "keepalived-stopped",
            "Keepalived stopped in order where it is MASTER",
            keepalived.keepalived_stopped,
        ),
        ("keepalived-restarted", "stopped and started: there and back", keepalived.keepalived_restarted),
        (
            "keepalived-killed",
            "all of Keepalived killed: both hold the address",
            keepalived.keepalived_killed,
        ),
        ("vrrp-killed", "Keepalived's VRRP process killed: it comes back in 3 s", keepalived.vrrp_killed),
        ("keepalived-frozen", "Keepalived stopped by SIGSTOP: both hold it", keepalived.keepalived_frozen),
        ("link-down", "the link of the balancer that serves without carrier", keepalived.link_down),
        ("script-fails", "the check script fails where it is MASTER", keepalived.script_fails),
        (
            "script-fails-on-backup",
            "the same on the other: it can't take over",
            keepalived.script_fails_on_backup,
        ),
        ("script-hangs", "the check script hangs", keepalived.script_hangs),
        ("script-lowers", "a check script with a weight fails", keepalived.script_lowers),
        ("priority-lowered", "the priority lowered by a reload", keepalived.priority_lowered),
        (
            "equal-priorities",
            "the backup's priority made the master's by a reload",
            keepalived.equal_priorities,
        ),
        ("adverts-dropped", "advertisements dropped both ways: two MASTERs", keepalived.adverts_dropped),
        ("adverts-one-way", "the master's advertisements dropped: two MASTERs", keepalived.adverts_one_way),
        ("black-hole", "a split heals: all looks well, clients are cut off", keepalived.black_hole),
        ("other-password", "another password on one: two MASTERs", keepalived.other_password),
        ("other-addresses", "other addresses on one: two MASTERs", keepalived.other_addresses),
        ("other-interval", "another interval on one: two MASTERs", keepalived.other_interval),
    )
)

# Of every pair: tests/trials/matrix has what must be notified of each.
FAULTS: dict[str, Fault] = {
    fault.name: fault for fault in (*_BALANCERS, *_LINKS, *_PEOPLE, *_GALERA, *_EXPORTERS)
}
# And those of other clusters: tests/trials/matrix/clusters and tests/trials/keepalived have those.
EVERY: dict[str, Fault] = FAULTS | {
    fault.name: fault for fault in (*_ARBITER, *_THREE, *_FENCING, *_KEEPALIVED)
}


def find(name: str, topology: Topology) -> Fault:
    fault = EVERY.get(name)
    if fault is None:
        raise LabError(f"no fault {name!r}: `lab fault --list` names them")
    if not fault.applies(topology):
        raise LabError(f"{name} does not apply to the topology {topology.name}")
    return fault
