"""The loop, on real readings given by hand; crm_mon's stream and crm_resource are doubles here: not there."""

import asyncio
import time
from contextlib import closing
from pathlib import Path

import pytest

from exporter.endpoint import Endpoint
from exporter.errors import Unreachable
from exporter.scrape import Reading
from exporter.sources.pacemaker.source import Options as PacemakerOptions
from exporter.transports.deadline import Deadline
from exporter.watchers.failover import watcher as watcher_module
from exporter.watchers.failover.journal.database import JournalReader
from exporter.watchers.failover.journal.phases import Felt
from exporter.watchers.failover.options import Options
from exporter.watchers.failover.watcher import FailoverWatcher
from tests.golden import exposition
from tests.watchers.failover.replay import frames

NOWHERE = PacemakerOptions(crm_mon_path="/nonexistent/crm_mon")


class Story:
    """Gives the next frame each time it is asked, the last one for ever; `fails` are answers that fail."""

    def __init__(self, name: str, fails: tuple[int, ...] = ()):
        self.readings = [frame.reading for frame in frames(name)]
        self.fails = fails
        self.asked = 0
        self.over = asyncio.Event()

    async def read(self, _budget: float) -> Reading:
        number, self.asked = self.asked, self.asked + 1
        if number in self.fails:
            self.readings.insert(number, self.readings[-1])
            return Reading(None, Unreachable("not connected"), 0.01)
        if number >= len(self.readings) + 1:
            self.over.set()
        return Reading(self.readings[min(number, len(self.readings) - 1)], None, 0.01)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REUSE_SECONDS", "BLIND_HEARTBEAT_SECONDS", "UNREADABLE_SECONDS", "HEARTBEAT_SECONDS"):
        monkeypatch.setattr(watcher_module, name, 0.001)


def a_watcher(path: Path) -> FailoverWatcher:
    return FailoverWatcher(Options(), NOWHERE, path)


def causes(path: Path) -> list[tuple[str, str, bool]]:
    with closing(JournalReader(path)) as journal:
        return [(one.resource, one.cause, one.outage is not None) for one in journal.events()]


async def run(path: Path, story: Story, felt: Felt | None = None) -> str:
    """Watch the story to its end; gives the page."""
    watcher = a_watcher(path)
    watcher.attach(story.read)
    watcher.start()
    await asyncio.wait_for(story.over.wait(), 20)
    if felt:
        watcher.outage(Endpoint("10.0.0.100", 3306), felt)
        for _ in range(5):
            await asyncio.sleep(0)
    page = exposition(watcher.collect(watcher.read(Deadline.after(1))))
    await asyncio.get_running_loop().run_in_executor(None, lambda: None)
    watcher.close()
    return page


async def test_events_reach_the_page_and_the_journal(path: Path) -> None:
    """With the outage that the prober reported."""
    now = time.monotonic()
    page = await run(path, Story("resource-moved-haproxy-node01"), Felt(now, now + 0.25))
    assert 'failover_events_total{cause="operator_move",kind="move",resource="failover-ip"} 1.0' in page
    assert 'failover_last_phase_seconds{phase="total",resource="haproxy"} 0.25' in page
    assert 'failover_holder{node="haproxy-node02",resource="haproxy"} 1.0' in page
    assert causes(path) == [("failover-ip", "operator_move", True), ("haproxy", "operator_move", True)]


@pytest.mark.parametrize("fails", [(0,), (1,), (2,), (1, 2, 3)])
async def test_a_crm_mon_that_fails_in_the_middle_loses_nothing(path: Path, fails: tuple[int, ...]) -> None:
    """Each move is reported once, wherever the failure was."""
    await run(path, Story("standby-haproxy-node01", fails))
    assert [resource for resource, _, _ in causes(path)] == ["failover-ip", "haproxy"]


async def test_totals_go_on_after_a_restart_and_nothing_is_told_twice(path: Path) -> None:
    """The second run begins with the end of the first one's story."""
    await run(path, Story("failback-haproxy-node01"))
    story = Story("failback-haproxy-node01")
    story.readings = story.readings[-1:] * 3
    page = await run(path, story)
    assert 'failover_events_total{cause="failback",kind="move",resource="haproxy"} 1.0' in page
    assert 'failover_last_event_info{cause="failback"' in page
    assert len(causes(path)) == 4


