"""What gets lost between the balancers, and what doesn't."""

import pytest

from deploy.lab.host import Host
from tests.lab.balancers import Cluster
from tests.lab.only import ALSO_ON_TRIXIE, ON_ARTICLE

pytestmark = [pytest.mark.lab, ALSO_ON_TRIXIE, ON_ARTICLE]

COROSYNCS, ANOTHER = 5412, 5413  # ports; nobody listens on either
PACKETS = 500


def test_corosync_lossy(cluster: Cluster) -> None:
    """A fifth of what goes to Corosync's ports is lost, either way, and nothing else."""
    one, other = cluster.lab.fleet.balancers
    with cluster.broken("corosync-lossy"):
        for sender, receiver in ((one, other), (other, one)):
            address = cluster.lab.fleet.place(receiver.name).address
            assert 0.7 < arrived(sender, receiver, address, COROSYNCS) < 0.9
            assert arrived(sender, receiver, address, ANOTHER) == 1


def arrived(sender: Host, receiver: Host, address: str, port: int) -> float:
    """The share of packets that do, by the receiver's count of those that nobody listens for."""
    before = unheard(receiver)
    send = f"for packet in $(seq {PACKETS}); do echo >/dev/udp/{address}/{port}; done"
    sender.run("bash", "-c", send)
    return (unheard(receiver) - before) / PACKETS


def unheard(host: Host) -> int:
    """``Udp: InDatagrams NoPorts …``, then a line with their values."""
    names, values = [
        line.split() for line in host.run("cat", "/proc/net/snmp").splitlines() if line.startswith("Udp:")
    ]
    return int(values[names.index("NoPorts")])
