"""The schedule, on doubled attempts; outages, on a real HAProxy and MariaDB."""

import logging
import resource
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from prometheus_client.metrics_core import Metric

from exporter.endpoint import Endpoint
from exporter.errors import Unreachable
from exporter.families import gauge
from exporter.scrape import Scraper, Source
from exporter.transports.deadline import Deadline
from exporter.transports.mysql import Session
from exporter.transports.mysql_account import Account
from exporter.watchers.prober import prober as module
from exporter.watchers.prober import schedule
from exporter.watchers.prober.attempt import WHO, NotMade
from exporter.watchers.prober.counters import ProbeReading
from exporter.watchers.prober.options import SHORTEST_INTERVAL, Vip
from exporter.watchers.prober.outages import APART_SECONDS, Outage
from exporter.watchers.prober.prober import Prober
from exporter.watchers.prober.result import AttemptResult
from exporter.watchers.prober.watcher import VipWatcher
from tests.golden import exposition
from tests.watchers.prober.stand import PASSWORD, SERVER_NAME, USER, Stand, until

SOON = Vip("127.0.0.1", 3306, interval=0.02)
PHASES = {"connect": 0.0, "handshake": 0.0, "login": 0.0, "total": 0.0}

Script = Callable[[], AttemptResult]


@contextmanager
def running(vip: Vip, patience: float = 1.0) -> Iterator[Prober]:
    prober = Prober(vip)
    prober.start()
    try:
        yield prober
    finally:
        prober.stop(patience)


def attempts_are(monkeypatch: pytest.MonkeyPatch, script: Script) -> None:
    """A double in place of an attempt."""

    def attempt(
        _endpoint: Endpoint, _account: Account | None, _timeout: float, _connected: Callable[[], None]
    ) -> AttemptResult:
        return script()

    monkeypatch.setattr(module, "make_attempt", attempt)


def success() -> AttemptResult:
    return AttemptResult(time.monotonic(), None, "n", PHASES)


def failure() -> AttemptResult:
    return AttemptResult(time.monotonic(), "refused")


def probers(watcher: VipWatcher) -> list[Prober]:
    return [one.prober for one in watcher._probed.values()]


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("probe ")]


def ended(reading: ProbeReading) -> int:
    return reading.phases["total"].cumulative[-1] + sum(reading.failures.values())


def test_attempts_are_launched_on_schedule_though_none_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Doubles that hang: a stall of the server is not one sample but as many as there are intervals."""
    let_go = threading.Event()
    attempts_are(monkeypatch, lambda: success() if let_go.wait(20) else failure())
    with running(SOON) as prober:
        until("twenty in flight", lambda: prober.reading().attempts >= 20)
        assert ended(prober.reading()) == 0
        let_go.set()
        until("all are back", lambda: ended(prober.reading()) >= 20)
        until("the threads left", lambda: len(threads()) <= module.SPARE_THREADS)
        launched = prober.reading().attempts
        until("it goes on", lambda: ended(prober.reading()) > launched)


class Large(Source[int]):
    """Its page has as many series as one of a thousand HAProxy servers."""

    name: ClassVar[str] = "large"
    timeout = 5.0

    def read(self, deadline: Deadline) -> int:  # noqa: ARG002  # nothing to wait for
        return 60_000

    def collect(self, reading: int) -> Iterable[Metric]:
        family = gauge("large_value", "A number.", "server")
        for number in range(reading):
            family.add(number, server=f"db{number:05}")
        return [family]


async def test_attempts_go_on_while_large_pages_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """In threads of their own. That none is late then is measured in the lab, see docs/accuracy.md."""
    attempts_are(monkeypatch, success)
    scraper = Scraper([Large()], list)
    try:
        with running(Vip("127.0.0.1", 3306)) as prober:
            until("the first", lambda: prober.reading().attempts)
            for _ in range(3):
                before = prober.reading().attempts
                assert "db59999" in "".join(await scraper.scrape(20.0, exposition))
                assert prober.reading().attempts > before
    finally:
        scraper.close()


def test_no_more_are_in_flight_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the bound launches wait for a place, and the one that got it late is counted so."""
    monkeypatch.setattr(module, "IN_FLIGHT", 3)
    places, reached = threading.Semaphore(0), threading.Event()
    attempts_are(monkeypatch, lambda: success() if places.acquire(timeout=20) else failure())
    with running(SOON) as prober:
        until("the bound", lambda: prober.reading().attempts == 3)
        assert not reached.wait(0.1)
        assert prober.reading().attempts == 3
        places.release()
        until("one more", lambda: prober.reading().attempts == 4)
        places.release(1000)
        until("the late one is counted", lambda: prober.reading().late >= 1)


