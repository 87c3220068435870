"""The article's stress cases (its section III) in its order, a lost node, and cases with its time-outs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from deploy.lab.haproxy import OWN, Timeouts
from deploy.lab.topology import Topology

FIRST, SECOND = Timeouts("50", "3500", "3500"), Timeouts("50", "1500", "1500")  # the article's


@dataclass(frozen=True)
class Case:
    name: str
    fault: str  # of the lab
    article: str  # its figure, for people
    cause: str | None  # that the exporter should report; None: nothing moves
    promised: str | None  # the fault of failover_expected_seconds; None: that promises nothing of it
    connects: bool = False  # the promise is one connection's (`reconnect`), not the outage's (`total`)
    timeouts: Timeouts = OWN  # of haproxy.cfg; without: the lab's
    on_one: bool = False  # on the last Galera node alone, where the lab would take all of them

    @property
    def key(self) -> str:
        """As the command line names it."""
        return f"{self.fault}-{self.timeouts.client}" if self.timeouts != OWN else self.fault


_GONE = "galera-network-gone"

CASES = (
    Case("HAProxy killed", "haproxy-killed", "1.061", "resource_failure", "haproxy_crash"),
    Case("Corosync stopped", "corosync-stopped", "3", "node_shutdown", "move"),
    Case("resource migrated", "resource-moved", "0.050", "operator_move", "move"),
    Case("Galera node stopped", "galera-stopped", "3.014, one connect", None, "server_gone", connects=True),
    Case("Galera node's network gone", _GONE, "3.014, one connect", None, "server_gone", connects=True),
    Case("node powered off", "node-off", "-", "node_lost", "node_lost"),
    Case(
        *("the network gone, 50 and 3,500 ms", _GONE, "-", None, "server_gone"),
        connects=True,
        timeouts=FIRST,
    ),
    Case(
        *("the network gone, 50 and 1,500 ms", _GONE, "-", None, "server_gone"),
        connects=True,
        timeouts=SECOND,
    ),
    Case(
        *("Galera node frozen, 50 and 1,500 ms", "galera-frozen", "1.507, broken", None, "server_gone"),
        connects=True,
        timeouts=SECOND,
        on_one=True,
    ),
)


# Keepalived has no resource that is migrated; HAProxy's time-outs are the same there.
KEEPALIVED_CASES = (
    Case("HAProxy killed", "haproxy-killed", "-", "script_failed", "haproxy_crash"),
    Case("Keepalived stopped", "keepalived-stopped", "-", "peer_stopped", "move"),
    Case("Galera node stopped", "galera-stopped", "-", None, "server_gone", connects=True),
    Case("Galera node's network gone", _GONE, "-", None, "server_gone", connects=True),
    Case("node powered off", "node-off", "-", "peer_lost", "node_lost"),
)
KEYS = tuple(dict.fromkeys(case.key for case in (*CASES, *KEEPALIVED_CASES)))


def on(topology: Topology) -> Sequence[Case]:
    """As a cluster with fencing has them: it fences a lost node first, for which nothing is promised, as its
    device takes as long as it takes."""
    if topology.keepalived:
        return KEEPALIVED_CASES
    if not topology.fencing:
        return CASES
    return [
        replace(case, cause="fencing", promised=None) if case.cause == "node_lost" else case for case in CASES
    ]
