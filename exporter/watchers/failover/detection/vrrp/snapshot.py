"""What one look at Keepalived, the kernel's addresses and the answers to ARP shows."""

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.sources.keepalived.reading import BACKUP, FAULT, INIT, MASTER, STATES

__all__ = ["BACKUP", "FAULT", "INIT", "MASTER", "STATES", "Shown", "VrrpSnapshot"]


@dataclass(frozen=True)
class Shown:
    """One VRRP instance. What Keepalived says of it stays as it was last while Keepalived does not run."""

    state: int | None  # None: Keepalived does not run
    priority: int  # the effective one
    base_priority: int
    since: float  # of the state, seconds since 1970
    interval: float  # of the master's advertisements, seconds
    received: int  # advertisements, since its process began
    goodbyes: int  # of them those of priority 0
    addresses: frozenset[str]
    bound: bool  # this host's kernel has one of them
    others: int | None  # how many other hosts answer for it; None: not known
    link: bool  # its interface is up, with a link
    own_interval: float = 1.0  # configured here; another one than the master's is refused
    peers: tuple[str, ...] = ()  # names of the other hosts; empty: not known
    master: str = ""  # whose advertisements it follows; empty: nobody's
    together: tuple[str, ...] = ()  # the instances of its sync group

    @property
    def peer(self) -> str:
        """The other host that has the addresses, if one has; empty where it has no name."""
        return self.master or (self.peers[0] if len(self.peers) == 1 else "")

    @property
    def held_elsewhere(self) -> bool:
        if self.others is not None:
            return self.others > 0
        return self.state == BACKUP and bool(self.master)


@dataclass(frozen=True)
class VrrpSnapshot:
    here: str  # the name of this host
    parent: int | None  # the pid of Keepalived's first process; None: it does not run
    children: tuple[tuple[int, float], ...]  # pid and start of those that do the work
    instances: Mapping[str, Shown]
    bad_scripts: frozenset[str] = frozenset()
    bad_processes: frozenset[str] = frozenset()  # that are tracked, and do not run as they should

    @property
    def led(self) -> bool:
        """There is no election to be waited for before a look means something."""
        return True

    @property
    def holders(self) -> Mapping[str, tuple[str, ...]]:
        """By instance the hosts that have its addresses, by the kernel and by ARP."""
        return {name: tuple(self._holders(one)) for name, one in self.instances.items()}

    def _holders(self, one: Shown) -> list[str]:
        found = [self.here] if one.bound else []
        if one.held_elsewhere and one.peer:
            found.append(one.peer)
        return found

    @property
    def nodes(self) -> tuple[str, ...]:
        known = [name for one in self.instances.values() for name in (*one.peers, one.master) if name]
        return tuple(dict.fromkeys([self.here, *known]))

    @property
    def watched(self) -> frozenset[str]:
        return self.addresses

    @property
    def addresses(self) -> frozenset[str]:
        """The resources that are addresses: all."""
        return frozenset(self.instances)
