"""When the scheduler is asked, and what is on the page; crm_simulate and cibadmin are the real ones."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from exporter.errors import SourceError, Unreachable
from exporter.sources.pacemaker.source import Options as PacemakerOptions
from exporter.transports.deadline import Deadline
from exporter.watchers.failover.detection.snapshot import snapshot
from exporter.watchers.readiness import repeat, watcher
from exporter.watchers.readiness.metrics import Takeover
from exporter.watchers.readiness.options import Options
from exporter.watchers.readiness.watcher import STALE_SECONDS, ReadinessWatcher
from tests.watchers.readiness.cib import HOLDER, PEER, article, ban, needs_pacemaker, option, reading_of

pytestmark = needs_pacemaker
NOW = Deadline.after(10)


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose cib.xml is what Pacemaker's tools take for the cluster."""
    monkeypatch.setenv("CIB_file", str(tmp_path / "cib.xml"))
    monkeypatch.setattr(watcher, "SETTLING_SECONDS", 0.01)
    return tmp_path


def look(one: ReadinessWatcher, folder: Path, cib: bytes, age: float = 0) -> None:
    reading = reading_of(cib, folder)
    one.observe(reading, snapshot(reading), time.monotonic() - age)


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110  # the watcher tells nobody
            await asyncio.sleep(0.01)


async def answered(one: ReadinessWatcher, resource: str, *, ready: bool) -> Takeover:
    async with asyncio.timeout(20):
        while True:
            for takeover in one.read(NOW).takeovers:
                if takeover.resource == resource and takeover.ready == ready:
                    return takeover
            await asyncio.sleep(0.02)


async def test_a_change_of_the_cluster_is_asked_about(cluster: Path) -> None:
    """The healthy pair is ready; the maintenance mode of somebody's change shows at once, and its end too."""
    one = ReadinessWatcher(Options(), PacemakerOptions())
    look(one, cluster, article())
    one.start()
    assert (await answered(one, "failover-ip", ready=True)).to == (PEER,)
    look(one, cluster, article(lambda root: option(root, "maintenance-mode", "true")))
    assert (await answered(one, "failover-ip", ready=False)).lost == HOLDER
    look(one, cluster, article())
    assert (await answered(one, "haproxy", ready=True)).to == (PEER,)
    one.halt()


async def test_the_same_again_is_not_asked_about(cluster: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look that shows no news, as each of a healthy cluster, starts no simulation."""
    one = ReadinessWatcher(Options(), PacemakerOptions())
    look(one, cluster, article())
    one.start()
    await answered(one, "failover-ip", ready=True)
    monkeypatch.setattr(one, "_simulate", lambda *_: pytest.fail("asked again"))
    look(one, cluster, article())
    assert not one._changed.is_set()
    assert one.read(NOW).takeovers
    one.halt()


async def test_what_came_and_went_between_two_looks_is_asked_again(
    cluster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The CIB that was simulated was later than the look, and the next look is as the one before."""
    monkeypatch.setattr(watcher, "AGAIN_SECONDS", 0.5)
    one = ReadinessWatcher(Options(), PacemakerOptions())
    look(one, cluster, article())
    (cluster / "cib.xml").write_bytes(article(lambda root: option(root, "maintenance-mode", "true")))
    one.start()
    await answered(one, "failover-ip", ready=False)
    look(one, cluster, article())
    assert not one._changed.is_set()
    assert (await answered(one, "failover-ip", ready=True)).to == (PEER,)
    one.halt()


async def test_what_no_look_explains_yet_is_not_told(cluster: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ban that is in the CIB and not in the latest look: the next look tells it with its reason."""
    monkeypatch.setattr(watcher, "AGAIN_SECONDS", 0.2)
    one = ReadinessWatcher(Options(), PacemakerOptions())
    look(one, cluster, article())
    one.start()
    await answered(one, "failover-ip", ready=True)
    (cluster / "cib.xml").write_bytes(article(ban("failover-ip")))
    await until(lambda: one._doubted)
    assert (await answered(one, "failover-ip", ready=True)).to == (PEER,)
    look(one, cluster, article(ban("failover-ip")))
    assert (await answered(one, "failover-ip", ready=False)).reasons == ("banned",)
    one.halt()


async def test_what_no_look_explains_at_all_is_unknown(
    cluster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for twice."""
    monkeypatch.setattr(watcher, "AGAIN_SECONDS", 0.05)
    one = ReadinessWatcher(Options(), PacemakerOptions())
    look(one, cluster, article())
    (cluster / "cib.xml").write_bytes(article(ban("failover-ip")))
    one.start()
    assert (await answered(one, "failover-ip", ready=False)).reasons == ("unknown",)
    one.halt()


async def test_a_missing_tool_fails_this_collector_and_says_so(cluster: Path) -> None:
    """Nothing is said of takeovers then, and the reason names the tool."""
    one = ReadinessWatcher(Options(crm_simulate_path="/nowhere/crm_simulate"), PacemakerOptions())
    look(one, cluster, article())
    one.start()
    with pytest.raises(Unreachable, match="/nowhere/crm_simulate: not installed"):
        await answered(one, "failover-ip", ready=True)
    one.halt()


async def test_a_tool_that_fails_for_a_moment_is_asked_again_soon(
    cluster: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not after a minute, though nothing changes; what lasts is asked for ever more rarely."""
    monkeypatch.setattr(repeat, "AGAIN_SECONDS", 0.1)
    one = ReadinessWatcher(Options(), PacemakerOptions())
    look(one, cluster, article())
    whole = (cluster / "cib.xml").read_bytes()
    (cluster / "cib.xml").write_bytes(b"")
    one.start()
    await until(lambda: one._error is not None)
    with pytest.raises(SourceError):
        one.read(NOW)
    (cluster / "cib.xml").write_bytes(whole)
    await until(lambda: one._error is None)
    assert (await answered(one, "failover-ip", ready=True)).to == (PEER,)
    one.halt()


def test_what_lasts_is_asked_for_ever_more_rarely() -> None:
    """10 s, doubled with each failure, up to the usual minute."""
    assert [repeat.after_failures(count) for count in (0, 1, 2, 3, 4, 5, 10**6)] == [
        60,
        10,
        20,
        40,
        60,
        60,
        60,
    ]


async def test_nothing_is_said_while_pacemaker_is_not_read(cluster: Path) -> None:
    """An old answer is none: with the latest look half a minute ago there are no series, and no failure."""
    one = ReadinessWatcher(Options(), PacemakerOptions())
    look(one, cluster, article())
    one.start()
    await answered(one, "failover-ip", ready=True)
    look(one, cluster, article(), age=STALE_SECONDS + 1)
    assert one.read(NOW).takeovers == ()
    one.halt()
