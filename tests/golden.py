"""Golden expositions: captured text on one side, the page that it must become on the other."""

from collections.abc import Iterable
from pathlib import Path

from prometheus_client import generate_latest
from prometheus_client.metrics_core import Metric

CAPTURES = Path(__file__).parent / "captures"


class Page:
    """What prometheus-client's encoders take for a registry."""

    def __init__(self, families: Iterable[Metric]):
        self._families = [family for family in families if family.samples]

    def collect(self) -> Iterable[Metric]:
        return self._families


def exposition(families: Iterable[Metric]) -> str:
    return generate_latest(Page(families)).decode()


def assert_golden(expected: Path, families: Iterable[Metric], *, update: bool) -> None:
    """The families are exactly the page in `expected`; `pytest --update-golden` writes it anew."""
    page = exposition(families)
    if update:
        expected.write_text(page)
    assert page.splitlines() == expected.read_text().splitlines()
