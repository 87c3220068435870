"""Other options while it probes, and what the watchdog is told; attempts are doubles."""

import threading
import time
from dataclasses import replace

import pytest

from exporter.endpoint import Endpoint
from exporter.transports.deadline import Deadline
from exporter.watchers.prober import prober as module
from exporter.watchers.prober.options import Vip
from exporter.watchers.prober.outages import Outage
from exporter.watchers.prober.prober import Prober
from exporter.watchers.prober.watcher import STUCK_SECONDS, VipWatcher
from tests.watchers.prober.stand import until
from tests.watchers.prober.test_prober import SOON, attempts_are, failure, running, success

OTHER = replace(SOON, port=3307)
ENDPOINT = Endpoint("127.0.0.1", 3306)


class Heard:
    """A Listener."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def of(self, endpoint: Endpoint) -> list[str]:
        return [one for one in self.said if one.startswith(f"{endpoint} ")]

    def failing(self, endpoint: Endpoint) -> None:
        self.said.append(f"{endpoint} fails")

    def recovered(self, endpoint: Endpoint) -> None:
        self.said.append(f"{endpoint} recovered")

    def outage(self, endpoint: Endpoint, _outage: Outage) -> None:
        self.said.append(f"{endpoint} was out")


def attempts(watcher: VipWatcher) -> dict[Endpoint, int]:
    return {one.endpoint: one.attempts for one in watcher.read(Deadline.after(1)).probes}


def test_counters_and_an_outage_go_on_with_other_options(monkeypatch: pytest.MonkeyPatch) -> None:
    """One outage, from before the change until after it, not two; launches follow the new interval."""
    works = threading.Event()
    attempts_are(monkeypatch, lambda: success() if works.is_set() else failure())
    heard = Heard()
    watcher = VipWatcher([SOON], [heard])
    watcher.start()
    try:
        until("an outage", lambda: watcher.read(Deadline.after(1)).probes[0].active_seconds)
        (before,) = watcher.read(Deadline.after(1)).probes
        watcher.change([replace(SOON, interval=0.05, timeout=1.0)], {})
        (after,) = watcher.read(Deadline.after(1)).probes
        assert after.attempts >= before.attempts > 0
        assert after.active_seconds > before.active_seconds
        works.set()
        until("its end", lambda: watcher.read(Deadline.after(1)).probes[0].outages)
        (last,) = watcher.read(Deadline.after(1)).probes
        assert last.last and last.last.duration > after.active_seconds
        assert heard.said == [f"{ENDPOINT} fails", f"{ENDPOINT} recovered", f"{ENDPOINT} was out"]
    finally:
        watcher.close()


def test_a_longer_interval_is_waited_and_a_shorter_one_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a minute to a fiftieth of a second: nobody waits for the minute to be over."""
    attempts_are(monkeypatch, success)
    with running(replace(SOON, interval=60.0)) as prober:
        until("the first", lambda: prober.reading().attempts)
        prober.change(SOON, ())
        until("more", lambda: prober.reading().attempts > 5)


def test_addresses_come_and_go_and_the_others_do_not_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The prober that stays is the same; who listened for the one that went hears that it fails no more."""
    attempts_are(monkeypatch, failure)
    heard = Heard()
    watcher = VipWatcher([SOON], [heard])
    watcher.start()
    try:
        until("attempts", lambda: attempts(watcher)[ENDPOINT])
        stays = watcher._probed[ENDPOINT]
        watcher.change([SOON, OTHER], {})
        until("attempts of both", lambda: min(attempts(watcher).values()) > 0 and len(attempts(watcher)) == 2)
        watcher.change([OTHER, Vip("127.0.0.2")], {})
        assert list(attempts(watcher)) == [Endpoint("127.0.0.1", 3307)]
        assert heard.of(ENDPOINT)[-1] == f"{ENDPOINT} recovered"  # not the other's first failure
        launched = stays.prober.reading().attempts
        assert stays.prober.overdue(time.monotonic() + 100) == 0.0  # who is stopped is not stuck
        watcher.change([SOON, OTHER], {})
        assert stays.prober.reading().attempts == launched
    finally:
        watcher.close()


def test_an_outage_is_nothing_that_a_restart_would_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts that hang, as many as there may be: the next launch waits for one to time out, and that is
    expected. Only when none did long after is the prober stuck."""
    monkeypatch.setattr(module, "IN_FLIGHT", 4)
    let_go = threading.Event()

    def hang() -> object:
        let_go.wait(30)
        return failure()

    attempts_are(monkeypatch, hang)  # type: ignore[arg-type]  # returns what failure() does
    watcher = VipWatcher([SOON])
    watcher.start()
    try:
        (prober,) = (one.prober for one in watcher._probed.values())
        until("all in flight", lambda: prober.reading().attempts == 4)
        now = time.monotonic()
        assert prober.overdue(now + SOON.timeout - 1) == 0.0
        assert watcher.stuck(now + SOON.timeout + STUCK_SECONDS - 1) == ""
        assert f"{ENDPOINT}: no attempt was launched" in watcher.stuck(now + SOON.timeout + STUCK_SECONDS + 1)
    finally:
        let_go.set()
        watcher.close()


def test_an_account_that_can_not_be_read_is_not_stuck(tmp_path: object) -> None:
    """It is tried again each second; a restart would not make the file readable."""
    watcher = VipWatcher([replace(SOON, client_file=f"{tmp_path}/absent.cnf")])
    watcher.start()
    try:
        (prober,) = (one.prober for one in watcher._probed.values())
        until("trouble", lambda: prober.trouble)
        assert prober.overdue(time.monotonic()) == 0.0
    finally:
        watcher.close()


def test_a_prober_without_its_thread_is_stuck(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that has the turn died or hangs: launches stop, and the watchdog learns of it."""
    attempts_are(monkeypatch, success)
    hangs, let_go = threading.Event(), threading.Event()

    def hang(_: Prober) -> None:
        hangs.set()
        let_go.wait(30)

    watcher = VipWatcher([SOON])
    watcher.start()
    try:
        monkeypatch.setattr(Prober, "_launch", hang)
        assert hangs.wait(10)
        assert watcher.stuck(time.monotonic()) == ""
        assert "no attempt was launched for 31 s" in watcher.stuck(time.monotonic() + STUCK_SECONDS + 1)
    finally:
        let_go.set()
        watcher.close()
