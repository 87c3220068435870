"""What a rule is before it is made for a site: written for scraping every 5 s, with plain labels and durations."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from exporter.rules.ranks import RANKS

THRESHOLD = re.compile(r"\$([a-z]\w*)")  # `$1` is label_replace()'s


class Severity(StrEnum):
    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"
    NONE = "none"


@dataclass(frozen=True)
class Threshold:
    """A number that a site may want to change; expressions name it as `$name`."""

    value: float
    about: str


@dataclass(frozen=True)
class Recording:
    record: str
    expr: str
    why: str = ""  # the comment above it


@dataclass(frozen=True)
class Alert:
    """Texts: `$vip` is a label, `$value|duration` the value, `<for>` a time in words, `<name>` one of `parts`."""

    alert: str
    severity: Severity
    expr: str
    summary: str
    description: str
    dashboard: str  # its uid
    hold: float = 0  # seconds: `for`
    keep: float = 0  # seconds: `keep_firing_for`
    event: float = 0  # seconds for which its expression shows what may be over already
    needs: float = 0  # seconds for which its expression itself looks back, before `for` begins
    parts: Mapping[str, str] = field(default_factory=dict)  # templates, as texts.py makes them
    labels: Mapping[str, str] = field(default_factory=dict)  # besides its severity
    texts: Mapping[str, str] = field(default_factory=dict)  # more annotations, written as the description is
    of_a_cluster: bool = True
    why: str = ""

    def all_labels(self) -> dict[str, str]:
        return {"severity": self.severity.value, "rank": RANKS[self.alert], **self.labels}

    def filled(self, text: str) -> str:
        """With its parts."""
        for name, part in self.parts.items():
            text = text.replace(f"<{name}>", part)
        return text


@dataclass(frozen=True)
class Group:
    name: str
    about: str  # the comment at the top of its file
    rules: tuple[Recording | Alert, ...]
    thresholds: Mapping[str, Threshold] = field(default_factory=dict)

    def filled(self, expr: str) -> str:
        """With its thresholds as literals: two rulers with one store don't ask for each other's."""
        return THRESHOLD.sub(lambda match: f"{self.thresholds[match[1]].value:g}", expr)

    def changed(self, values: Mapping[str, float]) -> "Group":
        """With other values for those of its thresholds that are named."""
        own = {
            name: Threshold(values.get(name, one.value), one.about) for name, one in self.thresholds.items()
        }
        return replace(self, thresholds=own)
