"""When nothing has changed. crm_mon is a double; Pacemaker's daemon is a process with a name of its own."""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from exporter.watchers.failover import change_feed
from exporter.watchers.failover.change_feed import TRUSTED_SECONDS, ChangeFeed

NAME = f"daemon-{os.getpid()}"[:15]


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    monkeypatch.setattr(change_feed, "_DAEMONS", (("other", NAME),))
    monkeypatch.setattr(change_feed, "BUSY_SECONDS", 0.0)
    program = shutil.copy(shutil.which("sleep") or "", tmp_path / NAME)
    with subprocess.Popen([program, "1000"]) as process:
        yield process
        process.kill()


@pytest.fixture
async def feed(tmp_path: Path, daemon: subprocess.Popen[bytes]) -> AsyncIterator[ChangeFeed]:  # noqa: ARG001
    """It has heard of the cluster once; each line of the file `says` is printed."""
    crm_mon = tmp_path / "crm_mon"
    crm_mon.write_text(f"#!/bin/sh\necho '  * Last updated: now'\nexec tail -n +1 -f {tmp_path}/says\n")
    crm_mon.chmod(0o755)
    (tmp_path / "says").touch()
    feed = ChangeFeed(str(crm_mon))
    feed.start()
    await until(lambda: feed.reliable)
    yield feed
    feed.halt()
    feed.close()


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110  # what is waited for is elsewhere
            await asyncio.sleep(0.01)


def say(tmp_path: Path, text: str) -> None:
    with (tmp_path / "says").open("a") as file:
        file.write(text + "\n")


async def test_silence_is_an_answer(feed: ChangeFeed) -> None:
    """What was read after the latest notification is still so; what was read before it is not."""
    now = time.monotonic()
    assert feed.unchanged_since(now)
    assert not feed.unchanged_since(feed.latest - 0.1)


async def test_a_change_ends_it(feed: ChangeFeed, tmp_path: Path) -> None:
    """Until something is read after that."""
    began = time.monotonic()
    say(tmp_path, "  * Last updated: then")
    await until(lambda: not feed.unchanged_since(began))
    assert feed.unchanged_since(time.monotonic())


async def test_not_soon_after_a_change(feed: ChangeFeed, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream may then be silent though something changes."""
    monkeypatch.setattr(change_feed, "BUSY_SECONDS", 60.0)
    assert not feed.unchanged_since(time.monotonic())


async def test_not_for_long(feed: ChangeFeed, monkeypatch: pytest.MonkeyPatch) -> None:
    """A daemon that hangs says nothing either."""
    feed.latest = float("-inf")
    assert feed.unchanged_since(time.monotonic() - TRUSTED_SECONDS + 1)
    assert not feed.unchanged_since(time.monotonic() - TRUSTED_SECONDS - 1)
    monkeypatch.setattr(change_feed, "TRUSTED_SECONDS", 0.0)
    assert not feed.unchanged_since(time.monotonic())


async def test_not_while_the_daemon_is_stopped(feed: ChangeFeed, daemon: subprocess.Popen[bytes]) -> None:
    """At once, and again when it goes on; nor when it has ended."""
    daemon.send_signal(signal.SIGSTOP)
    await until(lambda: not feed.unchanged_since(time.monotonic()))
    daemon.send_signal(signal.SIGCONT)
    await until(lambda: feed.unchanged_since(time.monotonic()))
    daemon.kill()
    await until(lambda: not feed.unchanged_since(time.monotonic()))


async def test_not_where_the_daemon_is_not_seen(
    feed: ChangeFeed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another namespace, or hidden: whether it hangs can't be known."""
    monkeypatch.setattr(change_feed, "_DAEMONS", ((NAME,), ("no-such-daemon",)))
    feed._daemons = ()
    heard = feed.latest
    say(tmp_path, "  * Last updated: then")
    await until(lambda: feed.latest > heard)
    assert not feed.unchanged_since(time.monotonic())


@pytest.mark.parametrize("said", ["Reconnecting...", "Not connected to cluster"])
async def test_not_while_the_stream_has_no_cluster(said: str, feed: ChangeFeed, tmp_path: Path) -> None:
    """Until it shows one again."""
    say(tmp_path, said)
    await until(lambda: not feed.unchanged_since(time.monotonic()))
    assert not feed.reliable
    say(tmp_path, "  * Last updated: again")
    await until(lambda: feed.unchanged_since(time.monotonic()))


async def test_not_without_the_stream(feed: ChangeFeed) -> None:
    """When it ends nothing tells of changes."""
    feed.close()
    assert not feed.unchanged_since(time.monotonic())
