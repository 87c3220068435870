"""What is said of the engines: where one differs from another, and whether a pair told a fault once."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime

from tests.trials.common.circumstances import Circumstances
from tests.trials.matrix.engines.answers import Answers, answers
from tests.trials.matrix.engines.replicas import Told, told
from tests.trials.matrix.engines.report import Run, answers_table, document, faults_table, pair_table
from tests.trials.matrix.engines.stacks import USUALLY, Beside
from tests.trials.matrix.expectations import Expectation
from tests.trials.matrix.results import Notified, Outcome
from tests.trials.matrix.verdict import Verdict, judge

OTHER = Beside("victoria-metrics", 5)
SPLIT = Expectation(5, "lan-cut", "two DCs", page=("VIPSplitBrain",), within=30)
CALM = Expectation(29, "calm", "nothing happens")
PAGE = Notified("VIPSplitBrain", "critical", {"cluster": "article"}, 18.4, 60.0)
PAIR = Told("a Prometheus", 21.0, 1, 1, ("HAProxyNotServing",))
ANSWERED = Answers("a healthy pair", 300, (), (), (), ())
AT = Circumstances(datetime(2026, 11, 29, 10, 0, tzinfo=UTC), "command", "article", "2 cores", ())


def verdict(expected: Expectation, *notified: Notified) -> Verdict:
    outcome = Outcome(
        expected.name, "article", "did", (), 20.0, notified, shared=20.0 if expected is SPLIT else 0
    )
    return judge(expected, outcome)


def run(*others: Notified, pair: Told = PAIR, answered: Answers = ANSWERED) -> Run:
    faults = {
        "lan-cut": {USUALLY: verdict(SPLIT, PAGE), OTHER: verdict(SPLIT, *others)},
        "calm": {USUALLY: verdict(CALM), OTHER: verdict(CALM)},
    }
    versions = {USUALLY.engine: "Prometheus 2.42.0", OTHER.engine: "VictoriaMetrics 1.112.0"}
    return Run(AT, versions, faults, [pair], [answered])


def test_engines_that_tell_the_same_are_well() -> None:
    """A row for each fault, a column for each engine, seconds to the page in it."""
    found = run(replace(PAGE, after=21.9))
    assert found.problems == []
    table = faults_table(found)
    assert table.head[2:] == ("Prometheus 2.42.0, 5 s", "VictoriaMetrics 1.112.0, 5 s")
    assert table.rows == [
        ("lan-cut", "**VIPSplitBrain**", "18", "22"),
        ("calm", "nothing", "nothing", "nothing"),
    ]
    assert found.summary == (
        "2 faults were told as they should be in 4 of 4 tellings, with 0 false pages; "
        "a pair told nothing twice in 1 of 1 cases"
    )


def test_a_page_that_one_engine_does_not_send_is_named_twice() -> None:
    """It is missing, and it is a difference."""
    found = run()
    missing = "lan-cut, VictoriaMetrics 1.112.0, 5 s: VIPSplitBrain was not notified as critical"
    assert found.problems[0] == missing
    assert found.problems[-1] == (
        "lan-cut: VictoriaMetrics 1.112.0, 5 s pages nothing, Prometheus 2.42.0, 5 s VIPSplitBrain"
    )
    assert faults_table(found).rows[0][-1] == "not told (!)"


def test_what_takes_the_place_of_a_ticket_is_named() -> None:
    """A page that is true holds the ticket back; what need not come, and came, is named too."""
    lost = Expectation(7, "node-off", "lost", warn=("PacemakerNodeOffline",), cause=("node_lost",))
    slow = Outcome("node-off", "article", "did", (6.4,), 1.0, (replace(PAGE, alert="FailoverSlow"),))
    maybe = Expectation(17, "pacemaker-hung", "hangs", may=("VIPConnectSlow",))
    came = replace(PAGE, alert="VIPConnectSlow", severity="warning", after=74.0)
    faults = {"node-off": judge(lost, slow), "pacemaker-hung": verdict(maybe, came)}
    found = replace(run(PAGE), faults={name: {USUALLY: one} for name, one in faults.items()})
    assert faults_table(found).rows == [
        ("node-off", "PacemakerNodeOffline", "**FailoverSlow** 18"),
        ("pacemaker-hung", "not required", "VIPConnectSlow 74"),
    ]


def test_a_second_message_of_a_pair_is_a_problem() -> None:
    """So is a page that came late, and an end that did not come."""
    for wrong in (replace(PAIR, opened=2), replace(PAIR, closed=0), replace(PAIR, after=31.0)):
        assert not wrong.well
        assert len(run(PAGE, pair=wrong).problems) == 1
    assert pair_table(run(PAGE)).rows == [("a Prometheus", "21", "1", "1")]


def test_a_query_that_is_refused_is_a_problem() -> None:
    """As is one that gives nothing where Prometheus gives something."""
    wrong = replace(ANSWERED, refused=("A: unknown function",), empty=("B",))
    found = run(PAGE, answered=wrong)
    assert found.problems == [
        "dashboards, a healthy pair, refused: A: unknown function",
        "dashboards, a healthy pair, empty: B",
    ]
    assert answers_table(found).rows == [("a healthy pair", "300", "1", "1", "0", "0")]


def test_the_document_and_the_json_hold_all_of_it() -> None:
    """Tables, problems, versions, and when it was."""
    text = document(run())
    for part in ("2026-11-29 10:00 UTC", "VictoriaMetrics 1.112.0, 5 s", "not told (!)", "a healthy pair"):
        assert part in text
    assert json.loads(json.dumps(run().as_json()))["faults"]["calm"] == {
        "Prometheus 2.42.0, 5 s": "nothing",
        "VictoriaMetrics 1.112.0, 5 s": "nothing",
    }


def test_what_is_kept_is_read_again() -> None:
    """A run that is resumed has what earlier ones found."""
    assert told(json.loads(json.dumps(asdict(PAIR)))) == PAIR
    assert answers(json.loads(json.dumps(asdict(ANSWERED)))) == ANSWERED
