"""Instances of clones that watched addresses depend on, from snapshot to snapshot: their restarts (pure).

HAProxy that is cloned does not move: the address does, to a node where an instance runs. What clients feel is
the instance beside the address, and Pacemaker starts it again in place while the address stays. What an
instance does on a node without the address nobody feels. So a start that was not there before is a restart
where the address was and is; one with which the address stops and starts too waits for where that ends.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from exporter.watchers.failover.detection.snapshot import Call, Snapshot

Instance = tuple[str, str]  # name and node
Homes = Mapping[str, str | None]


@dataclass(frozen=True)
class Restart:
    resource: str
    node: str
    start: Call
    addresses: tuple[str, ...]  # that are beside it
    unsettled: float | None  # since when it was seen not to run, monotonic seconds; None: it was not


class Instances:
    def __init__(self) -> None:
        # That were seen to run, with the start that they had then; None: Pacemaker did not list it.
        self._known: dict[Instance, Call | None] = {}
        # That do not run where an address is, and since when: monotonic seconds.
        self._down: dict[Instance, float] = {}

    def follow(self, snapshot: Snapshot, homes: Homes, happened: float) -> Iterator[Restart]:
        """`homes`: where each address ran until this snapshot; `happened` as in Placement.follow()."""
        self._known = {key: one for key, one in self._known.items() if key[0] in snapshot.clones}
        self._note_down(snapshot, homes, happened)
        for key, start in snapshot.running.items():
            known = self._known.setdefault(key, start)
            if start is None or (known is not None and start.call == known.call):
                self._known[key] = start
                self._down.pop(key, None)
                continue
            beside = _addresses(key, snapshot, homes)
            if all(snapshot.holders[one] for one in beside):
                self._known[key] = start
                down = self._down.pop(key, None)
                if there := tuple(one for one in beside if snapshot.holders[one] == (homes[one],)):
                    yield Restart(*key, start, there, down)

    @property
    def settled(self) -> bool:
        """Whether each address has beside it what it depends on."""
        return not self._down

    def _note_down(self, snapshot: Snapshot, homes: Homes, happened: float) -> None:
        for key in self._known.keys() - snapshot.running.keys():
            self._down.setdefault(key, happened)
        self._down = {
            key: since
            for key, since in self._down.items()
            if key in self._known and _addresses(key, snapshot, homes)
        }


def _addresses(key: Instance, snapshot: Snapshot, homes: Homes) -> list[str]:
    """That were on its node; on the host of that guest node, where it runs in one (a bundle's)."""
    name, node = key
    host = snapshot.hosts.get(node, node)
    return [one for one in sorted(snapshot.clones[name]) if homes.get(one) == host]
