"""The dashboards as they are in git, and what they ask."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import promql_parser

from dashboards.src.interpolate import Window, interpolate
from dashboards.src.targets import Target, choice, panels, targets

REPOSITORY = Path(__file__).parent.parent.parent
FOLDER = REPOSITORY / "dashboards"
PAGES: dict[str, dict[str, Any]] = {
    path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))
}
PANELS = {f"{uid}: {panel['title']}": panel for uid, page in PAGES.items() for panel in panels(page)}
HOUR = Window(1_700_000_000, 1_700_003_600)


def _asked() -> Iterator[tuple[str, Target]]:
    for uid, page in PAGES.items():
        for target in targets(page):
            yield f"{uid}: {target.of} {target.ref}", target


TARGETS = dict(_asked())


@cache
def parsed(expr: str) -> promql_parser.Expr:
    """With everything chosen, over an hour; ValueError if it is not PromQL."""
    page = next(iter(PAGES.values()))
    return promql_parser.parse(interpolate(expr, choice(page), HOUR))


def nodes(expr: promql_parser.Expr) -> list[promql_parser.Expr]:
    """The expression and all that it is made of."""
    found: list[promql_parser.Expr] = []

    def collect(one: promql_parser.Expr) -> bool:
        found.append(one)
        return True

    promql_parser.walk(expr, collect)
    return found
