"""How many Primary components really exist, told from each node's own view of its group (pure)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

# What a node is called that could not tell its address (MariaDB, Galera), and the arbitrator garbd.
_NAMELESS = ("AUTO", "unspecified", "")


@dataclass(frozen=True)
class View:
    """What a node says of the group it is in.

    None of it tells two components apart by itself: both halves of a split may carry the same state UUID
    and even the same configuration id. Who is in it does.
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
        """This node's name among the members, if it has one that is nobody else's."""
        if not 0 <= self.index < len(self.addresses):
            return None
        address = self.addresses[self.index]
        return address if address not in _NAMELESS and self.addresses.count(address) == 1 else None

    def identity(self) -> tuple[object, ...]:
        """Equal for all members of one component, once they all know of the last change."""
        return self.state_uuid, self.configuration, self.size, tuple(sorted(self.addresses))


def primary_components(views: Iterable[View]) -> int:
    """The number of Primary components among the nodes that these views came from.

    Two nodes are in one component when either counts the other as a member. Both need not: while a view
    changes one node is still in the old one, and a node that hears nothing of its peers goes on counting
    them until it has given them up (evs.suspect_timeout, 5 s). Halves that have really split each go on
    without the other. Where members have no address of their own, equal views stand for one component.
    """
    rest = _distinct([view for view in views if view.primary])
    total = 0
    while rest:
        group = [rest.pop()]
        for view in group:  # grows while it is gone through
            linked = [other for other in rest if _linked(view, other)]
            rest = [other for other in rest if other not in linked]
            group += linked
        total += _overlap(group)
    return total


def _distinct(views: Sequence[View]) -> list[View]:
    """One view for each member: a server may stand in the configuration under two names."""
    return list({view.member or number: view for number, view in enumerate(views)}.values())


def _linked(one: View, other: View) -> bool:
    if one.state_uuid != other.state_uuid:
        return False
    mine, yours = one.own_address, other.own_address
    if mine and yours and mine != yours:
        return mine in other.addresses or yours in one.addresses
    return one.identity() == other.identity()


def _overlap(group: Sequence[View]) -> int:
    """How many components hide behind equal views: members of one component have different places in it."""
    places = Counter(replace(view, member="") for view in group if 0 <= view.index < view.size)
    return max(places.values(), default=1)
