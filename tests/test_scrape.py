"""Reading and rendering of sources, which are doubles here; the real ones are broken in tests/lab."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import ClassVar

import pytest
from prometheus_client.metrics_core import Metric

from exporter import scrape as scraping
from exporter.errors import REASONS, Denied, NotPermitted, SourceError, TimedOut, Unparsable, Unreachable
from exporter.families import gauge
from exporter.scrape import Scraper, Source
from exporter.transports.deadline import Deadline


class Double(Source[int]):
    """Runs `answer` for each reading and counts them; publishes the value as `<name>_value`."""

    name: ClassVar[str] = "double"
    timeout = 5.0

    def __init__(self, answer: Callable[[Deadline], int] = lambda _: 7) -> None:
        self.answer = answer
        self.reads = 0

    def read(self, deadline: Deadline) -> int:
        self.reads += 1
        return self.answer(deadline)

    def collect(self, reading: int) -> Iterable[Metric]:
        family = gauge(f"{self.name}_value", "The double's answer.")
        family.add(reading)
        return [family]


class Other(Double):
    name: ClassVar[str] = "other"


class Partial(Double):
    name: ClassVar[str] = "partial"

    def failures(self, reading: int) -> Sequence[SourceError]:
        return [TimedOut("node c: no answer in time")] if reading else []


def fail(error: Exception) -> Callable[[Deadline], int]:
    def answer(_: Deadline) -> int:
        raise error

    return answer


def scraper_of(*sources: Source[int]) -> Scraper:
    return Scraper(sources, about=lambda: [])


async def scrape(scraper: Scraper, budget: float = 5, only: Sequence[str] = ()) -> list[Metric]:
    """The families of a page."""
    return [family for part in await scraper.scrape(budget, list[Metric], only) for family in part]


def value(families: Iterable[Metric], name: str, **labels: str) -> float | None:
    """The one series with these labels among its own, or None."""
    found = [
        sample.value
        for family in families
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    ]
    assert len(found) <= 1
    return found[0] if found else None


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Unreachable("gone"), "unreachable"),
        (TimedOut("slow"), "timeout"),
        (Denied("no"), "denied"),
        (Unparsable("odd"), "unparsable"),
        (ZeroDivisionError("ours"), "bug"),
    ],
)
async def test_a_source_fails_alone(error: Exception, reason: str) -> None:
    """A failed source publishes nothing of its own, success 0 and the reason; the other is served whole."""
    families = await scrape(scraper_of(Double(fail(error)), Other()), 5)
    assert value(families, "double_value") is None
    assert value(families, "ha_cluster_scrape_success", collector="double") == 0
    assert value(families, "ha_cluster_scrape_duration_seconds", collector="double") is not None
    for one in REASONS:
        counted = value(
            families, "failover_exporter_collector_failures_total", collector="double", reason=one
        )
        assert counted == (one == reason)
        said = value(families, "failover_exporter_collector_failed_info", collector="double", reason=one)
        assert said == (1 if one == reason else None)
    assert value(families, "other_value") == 7
    assert value(families, "ha_cluster_scrape_success", collector="other") == 1


async def test_a_reading_that_cannot_be_rendered_is_a_bug() -> None:
    """collect() that raises costs its source alone, and is counted as a bug."""

    class Unrenderable(Double):
        def collect(self, reading: int) -> Iterable[Metric]:
            raise KeyError(reading)

    families = await scrape(scraper_of(Unrenderable(), Other()), 5)
    assert value(families, "ha_cluster_scrape_success", collector="double") == 0
    assert (
        value(families, "failover_exporter_collector_failures_total", collector="double", reason="bug") == 1
    )
    assert value(families, "failover_exporter_collector_failed_info", collector="double", reason="bug") == 1
    assert value(families, "failover_exporter_collector_failed_info", collector="other") is None
    assert value(families, "other_value") == 7


async def test_simultaneous_scrapes_share_one_reading() -> None:
    """Two scrapes at once cost one reading; a third within a second costs none."""
    source = Double()
    scraper = scraper_of(source)
    first, second = await asyncio.gather(scrape(scraper, 5), scrape(scraper, 5))
    third = await scrape(scraper, 5)
    assert [value(page, "double_value") for page in (first, second, third)] == [7, 7, 7]
    assert source.reads == 1


async def test_an_old_reading_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """After its second a reading is made anew, so a value is never stale."""
    monkeypatch.setattr(scraping, "REUSE_SECONDS", 0.0)
    answers = iter([1, 2])
    scraper = scraper_of(Double(lambda _: next(answers)))
    assert value(await scrape(scraper, 5), "double_value") == 1
    assert value(await scrape(scraper, 5), "double_value") == 2


async def test_a_refused_source_is_asked_ever_more_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each refused attempt costs corosync two log lines, so a denial is kept where an outage is not."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(scraping, "time", SimpleNamespace(monotonic=lambda: clock.now))
    denied, gone = Double(fail(Denied("no"))), Other(fail(Unreachable("gone")))
    scraper = scraper_of(denied, gone)
    asked = []
    for clock.now in map(float, range(200)):
        before = denied.reads
        families = await scrape(scraper, 5)
        assert value(families, "ha_cluster_scrape_success", collector="double") == 0
        asked += [clock.now] if denied.reads > before else []
    assert asked == [0, 1, 3, 7, 15, 31, 63, 123, 183]
    assert gone.reads == 200


async def test_one_refusal_is_no_reason_to_look_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that ends may refuse who asks just then; a second later it is asked again, then as ever."""
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(scraping, "time", SimpleNamespace(monotonic=lambda: clock.now))
    outcomes = iter([Denied("not permitted"), None, Denied("not permitted"), None])

    def answer(_: Deadline) -> int:
        if error := next(outcomes):
            raise error
        return 7

    scraper = scraper_of(Double(answer))
    shown = []
    for clock.now in map(float, range(4)):
        shown.append(value(await scrape(scraper, 5), "double_value"))
    assert shown == [None, 7, None, 7]


