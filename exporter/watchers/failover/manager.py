"""Who moves the addresses: what the failover watcher asks of Pacemaker (pacemaker.py) and Keepalived
(keepalived.py) alike."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

from exporter.watchers.failover.detection.detector import Detected
from exporter.watchers.failover.events import Held, Moment


class Seen(Protocol):
    """What one look showed."""

    @property
    def led(self) -> bool: ...
    @property
    def holders(self) -> Mapping[str, tuple[str, ...]]: ...
    @property
    def watched(self) -> frozenset[str]:
        """The names of what may have events."""

    @property
    def nodes(self) -> Collection[str]: ...
    @property
    def addresses(self) -> frozenset[str]: ...


class Detects(Protocol):
    """Finds moves and restarts in a sequence of looks; pure."""

    def observe(self, snapshot: Any, now: Moment, reported: float | None = None) -> list[Detected]: ...
    def blind(self, now: float, *, stopped: bool = False) -> None: ...
    def shared(self, resource: str, address: str, now: float) -> None: ...
    def forget(self, resources: Iterable[str]) -> None: ...
    def settled(self) -> bool: ...
    def held(self) -> dict[str, Held]: ...


class Manager(Protocol):
    @property
    def collector(self) -> str:
        """Whose readings are looked at."""

    @property
    def causes(self) -> Sequence[str]:
        """All that an event may have."""

    @property
    def stream(self) -> str:
        """The crm_mon that prints at each change; empty where there is none."""

    def detector(self, kept: Mapping[str, Held], here: str) -> Detects: ...

    def snapshot(self, reading: Any, chosen: Iterable[str]) -> Seen:
        """What of a reading decides. Blocking, in a thread. `chosen` are the resources to watch; none: all
        that are addresses, with what moves with them."""

    def unknown(self, seen: Any) -> list[str]:
        """The resources whose address is to be asked for with learn()."""

    def learn(self, resource: str) -> None:
        """Blocking."""

    def known(self) -> dict[str, str]:
        """An address of each resource where it is known; from any thread."""

    def of(self, resource: str, seen: Any) -> frozenset[str]:
        """The addresses of what moves with the resource; empty: not known, so it may be any."""
