"""What the configuration file may say. A section's keys are the fields of its dataclass, beside its code."""

from dataclasses import dataclass, field

from exporter.sources.corosync.source import Options as CorosyncOptions
from exporter.sources.galera.source import Options as GaleraOptions
from exporter.sources.haproxy.source import Options as HaproxyOptions
from exporter.sources.pacemaker.source import Options as PacemakerOptions
from exporter.watchers.failover.options import Options as FailoverOptions
from exporter.watchers.prober.options import Vip


@dataclass(frozen=True)
class Config:
    """A section that is absent is a collector that is off."""

    pacemaker: PacemakerOptions | None = None
    corosync: CorosyncOptions | None = None
    haproxy: HaproxyOptions | None = None
    galera: GaleraOptions | None = None
    vips: tuple[Vip, ...] = ()
    failover: FailoverOptions = field(default_factory=FailoverOptions)  # on wherever pacemaker is
    journal: str = "/var/lib/failover-exporter/events.db"

    def __post_init__(self) -> None:
        if not any((self.pacemaker, self.corosync, self.haproxy, self.galera, self.vips)):
            raise ValueError("nothing to watch: turn a section on, for a start `pacemaker: {}`")
        addresses = [vip.address for vip in self.vips]
        for address in {one for one in addresses if addresses.count(one) > 1}:
            raise ValueError(f"vips: {address} is there twice")
        if any(vip.write for vip in self.vips) and not self.galera:
            raise ValueError("vips: `write:` needs `galera:`, whose nodes tell what was really committed")
