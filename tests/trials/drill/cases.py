"""The article's stress cases (its section III), in its order."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    name: str
    fault: str  # of the lab
    article: str  # its figure, for people
    cause: str | None  # that the exporter should report; None: nothing moves


CASES = (
    Case("HAProxy killed", "haproxy-killed", "1.061", "resource_failure"),
    Case("Corosync stopped", "corosync-stopped", "3", "node_shutdown"),
    Case("resource migrated", "resource-moved", "0.050", "operator_move"),
    Case("Galera node stopped", "galera-stopped", "3.014, one connect", None),
    Case("Galera node's network gone", "galera-network-gone", "3.014, one connect", None),
)
