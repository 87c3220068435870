from dataclasses import replace
from datetime import UTC, datetime

from deploy.lab.faults import EVERY
from deploy.lab.topologies import TOPOLOGIES
from tests.trials.accuracy.cli import rows
from tests.trials.accuracy.cost import Cost, Sample
from tests.trials.accuracy.pressure import Pressure
from tests.trials.accuracy.report import document
from tests.trials.accuracy.results import Results, Truth, same
from tests.trials.accuracy.trials import BLOCKS, FAULTS, SHORT_BLOCKS, Trial, trials
from tests.trials.accuracy.verdict import FEWEST, SEEN_FROM, Row
from tests.trials.common.circumstances import Circumstances
from tests.trials.common.truth import Span

SAMPLES = tuple(Sample(float(at), at * 0.01, 60_000_000, 12, 8) for at in range(41))
COST = Cost(40.0, 400, 0, SAMPLES)
RESULTS = Results(
    at=Circumstances(
        datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
        same(None, None, 40.0, short=False),
        "article",
        "2 cores",
        (("haproxy", "2.6"),),
    ),
    host="mon",
    busy=0.3,
    fewest=1,
    rows=(Row("haproxy-killed", Span(0, 1), Span(0.06, 1)), Row("rejected", Span(5, 5.1), None)),
    unread=0,
    late=0,
    truth=Truth(1000, 20, 0.0123),
    cost=COST,
    pressure=Pressure(60, 42.0, 1.5, 421, 0),
)


def test_the_document_has_every_outage_and_every_target() -> None:
    """With how it was made, and what was missed."""
    text = document(RESULTS)
    assert "`python -m tests.trials.accuracy --cost 40`" in text
    assert "| haproxy-killed | 1.000 | 0.940 | -0.060 |" in text
    assert "| rejected | 0.100 | not seen |  |" in text
    assert "| duration wrong by, median | ≤ 0.12 s | 0.060 s | met |" in text
    assert "| CPU at 10.0 attempts/s | < 1.5% | 1.00% | met |" in text
    assert "| late attempts during scrapes of 1000 servers | 0 | 0 | met |" in text
    assert "Of its 421 attempts in\nthat time, 0 were late" in text
    assert "{" not in text


def test_without_the_cost_the_document_says_so() -> None:
    """And its targets are not there."""
    text = document(replace(RESULTS, cost=None))
    assert "Not measured in this run" in text
    assert "descriptors" not in text


def test_of_the_outages_only_nothing_else_is_told() -> None:
    """Neither the cost nor the pressure, nor a target of theirs; the command for the same says so."""
    only = replace(RESULTS, cost=None, pressure=None)
    assert len(only.targets) == 5
    assert "without a pause. Not measured in this run." in document(only)
    assert same("three", None, None, short=True).endswith("--topology three --short --outages-only")


def test_a_target_missed_is_not_hidden() -> None:
    """Neither in the document nor in the exit code."""
    wrong = replace(RESULTS, rows=(Row("x", Span(0, 1), Span(0.5, 1)),))
    assert "| ≤ 0.25 s | 0.500 s | missed |" in document(wrong)
    late = replace(RESULTS, pressure=Pressure(60, 42.0, 1.5, 421, 2))
    assert (RESULTS.met, wrong.met, late.met) == (True, False, False)
    assert wrong.as_json()["met"] is False


def test_cost_targets() -> None:
    """CPU, memory that grows, descriptors and late attempts each are a target."""
    grown = tuple(replace(one, resident=one.resident + int(one.at) * 200_000) for one in SAMPLES)
    leaking = tuple(replace(one, descriptors=12 + int(one.at)) for one in SAMPLES)
    busy = tuple(replace(one, cpu=one.at * 0.02) for one in SAMPLES)

    def met(cost: Cost) -> list[bool]:
        return [target.met for target in cost.targets]

    assert met(COST) == [True] * 4
    assert met(replace(COST, samples=busy)) == [False, True, True, True]
    assert met(replace(COST, samples=grown)) == [True, False, True, True]
    assert met(replace(COST, samples=leaking)) == [True, True, False, True]
    assert met(replace(COST, late=1)) == [True, True, True, False]


def test_outages_bear_the_name_of_the_trial_that_was_on() -> None:
    """By when they began; before the first there is none to blame."""
    planned = [Trial("one", str), Trial("two", str)]
    found = rows(planned, [10.0, 20.0], [Span(5, 6), Span(12, 13), Span(20, 21)], [])
    assert [row.trial for row in found] == ["before the first trial", "one", "two"]


def test_enough_is_planned() -> None:
    """More than forty outages that have to be seen; in short, eight; each fault is one of the lab's."""
    long_enough = [seconds for seconds in BLOCKS if seconds >= SEEN_FROM]
    # corosync-killed: clients notice nothing
    faults = [name for name in FAULTS if name != "corosync-killed"]
    assert len(long_enough) + len(faults) > FEWEST + 3
    for topology in TOPOLOGIES.values():
        planned = trials(topology, short=True)
        assert len(planned) == 8
        assert all(EVERY[one.name].applies(topology) for one in planned[len(SHORT_BLOCKS) :])
    assert set(FAULTS) <= EVERY.keys()
