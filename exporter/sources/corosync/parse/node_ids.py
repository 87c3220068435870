"""Node ids: 32 bits without a sign, which some versions print with one.

An id that Corosync 2 makes from an IPv4 address (no `nodeid`, no `clear_node_high_bit`) is above 2^31 for
128.0.0.0 and higher, so for 172.16.0.0/12 and 192.168.0.0/16. With %d it comes out negative: the local id in
corosync-cfgtool up to 2.3.5, the representative in corosync-quorumtool's ring id from 2.4.0 to 3.0.2, and
the keys of the statistics map.
"""

from exporter.errors import Unparsable
from exporter.parsing import excerpt, integer

DIGITS = "-?[0-9]+"  # for patterns


def node_id(text: str, what: str) -> int:
    """0 to 2^32 - 1; `what` is what is read, for the error's text. Raises Unparsable."""
    value = integer(text, what)
    if not -(1 << 31) <= value < 1 << 32:
        raise Unparsable(f"{what}: expected a node id of 32 bits, got {excerpt(text)}")
    return value % (1 << 32)
