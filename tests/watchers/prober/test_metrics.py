"""What attempts and outages add up to, and the page that it becomes."""

from pathlib import Path

from exporter.watchers.prober.attempt import PHASES, REASONS, AttemptResult
from exporter.watchers.prober.counters import SERVERS, Counters
from exporter.watchers.prober.metrics import families
from exporter.watchers.prober.outages import Outage
from tests.golden import assert_golden, exposition

EXPECTED = Path(__file__).parent / "expected"


def success(server: str | None = "galera-node01", seconds: float = 0.001) -> AttemptResult:
    return AttemptResult(0.0, None, server, dict.fromkeys(PHASES, seconds))


def failure(reason: str) -> AttemptResult:
    return AttemptResult(0.0, reason)


def page(counters: Counters, active_seconds: float = 0.0) -> list[str]:
    return exposition(families([counters.reading("10.0.0.100", 3306, active_seconds)])).splitlines()


def test_the_page_before_the_first_attempt_has_ended(update_golden: bool) -> None:
    """All counters are there at 0; what is not known yet is absent."""
    reading = Counters().reading("10.0.0.100", 3306, 0.0)
    assert_golden(EXPECTED / "start.prom", families([reading]), update=update_golden)


def test_the_page_of_two_addresses_after_an_outage(update_golden: bool) -> None:
    """Every family, one of them for both addresses."""
    one, two = Counters(attempts=120, late=1), Counters(attempts=3)
    for launch in range(100):
        one.add_answer(launch, success(f"galera-node0{launch % 3 + 1}"))
    one.add_answer(100, success(seconds=3.0))
    one.add_answer(101, failure("refused"))
    one.add_answer(102, failure("timeout"))
    one.add_outage(Outage(10.0, 10.25, 1.0), 1700000000.5)
    two.add_answer(0, AttemptResult(0.0, None, None, {"connect": 0.001, "login": 0.002, "total": 0.003}))
    readings = [one.reading("10.0.0.100", 3306, 1.5), two.reading("2001:db8::1", 3307, 0.0)]
    assert_golden(EXPECTED / "outage.prom", families(readings), update=update_golden)


def test_every_reason_has_its_counter() -> None:
    """Each failure counts under its reason and under no other."""
    counters = Counters()
    for count, reason in enumerate(REASONS, start=1):
        for _ in range(count):
            counters.add_answer(0, failure(reason))
    assert counters.reading("a", 1, 0.0).failures == {reason: n for n, reason in enumerate(REASONS, start=1)}


def test_failed_attempts_are_not_in_the_histogram() -> None:
    """A timeout would show as a slow success."""
    counters = Counters()
    counters.add_answer(0, failure("timeout"))
    assert all(one.cumulative[-1] == 0 for one in counters.reading("a", 1, 0.0).phases.values())


def test_up_is_that_of_the_latest_launch_that_has_ended() -> None:
    """A timeout of an attempt launched 5 s ago says nothing of now."""
    counters = Counters()
    counters.add_answer(5.0, success())
    counters.add_answer(0.0, failure("timeout"))
    assert 'vip_probe_up{port="3306",vip="10.0.0.100"} 1.0' in page(counters)
    counters.add_answer(6.0, failure("refused"))
    assert 'vip_probe_up{port="3306",vip="10.0.0.100"} 0.0' in page(counters)


def test_a_server_that_calls_itself_anew_each_time_makes_a_bounded_page() -> None:
    """After so many names the rest is counted as other."""
    counters = Counters()
    for number in range(1000):
        counters.add_answer(number, success(f"n{number}"))
    counters.add_answer(1000, success("n1"))
    servers = counters.reading("a", 1, 0.0).servers
    assert len(servers) == SERVERS + 1
    assert (servers["n1"], servers["other"]) == (2, 1000 - SERVERS)


def test_a_hostile_name_is_only_text_on_the_page() -> None:
    """Quotes and new lines stay inside the label."""
    counters = Counters()
    counters.add_answer(0, success('x"} 9\nvip_probe_up 7'))
    assert not [line for line in page(counters) if line.startswith("vip_probe_up 7")]
