"""No Galera node serves others and is silent to this host, by the latest reading of the collector `galera`.

A node that is down hinders no takeover. Whether a silent one is down, its group says: it lists its members
(wsrep_incoming_addresses; the entry of an arbitrator is empty).
"""

from typing import ClassVar

from exporter.errors import Denied, Unparsable
from exporter.sources.galera.reading import GaleraReading
from exporter.transports.deadline import Deadline
from exporter.watchers.readiness.checks.check import Check, Known
from exporter.watchers.readiness.metrics import Checked


class GaleraReachable(Check):
    name: ClassVar[str] = "galera_reachable"

    def ask(self, known: Known, deadline: Deadline) -> Checked | None:  # noqa: ARG002  # it was asked before
        if known.galera is None or known.galera.error:
            return None  # that collector says why
        missed = unreachable(known.galera.value)
        return Checked(self.name, (f"no answer from {', '.join(missed)}",)) if missed else Checked(self.name)


def silent(reading: GaleraReading) -> list[str]:
    """The nodes that did not answer. One that refused the account, or is no Galera node, did."""
    answered = [str(one) for one in reading.errors if isinstance(one, Denied | Unparsable)]
    return [
        name
        for name, status in reading.nodes.items()
        if status is None and not any(text.startswith(f"{name} (") for text in answered)
    ]


def unreachable(reading: GaleraReading) -> list[str]:
    """The silent nodes, while their group has more members than answered; all of them where none answers.

    Which of several silent ones is a member can't be told: the group names addresses, not configured names.
    """
    found = silent(reading)
    answered = len(reading.nodes) - len(found)
    listed = [len([*filter(None, one.view.addresses)]) for one in reading.nodes.values() if one]
    return found if not answered or max(listed, default=0) > answered else []
