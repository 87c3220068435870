"""What Pacemaker's tools call the same thing by different names (pure).

A constraint names a clone, a bundle, a group or a tag; crm_mon names the primitives in it, and numbers the
instances of some (`haproxy:0`); operations and failures carry the primitive's name, with or without the
number.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from exporter.sources.pacemaker.reading import LocationConstraint, PacemakerReading, Resource

_CLASSES = {  # of POSIX's regular expressions, inside brackets
    "[:alnum:]": "a-zA-Z0-9",
    "[:alpha:]": "a-zA-Z",
    "[:digit:]": "0-9",
    "[:lower:]": "a-z",
    "[:upper:]": "A-Z",
}


class Names:
    def __init__(self, reading: PacemakerReading):
        self._orders = [one.resources for one in reading.orders]
        self._unique = {one.id: one.clone for one in reading.view.resources if _is_unique_instance(one)}
        self._cloned = [one for one in reading.view.resources if not (self.is_single(one) or one.orphaned)]
        # The names of what runs in many places at once.
        self.instances = frozenset(
            name
            for one in reading.view.resources
            if one.clone
            for name in self._called(one) - {*self._unique}
        )
        # Names that stand for one another, or that a colocation puts on one node.
        self._tied: defaultdict[str, set[str]] = defaultdict(set)
        for one in reading.view.resources:
            self._tie(self._called(one))
        for colocation in reading.colocations:
            if colocation.score > 0:
                self._tie(colocation.resources)

    def is_single(self, resource: Resource) -> bool:
        """Whether it runs in one place: then one can say that it moves."""
        return not resource.clone or resource.id in self._unique

    def plain(self, name: str) -> str:
        """The name without an instance's number, unless that number tells one address of a cloned IP from
        another."""
        return name if name in self._unique else name.partition(":")[0]

    def together(self, singles: Collection[str]) -> dict[str, frozenset[str]]:
        """By name of what runs in one place: the names of all that groups and colocations tie to it, over any
        number of steps, and its own.

        A clone's instances stay on their nodes: it does not tie two addresses beside it to each other.
        """
        result: dict[str, frozenset[str]] = {}
        for name in singles:
            if name not in result:
                found = self._tied_to(name)
                # For each of them it is the same.
                result |= dict.fromkeys((found - self.instances - {*self._unique}) | {name}, found)
        return result

    def _tied_to(self, name: str) -> frozenset[str]:
        found, waiting = {name}, [name]
        while waiting:
            one = waiting.pop()
            many = one in self.instances
            fresh = {tied for tied in self._tied[one] if not many or tied in self.instances} - found
            found |= fresh
            waiting += fresh
        if name not in self._unique:
            found |= {instance for instance, clone in self._unique.items() if clone in found}
        return frozenset(found)

    def clones(
        self, addresses: Mapping[str, frozenset[str]], chosen: Collection[str]
    ) -> dict[str, frozenset[str]]:
        """By name of what runs in many places the addresses that are tied to it. `addresses`: by name what
        is tied to each; `chosen`: names of resources or clones, none: all."""
        found: dict[str, frozenset[str]] = {}
        for one in self._cloned:
            name = self.plain(one.id)
            if not chosen or name in chosen or one.clone in chosen:
                found[name] = frozenset(address for address, tied in addresses.items() if name in tied)
        return {name: tied for name, tied in found.items() if tied}

    def before(self, together: frozenset[str]) -> frozenset[str]:
        """The names of what is started before any of these."""
        found: set[str] = set()
        for order in self._orders:
            for number, name in enumerate(order):
                if name in together:
                    found.update(order[:number])
        return frozenset(found.union(*(self._tied[name] for name in found)))

    def _called(self, resource: Resource) -> set[str]:
        """What constraints, operations and failures may call it."""
        number = {resource.id} if resource.id in self._unique else set()
        return {resource.id.partition(":")[0], resource.group, resource.clone} - {""} | number

    def _tie(self, names: Iterable[str]) -> None:
        tied = {*names}
        for name in tied:
            self._tied[name] |= tied


def concerned(constraint: LocationConstraint, together: Mapping[str, frozenset[str]]) -> list[str]:
    """The names of what a location constraint is about; one empty name where that can't be known."""
    named = [name for name in (constraint.resource, *constraint.members) if name]
    if constraint.pattern:
        named += [name for name in sorted(frozenset().union(*together.values())) if _fits(constraint, name)]
        return named or [constraint.pattern]
    return named or [""]


def _fits(constraint: LocationConstraint, name: str) -> bool:
    pattern = constraint.pattern
    for posix, python in _CLASSES.items():
        pattern = pattern.replace(posix, python)
    try:
        return re.search(pattern, name) is not None
    except re.error:  # another form of POSIX: better a constraint too often than never
        return True


def _is_unique_instance(resource: Resource) -> bool:
    return resource.unique and ":" in resource.id
