"""What the configuration file may say. A section's keys are the fields of its dataclass, beside its code."""

from dataclasses import dataclass, field, fields

from exporter.endpoint import Endpoint
from exporter.sources.corosync.source import Options as CorosyncOptions
from exporter.sources.galera.source import Options as GaleraOptions
from exporter.sources.haproxy.options import Options as HaproxyOptions
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
    failover: FailoverOptions = field(default_factory=FailoverOptions)  # on wherever pacemaker is
    readiness: ReadinessOptions = field(default_factory=ReadinessOptions)  # likewise
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
    def addresses(self) -> tuple[str, ...]:
        """Of `vips`, each once, whatever its ports."""
        return tuple(dict.fromkeys(vip.address for vip in self.vips))


def _named(vip: Vip) -> str:
    return str(Endpoint(vip.address, vip.port)) if vip.port else vip.address
