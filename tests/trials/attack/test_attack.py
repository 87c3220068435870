"""The attacks' own tools: doubles that the exporter believes, an observer that sees failures, verdicts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.endpoint import Endpoint
from exporter.watchers.prober.attempt import make_attempt
from tests.trials.attack import clients, doubles
from tests.trials.attack.observer import observing
from tests.trials.attack.on_pages import malformed_requests
from tests.trials.attack.results import Outcome, Results
from tests.trials.attack.target import Target, running


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    with running(tmp_path_factory.mktemp("attack")) as one:
        yield one


def test_the_database_is_a_living_server() -> None:
    """A probe without an account takes its refusal for an answer."""
    with doubles.database() as port:
        attempt = make_attempt(Endpoint("127.0.0.1", port), None, 5.0)
    assert attempt.reason is None, attempt.detail


def test_the_large_haproxy_has_so_many_servers() -> None:
    """Beside those of the captured answer, each with a name of its own."""
    answer = doubles.haproxy_answer(50).decode()
    assert len({line.split(",")[1] for line in answer.splitlines() if ",db00" in line}) == 50


def test_the_target_is_read_well(target: Target) -> None:
    """Without an attack every collector succeeds, so what fails during one is the attack's."""
    for collector in ("pacemaker", "haproxy", "address", "vip", "failover"):
        assert target.success(collector) == 1, collector
    figures = target.figures()
    assert figures.cpu > 0
    assert figures.resident > 10e6


def test_an_attack_on_it(target: Target) -> None:
    """The shortest one, whole: malformed requests."""
    outcome = malformed_requests(target)
    assert outcome.good, outcome.measured


def test_the_observer_sees_failures_and_successes(target: Target) -> None:
    """A page that is there, and one that is not."""
    with observing(target) as observed:
        pass
    assert observed.all_answered
    with observing(Target(Path("/nonexistent"), target.process, 1)) as observed:
        pass
    assert not observed.all_answered
    assert "Connection refused" in str(observed)


def test_what_is_asked_is_answered(target: Target) -> None:
    """clients.ask() has the whole answer."""
    assert clients.ask(target, b"GET /-/healthy HTTP/1.0\r\n\r\n").endswith(b"OK\n")


def test_one_row_that_is_not_good_makes_the_whole_so() -> None:
    """The exit code of `make attack` follows from it, and the table shows which."""
    good = Outcome("pages", "a | b", "held", "1 of 1", good=True)
    bad = Outcome("pages", "c", "held", "0 of 1", good=False)
    assert Results([good]).well
    assert not Results([good, bad]).well
    assert Results([good, bad]).as_json()["well"] is False
    lines = Results([good, bad]).table().markdown().splitlines()
    assert lines[2] == r"| pages: a \| b | held | 1 of 1 | good |"
    assert lines[3].endswith("| **NOT GOOD** |")
