"""When the checks are made, and what is on the page meanwhile."""

import asyncio
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from exporter.errors import TimedOut, Unreachable
from exporter.interface_address import InterfaceAddress
from exporter.scrape import Reading
from exporter.sources.galera.reading import GaleraReading
from exporter.transports import interfaces
from exporter.transports.deadline import Deadline
from exporter.watchers.readiness import repeat
from exporter.watchers.readiness.checks import loop
from exporter.watchers.readiness.checks.loop import CheckLoop, Wanted
from exporter.watchers.readiness.checks.parameters import Parameters, parameters
from exporter.watchers.readiness.checks.runner import Results
from exporter.watchers.readiness.options import Options
from tests.watchers.readiness.checks.known import CFG, host
from tests.watchers.readiness.cib import article

BROKEN = "sever"


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "LOOK_SECONDS", 0.02)


def configured(_deadline: Deadline) -> Parameters:
    return parameters(article())


def program(folder: Path) -> str:
    """A double of HAProxy: it refuses a file with a slip of the pen in it."""
    path = folder / "haproxy"
    path.write_text(
        f"#!/bin/sh\ngrep -q {BROKEN} {folder}{CFG} || exit 0\n"
        "echo '[ALERT]    (1) : config : broken' >&2\nexit 1\n"
    )
    path.chmod(0o755)
    return str(path)


async def shown(made: CheckLoop, holds: Callable[[Results], object]) -> Results:
    async with asyncio.timeout(20):
        while not holds(made.results):  # noqa: ASYNC110  # what a loop has found is polled, as scrapes do
            await asyncio.sleep(0.02)
    return made.results


def states(results: Results) -> dict[str, tuple[str, ...]]:
    return {one.check: one.failures for one in results.checks}


async def test_a_changed_file_is_looked_at_soon(tmp_path: Path) -> None:
    """Not only after a minute: broken and mended, and its digest with it."""
    root = host(tmp_path, {CFG: "server\n"})
    made = CheckLoop(Options(haproxy_path=program(tmp_path)), Wanted(haproxy=True), configured, root)
    made.start()
    well = await shown(made, lambda results: states(results).get("haproxy_config") == ())
    host(tmp_path, {CFG: f"{BROKEN} x\n"})
    broken = await shown(made, lambda results: states(results).get("haproxy_config") == ("broken",))
    assert well.files != broken.files
    host(tmp_path, {CFG: "server\n"})
    mended = await shown(made, lambda results: states(results).get("haproxy_config") == ())
    assert mended.files == well.files
    made.halt()
    made.close()


async def test_a_galera_node_that_falls_silent_is_looked_at_soon(tmp_path: Path) -> None:
    """By the readings that Prometheus asks for anyway."""
    down: list[str] = []

    async def recent(_budget: float, _age: float) -> Reading:
        nodes = dict.fromkeys(down)
        errors = tuple(Unreachable(f"{name} (10.0.0.21:3306): refused") for name in down)
        return Reading(GaleraReading(nodes, None, errors), None, 0.0)

    made = CheckLoop(Options(), Wanted(galera=True), configured, host(tmp_path, {}))
    made.attach(None, recent)
    made.start()
    await shown(made, lambda results: states(results).get("galera_reachable") == ())
    down.append("db1")
    await shown(made, lambda results: states(results).get("galera_reachable") == ("no answer from db1",))
    made.halt()
    made.close()


async def test_an_interface_that_goes_is_looked_at_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at the next minute: nothing else tells that the kernel lost it."""
    there = {"lo": [InterfaceAddress("ipv4", "127.0.0.1", "255.0.0.0")]}
    here = there | {"eth0": [InterfaceAddress("ipv4", "10.0.0.11", "255.255.255.0")]}
    monkeypatch.setattr(interfaces, "interfaces", lambda: dict(here))
    monkeypatch.setattr(interfaces, "running", lambda: frozenset(here))
    made = CheckLoop(Options(), Wanted(addresses=("10.0.0.100",)), configured, host(tmp_path, {}))
    made.start()
    await shown(made, lambda results: states(results).get("vip_interface") == ())
    del here["eth0"]
    await shown(made, lambda results: states(results).get("vip_interface"))
    made.halt()
    made.close()


async def test_at_rest_nothing_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the stamps of the files are looked at; after the minute all is asked again."""
    root = host(tmp_path, {CFG: "server\n"})
    made = CheckLoop(Options(haproxy_path=program(tmp_path)), Wanted(haproxy=True), configured, root)
    times: list[float] = []
    known = made._known

    async def counted() -> object:
        times.append(time.monotonic())
        return await known()

    monkeypatch.setattr(made, "_known", counted)
    monkeypatch.setattr(repeat, "REPEAT_SECONDS", 0.5)
    made.start()
    async with asyncio.timeout(20):
        while len(times) < 3:  # noqa: ASYNC110  # likewise
            await asyncio.sleep(0.02)
    assert all(later - before >= 0.45 for before, later in pairwise(times))
    made.halt()
    made.close()


async def test_a_check_that_could_not_be_made_is_made_again_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though nothing that is looked at changes."""
    monkeypatch.setattr(repeat, "AGAIN_SECONDS", 0.1)
    made = CheckLoop(Options(), Wanted(), configured, host(tmp_path, {}))
    times: list[float] = []

    async def run(_known: object) -> Results:
        times.append(time.monotonic())
        return Results(errors=(TimedOut("clock: no answer"),) if len(times) == 1 else ())

    monkeypatch.setattr(made._runner, "run", run)
    made.start()
    await shown(made, lambda results: results.errors)
    await shown(made, lambda results: not results.errors)
    assert len(times) == 2
    made.halt()
    made.close()


async def test_a_defect_is_shown_and_ends_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No check is on the page then, and the next time may be better."""
    made = CheckLoop(Options(), Wanted(), configured, host(tmp_path, {}))
    known, broken = made._known, True

    async def sometimes() -> object:
        if broken:
            raise ZeroDivisionError
        return await known()

    monkeypatch.setattr(made, "_known", sometimes)
    made.start()
    await shown(made, lambda results: [type(one) for one in results.errors] == [ZeroDivisionError])
    broken = False
    await shown(made, lambda results: not results.errors)
    made.halt()
    made.close()
