"""The metrics of docs/metrics.md, as their series appear in Prometheus."""

import re
from pathlib import Path

ROW = re.compile(r"^\| `(?P<name>\w+)` \| (?P<kind>\w+) \| (?P<labels>[\w, ]*) \|", re.MULTILINE)
OF_PROMETHEUS = {
    "up": set[str](),
    "ALERTS": {"alertname", "alertstate", "severity", "vip"},  # and what else an alert has
    "ALERTS_FOR_STATE": {"alertname", "severity"},
}
OF_TARGETS = {"cluster", "job", "instance"}


def series(metrics: Path) -> dict[str, set[str]]:
    """Every name to its labels."""
    found = dict(OF_PROMETHEUS)
    for row in ROW.finditer(metrics.read_text()):
        labels = {label.strip() for label in row["labels"].split(",") if label.strip()}
        if row["kind"] == "histogram":
            found |= {row["name"] + "_sum": labels, row["name"] + "_count": labels}
            found[row["name"] + "_bucket"] = labels | {"le"}
        else:
            found[row["name"]] = labels
    return {name: labels | OF_TARGETS for name, labels in found.items()}
