"""What the configuration file may say. A section's keys are the fields of its dataclass, beside its code."""

from dataclasses import dataclass, field, fields

from exporter.endpoint import Endpoint
from exporter.sources.corosync.source import Options as CorosyncOptions
from exporter.sources.galera.source import Options as GaleraOptions
from exporter.sources.haproxy.options import Options as HaproxyOptions
from exporter.sources.keepalived.source import Options as KeepalivedOptions
from exporter.sources.pacemaker.source import Options as PacemakerOptions
from exporter.watchers.failover.options import Options as FailoverOptions
from exporter.watchers.prober.options import Vip
from exporter.watchers.readiness.options import Options as ReadinessOptions


@dataclass(frozen=True)
class Config:
    """A section that is absent is a collector that is off."""

    pacemaker: PacemakerOptions | None = None
    corosync: CorosyncOptions | None = None
    haproxy: HaproxyOptions | None = None
    galera: GaleraOptions | None = None
    vips: tuple[Vip, ...] = ()
    keepalived: KeepalivedOptions | None = None  # where it moves the address there is no Pacemaker
    failover: FailoverOptions = field(
        default_factory=FailoverOptions
    )  # on wherever pacemaker or keepalived is
    readiness: ReadinessOptions = field(default_factory=ReadinessOptions)  # on wherever pacemaker is
    journal: str = "/var/lib/failover-exporter/events.db"

    def __post_init__(self) -> None:
        if not any(
            getattr(self, one.name)
            for one in fields(self)
            if one.name not in ("failover", "readiness", "journal")
        ):
            raise ValueError("nothing to watch: turn a section on, for a start `pacemaker: {}`")
        seen = set[tuple[str, int | None]]()
        for vip in self.vips:
            if (vip.address, vip.port) in seen:
                raise ValueError(f"vips: {_named(vip)} is there twice")
            seen.add((vip.address, vip.port))
        if any(vip.write for vip in self.vips) and not self.galera:
            raise ValueError("vips: `write:` needs `galera:`, whose nodes show what was really committed")

    @property
    def asked_addresses(self) -> tuple[str, ...]:
        """Those of `addresses` whose owners are asked for: `claimants: false` at one port is enough."""
        silent = {vip.address for vip in self.vips if not vip.claimants}
        return tuple(address for address in self.addresses if address not in silent)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Of `vips`, each once, whatever its ports."""
        return tuple(dict.fromkeys(vip.address for vip in self.vips))


def _named(vip: Vip) -> str:
    return str(Endpoint(vip.address, vip.port)) if vip.port else vip.address
