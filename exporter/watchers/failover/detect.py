"""Sees moves and restarts in a sequence of sights, and says why: pure, the time comes as an argument."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exporter.watchers.failover import signs
from exporter.watchers.failover.cause import Step, cause_of
from exporter.watchers.failover.events import MOVE, RESTART, Event, Held, Moment
from exporter.watchers.failover.evidence import DOUBLED_SECONDS, Dated, Evidence
from exporter.watchers.failover.route import CLOCKS_APART, Calls, Track, Way
from exporter.watchers.failover.sight import Call, Sight
from exporter.watchers.failover.signs import Sign

BLIND_SECONDS = 30.0  # after that without a sight what is found is late
SENTENCES = 12  # of evidence, kept with an event
_STEP = 0.001  # seconds between ways that were found at once, so that they keep their order


@dataclass(frozen=True)
class Detected:
    """An event, and its times on the monotonic clock."""

    event: Event
    first_sign: float | None
    done: float


class Detector:
    def __init__(self, kept: Mapping[str, Held], here: str = ""):
        """`kept` is where the journal says that the resources were, `here` the name of this node."""
        self._here = here
        self._tracks = {
            resource: Track.kept(
                held.node, Call(held.call, held.changed) if held.call is not None else None, held.looked
            )
            for resource, held in kept.items()
        }
        looked = max((held.looked for held in kept.values()), default=float("inf"))
        self._since = looked - CLOCKS_APART
        self._evidence = Evidence()
        # By resource and node, when it was last seen to run there and elsewhere too: monotonic seconds.
        self._doubled: dict[tuple[str, str], float] = {}
        self._blind = False
        self._before: Sight | None = None
        self._looked = float("-inf")  # monotonic seconds

    def observe(self, sight: Sight, now: Moment, told: float | None = None) -> list[Detected]:
        """What happened since the last sight. `told` is when, since then, something first said that there
        was a change (monotonic seconds); the signs in this sight are as old as that."""
        if not sight.led:  # without a DC nothing is decided, and nodes are not what they seem
            return []
        happened = told if told is not None and self._looked < told <= now.mono else now.mono
        late = now.mono - self._looked > BLIND_SECONDS
        before = self._before
        fresh = [*(signs.signs(before, sight) if before else signs.first_signs(sight, self._since))]
        self._evidence.add(fresh, happened)
        self._evidence.expire(now.mono)
        if any(sign.kind == signs.RETURNED for sign in fresh):
            self._evidence.halves_meet(happened, told=False)
        self._note_doubled(sight, now.mono)
        found: list[Detected] = []
        for resource, holders in sight.holders.items():
            track = self._tracks.setdefault(resource, Track())
            excluded = self._excluded(resource, sight, track.looked)
            ways = track.follow(holders, Calls.of(resource, sight), excluded, happened)
            if ways:
                found += self._tell(track, resource, ways, sight, now, late=late)
            if holders == (track.holder,):
                track.looked = now.wall
        if self._blind:  # this node is back: what was found now was before the halves met
            self._evidence.halves_meet(now.mono, told=True)
        self._evidence.outlived(self._homes(sight), now.mono)
        self._before, self._looked, self._blind = sight, now.mono, False
        return found

    def blind(self, now: float, *, stopped: bool = False) -> None:
        """Pacemaker here could not be asked: if a resource leaves this node now, the node was lost to it,
        unless it was about to stop in order, or had `stopped` what ran here by then."""
        before = self._before.nodes.get(self._here) if self._before else None
        if before and not self._blind:
            self._blind = True
            kind = signs.SHUT_DOWN if before.shutdown or stopped else signs.LOST
            self._evidence.add(
                [Sign(kind, self._here, "", f"Pacemaker on {self._here} could not be asked")], now
            )

    def shared(self, resource: str, address: str, now: float) -> None:
        """Several hosts answer for the address that this resource is."""
        self._evidence.add([Sign(signs.SHARED, "", resource, f"{address} was held by two hosts")], now)

    def settled(self) -> bool:
        """Whether every watched resource was, at the last sight, quietly at its place."""
        return all(track.restless is None for track in self._tracks.values())

    def held(self) -> dict[str, Held]:
        return {
            resource: Held(
                track.holder,
                track.start.call if track.start else None,
                track.start.changed if track.start else None,
                track.looked,
            )
            for resource, track in self._tracks.items()
            if track.holder is not None
        }

    def _homes(self, sight: Sight) -> dict[str, str]:
        """Of the resources that are quietly at their places, on nodes that nothing is wrong with."""
        usable = {node for node, state in sight.nodes.items() if state.usable}
        return {
            name: track.holder
            for name, track in self._tracks.items()
            if track.restless is None
            and track.holder in usable
            and sight.holders.get(name) == (track.holder,)
        }

    def _note_doubled(self, sight: Sight, now: float) -> None:
        self._doubled = {key: at for key, at in self._doubled.items() if now - at <= DOUBLED_SECONDS}
        for resource, nodes in sight.holders.items():
            if len(nodes) > 1:
                self._doubled.update(dict.fromkeys(((resource, node) for node in nodes), now))

    def _excluded(self, resource: str, sight: Sight, looked: float) -> set[str]:
        """Nodes that made an end of running it in two places, or that were away until now."""
        together = sight.together[resource]
        ended = {node for name, node in self._doubled if name in together}
        brought = {
            node
            for (name, node), call in sight.founds.items()
            if name == resource and call.changed is not None and call.changed >= looked - CLOCKS_APART
        }
        before = self._before.nodes if self._before else {}
        return ended | brought | {node for node, state in before.items() if not state.online}

    def _tell(  # noqa: PLR0913 - all of what an event is made of
        self, track: Track, resource: str, ways: Sequence[Way], sight: Sight, now: Moment, *, late: bool
    ) -> list[Detected]:
        evidence = self._evidence.of(resource, now.mono)
        restless = now.mono if track.restless is None else track.restless
        found = []
        for number, (origin, target) in enumerate(ways):
            step = Step(resource, origin, target, sight.together[resource])
            cause, supporting = cause_of(step, [one.sign for one in evidence])
            first = min([restless, *(one.at for one in evidence if _led_to(one, origin, supporting))])
            start = sight.starts.get((resource, target))
            at = min(start.changed, now.wall) if late and start and start.changed else now.wall
            event = Event(
                id=f"{round(now.wall * 1000)}-{resource}-{target}-{start.call if start else 0}",
                resource=resource,
                kind=RESTART if origin == target else MOVE,
                origin=origin,
                target=target,
                cause=cause,
                at=at - _STEP * (len(ways) - 1 - number),
                detected=None if late else now.wall_of(first),
                late=late,
                evidence=_sentences([*supporting, *(one.sign for one in evidence)]),
            )
            found.append(Detected(event, None if late else first, now.mono))
            self._explained([one for one in evidence if one.sign in supporting], resource, now.mono)
        self._evidence.spend(resource, now.mono)
        track.restless = None
        return found

    def _explained(self, used: Sequence[Dated], resource: str, now: float) -> None:
        quiet = [name for name, track in self._tracks.items() if track.restless is None and name != resource]
        self._evidence.explained(used, quiet, now)


def _led_to(one: Dated, origin: str, supporting: Sequence[Sign]) -> bool:
    """A node is lost before it is fenced."""
    return one.sign in supporting or (one.sign.kind == signs.LOST and one.sign.node == origin)


def _sentences(told: Sequence[Sign]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sign.text for sign in told))[:SENTENCES]