async def test_an_address_that_two_hosts_answer_for_is_evidence(path: Path) -> None:
    """Told from any thread, it is no failback; a double of crm_resource says whose address it is."""
    crm_resource = path.with_name("crm_resource")
    crm_resource.write_text('#!/bin/sh\n[ "$2" = failover-ip ] && echo 10.0.0.100\n')
    crm_resource.chmod(0o755)
    watcher = FailoverWatcher(Options(), PacemakerOptions(crm_mon_path=str(path.with_name("crm_mon"))), path)
    story = Story("failback-haproxy-node01")

    async def read(budget: float) -> Reading:
        await asyncio.to_thread(watcher.shared, "10.0.0.100")
        return await story.read(budget)

    watcher.attach(read)
    watcher.start()
    await asyncio.wait_for(story.over.wait(), 20)
    watcher.close()
    assert [cause for _, cause, _ in causes(path)] == ["standby", "standby", "unknown", "unknown"]


async def test_a_journal_that_can_not_be_made_stops_nothing(tmp_path: Path) -> None:
    """The page has the events, and says that the journal is not well: its path is a folder."""
    page = await run(tmp_path, Story("haproxy-killed-haproxy-node01"))
    assert 'failover_events_total{cause="resource_failure",kind="restart",resource="haproxy"} 1.0' in page
    assert "failover_exporter_journal_ok 0.0" in page


async def test_a_holder_is_not_told_from_memory(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When Pacemaker has not been asked for long it is absent; the counters stay."""
    monkeypatch.setattr(watcher_module, "STALE_SECONDS", 0.0)
    page = await run(path, Story("haproxy-killed-haproxy-node01"))
    assert "failover_holder{" not in page
    assert "failover_events_total{" in page


async def test_what_happened_while_it_was_down_is_found_at_start(path: Path) -> None:
    """One run ends before the move, the next one begins after it."""
    story = Story("resource-moved-haproxy-node01")
    story.readings = story.readings[:1]
    await run(path, story)
    assert causes(path) == []
    after = Story("resource-moved-haproxy-node01")
    after.readings = after.readings[-1:]
    await run(path, after)
    with closing(JournalReader(path)) as journal:
        assert [(one.resource, one.late) for one in journal.events()] == [
            ("failover-ip", True),
            ("haproxy", True),
        ]


@pytest.mark.parametrize(("finished", "asked"), [(99.0, 2), (100.5, 2), (102.0, 1)])
async def test_a_reading_that_began_before_the_news_is_not_believed(finished: float, asked: int) -> None:
    """A scrape may have read just before the change, or be reading: then it is read again."""
    times = 0

    async def read(_budget: float) -> Reading:
        nonlocal times
        times += 1
        return Reading(None, None, seconds=1.0, finished=finished)

    await watcher_module._newer(read, 5.0, notified=100.0)
    assert times == asked


async def test_before_it_starts_it_says_so(path: Path) -> None:
    """The collector fails, with the reason; the others don't notice."""
    watcher = a_watcher(path)
    with pytest.raises(Unreachable):
        watcher.read(Deadline.after(1))
    with pytest.raises(RuntimeError, match="attach"):
        watcher.start()


async def test_a_defect_costs_one_look(path: Path) -> None:
    """While looking fails each scrape tells it; the watcher goes on, and is well after a look that was."""
    story, failed, mended = Story("haproxy-killed-haproxy-node01"), asyncio.Event(), asyncio.Event()

    async def broken_at_first(budget: float) -> Reading:
        if mended.is_set():
            return await story.read(budget)
        failed.set()
        raise ZeroDivisionError

    watcher = a_watcher(path)
    watcher.attach(broken_at_first)
    watcher.start()
    await asyncio.wait_for(failed.wait(), 20)
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="look at the cluster failed"):
        watcher.read(Deadline.after(1))
    mended.set()
    await asyncio.wait_for(story.over.wait(), 20)
    assert "failover_events_total" in exposition(watcher.collect(watcher.read(Deadline.after(1))))
    watcher.close()
