"""The clocks of this host and of its Corosync peers, by ICMP timestamps (RFC 792).

The peer's kernel says the milliseconds since midnight UTC. Taken for the middle between question and answer
that is exact to half of the way there and back, so to some milliseconds on one network. A difference of whole
days is not seen, and which of the two clocks is wrong isn't either.
"""

from collections.abc import Iterator
from typing import ClassVar

from exporter.errors import Denied, SourceError, Unreachable
from exporter.sources.corosync.reading import CorosyncReading
from exporter.transports import icmp_clock
from exporter.transports.deadline import Deadline
from exporter.watchers.readiness.checks.check import Check, Known
from exporter.watchers.readiness.metrics import Checked

LIMIT_SECONDS = 1.0  # NTP keeps hosts within some milliseconds; operations of Pacemaker carry whole seconds
_ANSWER_SECONDS = 1.0  # for each address


class Clock(Check):
    name: ClassVar[str] = "clock"

    def ask(self, known: Known, deadline: Deadline) -> Checked | None:
        """None where no peer is there. Raises Unreachable where none of those that are there answers."""
        peers = dict(_peers(known.corosync)) if known.corosync else {}
        offsets: dict[str, float] = {}
        error: SourceError | None = None
        for name, addresses in peers.items():
            try:
                offsets[name] = _offset(addresses, deadline)
            except Denied:
                raise
            except SourceError as why:
                error = Unreachable(f"{name}: {why}")
        if error and not offsets:
            raise error
        failures = tuple(said for name, one in offsets.items() if (said := failure(name, one)))
        return Checked(self.name, failures) if offsets else None


def failure(name: str, offset: float) -> str:
    """`offset`: seconds that the clock of `name` is ahead. In whole ones, so that the text stays the same."""
    if abs(offset) < LIMIT_SECONDS:
        return ""
    return f"the clock of {name} is {abs(offset):.0f} s {'ahead of' if offset > 0 else 'behind'} this host's"


def _peers(reading: CorosyncReading) -> Iterator[tuple[str, list[str]]]:
    """Names and addresses of the other members."""
    for one in reading.quorum.members:
        node = reading.layout.configuration.nodes.get(one.node_id)
        if node and not one.local:
            yield node.name, list(node.addresses.values())


def _offset(addresses: list[str], deadline: Deadline) -> float:
    """By the first of the addresses that answers. Raises Denied, Unreachable."""
    error: SourceError = Unreachable("it has no address")
    for address in addresses:
        try:
            left = min(deadline.remaining(address), _ANSWER_SECONDS)
            return icmp_clock.offset(address, Deadline.after(left))
        except Denied:
            raise
        except SourceError as why:
            error = why
    raise error
