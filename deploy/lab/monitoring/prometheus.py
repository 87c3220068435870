"""Prometheus's API (https://prometheus.io/docs/prometheus/latest/querying/api/), asked inside its host."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deploy.lab.errors import LabError
from deploy.lab.host import Host

PATIENCE = 10.0  # seconds for an answer


@dataclass(frozen=True)
class Sample:
    labels: Mapping[str, str]
    time: float  # seconds since 1970
    value: float


@dataclass(frozen=True)
class Series:
    labels: Mapping[str, str]
    points: tuple[tuple[float, float], ...]  # seconds since 1970, value


@dataclass(frozen=True)
class Alert:
    name: str
    state: str  # pending or firing
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    active_at: datetime
    value: float

    @property
    def severity(self) -> str:
        return self.labels.get("severity", "")


@dataclass(frozen=True)
class Target:
    labels: Mapping[str, str]
    health: str  # up, down, unknown: not scraped yet
    error: str

    @property
    def instance(self) -> str:
        return self.labels["instance"]


@dataclass(frozen=True)
class PrometheusAPI:
    host: Host
    port: int

    def query(self, promql: str, at: float | None = None) -> list[Sample]:
        """What an instant query gives; `at` in seconds since 1970, without it now."""
        moment = {} if at is None else {"time": f"{at:.3f}"}
        data = self.get("query", query=promql, **moment)
        if data["resultType"] == "scalar":
            return [_sample({}, data["result"])]
        return [_sample(one["metric"], one["value"]) for one in data["result"]]

    def query_range(self, promql: str, start: float, end: float, step: float = 5) -> list[Series]:
        """From `start` to `end`, seconds since 1970, a point every `step` seconds."""
        times = {"start": f"{start:.3f}", "end": f"{end:.3f}", "step": f"{step:g}"}
        data = self.get("query_range", query=promql, **times)
        return [_series(one) for one in data["result"]]

    def alerts(self) -> list[Alert]:
        """Pending and firing now."""
        return [
            Alert(
                name=one["labels"]["alertname"],
                state=one["state"],
                labels=one["labels"],
                annotations=one["annotations"],
                active_at=datetime.fromisoformat(one["activeAt"]),
                value=float(one["value"]),
            )
            for one in self.get("alerts")["alerts"]
        ]

    def targets(self) -> list[Target]:
        active = self.get("targets", state="active")["activeTargets"]
        return [Target(one["labels"], one["health"], one["lastError"]) for one in active]

    def alertmanagers(self) -> list[str]:
        """The URLs of those that it sends to."""
        return [one["url"] for one in self.get("alertmanagers")["activeAlertmanagers"]]

    def get(self, what: str, **parameters: str) -> Any:
        """The data of /api/v1/WHAT; LabError with what Prometheus says instead."""
        return self.ask(self.port, what, **parameters)

    def ask(self, port: int, what: str, **parameters: str) -> Any:
        fields = [
            word for key, value in parameters.items() for word in ("--data-urlencode", f"{key}={value}")
        ]
        url = f"http://127.0.0.1:{port}/api/v1/{what}"
        curl = ["curl", "--silent", "--show-error", "--max-time", f"{PATIENCE:g}", "--get", *fields, url]
        said = self.host.output(curl, PATIENCE + 5)
        try:
            answer = json.loads(said)
        except ValueError:  # as "Service Unavailable" while it starts
            raise LabError(f"Prometheus, asked for {what}: {said[:100]!r}") from None
        if answer["status"] != "success":
            raise LabError(f"Prometheus, asked for {what} {parameters}: {answer['error']}")
        return answer["data"]


def _sample(labels: Mapping[str, str], point: tuple[float, str]) -> Sample:
    return Sample(labels, point[0], float(point[1]))


def _series(result: Mapping[str, Any]) -> Series:
    return Series(result["metric"], tuple((time, float(value)) for time, value in result["values"]))
