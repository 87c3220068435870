"""Why a resource moved or started anew: the first rule, from the top, for which there is evidence.

The order is of what decides: a fenced node was lost before, and whoever sends a node to standby changes the
configuration. A rule speaks of changes since the resource's last event, in the last minutes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from exporter.watchers.failover.detection import changes as changes
from exporter.watchers.failover.detection.changes import Change

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Step:
    """What is to be explained."""

    resource: str
    origin: str
    target: str  # the same as origin for a restart
    together: frozenset[str]  # what moves with it, itself included


Rule = Callable[[Change, Step], bool]


def _of_origin(kind: str) -> Rule:
    return lambda change, step: change.kind == kind and change.node == step.origin


def _failed_there(change: Change, step: Step) -> bool:
    return change.kind == changes.FAILED and change.resource in step.together and change.node == step.origin


def _failed_elsewhere(change: Change, step: Step) -> bool:
    return change.kind == changes.FAILED and change.resource in step.together


def _sent(change: Change, step: Step) -> bool:
    """A new constraint for the target or against the origin; without a resource it names a pattern or set."""
    if step.origin == step.target or (change.resource and change.resource not in step.together):
        return False
    return (change.kind == changes.PREFERRED and change.node == step.target) or (
        change.kind == changes.BANNED and change.node == step.origin
    )


def _doubled(change: Change, step: Step) -> bool:
    """It ran in two places, and Pacemaker made an end of that: the halves of a split met again.

    A failure reported then may be of that end alone: a monitor of what was just stopped, a start beside it.
    """
    return change.kind == changes.DOUBLED and change.resource in step.together


def _may_return(change: Change, step: Step) -> bool:
    """The target can be used again, or what kept the resource away from it is gone."""
    if step.origin == step.target:
        return False
    if change.kind == changes.CLEARED and change.resource and change.resource not in step.together:
        return False
    return (change.kind == changes.RETURNED and change.node == step.target) or (
        change.kind == changes.CLEARED and change.node in ("", step.target)
    )


def _configured(change: Change, _step: Step) -> bool:
    """A person changed something, and nothing failed: `crm resource restart`, another stickiness."""
    return change.kind == changes.CONFIGURED


RULES: Sequence[tuple[str, Rule]] = (
    ("fencing", _of_origin(changes.FENCED)),
    ("standby", _of_origin(changes.STANDBY)),
    ("node_shutdown", _of_origin(changes.SHUT_DOWN)),
    ("node_lost", _of_origin(changes.LOST)),
    (UNKNOWN, _doubled),
    ("resource_failure", _failed_there),
    ("operator_move", _sent),
    ("resource_failure", _failed_elsewhere),
    ("failback", _may_return),
    ("operator_move", _configured),
)
CAUSES = tuple(dict.fromkeys([*(cause for cause, _ in RULES if cause != UNKNOWN), UNKNOWN]))


def cause_of(step: Step, evidence: Iterable[Change]) -> tuple[str, tuple[Change, ...]]:
    """The cause, and the changes that its rule rests on; none if no rule fits."""
    evidence = tuple(evidence)
    for cause, rule in RULES:
        if supporting := tuple(change for change in evidence if rule(change, step)):
            return cause, supporting
    return UNKNOWN, ()
