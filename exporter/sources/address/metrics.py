"""Which VIPs are here, as metric families."""

from collections.abc import Iterator, Mapping

from exporter.families import Family, gauge


def families(bound: Mapping[str, bool]) -> Iterator[Family]:
    family = gauge(
        "vip_bound",
        "1 if this host holds the address now, by its own kernel. On two hosts: a split; on none: an outage.",
        "vip",
    )
    for vip, here in bound.items():
        family.add(float(here), vip=vip)
    yield family
