"""What a service manager hears: a real socket of its kind, and a program that is a double."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from exporter import service as module
from exporter.service import Service
from exporter.transports.service_manager import service_manager
from exporter.trouble import TroubleLog

log = module.log


class Heard:
    """What was said to the socket, one message after the other."""

    def __init__(self, path: Path):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.setblocking(False)

    async def next(self) -> str:
        async with asyncio.timeout(10):
            return (await asyncio.get_running_loop().sock_recv(self._socket, 4096)).decode()

    async def until(self, message: str) -> list[str]:
        """All up to that one, which is left out."""
        heard = []
        while (one := await self.next()) != message:
            heard.append(one)
        return heard

    def close(self) -> None:
        self._socket.close()


class Program:
    status, trouble = "serving vip", ""


@asynccontextmanager
async def told(
    tmp_path: Path, program: Program, watchdog: str = "40000"
) -> AsyncIterator[tuple[Service, Heard]]:
    heard = Heard(tmp_path / "notify")
    environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": watchdog}
    manager = service_manager(environment, TroubleLog(log, "service manager", recovered="takes messages"))
    service = Service(manager, lambda: program.status, lambda _: program.trouble)
    try:
        yield service, heard
    finally:
        service.stopping()
        heard.close()


async def test_ready_is_said_once_it_serves_and_the_watchdog_is_fed(tmp_path: Path) -> None:
    """Several times in its time; the end is said too, and nothing after it."""
    async with told(tmp_path, Program()) as (service, heard):
        service.ready()
        assert await heard.next() == "READY=1\nSTATUS=serving vip\n"
        assert [await heard.next() for _ in range(5)] == ["WATCHDOG=1\n"] * 5
        service.stopping()
        assert set(await heard.until("STOPPING=1\nSTATUS=stopping\n")) <= {"WATCHDOG=1\n"}


async def test_without_a_watchdog_it_is_not_fed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A status that changes is said all the same."""
    monkeypatch.setattr(module, "STATUS_SECONDS", 0.01)
    program = Program()
    async with told(tmp_path, program, "") as (service, heard):
        service.ready()
        await heard.next()
        program.status = "serving\nmore"
        assert await heard.next() == "STATUS=serving more\n"


async def test_what_is_stuck_is_not_fed_on(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Status and one log line say what it is before the service manager acts; working again, it is fed."""
    program = Program()
    async with told(tmp_path, program) as (service, heard):
        service.ready()
        await heard.until("WATCHDOG=1\n")
        program.trouble = "10.0.0.100:3306: no attempt was launched for 31 s"
        await heard.until(f"STATUS={program.trouble}\n")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):  # two and a half times the watchdog's own
                await heard.next()
        program.trouble = ""
        assert await heard.next() == "STATUS=serving vip\n"
        assert await heard.next() == "WATCHDOG=1\n"
    assert caplog.messages[0].startswith("watchdog: is not fed")
    assert "no attempt was launched for 31 s" in caplog.messages[0]


async def test_a_reload_begins_and_ends(tmp_path: Path) -> None:
    """With the time that systemd compares, and the new status."""
    program = Program()
    async with told(tmp_path, program) as (service, heard):
        before = time.monotonic_ns() // 1000
        service.reloading()
        first, second = (await heard.next()).splitlines()
        assert first == "RELOADING=1"
        assert before <= int(second.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000
        program.status = "serving more"
        service.ready()
        assert await heard.next() == "READY=1\nSTATUS=serving more\n"


async def test_without_a_service_manager_nothing_happens() -> None:
    """No task, no message, no error."""
    calls: list[Callable[[], None]] = []
    service = Service(None, lambda: "", lambda _: "")
    calls += [service.reloading, service.ready, service.stopping]
    before = asyncio.all_tasks()
    for call in calls:
        call()
    assert asyncio.all_tasks() == before
