"""The counts of attempts and outages, and the page made of them."""

from pathlib import Path

from exporter.endpoint import Endpoint
from exporter.watchers.prober.counters import ACCOUNT_SECONDS, BUSY_SECONDS, SERVERS, Counters
from exporter.watchers.prober.metrics import families
from exporter.watchers.prober.outages import Outage
from exporter.watchers.prober.result import PHASES, REASONS, AttemptResult
from tests.golden import assert_golden, exposition

EXPECTED = Path(__file__).parent / "expected"
VIP = Endpoint("10.0.0.100", 3306)


def success(server: str | None = "galera-node01", seconds: float = 0.001) -> AttemptResult:
    return AttemptResult(0.0, None, server, dict.fromkeys(PHASES, seconds))


def failure(reason: str) -> AttemptResult:
    return AttemptResult(0.0, reason)


def page(counters: Counters, active_seconds: float = 0.0) -> list[str]:
    return exposition(families([counters.reading(VIP, 0.0, active_seconds)])).splitlines()


def test_the_page_before_the_first_attempt_has_ended(update_golden: bool) -> None:
    """All counters are there at 0; what is not known yet is absent."""
    reading = Counters().reading(VIP, 0.0, 0.0)
    assert_golden(EXPECTED / "start.prom", families([reading]), update=update_golden)


def test_the_page_of_two_addresses_after_an_outage(update_golden: bool) -> None:
    """Every family, one of them for both addresses."""
    one, two = Counters(attempts=120, late=1), Counters(attempts=3)
    for launch in range(100):
        one.add_result(launch, success(f"galera-node0{launch % 3 + 1}"))
    one.add_result(100, success(seconds=3.0))
    one.add_result(101, failure("refused"))
    one.add_result(102, failure("timeout"))
    one.add_outage(Outage(10.0, 10.25, 1.0), 1700000000.5)
    two.add_result(0, AttemptResult(0.0, None, None, {"connect": 0.001, "login": 0.002, "total": 0.003}))
    readings = [one.reading(VIP, 102.0, 1.5), two.reading(Endpoint("2001:db8::1", 3307), 0.0, 0.0)]
    assert_golden(EXPECTED / "outage.prom", families(readings), update=update_golden)


def test_every_reason_has_its_counter() -> None:
    """Each failure counts under its reason and under no other."""
    counters = Counters()
    for count, reason in enumerate(REASONS, start=1):
        for _ in range(count):
            counters.add_result(0, failure(reason))
    assert counters.reading(VIP, 0.0, 0.0).failures == {
        reason: n for n, reason in enumerate(REASONS, start=1)
    }


def test_failed_attempts_are_not_in_the_histogram() -> None:
    """A timeout would show as a slow success."""
    counters = Counters()
    counters.add_result(0, failure("timeout"))
    assert all(one.cumulative[-1] == 0 for one in counters.reading(VIP, 0.0, 0.0).phases.values())


def test_up_is_that_of_the_latest_launch_that_has_ended() -> None:
    """A timeout of an attempt launched 5 s ago says nothing about now."""
    counters = Counters()
    counters.add_result(5.0, success())
    counters.add_result(0.0, failure("timeout"))
    assert 'vip_probe_up{port="3306",vip="10.0.0.100"} 1.0' in page(counters)
    counters.add_result(6.0, failure("refused"))
    assert 'vip_probe_up{port="3306",vip="10.0.0.100"} 0.0' in page(counters)


ACCOUNT_OK = 'vip_probe_account_ok{port="3306",vip="10.0.0.100"} '


def test_a_refused_account_is_an_answer() -> None:
    """It counts as a failure with its reason; the address is up, and the gauge shows whose fault it is."""
    counters = Counters()
    counters.add_result(0.0, failure("denied"))
    shown = page(counters)
    assert 'vip_probe_up{port="3306",vip="10.0.0.100"} 1.0' in shown
    assert ACCOUNT_OK + "0.0" in shown
    assert counters.reading(VIP, 0.0, 0.0).failures["denied"] == 1


def test_the_account_is_in_order_when_no_server_has_refused_it_for_a_while() -> None:
    """One server of three that refuses it keeps the gauge at 0, and so do rare attempts that are refused."""
    counters = Counters()
    counters.add_result(0.0, success())
    assert ACCOUNT_OK + "1.0" in page(counters)
    for minute in (60.0, 120.0):
        counters.add_result(minute, failure("denied"))
        assert ACCOUNT_OK + "0.0" in page(counters)
    counters.add_result(121.0, success())
    assert ACCOUNT_OK + "0.0" in page(counters)
    counters.add_result(120.0 + ACCOUNT_SECONDS, success())
    assert ACCOUNT_OK + "1.0" in page(counters)


