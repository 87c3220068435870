"""The rules in alerts/rules/5s/, and what they ask; those of other intervals differ in durations alone."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import promql_parser as promql
import yaml

REPOSITORY = Path(__file__).parent.parent.parent
ALERTS = REPOSITORY / "alerts"
FOLDER = ALERTS / "rules" / "5s"
RUNBOOKS = REPOSITORY / "docs" / "runbooks"

USED = re.compile(r"\$labels\.(\w+)")
CHOICE = re.compile(r"{{ if \$labels\.(\w+) -}}(.*?){{- else -}}(.*?){{- end }}", re.DOTALL)
# {{ with printf "vip_bound{cluster='%s'} == 1" $labels.cluster | query -}}
ASKED = re.compile(r'printf "([^"]+)"[^|]*\| query')


@dataclass(frozen=True)
class Rule:
    name: str
    alerts: bool  # False: a recording rule
    expr: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]

    @property
    def used_labels(self) -> set[str]:
        """The labels of the alert that its texts put in."""
        return set(USED.findall(" ".join(self.annotations.values())))

    def labels_named(self, there: Collection[str]) -> set[str]:
        """Those of used_labels that are put in where the alert has the labels `there`; a text may ask."""
        text = " ".join(self.annotations.values())
        return set(USED.findall(CHOICE.sub(lambda found: found[2] if found[1] in there else found[3], text)))

    @property
    def asked(self) -> list[promql.Expr]:
        """The queries in its texts."""
        text = " ".join(self.annotations.values())
        return [promql.parse(query.replace("%s", "x")) for query in ASKED.findall(text)]

    def parsed(self) -> promql.Expr:
        return promql.parse(self.expr)


def read_yaml(path: Path) -> Any:
    """By libyaml where PyYAML has it: each of the tests' processes reads all rules, a second without it."""
    return yaml.load(path.read_text(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # both safe


def _rules() -> Iterator[Rule]:
    for path in sorted(FOLDER.glob("*.yml")):
        for group in read_yaml(path)["groups"]:
            for one in group["rules"]:
                name = one.get("alert") or one["record"]
                texts = one.get("annotations", {})
                yield Rule(name, "alert" in one, one["expr"], one.get("labels", {}), texts)


RULES = {rule.name: rule for rule in _rules()}
ALERTING = {name: rule for name, rule in RULES.items() if rule.alerts}
RECORDING = {name: rule for name, rule in RULES.items() if not rule.alerts}
