"""Why a resource moved or started anew: the first rule, from the top, for which there is evidence.

The order is of what decides: a fenced node was lost before, and whoever sends a node to standby changes the
configuration. A rule speaks of signs since the resource's last event, in the last minutes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from exporter.watchers.failover import signs
from exporter.watchers.failover.signs import Sign

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Step:
    """What is to be explained."""

    resource: str
    origin: str
    target: str  # the same as origin for a restart
    together: frozenset[str]  # what moves with it, itself included


Rule = Callable[[Sign, Step], bool]


def _of_origin(kind: str) -> Rule:
    return lambda sign, step: sign.kind == kind and sign.node == step.origin


def _failed_there(sign: Sign, step: Step) -> bool:
    return sign.kind == signs.FAILED and sign.resource in step.together and sign.node == step.origin


def _failed_elsewhere(sign: Sign, step: Step) -> bool:
    return sign.kind == signs.FAILED and sign.resource in step.together


def _sent(sign: Sign, step: Step) -> bool:
    """A new constraint for the target or against the origin; without a resource it names a pattern or set."""
    if step.origin == step.target or (sign.resource and sign.resource not in step.together):
        return False
    return (sign.kind == signs.PREFERRED and sign.node == step.target) or (
        sign.kind == signs.BANNED and sign.node == step.origin
    )


def _doubled(sign: Sign, step: Step) -> bool:
    """It ran in two places, and Pacemaker made an end of that: the halves of a split met again.

    A failure told then may be of that end alone: a monitor of what was just stopped, a start beside it.
    """
    return sign.kind == signs.DOUBLED and sign.resource in step.together


def _may_return(sign: Sign, step: Step) -> bool:
    """The target can be used again, or what kept the resource away from it is gone."""
    if step.origin == step.target:
        return False
    if sign.kind == signs.CLEARED and sign.resource and sign.resource not in step.together:
        return False
    return (sign.kind == signs.RETURNED and sign.node == step.target) or (
        sign.kind == signs.CLEARED and sign.node in ("", step.target)
    )


def _configured(sign: Sign, _step: Step) -> bool:
    """A person changed something, and nothing failed: `crm resource restart`, another stickiness."""
    return sign.kind == signs.CONFIGURED


RULES: Sequence[tuple[str, Rule]] = (
    ("fencing", _of_origin(signs.FENCED)),
    ("standby", _of_origin(signs.STANDBY)),
    ("node_shutdown", _of_origin(signs.SHUT_DOWN)),
    ("node_lost", _of_origin(signs.LOST)),
    (UNKNOWN, _doubled),
    ("resource_failure", _failed_there),
    ("operator_move", _sent),
    ("resource_failure", _failed_elsewhere),
    ("failback", _may_return),
    ("operator_move", _configured),
)
CAUSES = tuple(dict.fromkeys([*(cause for cause, _ in RULES if cause != UNKNOWN), UNKNOWN]))


def cause_of(step: Step, evidence: Iterable[Sign]) -> tuple[str, tuple[Sign, ...]]:
    """The cause, and the signs that its rule rests on; none if no rule fits."""
    evidence = tuple(evidence)
    for cause, rule in RULES:
        if supporting := tuple(sign for sign in evidence if rule(sign, step)):
            return cause, supporting
    return UNKNOWN, ()
