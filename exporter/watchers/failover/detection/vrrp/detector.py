"""Finds moves and restarts in a sequence of looks, and their causes: pure, the time comes as an argument."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from exporter.watchers.failover.detection.detector import BLIND_SECONDS, SENTENCES, Detected
from exporter.watchers.failover.detection.vrrp.causes import (
    CONCLUDED,
    FOLLOWED,
    GAINED,
    LOST,
    RETURNS,
    SILENT,
    UNKNOWN,
    cause_of,
)
from exporter.watchers.failover.detection.vrrp.changes import (
    CONFIGURED,
    RAISED,
    SHARED,
    Change,
    changes,
)
from exporter.watchers.failover.detection.vrrp.snapshot import BACKUP, MASTER, Shown, VrrpSnapshot
from exporter.watchers.failover.detection.vrrp.track import Dated, Loss, Track
from exporter.watchers.failover.events import MOVE, RESTART, Event, Held, Moment

ANSWERS_SECONDS = 5.0  # so long after a loss who answers may still be this host itself, asked before it
SOON_SECONDS = 3.0
EFFECT = 6  # advertisements: four, and a look that comes later
NOBODY_KNOWN = "another host"


class VrrpDetector:
    def __init__(self, kept: Mapping[str, Held], here: str):
        """`kept` is where the journal says that the addresses were, `here` the name of this host."""
        self._here = here
        self._tracks = {name: Track(held.node, held.looked, from_journal=True) for name, held in kept.items()}
        self._before: VrrpSnapshot | None = None
        self._looked = float("-inf")  # monotonic seconds

    def observe(self, snapshot: VrrpSnapshot, now: Moment, reported: float | None = None) -> list[Detected]:
        """What happened since the last look. `reported` is when, since then, a change was first notified
        (monotonic seconds): what changed is as old as that."""
        happened = reported if reported is not None and self._looked < reported <= now.mono else now.mono
        late = now.mono - self._looked > BLIND_SECONDS
        found: list[Detected] = []
        for name, shown in snapshot.instances.items():
            track = self._tracks.setdefault(name, Track())
            track.expire(now.mono)
            self._gather(name, track, snapshot, happened)
            found += self._follow(name, track, snapshot, now, happened, late=late)
            if shown.state is not None:
                track.note(shown, snapshot.children, now)
        self._before, self._looked = snapshot, now.mono
        return found

    def blind(self, now: float, *, stopped: bool = False) -> None:
        """Keepalived here could not be asked: that alone moves nothing."""

    def shared(self, resource: str, address: str, now: float) -> None:
        """Several hosts answer for the address."""
        if resource in self._tracks:
            self._tracks[resource].add([Change(SHARED, f"{address} was held by two hosts")], now)

    def forget(self, resources: Iterable[str]) -> None:
        for resource in resources:
            self._tracks.pop(resource, None)

    def settled(self) -> bool:
        """Whether it is known who has the addresses, and none are on their way."""
        return bool(self._tracks) and all(
            track.loss is None and track.holder is not None and not track.from_journal
            for track in self._tracks.values()
        )

    def held(self) -> dict[str, Held]:
        return {
            name: Held(track.holder, None, None, track.looked)
            for name, track in self._tracks.items()
            if track.holder is not None
        }

    def _gather(self, name: str, track: Track, snapshot: VrrpSnapshot, happened: float) -> None:
        if self._before and name in self._before.instances:
            track.add(changes(name, self._before, snapshot), happened)

    def _follow(  # noqa: PLR0913 - all of what an event is made of
        self,
        name: str,
        track: Track,
        snapshot: VrrpSnapshot,
        now: Moment,
        happened: float,
        *,
        late: bool,
    ) -> list[Detected]:
        shown = snapshot.instances[name]
        if track.holder is None or track.from_journal:
            heard_at = track.heard_since(shown, snapshot.children) if shown.bound else None
            if heard_at is None:
                return self._begin(name, track, shown, now)
            track.begin(shown.peer or NOBODY_KNOWN, heard_at)
        found: list[Detected] = []
        if shown.bound and not track.doubts(shown, self._here):
            if track.loss:
                found.append(self._returned(name, track, track.loss, now))
            elif track.holder != self._here:
                found.append(self._gained(name, track, snapshot, now, late=late))
            track.holder, track.looked, track.loss = self._here, now.wall, None
        elif not shown.bound and track.holder == self._here:
            track.loss = track.loss or self._loss(track, shown, now, happened)
            if target := _taken(track.loss, shown, now):
                found.append(self._left(name, track, track.loss, target, now, late=late))
                track.holder, track.looked, track.loss = target, now.wall, None
        elif shown.held_elsewhere and shown.peer:
            track.holder, track.looked = shown.peer, now.wall
        return found

    def _begin(self, name: str, track: Track, shown: Shown, now: Moment) -> list[Detected]:
        """The first look of this run: what it shows is an event where the journal knows better."""
        holder = self._here if shown.bound else shown.peer if shown.held_elsewhere else ""
        if not holder:
            return []
        origin, looked = track.holder, track.looked
        track.begin(holder, now.wall)
        if origin is None or origin == holder or self._here not in (origin, holder):
            return []
        at = shown.since if shown.bound and looked < shown.since <= now.wall else looked
        return [_event(name, (origin, holder), _Why(), at, None, now, late=True)]

    def _loss(self, track: Track, shown: Shown, now: Moment, happened: float) -> Loss:
        """It is as old as Keepalived's own transition, where that was a moment ago."""
        at = now.wall_of(happened)
        since = (
            shown.since if shown.state is not None and at - SOON_SECONDS <= shown.since <= now.wall else at
        )
        return Loss(happened, since, shown.received, tuple(track.evidence))

    def _left(  # noqa: PLR0913 - all of what an event is made of
        self, name: str, track: Track, loss: Loss, target: str, now: Moment, *, late: bool
    ) -> Detected:
        followed = Dated(Change(FOLLOWED, f"{target} advertises a higher priority"), loss.mono)
        why = _explained(LOST, [*loss.evidence, *track.take(keep=RETURNS), followed])
        # What this host knows of itself counts more than what the other concludes: it is the later report.
        at = now.wall if why.own and now.mono - loss.mono <= SOON_SECONDS else loss.wall
        return _event(name, (self._here, target), why, at, None if late else loss.mono, now, late=late)

    def _returned(self, name: str, track: Track, loss: Loss, now: Moment) -> Detected:
        """It came back before anybody else had it."""
        why = _explained(LOST, [*loss.evidence, *track.take()])
        return _event(name, (self._here, self._here), why, now.wall, loss.mono, now, late=False)

    def _gained(
        self, name: str, track: Track, snapshot: VrrpSnapshot, now: Moment, *, late: bool
    ) -> Detected:
        shown = snapshot.instances[name]
        concluded = track.heard(shown, snapshot.children) if shown.state == MASTER else None
        seen = [one for one in track.take() if not _came_to_nothing(one, concluded, shown, now)]
        why = _explained(GAINED, [*seen, *([Dated(concluded, now.mono)] if concluded else [])])
        known = shown.state == MASTER and track.looked - SOON_SECONDS <= shown.since <= now.wall
        at = shown.since if known and not why.own else now.wall
        first = now.mono - (now.wall - shown.since) if known else now.mono
        places = track.holder or NOBODY_KNOWN, self._here
        return _event(name, places, why, at, None if late else first, now, late=late)


