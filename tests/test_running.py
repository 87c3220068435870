"""What a changed configuration does to collectors that run; the collectors are doubles."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.metrics_core import Metric

from exporter.errors import Unreachable
from exporter.families import counter
from exporter.running import Part, Running, plan
from exporter.scrape import Source
from exporter.transports.deadline import Deadline

NAMES = ("a", "b", "c", "d")


class Counting(Source[int]):
    """Counts its readings from 0; notes what is done with it in `log`."""

    name: ClassVar[str] = ""
    timeout = 5.0

    def __init__(self, name: str, log: list[str], read: Callable[[], None] = lambda: None):
        self.name = name  # type: ignore[misc]  # a class for each name would be longer
        self.settings: object = None
        self._log, self._read, self._count = log, read, 0
        self._note("built")

    def _note(self, what: str) -> None:
        self._log.append(f"{self.name} {what}")

    def start(self) -> None:
        self._note("started")

    def read(self, _: Deadline) -> int:
        self._read()
        self._count += 1
        return self._count

    def collect(self, reading: int) -> Iterable[Metric]:
        family = counter("readings_total", "Readings.", "of")
        family.add(reading, of=self.name)
        return [family]

    def halt(self) -> None:
        self._note("halted")

    def close(self) -> None:
        self._note("closed")


def part(name: str, identity: object, settings: object, log: list[str], **more: Any) -> Part:
    def adapt(source: Counting) -> None:
        source.settings = settings
        log.append(f"{name} adapted")

    return Part(lambda: Counting(name, log, **more), identity, settings, adapt)


Wanted = dict[str, tuple[int, int]]  # identity and settings by name


def parts(wanted: Wanted, log: list[str]) -> dict[str, Part]:
    return {name: part(name, identity, settings, log) for name, (identity, settings) in wanted.items()}


def configurations() -> st.SearchStrategy[Wanted]:
    return st.dictionaries(st.sampled_from(NAMES), st.tuples(st.integers(0, 1), st.integers(0, 1)))


def nothing() -> Iterable[Metric]:
    return []


async def counted(running: Running) -> dict[str, float]:
    """The readings of each, by its name."""
    running.scraper.replace([])  # what was read a moment ago would be used again
    running.scraper.replace(list(running._sources.values()))
    pages = await running.scraper.scrape(5.0, list[Metric])
    return {
        sample.labels["of"]: sample.value
        for page in pages
        for family in page
        for sample in family.samples
        if sample.name == "readings_total"
    }


@given(configurations(), configurations())
def test_the_plan_is_whole(before: Wanted, after: Wanted) -> None:
    """Each wanted collector stays, is adapted or is built; what was there stays, is adapted or is closed."""
    todo = plan(parts(before, []), parts(after, []))
    assert sorted([*todo.stay, *todo.adapt, *todo.build]) == sorted(after)
    assert sorted([*todo.stay, *todo.adapt, *todo.close]) == sorted(before)
    assert all(before[name] == after[name] for name in todo.stay)
    assert all(before[name][0] == after[name][0] for name in todo.adapt)
    assert all(before[name][0] != after[name][0] for name in todo.build & todo.close)


@given(st.lists(configurations(), min_size=2, max_size=5))
def test_counters_of_what_stays_never_decrease(sequence: list[Wanted]) -> None:
    """Through any sequence of configurations; and what ran is closed, each once."""

    async def run() -> None:
        log: list[str] = []
        running, before, last = Running(nothing), dict[str, float](), Wanted()
        for wanted in sequence:
            await running.apply(parts(wanted, log))
            now = await counted(running)
            assert now.keys() == wanted.keys()
            for name, (identity, settings) in wanted.items():
                went_on = name in last and last[name][0] == identity
                assert now[name] == (before[name] if went_on else 0) + 1
                source = running._sources[name]
                assert isinstance(source, Counting)
                assert not went_on or last[name][1] == settings or source.settings == settings
            before, last = now, wanted
        running.close()
        for name in NAMES:
            times = [log.count(f"{name} {what}") for what in ("built", "started", "halted", "closed")]
            assert len(set(times)) == 1, log

    asyncio.run(run())


async def test_what_replaces_another_is_started_after_that_one_is_closed() -> None:
    """Both may want the same file, as the journal's writers do."""
    log: list[str] = []
    running = Running(nothing)
    await running.apply(parts({"a": (0, 0)}, log))
    await running.apply(parts({"a": (1, 0)}, log))
    assert log == ["a built", "a started", "a built", "a halted", "a closed", "a started"]
    running.close()