async def test_a_file_without_rights_is_tried_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No daemon wrote a log line, and the person who has just corrected the rights waits for the page."""
    monkeypatch.setattr(scraping, "REUSE_SECONDS", 0.0)
    outcomes = iter([NotPermitted("crm_mon: no right to execute it"), None])

    def answer(_: Deadline) -> int:
        if error := next(outcomes):
            raise error
        return 7

    scraper = scraper_of(Double(answer))
    families = await scrape(scraper, 5)
    assert value(families, "ha_cluster_scrape_success", collector="double") == 0
    assert (
        value(families, "failover_exporter_collector_failures_total", collector="double", reason="denied")
        == 1
    )
    assert value(await scrape(scraper, 5), "double_value") == 7


async def test_a_hung_source_does_not_hold_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page ends within its budget with the others whole; a hung reading is one thread and counts once."""
    monkeypatch.setattr(scraping, "REUSE_SECONDS", 0.0)
    release = threading.Event()
    hung = Double(lambda _: int(release.wait(30)))
    scraper = scraper_of(hung, Other())
    try:
        started = time.monotonic()
        for _ in range(3):
            families = await scrape(scraper, 0.1)
            assert value(families, "double_value") is None
            assert value(families, "ha_cluster_scrape_success", collector="double") == 0
            assert value(families, "other_value") == 7
        assert time.monotonic() - started < 20
        counted = value(
            families, "failover_exporter_collector_failures_total", collector="double", reason="timeout"
        )
        assert (counted, hung.reads) == (1, 1)
    finally:
        release.set()
    assert value(await scrape(scraper, 5), "double_value") == 1


async def test_the_deadline_is_the_shorter_of_budget_and_own_timeout() -> None:
    """A source gets its own timeout, or the scrape's budget where that is less."""
    seen: list[float] = []

    def remember(deadline: Deadline) -> int:
        seen.append(deadline.remaining("test"))
        return 1

    await scrape(scraper_of(Double(remember)), 60)
    await scrape(scraper_of(Double(remember)), 2)
    assert 4 < seen[0] <= 5
    assert 1 < seen[1] <= 2


async def test_only_the_named_collectors_are_read() -> None:
    """collect[] reads nothing else, so it costs nothing else."""
    one, other = Double(), Other()
    families = await scrape(scraper_of(one, other), 5, ["other"])
    assert (one.reads, other.reads) == (0, 1)
    assert value(families, "ha_cluster_scrape_success", collector="double") is None


async def test_parts_that_fail_are_counted_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    """A source that was read but for a part stays successful; the part's reason is counted and named."""
    families = await scrape(scraper_of(Partial()), 5)
    assert value(families, "ha_cluster_scrape_success", collector="partial") == 1
    assert (
        value(families, "failover_exporter_collector_failures_total", collector="partial", reason="timeout")
        == 1
    )
    assert "node c: no answer in time" in caplog.text


async def test_trouble_is_logged_when_it_begins_changes_and_ends(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line for each new trouble, not one for each scrape; a bug comes with its trace."""
    monkeypatch.setattr(scraping, "REUSE_SECONDS", 0.0)
    caplog.set_level(logging.INFO)
    outcomes: list[Exception | None] = [
        None,
        Unparsable("odd: b'\\x00'"),
        Unparsable("odd: b'\\x01'"),
        Unreachable("gone"),
        None,
        KeyError("k"),
    ]
    current = iter(outcomes)

    def answer(_: Deadline) -> int:
        if error := next(current):
            raise error
        return 1

    scraper = scraper_of(Double(answer))
    for _ in outcomes:
        await scrape(scraper, 5)
    assert [record.getMessage() for record in caplog.records] == [
        "double: unparsable: odd: b'\\x00'",
        "double: unreachable: gone",
        "double: reads well again",
        "double: bug: 'k'",
    ]
    assert caplog.records[-1].exc_info


async def test_a_page_takes_a_reading_that_is_known_to_be_true() -> None:
    """As long as nothing has changed since it began; who asks for a new one gets one."""
    source = Double()
    scraper, began = scraper_of(source), list[float]()

    def unchanged_since(at: float) -> bool:
        began.append(at)
        return True

    shared = scraper.shared("double")
    shared.trust(unchanged_since)
    before = time.monotonic()
    await scrape(scraper)
    assert source.reads == 1
    assert shared._latest
    shared._latest = replace(shared._latest, finished=shared._latest.finished - 5, seconds=1.0)
    assert value(await scrape(scraper), "double_value") == 7
    assert (await scraper.readings(5))["double"].reading.value == 7
    assert source.reads == 1
    assert all(before - 6.5 < at < before for at in began)
    await shared.read(5)
    assert source.reads == 2


async def test_a_failed_reading_is_never_trusted() -> None:
    """Nor one that may have changed: it is read again."""
    source = Double(fail(Unreachable("gone")))
    scraper = scraper_of(source)
    scraper.shared("double").trust(lambda _: True)
    await scrape(scraper)
    _age(scraper)
    source.answer = lambda _: 8
    assert value(await scrape(scraper), "double_value") == 8
    scraper.shared("double").trust(lambda _: False)
    _age(scraper)
    await scrape(scraper)
    assert source.reads == 3


def _age(scraper: Scraper) -> None:
    """The latest reading is older than REUSE_SECONDS."""
    shared = scraper.shared("double")
    assert shared._latest
    shared._latest = replace(shared._latest, finished=shared._latest.finished - 5)
