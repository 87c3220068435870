"""Why a resource moved or restarted: the first rule, from the top, that a change fits.

The order is that of what decides. A fenced node was lost before, and whoever sends a node to standby changes
the configuration too. What happened to the node or the resource itself comes first; what happened elsewhere
and may have pushed it away comes last. Only changes since the resource's last event, in the last minutes, are
looked at.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from exporter.watchers.failover.detection import kinds
from exporter.watchers.failover.detection.kinds import Change

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Step:
    """One move or restart that is to be explained."""

    resource: str
    origin: str
    target: str  # the same as origin for a restart
    together: frozenset[str]  # the names of what moves with it, its own included
    host: str = ""  # where the origin is a guest node: the node that ran it
    before: frozenset[str] = frozenset()  # the names of what is started before it

    @property
    def moved(self) -> bool:
        return self.origin != self.target

    def concerned(self, change: Change) -> bool:
        """A change without a resource is of all: a pattern of names, a whole node."""
        return not change.resource or change.resource in self.together


Rule = Callable[[Change, Step], bool]


def _on_origin(*shown: str) -> Rule:
    """The node that it left, or the host of that guest node."""
    return lambda change, step: (
        change.kind in shown and change.node in {step.origin, step.host} - {""} and step.concerned(change)
    )


def _anywhere(*shown: str) -> Rule:
    return lambda change, _: change.kind in shown


def _failed_on_origin(change: Change, step: Step) -> bool:
    """Also in a guest node, a bundle's for one, on the node that it left."""
    return (
        change.kind == kinds.FAILED
        and change.resource in step.together
        and step.origin in (change.node, change.host)
    )


def _failed_elsewhere(change: Change, step: Step) -> bool:
    """It failed on another node, as in a start that was tried there, or what is started before it did."""
    named = change.resource in step.together | step.before
    return change.kind == kinds.FAILED and named and not change.instance


def _constrained(change: Change, step: Step) -> bool:
    """A constraint (or an attribute that a person set) came to speak for the target or against the origin."""
    if not (step.moved and step.concerned(change)):
        return False
    return (change.kind == kinds.PREFERRED and change.node == step.target) or (
        change.kind == kinds.BANNED and change.node == step.origin
    )


def _ran_twice(change: Change, step: Step) -> bool:
    """It ran in two places, and Pacemaker made an end of that: the halves of a split met again.

    A failure reported then may be of that end alone: a monitor of what was just stopped, a start beside it.
    """
    return change.kind == kinds.DOUBLED and change.resource in step.together


def _ran_twice_lately(change: Change, step: Step) -> bool:
    """Its address was held by two hosts a moment ago: the halves may meet without one snapshot that shows it
    on both. That two hosts answer moves nothing by itself, so it explains only what nothing else does.
    """
    return change.kind == kinds.SHARED and change.resource in step.together


def _may_return(change: Change, step: Step) -> bool:
    """The target can be used again, or what kept the resource away from it is gone."""
    if not (step.moved and step.concerned(change)):
        return False
    return (change.kind in (kinds.RETURNED, kinds.IMPROVED) and change.node == step.target) or (
        change.kind == kinds.CLEARED and change.node in ("", step.target)
    )


def _concerned(*shown: str) -> Rule:
    return lambda change, step: change.kind in shown and step.concerned(change)


RULES: Sequence[tuple[str, Rule]] = (
    # cause             a change that shows it
    ("fencing", _on_origin(kinds.FENCED)),
    ("standby", _on_origin(kinds.STANDBY)),
    ("node_shutdown", _on_origin(kinds.SHUT_DOWN)),
    ("node_lost", _on_origin(kinds.LOST, kinds.UNREADABLE)),
    ("split_healed", _ran_twice),
    ("resource_failure", _failed_on_origin),
    ("resource_failure", _on_origin(kinds.PUT_ASIDE)),
    ("node_lost", _anywhere(kinds.NO_QUORUM)),
    ("node_health", _on_origin(kinds.DEGRADED)),
    ("operator_move", _constrained),
    ("operator_move", _concerned(kinds.TICKET)),
    ("resource_failure", _failed_elsewhere),
    ("failback", _may_return),
    ("operator_move", _anywhere(kinds.CONFIGURED)),
    # What happened to other nodes: their resources came here, and took the capacity or the place.
    ("fencing", _anywhere(kinds.FENCED)),
    ("standby", _anywhere(kinds.STANDBY)),
    ("node_shutdown", _anywhere(kinds.SHUT_DOWN)),
    ("node_lost", _anywhere(kinds.LOST)),
    ("node_health", _concerned(kinds.DEGRADED)),
    ("failback", _anywhere(kinds.RETURNED)),
    ("operator_move", _concerned(kinds.TIMED)),
    ("split_healed", _ran_twice_lately),
)
CAUSES = (*dict.fromkeys(cause for cause, _ in RULES), UNKNOWN)


def cause_of(step: Step, evidence: Iterable[Change]) -> tuple[str, tuple[Change, ...]]:
    """The cause, and the changes that its rule rests on; `unknown` and none if no rule fits."""
    evidence = tuple(evidence)
    for cause, rule in RULES:
        if supporting := tuple(change for change in evidence if rule(change, step)):
            return cause, supporting
    return UNKNOWN, ()