def test_an_outage_is_not_hidden_behind_a_refused_account() -> None:
    """A server that is gone refuses no account: VIPDown must not wait for somebody to mend it."""
    counters = Counters()
    counters.add_result(0.0, failure("denied"))
    counters.add_result(0.1, failure("refused"))
    assert ACCOUNT_OK + "0.0" in page(counters)
    counters.add_result(ACCOUNT_SECONDS, failure("refused"))
    assert ACCOUNT_OK + "1.0" in page(counters)


def test_without_an_account_there_is_no_gauge_of_it() -> None:
    """Nothing is known, as before the first login."""
    counters = Counters()
    counters.add_result(0.0, success(server=None))
    assert not [line for line in page(counters) if line.startswith(ACCOUNT_OK)]


def test_two_ports_of_one_address_are_series_of_their_own() -> None:
    """A read/write split: one port can be out while the other answers."""
    writes, reads = Counters(), Counters()
    writes.add_result(0.0, failure("handshake"))
    reads.add_result(0.0, success())
    endpoints = Endpoint(VIP.host, 3306), Endpoint(VIP.host, 3307)
    readings = [one.reading(at, 0.0, 0.0) for one, at in zip((writes, reads), endpoints, strict=True)]
    shown = exposition(families(readings)).splitlines()
    assert 'vip_probe_up{port="3306",vip="10.0.0.100"} 0.0' in shown
    assert 'vip_probe_up{port="3307",vip="10.0.0.100"} 1.0' in shown


def test_a_server_with_a_new_name_each_time_makes_a_bounded_page() -> None:
    """After so many names the rest is counted as other."""
    counters = Counters()
    for number in range(1000):
        counters.add_result(number, success(f"n{number}"))
    counters.add_result(1000, success("n1"))
    servers = counters.reading(VIP, 0.0, 0.0).servers
    assert len(servers) == SERVERS + 1
    assert (servers["n1"], servers["other"]) == (2, 1000 - SERVERS)


def test_a_hostile_name_is_only_text_on_the_page() -> None:
    """Quotes and new lines stay inside the label."""
    counters = Counters()
    counters.add_result(0, success('x"} 9\nvip_probe_up 7'))
    assert not [line for line in page(counters) if line.startswith("vip_probe_up 7")]


def test_how_long_nobody_was_let_in_is_counted_by_launches() -> None:
    """From the latest answered attempt to the latest, whatever ended between; a refused account answers."""
    counters = Counters()
    assert counters.unanswered_seconds == 0
    counters.launch(5.0)
    counters.launch(7.0)
    assert counters.unanswered_seconds == 2, "no answer yet: since the first attempt"
    counters.add_result(7.0, success())
    counters.add_result(5.0, success())
    assert counters.unanswered_seconds == 0
    for launch in (8.0, 9.0):
        counters.launch(launch)
    counters.add_result(8.0, failure("timeout"))
    assert counters.unanswered_seconds == 2
    counters.add_result(9.0, failure("denied"))
    assert counters.unanswered_seconds == 0


def test_a_prober_that_makes_no_attempts_says_nothing_of_the_address() -> None:
    """What was last known stays, however much later it is asked."""
    counters = Counters()
    counters.launch(5.0)
    assert counters.reading(VIP, 500.0, 0.0).unanswered_seconds == 0


def test_a_host_is_too_busy_while_more_than_half_of_its_attempts_are_late() -> None:
    """Of those of the last ten seconds."""
    counters = Counters()
    for launch in range(20):
        counters.launch(float(launch))
        if launch % 2:
            counters.add_late(float(launch))
    assert (counters.too_busy(19.5), counters.late) == (False, 10)
    counters.add_late(19.5)
    assert counters.too_busy(19.5)
    assert not counters.too_busy(30.0)


def test_what_nobody_reads_does_not_grow() -> None:
    """Prometheus may be away for days: of attempts only those of the last seconds are kept."""
    counters = Counters()
    for launch in range(10_000):
        counters.launch(launch / 10)
        counters.add_late(launch / 10)
    assert len(counters._launches) <= 1 + 10 * BUSY_SECONDS
    assert len(counters._late) <= 1 + 10 * BUSY_SECONDS
