"""What the pages of one moment say of a split, and for how long they said it (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from deploy.lab.page import Page
from deploy.lab.topology import Topology

PACEMAKER = "ha_cluster_pacemaker_"

# Pages of two hosts are not of one moment: they are scraped side by side, but a reading younger than a second
# is used again. While the address moves both may show it. What stays for this long is no handover.
HANDOVER_SECONDS = 2.0


class Sign(Enum):
    """The value is how a table names it."""

    BOUND = "`vip_bound` on both balancers"
    CLAIMANTS = "`vip_claimants` > 1 on a balancer"
    CLAIMANTS_OUTSIDE = "`vip_claimants` > 1 outside the pair"
    DCS = "two DCs"
    OFFLINE = "each has a DC and sees the other offline"
    RUNNING = "`resource_running_nodes` > 1"
    PRIMARIES = "`galera_primary_components` > 1"

    @property
    def takes_two_pages(self) -> bool:
        return self in (Sign.BOUND, Sign.DCS, Sign.OFFLINE)

    @property
    def patience(self) -> float:
        """Seconds for which it must be shown to be meant."""
        return HANDOVER_SECONDS if self.takes_two_pages else 0.0


Pages = Mapping[str, Page]  # by host; a host that gave no page is not there


@dataclass(frozen=True)
class Sample:
    at: float  # seconds since whatever the run began with; when the first page was asked for
    signs: frozenset[Sign]
    hosts: frozenset[str] = frozenset()  # whose pages came


def shown(topology: Topology, pages: Pages) -> frozenset[Sign]:
    balancers = [pages[host.name] for host in topology.balancers if host.name in pages]
    outside = [pages[host.name] for host in topology.clients if host.name in pages]
    found = {
        Sign.CLAIMANTS: any(_above_one(page, "vip_claimants") for page in balancers),
        Sign.CLAIMANTS_OUTSIDE: any(_above_one(page, "vip_claimants") for page in outside),
        Sign.RUNNING: any(_runs_twice(topology, page) for page in balancers),
        Sign.PRIMARIES: any(_above_one(page, "galera_primary_components") for page in balancers),
        Sign.BOUND: any(_holders(vip, balancers) > 1 for vip in topology.vips),
        Sign.DCS: len({dc for page in balancers for dc in page.values("node", f"{PACEMAKER}dc_info")}) > 1,
        Sign.OFFLINE: _mutual_offline(topology, pages),
    }
    return frozenset(sign for sign, is_shown in found.items() if is_shown)


def first_meant(samples: Sequence[Sample], sign: Sign) -> float | None:
    """When the sign was first shown of a time in which it was shown for long enough."""
    return next((start for start, seconds in _stretches(samples, sign) if seconds >= sign.patience), None)


def longest(samples: Sequence[Sample], sign: Sign) -> float | None:
    """Seconds from the first to the last sample of the longest stretch that shows it; None: never shown."""
    return max((seconds for _start, seconds in _stretches(samples, sign)), default=None)


def _stretches(samples: Sequence[Sample], sign: Sign) -> list[tuple[float, float]]:
    """Start and seconds of each time in which every sample shows the sign."""
    found: list[tuple[float, float]] = []
    start: float | None = None
    for sample in samples:
        if sign not in sample.signs:
            start = None
        elif start is None:
            start = sample.at
            found.append((start, 0.0))
        else:
            found[-1] = (start, sample.at - start)
    return found


def _above_one(page: Page, name: str) -> bool:
    return any(value > 1 for value in page.all(name).values())


def _holders(vip: str, pages: Sequence[Page]) -> int:
    return sum(page.get("vip_bound", vip=vip) == 1 for page in pages)


def _runs_twice(topology: Topology, page: Page) -> bool:
    """Of those that should run once: a clone runs everywhere."""
    name = f"{PACEMAKER}resource_running_nodes"
    return any((page.get(name, resource=resource) or 0) > 1 for resource in topology.primitives)


def _mutual_offline(topology: Topology, pages: Pages) -> bool:
    """A node that comes back sees all offline, itself too, until it has joined: it has no DC till then."""
    one, other = (host.name for host in topology.balancers)
    return all(
        page is not None
        and page.get(f"{PACEMAKER}dc_present") == 1
        and page.get(f"{PACEMAKER}nodes", node=peer, status="online") == 0
        for page, peer in ((pages.get(one), other), (pages.get(other), one))
    )
