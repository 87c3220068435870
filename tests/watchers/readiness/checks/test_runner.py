"""Checks that fail, hang or have a defect: none costs another its answer."""

import threading
import time
from typing import ClassVar

import pytest

from exporter.errors import Denied, NotPermitted, TimedOut
from exporter.transports.deadline import Deadline
from exporter.watchers.readiness.checks import runner
from exporter.watchers.readiness.checks.check import Check, Found, Known
from exporter.watchers.readiness.checks.runner import Runner
from exporter.watchers.readiness.metrics import Checked, ConfigFile


class Well(Check):
    """A double of a check."""

    name: ClassVar[str] = "well"

    def ask(self, known: Known, deadline: Deadline) -> Found | None:  # noqa: ARG002  # its place is fixed
        return Checked(self.name)


class Digest(Well):
    name: ClassVar[str] = "digest"

    def ask(self, known: Known, deadline: Deadline) -> Found | None:  # noqa: ARG002  # its place is fixed
        return ConfigFile("haproxy.cfg", "00")


class Refused(Well):
    name: ClassVar[str] = "refused"

    def ask(self, known: Known, deadline: Deadline) -> Found | None:  # noqa: ARG002  # its place is fixed
        raise NotPermitted("/x can't be read")


class Defect(Well):
    name: ClassVar[str] = "defect"

    def ask(self, known: Known, deadline: Deadline) -> Found | None:  # noqa: ARG002  # its place is fixed
        raise ZeroDivisionError


class Hanging(Well):
    name: ClassVar[str] = "hanging"
    seconds: ClassVar[float] = 0.05

    def __init__(self) -> None:
        self.released, self.asked = threading.Event(), 0

    def ask(self, known: Known, deadline: Deadline) -> Found | None:  # noqa: ARG002  # its place is fixed
        self.asked += 1
        self.released.wait()
        return Checked(self.name)


async def test_each_has_its_own_answer() -> None:
    """What could not be asked is named with its reason, and the rest is there."""
    made = Runner((Well(), Refused(), Defect(), Digest()))
    found = await made.run(Known())
    assert found.checks == (Checked("well"),)
    assert found.files == (ConfigFile("haproxy.cfg", "00"),)
    refused, defect = found.errors
    assert isinstance(refused, Denied)
    assert str(refused) == "refused: /x can't be read"
    assert isinstance(defect, ZeroDivisionError)
    made.close()


async def test_a_check_that_hangs_is_absent_and_not_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that does not answer holds one thread, whatever time goes by; it is back when the disk is."""
    hanging = Hanging()
    made = Runner((hanging, Well()))
    monkeypatch.setattr(runner, "GRACE_SECONDS", 0.05)
    try:
        for _ in range(2):
            began = time.monotonic()
            found = await made.run(Known())
            assert time.monotonic() - began < 5
            assert found.checks == (Checked("well"),)
            assert [type(one) for one in found.errors] == [TimedOut]
        assert hanging.asked == 1
    finally:
        hanging.released.set()
    assert Checked("hanging") in (await made.run(Known())).checks
    made.close()
