"""What one reading of Keepalived is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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
    notifies: bool  # it runs a script of the configuration when it becomes MASTER
    counters: Mapping[str, int]  # by Keepalived's own names, as `advert_rcvd`; since its VRRP process began


@dataclass(frozen=True)
class Script:
    """A vrrp_script: what Keepalived runs to find out whether this host may hold an address."""

    name: str
    good: bool | None  # None: it has not ended for the first time
    state: str  # idle, running, …
    interval: float = 1.0  # seconds between two runs
    fall: int = 1  # so many failed runs in a row make it bad
    haproxy: bool = False  # its name or command says that it looks at HAProxy


@dataclass(frozen=True)
class Neighbours:
    """Of one instance."""

    master: str  # the address whose advertisements it follows; empty where it is MASTER itself, or hears none
    peers: tuple[str, ...]  # addresses; empty with multicast


@dataclass(frozen=True)
class Process:
    """A vrrp_track_process: the kernel tells Keepalived at once when a process ends."""

    name: str
    good: bool  # as many run as should
    delay: float = 0.0  # seconds from the end of a process until that counts: terminate_delay
    haproxy: bool = False  # its name or command says that it is HAProxy


@dataclass(frozen=True)
class Tracked:
    """A script, a process or a file, as an instance or a sync group tracks it."""

    name: str
    weight: int  # what the priority loses by it, either sign; 0: the instance gives everything up
    reverse: bool = False  # it loses it while the script is good


@dataclass(frozen=True)
class Tracks:
    """What an instance or a sync group tracks, but for interfaces."""

    scripts: tuple[Tracked, ...] = ()
    processes: tuple[Tracked, ...] = ()
    files: tuple[Tracked, ...] = ()


@dataclass(frozen=True)
class Waits:
    """What an instance waits for."""

    adverts: int = 3  # so many advertisements that do not come
    preempt_delay: float = 0.0  # seconds that a master of a lower priority is left alone
    tracks: Tracks = Tracks()


@dataclass(frozen=True)
class SyncGroup:
    """Instances that take over together, when all of them may, and give up together, when one must."""

    members: tuple[str, ...]
    tracks: Tracks = Tracks()  # for each of them


@dataclass(frozen=True)
class Details:
    """What is in the text dump alone."""

    scripts: tuple[Script, ...]
    neighbours: Mapping[str, Neighbours]  # by instance
    waits: Mapping[str, Waits] = field(default_factory=dict)  # likewise
    processes: tuple[Process, ...] = ()
    groups: tuple[SyncGroup, ...] = ()
    announce_interval: float = 0.0  # seconds between two announcements (garp_interval, gna_interval)

    @property
    def bad_scripts(self) -> tuple[str, ...]:
        """By name, those that say that this host may not hold the addresses."""
        return tuple(one.name for one in self.scripts if one.good is False)

    @property
    def bad_processes(self) -> tuple[str, ...]:
        """By name, those that do not run as they should where they are tracked."""
        tracking = [*(one.tracks for one in self.waits.values()), *(one.tracks for one in self.groups)]
        reverse = {one.name: one.reverse for tracks in tracking for one in tracks.processes}
        return tuple(
            one.name for one in self.processes if one.name in reverse and one.good == reverse[one.name]
        )


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
    def known(self) -> Details:
        """The details; empty where they were not read."""
        return self.details or Details((), {})

    @property
    def addresses(self) -> tuple[str, ...]:
        """Each once, in the order of the configuration."""
        return tuple(dict.fromkeys(one.address for vrrp in self.instances for one in vrrp.addresses))
