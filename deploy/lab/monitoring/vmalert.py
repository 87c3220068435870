"""VictoriaMetrics's answers: as Prometheus's, from three daemons (https://docs.victoriametrics.com/vmalert/)."""

from dataclasses import dataclass
from typing import Any

from deploy.lab.monitoring.prometheus import PrometheusAPI

OF_AGENT = {"targets"}
OF_RULER = {"alerts", "rules"}


@dataclass(frozen=True)
class VmalertAPI(PrometheusAPI):
    """`port` is the store's."""

    agent: int
    ruler: int

    def alertmanagers(self) -> list[str]:
        """vmalert does not say whether one answers; that its rules are evaluated is what can be seen."""
        groups = self.get("rules")["groups"]
        rules = [rule for group in groups for rule in group["rules"]]
        return ["evaluated"] if rules and all(rule["lastEvaluation"][:4] > "0001" for rule in rules) else []

    def get(self, what: str, **parameters: str) -> Any:
        port = self.agent if what in OF_AGENT else self.ruler if what in OF_RULER else self.port
        return self.ask(port, what, **parameters)
