"""Documentation as a test: docs/metrics.md names every metric, and nothing else."""

import asyncio
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from exporter.app import AboutItself
from exporter.errors import Unreachable
from exporter.scrape import Scraper
from exporter.sources.address.reading import Holding
from exporter.sources.address.source import AddressSource
from exporter.transports.deadline import Deadline
from tests.golden import CAPTURES, exposition

TESTS = Path(__file__).parent
METRICS = Path(__file__).parent.parent / "docs" / "metrics.md"
SECTION = re.compile(r"(<!-- metrics: ([a-z_ ]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


@dataclass
class Documented:
    kind: str
    help: str
    labels: set[str] = field(default_factory=set)


class Unread(AddressSource):
    name = "unread"

    def read(self, deadline: Deadline) -> Holding:  # noqa: ARG002  # as Source has it
        raise Unreachable("nobody there")


def own_page() -> str:
    """What the exporter says of itself on any page, with a source that it reads and one that it can't."""
    sources = [AddressSource(("127.0.0.1",)), Unread(("127.0.0.1",))]
    scraper = Scraper(sources, AboutItself().collect)
    return "".join(asyncio.run(scraper.scrape(5, exposition)))


def expected_pages() -> list[Path]:
    return [*sorted(CAPTURES.glob("*.prom")), *sorted(TESTS.glob("**/expected/*.prom"))]


@cache
def emitted() -> dict[str, Documented]:
    """Every metric of the expected pages, by the name that its series have."""
    found: dict[str, Documented] = {}
    for page in [own_page(), *(path.read_text() for path in expected_pages())]:
        for family in text_string_to_metric_families(page):
            name = family.name + "_total" if family.type == "counter" else family.name
            one = found.setdefault(name, Documented(family.type, family.documentation))
            assert (one.kind, one.help) == (family.type, family.documentation), name
            one.labels |= labels(family)
    return found


def labels(family: Metric) -> set[str]:
    return {label for sample in family.samples for label in sample.labels} - {"le"}


@cache
def sections() -> tuple[str, ...]:
    """The prefixes that each section is for."""
    return tuple(prefix for match in SECTION.finditer(METRICS.read_text()) for prefix in match[2].split())


def section_of(name: str) -> str:
    """The longest of the prefixes that the sections are for; empty without one."""
    return max((prefix for prefix in sections() if name.startswith(prefix)), key=len, default="")


def rows(metrics: dict[str, Documented], prefixes: Collection[str]) -> Iterator[str]:
    yield "| metric | type | labels | |"
    yield "|---|---|---|---|"
    for name in sorted(metrics):
        if section_of(name) in prefixes:
            one = metrics[name]
            text = one.help.replace("|", "\\|")
            yield f"| `{name}` | {one.kind} | {', '.join(sorted(one.labels))} | {text} |"


def test_every_metric_is_documented(update_golden: bool) -> None:
    """docs/metrics.md has each metric's type, labels and HELP as they are on the page."""
    metrics = emitted()

    def section(match: re.Match[str]) -> str:
        table = "\n".join(rows(metrics, match[2].split()))
        return f"{match[1]}{table}\n{match[4]}"

    text = METRICS.read_text()
    expected = SECTION.sub(section, text)
    if update_golden:
        METRICS.write_text(expected)
    assert METRICS.read_text().splitlines() == expected.splitlines()


def test_every_metric_has_a_section() -> None:
    """No metric is outside the sections."""
    assert [name for name in emitted() if not section_of(name)] == []


def test_every_help_is_a_sentence() -> None:
    """A HELP says something at 3 a.m.: it is a sentence, and not the name again."""
    # One test for all: to list the names at collection costs each of the tests' processes a second.
    texts = {name: one.help for name, one in emitted().items()}
    assert texts
    assert [name for name, text in texts.items() if len(text) <= 10] == []
    own = [name for name in texts if not name.startswith("process_")]  # those are prometheus-client's own
    assert [name for name in own if not texts[name].endswith((".", "?"))] == []
