"""The loop, on captured readings. crm_mon's stream and crm_resource don't exist here, or are doubles."""

import asyncio
import json
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from exporter.endpoint import Endpoint
from exporter.errors import Unreachable
from exporter.scrape import Reading
from exporter.sources.pacemaker.source import Options as PacemakerOptions
from exporter.transports.deadline import Deadline
from exporter.watchers.failover import watcher as watcher_module
from exporter.watchers.failover.journal import totals
from exporter.watchers.failover.journal.database import Database, JournalReader
from exporter.watchers.failover.journal.phases import Felt
from exporter.watchers.failover.journal.totals import Totals
from exporter.watchers.failover.journal.writer import JournalWriter
from exporter.watchers.failover.options import Options
from exporter.watchers.failover.pacemaker import Pacemaker
from exporter.watchers.failover.relay import Relay
from exporter.watchers.failover.watcher import FailoverWatcher
from exporter.watchers.prober.outages import Outage
from tests.golden import exposition
from tests.watchers.failover.replay import frames

NOWHERE = PacemakerOptions(crm_mon_path="/nonexistent/crm_mon")


class Recording:
    """Returns the next frame at each reading, the last one for ever; readings numbered in `fails` fail."""

    def __init__(self, name: str, fails: tuple[int, ...] = ()):
        self.readings = [frame.reading for frame in frames(name)]
        self.fails = fails
        self.asked = 0
        self.ended = asyncio.Event()

    async def read(self, _budget: float) -> Reading:
        number, self.asked = self.asked, self.asked + 1
        if number in self.fails:
            self.readings.insert(number, self.readings[-1])
            return Reading(None, Unreachable("not connected"), 0.01)
        if number >= len(self.readings) + 1:
            self.ended.set()
        return Reading(self.readings[min(number, len(self.readings) - 1)], None, 0.01)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REUSE_SECONDS", "BLIND_HEARTBEAT_SECONDS", "UNREADABLE_SECONDS", "HEARTBEAT_SECONDS"):
        monkeypatch.setattr(watcher_module, name, 0.001)


def a_watcher(path: Path) -> FailoverWatcher:
    return FailoverWatcher(Options(), Pacemaker(NOWHERE), path)


def causes(path: Path) -> list[tuple[str, str, bool]]:
    with closing(JournalReader(path)) as journal:
        return [(one.resource, one.cause, one.outage is not None) for one in journal.events()]


async def run(path: Path, recording: Recording, felt: Mapping[int, Felt] = MappingProxyType({})) -> str:
    """Watch the recording to its end; returns the page."""
    watcher = a_watcher(path)
    watcher.attach(recording.read)
    watcher.start()
    await asyncio.wait_for(recording.ended.wait(), 20)
    for port, outage in felt.items():
        watcher.outage(Endpoint("10.0.0.100", port), outage)
        for _ in range(5):
            await asyncio.sleep(0)
    page = exposition(watcher.collect(watcher.read(Deadline.after(1))))
    await asyncio.get_running_loop().run_in_executor(None, lambda: None)
    watcher.halt()
    watcher.close()
    return page


@pytest.mark.parametrize(("took", "pause"), [(0.02, 1.0), (0.1, 1.0), (0.4, 4.0), (1.2, 10.0), (4.0, 10.0)])
def test_looks_that_take_long_are_made_seldom_where_no_change_is_notified(
    monkeypatch: pytest.MonkeyPatch, took: float, pause: float
) -> None:
    """A tenth of the time at most, each second at best, and every ten seconds whatever they cost."""
    monkeypatch.undo()
    assert watcher_module.blind_pause(took) == pause


async def test_events_reach_the_page_and_the_journal(path: Path) -> None:
    """With the outage that the prober reported."""
    now = time.monotonic()
    page = await run(path, Recording("resource-moved-haproxy-node01"), {3306: Felt(now, now + 0.25)})
    assert 'failover_events_total{cause="operator_move",kind="move",resource="failover-ip"} 1.0' in page
    assert 'failover_last_phase_seconds{phase="total",resource="haproxy"} 0.25' in page
    assert 'failover_holder{node="haproxy-node02",resource="haproxy"} 1.0' in page
    assert causes(path) == [("failover-ip", "operator_move", True), ("haproxy", "operator_move", True)]


async def test_a_clone_that_an_address_depends_on_is_counted_from_zero(path: Path) -> None:
    """Before its instance fails the counter is there, so that the first one is an increase."""
    labels = 'failover_events_total{cause="resource_failure",kind="restart",resource="balancer"}'
    before, whole = (Recording("cloned-haproxy-killed-lb1") for _ in range(2))
    before.readings = before.readings[:1]
    assert f"{labels} 0.0" in await run(path, before)
    page = await run(path.with_name("another.db"), whole)
    assert f"{labels} 1.0" in page
    assert 'failover_last_event_info{cause="resource_failure",from="lb1",kind="restart"' in page
    assert 'resource="balancer"} 1.0' in page
    assert 'failover_holder{node="lb1",resource="balancer"}' not in page


