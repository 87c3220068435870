"""Finds moves and restarts in a sequence of snapshots, and their causes: pure, the time comes as an
argument."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from exporter.watchers.failover.detection import changes, kinds
from exporter.watchers.failover.detection.causes import Step, cause_of
from exporter.watchers.failover.detection.evidence import DOUBLED_SECONDS, Dated, Evidence
from exporter.watchers.failover.detection.instances import Instances, Restart
from exporter.watchers.failover.detection.kinds import Change
from exporter.watchers.failover.detection.placement import CLOCKS_APART, Calls, Move, Placement
from exporter.watchers.failover.detection.snapshot import Call, Snapshot
from exporter.watchers.failover.events import MOVE, RESTART, Event, Held, Moment

BLIND_SECONDS = 30.0  # what is found after so long without a snapshot is late
SENTENCES = 12  # of evidence, kept with an event
_STEP = 0.001  # seconds between moves that were found at once, so that they keep their order


@dataclass(frozen=True)
class Detected:
    """An event, and its times on the monotonic clock."""

    event: Event
    first_change: float | None
    done: float
    # The resources whose addresses and ports clients may have felt it at; empty: its own.
    felt_at: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Story:
    """What happened to a resource, or to one instance of a clone, and is to be explained."""

    resource: str
    key: str  # whose evidence it uses up
    moves: Sequence[Move]
    starts: Mapping[str, Call]  # by node
    tied: tuple[str, ...]  # the watched resources that what happened to it is about
    unsettled: float | None  # since when it did not run, monotonic seconds; None: it was not seen so
    away: bool = False  # the node that ran it had lost the cluster since then


def _story_of(one: Restart) -> _Story:
    key, moves = f"{one.resource} on {one.node}", [(one.node, one.node)]
    return _Story(one.resource, key, moves, {one.node: one.start}, one.addresses, one.unsettled)


class Detector:
    def __init__(self, kept: Mapping[str, Held], here: str = ""):
        """`kept` is where the journal says that the resources were, `here` the name of this node."""
        self._here = here
        self._placements = {
            resource: Placement.kept(
                held.node, Call(held.call, held.changed) if held.call is not None else None, held.looked
            )
            for resource, held in kept.items()
        }
        looked = max((held.looked for held in kept.values()), default=float("inf"))
        self._since = looked - CLOCKS_APART
        self._instances = Instances()
        self._evidence = Evidence()
        # By resource and node, when it was last seen to run there and elsewhere too: monotonic seconds.
        self._doubled: dict[tuple[str, str], float] = {}
        # What this part of the cluster stopped as it lost quorum, and when it was last seen so: wall clock.
        self._given_up: dict[str, float] = {}
        self._hosts: dict[str, str] = {}  # by guest node the node that was last seen to run it
        self._blind = False
        self._before: Snapshot | None = None
        self._looked = float("-inf")  # monotonic seconds

    def observe(self, snapshot: Snapshot, now: Moment, reported: float | None = None) -> list[Detected]:
        """What happened since the last snapshot. `reported` is when, since then, the change feed first
        reported a change (monotonic seconds): the changes in this snapshot are as old as that."""
        if not snapshot.led:  # without a DC nothing is decided, and nodes are not what they seem
            return []
        happened = reported if reported is not None and self._looked < reported <= now.mono else now.mono
        late = now.mono - self._looked > BLIND_SECONDS
        self._gather(snapshot, happened, now.mono)
        found: list[Detected] = []
        homes = {resource: placement.holder for resource, placement in self._placements.items()}
        for resource, holders in snapshot.holders.items():
            placement = self._placements.setdefault(resource, Placement())
            excluded = self._excluded(resource, snapshot, placement.looked)
            calls = Calls.of(resource, snapshot)
            away, kept = placement.away, placement.away and placement.kept_running(calls)
            moves = placement.follow(holders, calls, excluded, happened)
            settled = holders == (placement.holder,)
            if moves:
                if kept:
                    self._found_twice(resource, happened)
                since = placement.unsettled_since
                story = _Story(resource, resource, moves, calls.starts, (resource,), since, away)
                found += self._explain(story, snapshot, now, late=late)
                placement.unsettled_since = None if settled else happened
            if settled:
                placement.looked = now.wall
        for one in self._instances.follow(snapshot, homes, happened):
            found += self._explain(_story_of(one), snapshot, now, late=late)
        if self._blind:  # this node is back: what was found now was before the halves met
            self._evidence.halves_meet(now.mono, reported=True)
        self._evidence.outlived(self._homes(snapshot), now.mono)
        self._note_given_up(snapshot, now.wall)
        self._before, self._looked, self._blind = snapshot, now.mono, False
        return found

    def blind(self, now: float, *, stopped: bool = False) -> None:
        """Pacemaker here could not be asked: if a resource leaves this node now, the others had lost the
        node, unless it was being stopped in order, or had `stopped` what ran here by then."""
        before = self._before.nodes.get(self._here) if self._before else None
        if before and not self._blind:
            self._blind = True
            for placement in self._placements.values():
                if placement.holder == self._here:
                    placement.lose_sight(now)
            kind = kinds.SHUT_DOWN if before.shutdown or stopped else kinds.UNREADABLE
            self._evidence.add(
                [Change(kind, self._here, "", f"Pacemaker on {self._here} could not be asked")], now
            )

    def shared(self, resource: str, address: str, now: float) -> None:
        """Several hosts answer for the address that this resource is. Those of a cloned IP do so all the
        time."""
        if ":" not in resource:
            self._evidence.add([Change(kinds.SHARED, "", resource, f"{address} was held by two hosts")], now)

    def forget(self, resources: Iterable[str]) -> None:
        """Drop what is known of resources that are not watched any more."""
        for resource in resources:
            self._placements.pop(resource, None)

    def settled(self) -> bool:
        """Whether every watched resource ran on one node at the last snapshot, and no move of it was going
        on."""
        moving = any(one.unsettled_since is not None for one in self._placements.values())
        return self._instances.settled and not moving

    def held(self) -> dict[str, Held]:
        return {
            resource: Held(
                placement.holder,
                placement.start.call if placement.start else None,
                placement.start.changed if placement.start else None,
                placement.looked,
            )
            for resource, placement in self._placements.items()
            if placement.holder is not None
        }

    def _gather(self, snapshot: Snapshot, happened: float, now: float) -> None:
        """The changes since the last snapshot become evidence."""
        before = self._before
        every = changes.changes(before, snapshot) if before else changes.first_changes(snapshot, self._since)
        # Of what was given up here the other half reports, for a moment, where it ran before the split.
        fresh = [one for one in every if not (one.kind == kinds.DOUBLED and one.resource in self._given_up)]
        self._hosts.update(snapshot.hosts)
        self._evidence.add(fresh, happened)
        unsettled = (placement.unsettled_since for placement in self._placements.values())
        self._evidence.expire(now, [since for since in unsettled if since is not None])
        if any(change.kind == kinds.RETURNED for change in fresh):
            self._evidence.halves_meet(happened, reported=False)
        self._note_doubled(snapshot, now)

    def _found_twice(self, resource: str, happened: float) -> None:
        """On the node that had lost the cluster too, when it was back."""
        text = f"{resource} was found running on {self._here} too"
        self._evidence.add([Change(kinds.DOUBLED, "", resource, text)], happened)

    def _homes(self, snapshot: Snapshot) -> dict[str, str]:
        """Of the resources that just run, on nodes that nothing is wrong with: where they run."""
        usable = {node for node, state in snapshot.nodes.items() if state.usable}
        return {
            name: placement.holder
            for name, placement in self._placements.items()
            if placement.unsettled_since is None
            and placement.holder in usable
            and snapshot.holders.get(name) == (placement.holder,)
        }

    def _note_doubled(self, snapshot: Snapshot, now: float) -> None:
        self._doubled = {key: at for key, at in self._doubled.items() if now - at <= DOUBLED_SECONDS}
        for resource, nodes in snapshot.holders.items():
            if len(nodes) > 1:
                self._doubled.update(dict.fromkeys(((resource, node) for node in nodes), now))

    def _note_given_up(self, snapshot: Snapshot, wall: float) -> None:
        stopped = {resource for resource, nodes in snapshot.holders.items() if not nodes}
        running = {resource for resource, nodes in snapshot.holders.items() if len(nodes) == 1}
        if not snapshot.quorate:
            self._given_up |= dict.fromkeys(stopped, wall)
        self._given_up = {name: at for name, at in self._given_up.items() if name not in running}

    def _elsewhere(self, resource: str, start: Call | None) -> bool:
        """Whether it was started while it was given up here: by another part, which had quorum."""
        changed = start.changed if start else None
        return changed is not None and changed < self._given_up.get(resource, 0.0) - CLOCKS_APART

    def _excluded(self, resource: str, snapshot: Snapshot, looked: float) -> set[str]:
        """Nodes on which running it in two places was ended, or that were away until now."""
        together = snapshot.together[resource]
        if self._evidence.doubled(
            together
        ):  # each half of a split has started it: no move from one to the other
            return set(snapshot.nodes)
        ended = {node for name, node in self._doubled if name in together}
        brought = {
            node
            for (name, node), call in snapshot.founds.items()
            if name == resource and call.changed is not None and call.changed >= looked - CLOCKS_APART
        }
        before = self._before.nodes if self._before else {}
        return ended | brought | {node for node, state in before.items() if not state.online}

    def _explain(self, story: _Story, snapshot: Snapshot, now: Moment, *, late: bool) -> list[Detected]:
        resource = story.resource
        evidence = [
            *self._evidence.of(story.key, now.mono, story.unsettled),
            *(Dated(change, now.mono) for change in changes.standing(snapshot)),
            *self._evidence.of_a_split(),
        ]
        unsettled = now.mono if story.unsettled is None else story.unsettled
        late = late or (story.away and now.mono - unsettled > BLIND_SECONDS)
        found = []
        met = False  # whether one of them is the end of running twice
        for (origin, target), start, at in self._dated(story, unsettled, now, late=late):
            step = Step(
                resource,
                origin,
                target,
                frozenset().union(*(snapshot.together[one] for one in story.tied)),
                self._hosts.get(origin, ""),
                frozenset().union(*(snapshot.before.get(one, frozenset()) for one in story.tied)),
            )
            cause, supporting = cause_of(step, [one.change for one in evidence])
            first = min([unsettled, *(one.at for one in evidence if _led_to(one, origin, supporting))])
            afterwards = late or self._elsewhere(resource, start)
            event = Event(
                id=f"{round(now.wall * 1000)}-{resource}-{target}-{start.call if start else 0}",
                resource=resource,
                kind=RESTART if origin == target else MOVE,
                origin=origin,
                target=target,
                cause=cause,
                at=at,
                detected=None if afterwards else min(now.wall_of(first), at),
                late=afterwards,
                evidence=_sentences([*supporting, *(one.change for one in evidence)]),
            )
            found.append(Detected(event, None if afterwards else first, now.mono, story.tied))
            self._used_up([one for one in evidence if one.change in supporting], resource, now.mono)
            met = met or any(change.kind == kinds.DOUBLED for change in supporting)
        # How a split ends, which the node that was away learns after the takeover, is still to be explained.
        self._evidence.spend(story.key, now.mono, sparing={kinds.DOUBLED} if story.away and not met else ())
        return found

    def _dated(
        self, story: _Story, unsettled: float, now: Moment, *, late: bool
    ) -> list[tuple[Move, Call | None, float]]:
        """Each move, the start that made it if that is still known, and when it was complete (wall clock)."""
        dated: list[tuple[Move, Call | None, float]] = []
        at = float("inf")
        for number, move in reversed([*enumerate(story.moves)]):
            later, (origin, target) = at - _STEP, move
            again = any(other == target for _, other in story.moves[number + 1 :])
            start = None if again else story.starts.get(target)
            at = now.wall
            if start and start.changed and (late or story.away or self._elsewhere(story.resource, start)):
                at = min(start.changed, now.wall)
            elif story.away and number == 0 and origin != target:
                at = now.wall_of(unsettled)  # the others took it over soon after they had lost its node
            at = min(at, later)
            dated.append((move, start, at))
        return dated[::-1]

    def _used_up(self, used: Sequence[Dated], resource: str, now: float) -> None:
        """Of the other resources, those that stay where they are soon need another explanation."""
        settled = [
            name
            for name, placement in self._placements.items()
            if placement.unsettled_since is None and name != resource
        ]
        self._evidence.explained(used, settled, now)


def _led_to(one: Dated, origin: str, supporting: Sequence[Change]) -> bool:
    """A node is lost before it is fenced."""
    lost = one.change.kind in (kinds.LOST, kinds.UNREADABLE) and one.change.node == origin
    return one.change in supporting or lost


def _sentences(evidence: Sequence[Change]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(change.text for change in evidence))[:SENTENCES]