def test_attempts_are_faster_while_an_outage_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """At an interval of a minute: the first failure is followed by others until a second passes without
    one."""
    outcomes = iter([failure] * 20 + [success] * 1000)

    def script() -> AttemptResult:
        return next(outcomes)()

    attempts_are(monkeypatch, script)
    with running(Vip("127.0.0.1", 3306, interval=60)) as prober:
        until("the success", lambda: ended(prober.reading()) > 20)
        until("the usual interval", lambda: prober._due - time.monotonic() > 30)  # 48 s is the least
        reading = prober.reading()
        assert (reading.failures["refused"], reading.late) == (20, 0)
        longest = APART_SECONDS / (SHORTEST_INTERVAL * (1 - schedule.WANDER))
        assert 22 < reading.attempts <= 22 + longest  # until no failure can belong to the outage any more


def test_failures_close_together_make_one_log_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One node of three that fails must not fill the disk."""
    outcomes = iter([failure, success, success] * 1000)

    def script() -> AttemptResult:
        return next(outcomes)()

    attempts_are(monkeypatch, script)
    with running(SOON) as prober:
        until("ten failures", lambda: prober.reading().failures["refused"] >= 10)
    assert [record.message for record in caplog.records] == ["127.0.0.1:3306: fails: "]


def test_a_defect_of_ours_is_no_failure_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """An attempt that breaks is counted as late, reported as the watcher's trouble, and ends by itself."""
    broken = threading.Event()
    broken.set()

    def script() -> AttemptResult:
        if broken.is_set():
            raise KeyError("a bug")
        return success()

    attempts_are(monkeypatch, script)
    watcher = VipWatcher([SOON])
    watcher.start()
    try:
        (prober,) = probers(watcher)
        until("trouble", lambda: prober.trouble)
        with pytest.raises(KeyError):
            watcher.read(Deadline.after(1))
        broken.clear()
        until("none any more", lambda: not prober.trouble)
        (reading,) = watcher.read(Deadline.after(1)).probes
        assert reading.late > 0
        assert sum(reading.failures.values()) == 0
    finally:
        watcher.close()


