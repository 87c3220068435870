"""When the configuration is read again, and what is said of it; what is applied is a double."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

import pytest

from exporter import reload as module
from exporter.reload import LastReload, Reloader, ReloadFailed
from exporter.typed_yaml import ConfigError, Problem

BROKEN = ConfigError("c.yml", [Problem(1, "vips", "expected a list"), Problem(2, "x", "unknown key")])


class Applied:
    """Each call waits for `go_on`, then ends as `how` says."""

    def __init__(self, how: Callable[[], str] = lambda: "adapted: vip") -> None:
        self.how = how
        self.calls, self.at_once = 0, 0
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        self.go_on.set()

    async def __call__(self) -> str:
        self.calls += 1
        self.at_once += 1
        assert self.at_once == 1
        self.begun.set()
        try:
            await self.go_on.wait()
            return self.how()
        finally:
            self.at_once -= 1


def fail(error: Exception) -> Callable[[], str]:
    def how() -> str:
        raise error

    return how


def values(last: LastReload) -> list[float]:
    return [sample.value for family in last.collect() for sample in family.samples]


async def test_a_good_one_is_noted() -> None:
    """1 and the time, as from the start on."""
    last = LastReload()
    at_start = values(last)
    assert at_start[0] == 1 and time.time() - at_start[1] < 10
    said: list[str] = []
    reloader = Reloader(Applied(), last, lambda: said.append("begins"), lambda: said.append("ended"))
    await reloader.reload()
    assert values(last)[0] == 1 and values(last)[1] > at_start[1]
    assert said == ["begins", "ended"]


async def test_a_refused_one_says_why_and_the_next_good_one_clears_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each mistake is a log line; the time stays that of the configuration in force."""
    last, applied = LastReload(), Applied(fail(BROKEN))
    reloader, before = Reloader(applied, last), values(last)
    with pytest.raises(ReloadFailed) as refused:
        await reloader.reload()
    assert str(refused.value) == "c.yml: line 1: vips: expected a list\nc.yml: line 2: x: unknown key"
    assert values(last) == [0, before[1]]
    assert [line.partition("goes on: ")[2] for line in caplog.messages] == str(BROKEN).splitlines()
    applied.how = lambda: "adapted: vip"
    await reloader.reload()
    assert values(last)[0] == 1


async def test_a_defect_is_no_mistake_of_the_file(caplog: pytest.LogCaptureFixture) -> None:
    """Its trace is in the log."""
    with pytest.raises(ReloadFailed, match="a defect, its trace is in the log: ZeroDivisionError"):
        await Reloader(Applied(fail(ZeroDivisionError("ours"))), LastReload()).reload()
    assert caplog.records[0].exc_info


async def test_two_at_once_are_done_one_after_the_other() -> None:
    """The second reads the file too: it may have changed since the first one did."""
    applied = Applied()
    reloader = Reloader(applied, LastReload())
    applied.go_on.clear()
    both = [asyncio.create_task(reloader.reload()) for _ in range(2)]
    await applied.begun.wait()
    applied.go_on.set()
    await asyncio.gather(*both)
    assert applied.calls == 2


async def test_many_signals_are_one_reload_more(caplog: pytest.LogCaptureFixture) -> None:
    """Those that come while one is under way; a refused one does not end the following of signals."""
    caplog.set_level(logging.INFO)
    applied = Applied(fail(BROKEN))
    reloader = Reloader(applied, LastReload())
    applied.go_on.clear()
    reloader.signal()  # before the start: is done then
    reloader.start()
    await applied.begun.wait()
    applied.begun.clear()
    for _ in range(5):
        reloader.signal()
    applied.go_on.set()
    await applied.begun.wait()
    async with reloader._lock:  # it has ended
        pass
    assert applied.calls == 2
    await reloader.stop()


async def test_a_caller_that_leaves_does_not_break_it_off() -> None:
    """A configuration is in force or not, whoever asked for it."""
    applied, last = Applied(), LastReload()
    reloader, before = Reloader(applied, last), values(last)
    applied.go_on.clear()
    asked = asyncio.create_task(reloader.reload())
    await applied.begun.wait()
    asked.cancel()
    applied.go_on.set()
    async with reloader._lock:  # it has ended
        pass
    assert values(last)[1] > before[1]


async def test_the_end_waits_for_the_one_under_way_and_refuses_later_ones() -> None:
    """A reload that waited meanwhile is not begun."""
    applied = Applied()
    reloader = Reloader(applied, LastReload())
    reloader.start()
    applied.go_on.clear()
    asked: Awaitable[None] = asyncio.create_task(reloader.reload())
    await applied.begun.wait()
    ending = asyncio.create_task(reloader.stop())
    await asyncio.sleep(0)
    applied.go_on.set()
    await asyncio.gather(asked, ending)
    with pytest.raises(ReloadFailed, match="about to end"):
        await reloader.reload()
    assert applied.calls == 1


async def test_the_end_does_not_wait_for_ever(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """For a reload that hangs."""
    monkeypatch.setattr(module, "STOP_SECONDS", 0.01)
    applied = Applied()
    applied.go_on.clear()
    reloader = Reloader(applied, LastReload())
    asked = asyncio.create_task(reloader.reload())
    await applied.begun.wait()
    await reloader.stop()
    assert "did not end within 0.01 s" in caplog.text
    with pytest.raises(asyncio.CancelledError):
        await asked
