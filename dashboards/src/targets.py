"""Everything that a dashboard asks Prometheus, read from its JSON (pure)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# label_values(metric{matchers}, label)
LABEL_VALUES = re.compile(r"label_values\((?P<series>.+), *(?P<label>\w+)\)")


@dataclass(frozen=True)
class Target:
    """One query of a panel, an annotation or a variable."""

    of: str  # the title of the panel, or the name
    kind: str  # panel, annotation, variable
    ref: str
    expr: str
    instant: bool


def targets(page: Mapping[str, Any]) -> Iterator[Target]:
    for panel in panels(page):
        for query in panel["targets"]:
            instant = bool(query.get("instant"))
            yield Target(panel["title"], "panel", query["refId"], query["expr"], instant)
    for mark in page["annotations"]["list"]:
        yield Target(mark["name"], "annotation", "A", mark["expr"], instant=False)
    for variable in page["templating"]["list"]:
        if variable["type"] == "query":
            found = LABEL_VALUES.fullmatch(variable["definition"])
            if found is None:
                raise ValueError(f"{variable['name']}: not label_values(…): {variable['definition']}")
            expr = f"group by ({found['label']}) ({found['series']})"
            yield Target(variable["name"], "variable", "A", expr, instant=True)


def panels(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those that show something; rows are headings."""
    return [panel for panel in page["panels"] if panel["type"] != "row"]


def choice(page: Mapping[str, Any], **values: tuple[str, ...]) -> dict[str, str | tuple[str, ...]]:
    """The dashboard's variables with these values; those that are not named are set to All."""
    every = {one["name"]: one for one in page["templating"]["list"]}
    all_of = {name: one["allValue"] for name, one in every.items() if one.get("includeAll")}
    fixed = {name: str(one["query"]) for name, one in every.items() if one["type"] == "constant"}
    return {**all_of, **fixed, **values}