def _came_to_nothing(one: Dated, concluded: Change | None, shown: Shown, now: Moment) -> bool:
    """A priority takes effect within four advertisements: where the other host fell silent after that, it was
    not the priority."""
    silent = concluded is not None and concluded.kind == SILENT
    return silent and one.change.kind in (CONFIGURED, RAISED) and now.mono - one.at > EFFECT * shown.interval


def _taken(loss: Loss, shown: Shown, now: Moment) -> str:
    """Who has it now; empty: nobody yet, or it is not known."""
    heard = shown.state == BACKUP and shown.received != loss.received
    answers = bool(shown.others) and now.mono - loss.mono >= ANSWERS_SECONDS
    return (shown.peer or NOBODY_KNOWN) if heard or answers else ""


@dataclass(frozen=True)
class _Why:
    cause: str = UNKNOWN
    texts: tuple[str, ...] = ()  # those of the cause first
    own: bool = False  # by what was seen on this host


def _explained(table: Sequence[tuple[str, tuple[str, ...]]], evidence: Sequence[Dated]) -> _Why:
    all_changes = [one.change for one in evidence]
    cause, supporting = cause_of(table, all_changes)
    own = bool(supporting) and not any(change.kind in CONCLUDED for change in supporting)
    texts = dict.fromkeys(change.text for change in (*supporting, *all_changes) if _says(change, supporting))
    return _Why(cause, tuple(texts)[:SENTENCES], own)


def _says(change: Change, supporting: Sequence[Change]) -> bool:
    """That it then followed another host is worth a sentence only where nothing else explains it."""
    return change.kind != FOLLOWED or change in supporting


def _event(  # noqa: PLR0913, PLR0917 - all of what an event is made of
    name: str, places: tuple[str, str], why: _Why, at: float, first: float | None, now: Moment, *, late: bool
) -> Detected:
    origin, target = places
    event = Event(
        id=f"{round(now.wall * 1000)}-{name}-{target}",
        resource=name,
        kind=RESTART if origin == target else MOVE,
        origin=origin,
        target=target,
        cause=why.cause,
        at=at,
        detected=None if first is None else now.wall_of(first),
        late=late,
        evidence=why.texts,
    )
    return Detected(event, first, now.mono)