@pytest.mark.parametrize("fails", [(0,), (1,), (2,), (1, 2, 3)])
async def test_a_crm_mon_that_fails_in_the_middle_loses_nothing(path: Path, fails: tuple[int, ...]) -> None:
    """Each move is reported once, wherever the failure was."""
    await run(path, Recording("standby-haproxy-node01", fails))
    assert [resource for resource, _, _ in causes(path)] == ["failover-ip", "haproxy"]


async def test_totals_go_on_after_a_restart_and_nothing_is_reported_twice(path: Path) -> None:
    """The second run begins where the first one's recording ended."""
    await run(path, Recording("failback-haproxy-node01"))
    recording = Recording("failback-haproxy-node01")
    recording.readings = recording.readings[-1:] * 3
    page = await run(path, recording)
    assert 'failover_events_total{cause="failback",kind="move",resource="haproxy"} 1.0' in page
    assert 'failover_last_event_info{cause="failback"' in page
    assert len(causes(path)) == 4


async def test_an_address_that_two_hosts_answer_for_is_evidence(path: Path) -> None:
    """Reported from any thread, so it is no failback; a double of crm_resource says whose address it is."""
    crm_resource = path.with_name("crm_resource")
    crm_resource.write_text('#!/bin/sh\n[ "$2" = failover-ip ] && echo 10.0.0.100\n')
    crm_resource.chmod(0o755)
    manager = Pacemaker(PacemakerOptions(crm_mon_path=str(path.with_name("crm_mon"))))
    watcher = FailoverWatcher(Options(), manager, path)
    recording = Recording("failback-haproxy-node01")

    async def read(budget: float) -> Reading:
        await asyncio.to_thread(watcher.shared, "10.0.0.100")
        return await recording.read(budget)

    watcher.attach(read)
    watcher.start()
    await asyncio.wait_for(recording.ended.wait(), 20)
    watcher.halt()
    watcher.close()
    assert [cause for _, cause, _ in causes(path)] == ["standby", "standby", "split_healed", "split_healed"]


def make_folder(path: Path) -> None:
    path.mkdir()


