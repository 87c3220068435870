"""What one reading of Keepalived is."""

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.errors import SourceError

INIT, BACKUP, MASTER, FAULT = 0, 1, 2, 3  # as Keepalived numbers them in vrrp.h
STATES = ("INIT", "BACKUP", "MASTER", "FAULT")


@dataclass(frozen=True)
class VirtualAddress:
    address: str  # normalised, without its prefix length
    interface: str
    excluded: bool = False  # it moves too, and is not in the advertisements


@dataclass(frozen=True)
class Instance:
    """One VRRP instance."""

    name: str
    interface: str
    vrid: int
    state: int  # one of the above
    base_priority: int  # configured
    effective_priority: int  # with what scripts and tracked interfaces add or take away
    # That of the last advertisement that was taken, 0: none since it was MASTER itself. Stays as it was when
    # this host takes over.
    master_priority: int
    last_transition: float  # seconds since 1970
    advert_interval: float  # seconds
    master_advert_interval: float  # seconds, what the master announces
    version: int
    authentication: str  # none, password, ah
    preempts: bool
    addresses: tuple[VirtualAddress, ...]
    counters: Mapping[str, int]  # by Keepalived's own names, as `advert_rcvd`; since its VRRP process began


@dataclass(frozen=True)
class Script:
    """A vrrp_script: what Keepalived runs to find out whether this host may hold an address."""

    name: str
    good: bool | None  # None: it has not ended for the first time
    state: str  # idle, running, …


@dataclass(frozen=True)
class Neighbours:
    """Of one instance."""

    master: str  # the address whose advertisements it follows; empty where it is MASTER itself, or hears none
    peers: tuple[str, ...]  # addresses; empty with multicast


@dataclass(frozen=True)
class Details:
    """What is in the text dump alone."""

    scripts: tuple[Script, ...]
    neighbours: Mapping[str, Neighbours]  # by instance


@dataclass(frozen=True)
class Running:
    """Keepalived's processes: the parent, and the children that do the work."""

    pid: int
    children: tuple[tuple[int, float], ...]  # pid, and start in seconds since 1970


@dataclass(frozen=True)
class KeepalivedReading:
    """`running` is None where Keepalived does not run here; then there is nothing else."""

    running: Running | None
    instances: tuple[Instance, ...] = ()
    details: Details | None = None  # None: `details_error` says why
    details_error: SourceError | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Each once, in the order of the configuration."""
        return tuple(dict.fromkeys(one.address for vrrp in self.instances for one in vrrp.addresses))