def test_an_attempt_that_breaks_off_stops_no_later_one(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A defect in what follows an attempt is logged, and the schedule goes on."""
    attempts_are(monkeypatch, success)

    def defect(_result: AttemptResult | None) -> None:
        raise KeyError("a bug")

    prober = Prober(SOON, on_result=defect)
    prober.start()
    try:
        until("ten attempts", lambda: prober.reading().attempts >= 10)
    finally:
        prober.stop()
    assert {record.message for record in caplog.records} == {"127.0.0.1:3306: an attempt broke off"}


def test_want_of_descriptors_is_the_watchers_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    """The collector fails; no outage is made up."""

    def script() -> AttemptResult:
        raise NotMade("too many open files")

    attempts_are(monkeypatch, script)
    watcher = VipWatcher([SOON])
    watcher.start()
    try:
        until("trouble", lambda: probers(watcher)[0].trouble)
        with pytest.raises(NotMade):
            watcher.read(Deadline.after(1))
        assert sum(probers(watcher)[0].reading().failures.values()) == 0
    finally:
        watcher.close()


def test_an_account_file_that_cannot_be_read_stops_the_probing_until_it_can(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No attempt is made with another account; with the file there it goes on."""
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    attempts_are(monkeypatch, success)
    file = tmp_path / "probe.cnf"
    with running(Vip("127.0.0.1", 3306, client_file=str(file))) as prober:
        until("trouble", lambda: isinstance(prober.trouble, Unreachable))
        assert prober.reading().attempts == 0
        file.write_text("[client]\nuser = probe\n")
        until("attempts", lambda: ended(prober.reading()) > 0)
        assert prober.trouble is None


async def test_one_address_in_trouble_does_not_take_the_other_off_the_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its trouble is counted and logged; the other address is on the page, and the collector succeeds."""
    attempts_are(monkeypatch, success)
    watcher = VipWatcher([SOON, Vip("127.0.0.2", 3306, client_file=str(tmp_path)), Vip("127.0.0.3")])
    watcher.start()
    scraper = Scraper([watcher], list)
    try:
        until("one in trouble", lambda: probers(watcher)[1].trouble)
        page = "".join(await scraper.scrape(5.0, exposition)).splitlines()
    finally:
        scraper.close()
    assert 'ha_cluster_scrape_success{collector="vip"} 1.0' in page
    assert 'failover_exporter_collector_failures_total{collector="vip",reason="unreachable"} 1.0' in page
    assert {line.partition("{")[2].partition("}")[0] for line in page if "attempts_total{" in line} == {
        'port="3306",vip="127.0.0.1"'
    }


class Notes:
    """A listener that records its calls, and breaks in the first."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Endpoint]] = []
        self.outages: list[Outage] = []

    def failing(self, endpoint: Endpoint) -> None:
        self.calls.append(("failing", endpoint))
        raise RuntimeError("a listener's defect")

    def recovered(self, endpoint: Endpoint) -> None:
        self.calls.append(("recovered", endpoint))

    def outage(self, endpoint: Endpoint, outage: Outage) -> None:
        self.calls.append(("outage", endpoint))
        self.outages.append(outage)


def test_listeners_are_called_at_each_change_and_each_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    """In order, once each; a listener that breaks stops neither the prober nor the other listeners."""
    outcomes = iter([success, failure, failure] + [success] * 1000)

    def script() -> AttemptResult:
        return next(outcomes)()

    attempts_are(monkeypatch, script)
    one, two = Notes(), Notes()
    prober = Prober(SOON, [one, two])
    prober.start()
    until("the outage", lambda: two.outages)
    prober.stop()
    assert SOON.port
    at = Endpoint(SOON.address, SOON.port)
    assert one.calls == two.calls == [("failing", at), ("recovered", at), ("outage", at)]
    assert one.outages == two.outages
    last = prober.reading().last
    assert last
    assert last.duration == one.outages[0].duration


def test_want_of_threads_is_logged_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The schedule goes on when a thread could not be started."""
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    attempts_are(monkeypatch, success)
    prober = Prober(SOON)
    add_thread, refusals = prober._add_thread, iter([False, True, True])

    def refuse_twice() -> None:
        if next(refusals, False):
            raise RuntimeError("can't start new thread")
        add_thread()

    monkeypatch.setattr(prober, "_add_thread", refuse_twice)
    prober.start()
    until("attempts", lambda: ended(prober.reading()) > 3)
    prober.stop(patience=0.0)
    assert next(refusals, None) is None


def test_stopping_lets_attempts_in_flight_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that end soon close their connections in order; none is launched any more."""
    begun, let_go = threading.Event(), threading.Event()

    def script() -> AttemptResult:
        begun.set()
        let_go.wait(20)
        return success()

    attempts_are(monkeypatch, script)
    prober = Prober(SOON)
    prober.start()
    begun.wait(20)
    threading.Timer(0.05, let_go.set).start()
    prober.stop(patience=20)
    launched = prober.reading().attempts
    assert ended(prober.reading()) == launched
    until("no thread", lambda: not threads())


def test_stopping_waits_for_no_hanging_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """After its patience the prober stops all the same."""
    let_go = threading.Event()
    attempts_are(monkeypatch, lambda: success() if let_go.wait(20) else failure())
    with running(SOON) as prober:
        until("one in flight", lambda: prober.reading().attempts)
        prober.stop(patience=0.01)
        assert ended(prober.reading()) == 0
        let_go.set()


@pytest.fixture
def vip(stand: Stand, tmp_path: Path) -> Vip:
    client_file = tmp_path / "probe.cnf"
    client_file.write_text(f"[client]\nuser = {USER}\npassword = {PASSWORD}\n")
    return Vip("127.0.0.1", stand.port, interval=0.02, client_file=str(client_file), timeout=1.0)


def test_a_session_that_is_cut_off_is_followed_by_an_attempt_at_once(stand: Stand, vip: Vip) -> None:
    """At an interval of a minute: HAProxy ends, and with it the kept session: the interval is not waited
    for."""
    with running(replace(vip, interval=60)) as prober:
        until("it is in", lambda: ended(prober.reading()) == 1)
        stand.stop_haproxy()
        try:
            until("the refusal", lambda: prober.reading().failures["refused"], 5)
        finally:
            stand.start_haproxy()


class DoubledSession(Session):
    """A double, with the server's end of its connection."""

    def __init__(self) -> None:
        self._here, self.server = socket.socketpair()
        self._what = "a double"

    @property
    def _socket(self) -> socket.socket:
        return self._here

    def close(self) -> None:
        self._here.close()
        self.server.close()


def test_a_refused_query_of_a_kept_session_is_followed_by_attempts_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Doubles that accept every login and answer the first query with an error: three more attempts
    follow."""
    error = b"\x09\x00\x00\x01\xff" + struct.pack("<H", 1047) + b"#08S01"
    sessions: list[DoubledSession] = []

    def script() -> AttemptResult:
        sessions.append(DoubledSession())
        if len(sessions) == 2:
            assert sessions[0].server.recv(1000).endswith(WHO.encode())
            sessions[0].server.send(error)
        return replace(success(), session=sessions[-1], server="db1")

    attempts_are(monkeypatch, script)
    with running(Vip("127.0.0.1", 3306, interval=1)) as prober:
        until("the second", lambda: prober.reading().attempts >= 2)
        began = time.monotonic()
        until("the fifth", lambda: prober.reading().attempts >= 5)
        assert time.monotonic() - began < 2, "three intervals"


def test_a_server_that_cuts_every_session_off_gets_few_attempts_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A double that ends each session, at an interval of a minute: the extra attempts, no more."""

    def cut_off() -> AttemptResult:
        session = DoubledSession()
        session.server.close()
        return replace(success(), session=session)

    monkeypatch.setattr(schedule, "EXTRA", 5.0)
    monkeypatch.setattr(schedule, "EXTRA_RATE", 0.0)
    attempts_are(monkeypatch, cut_off)
    with running(Vip("127.0.0.1", 3306, interval=60)) as prober:
        until(
            "the usual interval",
            lambda: prober.reading().attempts > 1 and prober._due - time.monotonic() > 30,
        )
        assert prober.reading().attempts <= 1 + 5


def test_an_attempt_that_hangs_is_followed_by_others_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """One server of three that takes connections and says nothing: no failure yet, but a sign."""
    first, let_go = threading.Event(), threading.Event()

    def script() -> AttemptResult:
        if not first.is_set():
            first.set()
            let_go.wait(20)
        return success()

    attempts_are(monkeypatch, script)
    with running(Vip("127.0.0.1", 3306, interval=0.2)) as prober:
        began = time.monotonic()
        until("thirty", lambda: prober.reading().attempts >= 30)
        assert time.monotonic() - began < 30 * 0.2 / 2
        let_go.set()
        until("the usual interval", lambda: prober._due - time.monotonic() > 0.1)


def test_haproxy_gone_and_back_is_one_outage(stand: Stand, vip: Vip) -> None:
    """Refused while it is gone; the outage lasts at least as long as that, and is counted once."""
    with running(vip) as prober:
        until("a success", lambda: prober.reading().servers)
        killed = time.monotonic()
        stand.stop_haproxy()
        until("refused", lambda: prober.reading().failures["refused"] >= 5)
        seen, active = time.monotonic(), prober.reading().active_seconds
        assert active > 0
        assert prober.reading().up is False
        down = time.monotonic() - seen
        stand.start_haproxy()
        back = time.monotonic()
        until("the outage is final", lambda: prober.reading().outages)
        final = time.monotonic()
        reading = prober.reading()
    assert reading.last
    assert (reading.outages, reading.active_seconds, reading.up) == (1, 0.0, True)
    assert down + active <= reading.last.duration <= final - killed + 1.0
    assert reading.outage_seconds == reading.outage_durations.sum == reading.last.duration
    assert time.time() - reading.last.end_timestamp < final - back + 5.0
    assert set(reading.servers) == {SERVER_NAME}


def test_a_short_freeze_is_slow_connects_and_no_outage(stand: Stand, vip: Vip) -> None:
    """HAProxy frozen for less than the timeout: clients waited, none failed."""
    with running(vip) as prober:
        until("a success", lambda: prober.reading().servers)
        with stand.frozen_haproxy():
            before = prober.reading().attempts
            until("ten waiting", lambda: prober.reading().attempts >= before + 10)
        until("all ended", lambda: ended(prober.reading()) >= before + 10)
        reading = prober.reading()
    assert (reading.outages, sum(reading.failures.values())) == (0, 0)
    slow = reading.phases["total"]
    assert slow.cumulative[-1] > slow.cumulative[slow.bounds.index(0.05)]


def test_a_long_freeze_is_an_outage_of_timeouts(stand: Stand, vip: Vip) -> None:
    """Longer than the timeout: attempts fail, and the outage begins with the first."""
    with running(vip) as prober:
        until("a success", lambda: prober.reading().servers)
        with stand.frozen_haproxy():
            until("timeouts", lambda: prober.reading().failures["timeout"] >= 3)
            assert prober.reading().active_seconds >= vip.timeout
        until("the outage is final", lambda: prober.reading().outages)
        reading = prober.reading()
    assert reading.last
    assert reading.last.duration >= vip.timeout
    assert (reading.outages, reading.active_seconds) == (1, 0.0)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_nothing_is_left_behind(stand: Stand) -> None:
    """After a stop there are no more descriptors and threads than before the start, failures or not."""
    before = descriptors()
    for port in (stand.port, stand.nobody_port):
        with running(Vip("127.0.0.1", port, interval=0.02)) as prober:
            until("fifty", lambda prober=prober: ended(prober.reading()) >= 50)  # type: ignore[misc]
    until("all closed", lambda: descriptors() <= before)
    until("no thread", lambda: not threads())


def test_a_prober_without_a_port_is_a_defect() -> None:
    """The watcher leaves those out."""
    with pytest.raises(ValueError, match="no port"):
        Prober(Vip("127.0.0.1"))


def test_a_server_that_refuses_the_account_is_no_outage(
    stand: Stand, vip: Vip, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account is locked while the probe runs, then unlocked: clients were served all the time."""
    monkeypatch.setattr("exporter.watchers.prober.counters.ACCOUNT_SECONDS", 0.5)
    caplog.set_level(logging.INFO)
    with running(vip) as prober:
        until("a success", lambda: prober.reading().account_ok)
        stand.sql(f"ALTER USER {USER}@'%' ACCOUNT LOCK")
        try:
            until("refused", lambda: prober.reading().failures["denied"] >= 5)
            denied = prober.reading()
        finally:
            stand.sql(f"ALTER USER {USER}@'%' ACCOUNT UNLOCK")
        until("accepted again", lambda: prober.reading().account_ok)
        until("that is logged", lambda: "is accepted again" in caplog.text)
        reading = prober.reading()
    assert (denied.up, denied.account_ok, denied.active_seconds) == (True, False, 0.0)
    assert (reading.outages, reading.active_seconds) == (0, 0.0)
    assert {reason for reason, count in reading.failures.items() if count} == {"denied"}
    began, ended_ = (record.message for record in caplog.records if record.name.endswith("prober.prober"))
    assert f"{prober.endpoint}: a server answers and refuses the probe's own account" in began
    assert "account is locked" in began and str(tmp_path / "probe.cnf") in began
    assert ended_ == f"{prober.endpoint}: the probe's account is accepted again"


def test_the_limits_of_the_account_are_no_outage_and_those_of_the_server_are(stand: Stand, vip: Vip) -> None:
    """MAX_USER_CONNECTIONS 1 is taken by another client of the account: 1226; then max_connections: 1040."""
    stand.sql(f"ALTER USER {USER}@'%' WITH MAX_USER_CONNECTIONS 1")
    try:
        with stand.client(), running(vip) as prober:
            until("refused", lambda: prober.reading().failures["denied"] >= 3)
            assert (prober.reading().up, prober.reading().active_seconds) == (True, 0.0)
    finally:
        stand.sql(f"ALTER USER {USER}@'%' WITH MAX_USER_CONNECTIONS 0")
    with stand.full(), running(vip) as prober:
        until("an outage", lambda: prober.reading().active_seconds)
        reading = prober.reading()
        assert (reading.up, reading.failures["denied"]) == (False, 0)


async def test_the_page_of_two_ports_on_one_address(stand: Stand) -> None:
    """One port without a server behind it, one that answers: each has its series, its outage and its
    listener."""
    notes = Notes()
    ports = (stand.port, stand.nobody_port)
    watcher = VipWatcher([Vip("127.0.0.1", port, interval=0.02) for port in ports], [notes])
    watcher.start()
    scraper = Scraper([watcher], list)
    try:
        up, out = probers(watcher)
        until("both", lambda: ended(up.reading()) and out.reading().active_seconds)
        page = "".join(await scraper.scrape(5.0, exposition)).splitlines()
    finally:
        scraper.close()
    shown = [line for line in page if line.startswith("vip_probe_up{")]
    assert sorted(shown) == sorted(
        f'vip_probe_up{{port="{port}",vip="127.0.0.1"}} {up}'
        for port, up in zip(ports, ("1.0", "0.0"), strict=True)
    )
    assert {endpoint for _, endpoint in notes.calls} == {Endpoint("127.0.0.1", stand.nobody_port)}


def test_a_failure_at_one_port_has_the_others_of_the_address_probed_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And no port of another address. One attempt is made for it, and no more while its interval lasts."""
    sometimes, others, fails = (
        Endpoint("127.0.0.1", 1),
        [Endpoint("127.0.0.1", 2), Endpoint("127.0.0.2", 1)],
        threading.Event(),
    )

    def attempt(
        endpoint: Endpoint, _account: Account | None, _timeout: float, _connected: Callable[[], None]
    ) -> AttemptResult:
        return failure() if endpoint == sometimes and fails.is_set() else success()

    monkeypatch.setattr(module, "make_attempt", attempt)
    slow = [Vip(one.host, one.port, interval=30.0) for one in others]
    watcher = VipWatcher([Vip("127.0.0.1", 1, interval=0.02), *slow])
    watcher.start()
    try:
        seldom = probers(watcher)[1:]
        until("the first attempts", lambda: all(one.reading().attempts == 1 for one in seldom))
        for _ in range(3):
            fails.set()
            until("a failure", lambda: not probers(watcher)[0].reading().up)
            fails.clear()
            until("a success", lambda: probers(watcher)[0].reading().up)
        until("the attempt", lambda: seldom[0].reading().attempts > 1)
        assert [one.reading().attempts for one in seldom] == [2, 1]
    finally:
        watcher.close()


def test_five_frozen_addresses_delay_no_launch() -> None:
    """With the usual 1,024 descriptors and all defaults: no attempt is late or can't be made."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
    with ExitStack() as stack:
        stack.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        probers = []
        for number in range(2, 7):
            # The kernel accepts connections up to the backlog, and drops what comes after that.
            listener = stack.enter_context(socket.create_server((f"127.0.0.{number}", 0), backlog=50))
            probers.append(stack.enter_context(running(Vip(*listener.getsockname()), patience=0.0)))
        until("timeouts of all", lambda: all(one.reading().failures["timeout"] for one in probers))
        most = max(one._in_flight for one in probers)
        readings = [one.reading() for one in probers]
    assert [reading.late for reading in readings] == [0] * 5
    assert 50 < most < 130
