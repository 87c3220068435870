"""exporter/web/needed.txt is what the rules, dashboards and runbooks of this repository ask for."""

import re
from collections.abc import Iterator
from pathlib import Path

import exporter.web.needed
from exporter.web.needed import needed
from tests.dashboards.documented import OF_PROMETHEUS, series

REPOSITORY = Path(__file__).parent.parent.parent
FILE = Path(exporter.web.needed.__file__).with_name("needed.txt")


def readers() -> Iterator[Path]:
    yield from (REPOSITORY / "alerts/rules/5s").glob("*.yml")
    yield from (REPOSITORY / "dashboards").glob("*.json")
    yield from (REPOSITORY / "docs/runbooks").glob("*.md")


def test_what_is_asked_for_is_needed(update_golden: bool) -> None:
    """Every documented series that one of them names, and no other; `--update-golden` writes the list."""
    words = {word for path in readers() for word in re.findall(r"\w+", path.read_text())}
    asked = sorted(words & (series(REPOSITORY / "docs/metrics.md").keys() - OF_PROMETHEUS.keys()))
    if update_golden:
        FILE.write_text("".join(f"{name}\n" for name in asked))
        needed.cache_clear()
    assert sorted(needed()) == asked