async def test_one_that_can_not_be_built_changes_nothing() -> None:
    """The new ones built before it are closed again, and all old ones go on."""
    log: list[str] = []
    running = Running(nothing)
    await running.apply(parts({"a": (0, 0), "b": (0, 0)}, log))
    log.clear()

    def broken() -> Counting:
        raise Unreachable("no more threads")

    with pytest.raises(Unreachable):
        await running.apply(parts({"c": (0, 0)}, log) | {"d": Part(broken, 0)})
    assert log == ["c built", "c closed"]
    assert running.scraper.collectors == ("a", "b")
    running.close()


async def test_one_that_can_not_be_adapted_costs_the_others_nothing() -> None:
    """The error is reported once all that could be done is done."""
    log: list[str] = []
    running = Running(nothing)
    await running.apply(parts({"a": (0, 0)}, log))

    def broken(_: Counting) -> None:
        raise Unreachable("no more threads")

    changed = {"a": Part(lambda: Counting("a", log), 0, 1, broken)} | parts({"b": (0, 0)}, log)
    with pytest.raises(Unreachable):
        await running.apply(changed)
    assert "b started" in log
    assert await counted(running) == {"a": 1, "b": 1}
    running.close()


async def test_a_scrape_in_flight_finishes_with_what_it_began_with() -> None:
    """The source that is taken out is closed when its reading is done, and its page is whole."""
    log: list[str] = []
    asked, release = threading.Event(), threading.Event()

    def slow() -> None:
        asked.set()
        release.wait(30)
        log.append("a was read")

    replaced = asyncio.Event()
    running = Running(nothing, lambda *_: replaced.set())
    await running.apply({"a": part("a", 0, 0, log, read=slow)})
    replaced.clear()
    scrape = asyncio.create_task(running.scraper.scrape(10.0, list[Metric]))
    await asyncio.to_thread(asked.wait, 10)
    reload = asyncio.create_task(running.apply(parts({"b": (0, 0)}, log)))
    await replaced.wait()
    assert running.scraper.collectors == ("b",)
    release.set()
    names = [family.name for part in await scrape for family in part]
    assert "readings" in names
    await reload
    assert log.index("a was read") < log.index("a halted") < log.index("a closed")
    running.close()


async def test_failures_are_counted_on_where_a_source_is_replaced() -> None:
    """The collector has the same name: for Prometheus it is the same counter."""

    def fail() -> None:
        raise Unreachable("gone")

    running = Running(nothing)
    for identity in (0, 1):
        await running.apply({"a": part("a", identity, 0, [], read=fail)})
        await running.scraper.scrape(5.0, list[Metric])
    assert running.scraper.shared("a").failures["unreachable"] == 2
    assert running.scraper.troubles == {"a": "unreachable"}
    running.close()


async def test_the_first_that_is_stuck_is_named() -> None:
    """For the watchdog; nothing is stuck without one."""

    class Stuck(Counting):
        def stuck(self, now: float) -> str:
            return f"since {now:g}"

    running = Running(nothing)
    await running.apply(parts({"a": (0, 0)}, []))
    assert running.stuck(1.0) == ""
    both: Mapping[str, Part] = parts({"a": (0, 0)}, []) | {"b": Part(lambda: Stuck("b", []), 0)}
    await running.apply(both)
    assert running.stuck(1.0) == "since 1"
    running.close()


async def test_a_reading_of_other_settings_is_not_used_again() -> None:
    """Though it is younger than a second: the page after a reload is of the new configuration."""
    running, log = Running(nothing), list[str]()
    for settings in (0, 1):
        await running.apply(parts({"a": (0, settings)}, log))
        pages = await running.scraper.scrape(5.0, list[Metric])
    assert next(sample.value for page in pages for family in page for sample in family.samples) == 2
    running.close()
