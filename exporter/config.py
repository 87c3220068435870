"""What the configuration file may say. A section's keys are the fields of its dataclass, beside its code."""

import ipaddress
from dataclasses import dataclass

from exporter.sources.corosync.source import Options as CorosyncOptions
from exporter.sources.galera.source import Options as GaleraOptions
from exporter.sources.haproxy.source import Options as HaproxyOptions
from exporter.sources.pacemaker.source import Options as PacemakerOptions


@dataclass(frozen=True)
class Vip:
    """One floating address. `address` is normalised, so that it is the same label everywhere."""

    address: str

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "address", str(ipaddress.ip_address(self.address)))
        except ValueError:
            raise ValueError(f"address: {self.address!r} is no IPv4 or IPv6 address") from None


@dataclass(frozen=True)
class Config:
    """A section that is absent is a collector that is off."""

    pacemaker: PacemakerOptions | None = None
    corosync: CorosyncOptions | None = None
    haproxy: HaproxyOptions | None = None
    galera: GaleraOptions | None = None
    vips: tuple[Vip, ...] = ()

    def __post_init__(self) -> None:
        if not any((self.pacemaker, self.corosync, self.haproxy, self.galera, self.vips)):
            raise ValueError("nothing to watch: turn a section on, for a start `pacemaker: {}`")
        addresses = [vip.address for vip in self.vips]
        for address in {one for one in addresses if addresses.count(one) > 1}:
            raise ValueError(f"vips: {address} is there twice")