def make_odd_totals(path: Path) -> None:
    Database(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO totals VALUES (1, '[]')")
        connection.commit()


@pytest.mark.parametrize(("make", "aside"), [(make_folder, 0), (os.mkfifo, 0), (make_odd_totals, 1)])
async def test_whatever_is_in_the_journals_place_stops_nothing(
    path: Path, make: Callable[[Path], None], aside: int
) -> None:
    """The page has the events, and says how the journal is; the end is not held up."""
    make(path)
    page = await asyncio.wait_for(run(path, Recording("haproxy-killed-haproxy-node01")), 20)
    assert 'failover_events_total{cause="resource_failure",kind="restart",resource="haproxy"} 1.0' in page
    assert f"failover_exporter_journal_ok {float(aside)}" in page
    assert f"failover_exporter_journal_put_aside_total {float(aside)}" in page


async def test_each_port_of_an_address_is_on_the_page(path: Path) -> None:
    """A read/write split: two probers of one address, each with its outage."""
    now = time.monotonic()
    recording = Recording("resource-moved-haproxy-node01")
    page = await run(path, recording, {3306: Felt(now, now + 0.25), 3307: Felt(now, now + 0.5)})
    labels = 'kind="move",port="{}",resource="haproxy",vip="10.0.0.100"'
    for port, seconds in ((3306, 0.25), (3307, 0.5)):
        assert f"failover_last_clients_out_seconds{{{labels.format(port)}}} {seconds}" in page
    assert 'failover_last_phase_seconds{phase="total",resource="haproxy"} 0.5' in page


async def test_ended_before_the_journal_was_read_nothing_is_overwritten(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped in the moment of its start: the totals of the last run are still there."""
    await run(path, Recording("failback-haproxy-node01"))
    with closing(JournalReader(path)) as journal:
        before = journal.totals()
    begun, go_on, load = threading.Event(), threading.Event(), JournalWriter.load

    def slow(self: JournalWriter) -> Totals:
        begun.set()
        go_on.wait(20)
        return load(self)

    monkeypatch.setattr(JournalWriter, "load", slow)
    watcher = a_watcher(path)
    watcher.attach(Recording("failback-haproxy-node01").read)
    watcher.start()
    assert await asyncio.to_thread(begun.wait, 20)
    threading.Timer(0.05, go_on.set).start()
    watcher.halt()
    watcher.close()
    with closing(JournalReader(path)) as journal:
        assert journal.totals() == before


async def test_a_resource_that_was_removed_leaves_page_and_journal(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A week after it ran or had an event, here at once; the others stay."""
    monkeypatch.setattr(totals, "FORGET_SECONDS", -1e9)
    recording = Recording("failback-haproxy-node01")
    last = recording.readings[-1]
    left = tuple(one for one in last.view.resources if one.id != "haproxy")
    recording.readings += [replace(last, view=replace(last.view, resources=left))] * 2
    page = await run(path, recording)
    assert 'resource="haproxy"' not in page
    assert 'failover_events_total{cause="failback",kind="move",resource="failover-ip"} 1.0' in page
    with closing(JournalReader(path)) as journal:
        assert '"haproxy"' not in json.dumps(journal.totals())


async def test_a_holder_is_not_reported_from_memory(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When Pacemaker has not been asked for long it is absent; the counters stay."""
    monkeypatch.setattr(watcher_module, "STALE_SECONDS", 0.0)
    page = await run(path, Recording("haproxy-killed-haproxy-node01"))
    assert "failover_holder{" not in page
    assert "failover_events_total{" in page


async def test_what_happened_while_it_was_down_is_found_at_start(path: Path) -> None:
    """One run ends before the move, the next one begins after it."""
    recording = Recording("resource-moved-haproxy-node01")
    recording.readings = recording.readings[:1]
    await run(path, recording)
    assert causes(path) == []
    after = Recording("resource-moved-haproxy-node01")
    after.readings = after.readings[-1:]
    await run(path, after)
    with closing(JournalReader(path)) as journal:
        assert [(one.resource, one.late) for one in journal.events()] == [
            ("failover-ip", True),
            ("haproxy", True),
        ]


@pytest.mark.parametrize(("finished", "asked"), [(99.0, 2), (100.5, 2), (102.0, 1)])
async def test_a_reading_that_began_before_the_notification_is_not_used(finished: float, asked: int) -> None:
    """A scrape may have read just before the change, or be reading: then it is read again."""
    times = 0

    async def read(_budget: float) -> Reading:
        nonlocal times
        times += 1
        return Reading(None, None, seconds=1.0, finished=finished)

    await watcher_module._newer(read, 5.0, notified=100.0)
    assert times == asked


async def test_before_it_starts_it_says_so(path: Path) -> None:
    """The collector fails, with the reason; the others are not affected."""
    watcher = a_watcher(path)
    with pytest.raises(Unreachable):
        watcher.read(Deadline.after(1))
    with pytest.raises(RuntimeError, match="attach"):
        watcher.start()


async def test_a_defect_costs_one_look(path: Path) -> None:
    """While looking fails each scrape fails with it; the watcher goes on, and is well after the next look."""
    recording, failed, mended = Recording("haproxy-killed-haproxy-node01"), asyncio.Event(), asyncio.Event()

    async def broken_at_first(budget: float) -> Reading:
        if mended.is_set():
            return await recording.read(budget)
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
    await asyncio.wait_for(recording.ended.wait(), 20)
    assert "failover_events_total" in exposition(watcher.collect(watcher.read(Deadline.after(1))))
    watcher.halt()
    watcher.close()


async def test_other_resources_are_watched_from_the_next_look_on(path: Path) -> None:
    """What was counted stays."""
    recording = Recording("failback-haproxy-node01")
    watcher = a_watcher(path)
    watcher.attach(recording.read)
    watcher.start()
    await asyncio.wait_for(recording.ended.wait(), 20)
    watcher.change(Options(resources=("haproxy",)))
    recording.ended.clear()
    await asyncio.wait_for(recording.ended.wait(), 20)
    recording.ended.clear()
    await asyncio.wait_for(recording.ended.wait(), 20)
    page = exposition(watcher.collect(watcher.read(Deadline.after(1))))
    assert 'failover_holder{node="haproxy-node01",resource="failover-ip"}' not in page
    assert 'failover_holder{node="haproxy-node01",resource="haproxy"} 1.0' in page
    assert 'failover_events_total{cause="failback",kind="move",resource="failover-ip"} 1.0' in page
    watcher.halt()
    await asyncio.to_thread(watcher.close)


async def test_a_relay_passes_on_to_the_watcher_of_the_moment(path: Path) -> None:
    """And to nobody while there is none."""
    relay, recording = Relay(), Recording("failback-haproxy-node01")
    endpoint = Endpoint("10.0.0.100", 3306)
    relay.failing(endpoint)
    relay.shared("10.0.0.100")
    watcher = a_watcher(path)
    watcher.attach(recording.read)
    watcher.start()
    await asyncio.wait_for(recording.ended.wait(), 20)
    relay.watcher = watcher
    relay.failing(endpoint)
    await asyncio.to_thread(relay.shared, "10.0.0.100")
    await asyncio.sleep(0)
    assert watcher._failing == {endpoint}
    relay.recovered(endpoint)
    relay.outage(endpoint, Outage(1.0, 2.0, 0.1))
    await asyncio.sleep(0)
    assert not watcher._failing
    watcher.halt()
    watcher.close()
