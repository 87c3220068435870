"""The configuration's section `readiness:` (pure)."""

from dataclasses import dataclass

from exporter.options import check_command, check_seconds


@dataclass(frozen=True)
class Options:
    crm_simulate_path: str = "crm_simulate"
    haproxy_path: str = "haproxy"  # asked whether its configuration is well
    timeout: float = 10.0  # seconds for all simulations of one time; one takes 0.04 s where nobody waits

    def __post_init__(self) -> None:
        check_command("crm_simulate_path", self.crm_simulate_path)
        check_command("haproxy_path", self.haproxy_path)
        check_seconds("timeout", self.timeout, 0, 60)
