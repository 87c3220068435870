"""Rejects connects to the address for a time, which the kernel ends, whatever becomes of this program."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from deploy.lab.host import Host
from deploy.lab.topology import Topology

TABLE = "inet folab_accuracy"
LONGEST = 60.0  # seconds

# What is in the set is answered with a reset, on its way out (from a client) or in (at the holder).
RULE = "ip daddr . tcp dport @blocked reject with tcp reset"
RULESET = f"""\
add table {TABLE}
delete table {TABLE}
table {TABLE} {{
  set blocked {{ type ipv4_addr . inet_service; flags timeout; timeout {LONGEST:.0f}s; }}
  chain input {{ type filter hook input priority 0; policy accept; {RULE}; }}
  chain output {{ type filter hook output priority 0; policy accept; {RULE}; }}
}}
"""


@contextmanager
def rejecting(hosts: Sequence[Host]) -> Iterator[None]:
    """With this, block() works on these hosts; afterwards nothing of it is left."""
    for host in hosts:
        host.run("nft", "--file", "-", stdin=RULESET)
    try:
        yield
    finally:
        for host in hosts:
            host.run("nft", "--file", "-", stdin=f"add table {TABLE}\ndelete table {TABLE}\n")


def block(host: Host, topology: Topology, seconds: float) -> None:
    """Begins it; the entry of the set leaves by itself after `seconds`."""
    if not 0 < seconds <= LONGEST:
        raise ValueError(f"{seconds} is not within 0 to {LONGEST:g} seconds")
    milliseconds = f"{seconds * 1000:.0f}ms"
    entry = f"{topology.vip} . {topology.port} timeout {milliseconds}"
    host.run("nft", "add", "element", *TABLE.split(), "blocked", f"{{ {entry} }}")
