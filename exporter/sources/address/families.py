"""Which VIPs this host holds, and how many hosts answer for each -> metric families (pure)."""

from collections.abc import Iterator

from exporter.families import Family, gauge
from exporter.sources.address.reading import Holding


def families(holding: Holding) -> Iterator[Family]:
    bound = gauge(
        "vip_bound",
        "1 if this host holds the address now, by its own kernel. On two hosts: a split; on none: an outage.",
        "vip",
    )
    for vip, here in holding.bound.items():
        bound.add(float(here), vip=vip)
    yield bound
    claimants = gauge(
        "vip_claimants",
        "How many MAC addresses answer for the address on this link, this host's own counted; asked every "
        "2 s, less often while two known owners are there. 2 or more: a split, clients reach one or the "
        "other. 0: nobody has it. Absent: no right to ask (CAP_NET_RAW; the log says so), a link that is "
        "down, or an address that is on no link of this host.",
        "vip",
    )
    for vip, count in holding.claimants.items():
        claimants.add(count, vip=vip)
    yield claimants
    shared = gauge(
        "vip_shared_seconds",
        "For how long the address has had several vip_claimants: from the first to the latest of the "
        "questions in a row that found so; 0 with one or none. A handover is over within 5 s. Absent as "
        "vip_claimants.",
        "vip",
    )
    for vip, seconds in holding.shared.items():
        shared.add(seconds, vip=vip)
    yield shared
