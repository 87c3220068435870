"""How many Primary components exist, concluded from each node's own view of its group (pure)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

# Addresses of nodes that don't know theirs (MariaDB, Galera), and of the arbitrator garbd.
_NAMELESS = ("AUTO", "unspecified", "")


@dataclass(frozen=True)
class View:
    """What a node reports of the group it is in.

    No field distinguishes two components by itself: both halves of a split may have the same state UUID and
    even the same configuration id. The members do.
    """

    primary: bool
    member: str  # wsrep_gcomm_uuid: which member this node is, different after each start
    state_uuid: str
    configuration: int
    size: int
    index: int  # place of this node in the member list; not a place in it while it has no group
    addresses: tuple[str, ...]  # wsrep_incoming_addresses, one for each member, in the group's order

    @property
    def own_address(self) -> str | None:
        """This node's address among the members, if no other member has the same."""
        if not 0 <= self.index < len(self.addresses):
            return None
        address = self.addresses[self.index]
        return address if address not in _NAMELESS and self.addresses.count(address) == 1 else None

    def identity(self) -> tuple[object, ...]:
        """Equal for all members of one component, once all of them have the latest view."""
        return self.state_uuid, self.configuration, self.size, tuple(sorted(self.addresses))


def primary_components(views: Iterable[View]) -> int:
    """The number of Primary components among the nodes that these views came from.

    Two nodes are in one component when either counts the other as a member. Both need not: while a view
    changes one node still has the old one, and a node that receives nothing from its peers goes on counting
    them until evs.suspect_timeout (5 s). Halves of a real split each continue without the other. Where
    members have no address of their own, equal views count as one component.
    """
    rest = _distinct([view for view in views if view.primary])
    total = 0
    while rest:
        group = [rest.pop()]
        for view in group:  # grows during the loop
            linked = [other for other in rest if _linked(view, other)]
            rest = [other for other in rest if other not in linked]
            group += linked
        total += _overlap(group)
    return total


def _distinct(views: Sequence[View]) -> list[View]:
    """One view for each member: a server may be in the configuration under two names."""
    return list({view.member or number: view for number, view in enumerate(views)}.values())


def _linked(one: View, other: View) -> bool:
    if one.state_uuid != other.state_uuid:
        return False
    mine, yours = one.own_address, other.own_address
    if mine and yours and mine != yours:
        return mine in other.addresses or yours in one.addresses
    return one.identity() == other.identity()


def _overlap(group: Sequence[View]) -> int:
    """The number of components with equal views: members of one component have different indexes in it."""
    places = Counter(replace(view, member="") for view in group if 0 <= view.index < view.size)
    return max(places.values(), default=1)
