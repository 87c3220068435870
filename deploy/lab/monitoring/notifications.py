"""What arrived at the recorder, read from its lines."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deploy.lab.monitoring.receivers import OWN


@dataclass(frozen=True)
class Notification:
    """One alert of one message: a group's message has all its alerts, also those that were sent before."""

    at: float  # when it arrived, monotonic seconds of the machine
    time: float  # the same, seconds since 1970
    receiver: str
    status: str  # firing or resolved
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    starts_at: datetime

    @property
    def alert(self) -> str:
        return self.labels["alertname"]

    @property
    def severity(self) -> str:
        return self.labels.get("severity", "")


@dataclass(frozen=True)
class Text:
    """One message as a person would get it, rendered by the templates."""

    at: float
    time: float
    receiver: str
    integration: str  # pagerduty, slack, webhook
    body: Mapping[str, Any]

    @property
    def title(self) -> str:
        """As the receiver shows it first; empty where it shows nothing to people."""
        if self.integration == "slack":
            return str(self.body["attachments"][0]["title"])
        return str(self.body["payload"]["summary"]) if self.integration == "pagerduty" else ""

    @property
    def words(self) -> str:
        """Every string of it, a line each."""
        return "\n".join(_strings(self.body))


@dataclass(frozen=True)
class Message:
    """One message to a receiver: what a person reads first, and all alerts that it is about."""

    at: float
    receiver: str
    title: str
    alerts: tuple[Notification, ...]

    @property
    def firing(self) -> bool:
        return any(one.status == "firing" for one in self.alerts)

    @property
    def headline(self) -> str:
        """The alert whose summary heads it; empty if none does."""
        summaries = {one.annotations.get("summary", ""): one.alert for one in self.alerts}
        heading = [summary for summary in summaries if summary and summary in self.title]
        return summaries[max(heading, key=len)] if heading else ""


def messages(text: str) -> list[Message]:
    """In the order of arrival. A message reaches a receiver by each of its integrations, within moments."""
    entries = _entries(text)
    people = [Text(**one) for one in entries if one["integration"] != OWN]
    found = []
    for entry in entries:
        if entry["integration"] == OWN:
            sent = [one for one in people if one.receiver == entry["receiver"]]
            nearest = min(sent, key=lambda one: abs(one.at - entry["at"]), default=None)
            alerts = tuple(_notification(entry, alert) for alert in entry["body"]["alerts"])
            found.append(Message(entry["at"], entry["receiver"], nearest.title if nearest else "", alerts))
    return found


def parse(text: str) -> tuple[list[Notification], list[Text]]:
    """In the order of arrival. The last line may be on its way."""
    notifications: list[Notification] = []
    texts: list[Text] = []
    for entry in _entries(text):
        if entry["integration"] == OWN:
            notifications += (_notification(entry, alert) for alert in entry["body"]["alerts"])
        else:
            texts.append(Text(**entry))
    return notifications, texts


def _entries(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]


def _notification(entry: Mapping[str, Any], alert: Mapping[str, Any]) -> Notification:
    return Notification(
        at=entry["at"],
        time=entry["time"],
        receiver=entry["receiver"],
        status=alert["status"],
        labels=alert["labels"],
        annotations=alert["annotations"],
        starts_at=datetime.fromisoformat(alert["startsAt"]),
    )


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
