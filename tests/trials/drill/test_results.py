import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from deploy.lab.faults import EVERY
from deploy.lab.topologies import TOPOLOGIES
from exporter.watchers.failover.detection import causes
from exporter.watchers.failover.detection.vrrp import causes as vrrp_causes
from exporter.watchers.readiness.expected.formulas import FORMULAS
from tests.trials.common.circumstances import Circumstances
from tests.trials.drill.cases import CASES, KEYS, on
from tests.trials.drill.felt import Commits, Felt
from tests.trials.drill.journal import Event
from tests.trials.drill.report import document
from tests.trials.drill.results import Outcome, Results, table

PHASES = {"detection": 0.1, "address": 0.2, "service": 0.3, "reconnect": 0.05, "total": 0.65}
MOVED = Outcome(
    case=next(case for case in CASES if case.fault == "resource-moved"),
    truth=Felt(1, 0.7, 1.03, failing=0.7),
    exporter=Felt(1, 0.75, 1.2),
    events=(
        Event("failover-ip", "move", "operator_move", PHASES),
        Event("haproxy", "move", "operator_move", {"detection": 0.1, "total": 0.65}),
    ),
    commits=Commits(60, 57, 1, 0),
    promised=1.9,
)
SLOW = Outcome(
    case=next(case for case in CASES if case.key == "galera-network-gone"),
    truth=Felt(0, 0.0, 3.01, 1.5),
    exporter=Felt(0, 0.0, 3.3),
    events=(),
    commits=Commits(60, 60, 0, 0),
    promised=3.0,
)
RESULTS = Results(
    at=Circumstances(
        datetime(2026, 11, 22, 13, 0, tzinfo=UTC),
        "python -m tests.trials.drill",
        "article",
        "2 cores",
        (("haproxy", "2.6"),),
    ),
    host="mon",
    outcomes=(MOVED, SLOW),
)
ROW = (
    "| resource migrated | 0.050 | 1.90 | 0.700 | 0.750 | 1.030 | - | ≤ 1.2 | operator_move"
    " | 0.10 + 0.20 + 0.30 + 0.05 |"
)


def test_every_case_is_a_fault_of_the_lab_and_a_cause_of_the_exporter() -> None:
    """Names that are misspelt would only be found after minutes; each shape has cases that apply to it."""
    for topology in TOPOLOGIES.values():
        cases = on(topology)
        assert all(EVERY[case.fault].applies(topology) for case in cases)
        known = vrrp_causes.CAUSES if topology.keepalived else causes.CAUSES
        assert {case.cause for case in cases if case.cause} <= set(known)
        assert {case.promised for case in cases if case.promised} <= FORMULAS.keys()
        assert len({case.key for case in cases}) == len(cases)
        assert {case.key for case in cases} <= set(KEYS)


def test_where_nodes_are_fenced_nothing_is_promised_of_a_lost_one() -> None:
    """It is fenced first, which is the cause; all else is as without."""
    [changed] = [case for case in on(TOPOLOGIES["fenced"]) if case not in CASES]
    assert (changed.fault, changed.cause, changed.promised) == ("node-off", "fencing", None)
    assert on(TOPOLOGIES["arbiter"]) == CASES


def test_one_attempt_that_was_reset_need_not_be_seen() -> None:
    """The address moved without a pause, and the others waited: ten attempts a second may meet nothing."""
    unseen = replace(MOVED, exporter=Felt(0, 0.0, 1.2), truth=replace(MOVED.truth, failing=0.01))
    assert unseen.problems == []
    assert replace(unseen, truth=MOVED.truth).problems == [
        "resource migrated: an outage of 0.700 s was not seen"
    ]


def test_what_nothing_is_promised_of_is_kept_to() -> None:
    """However long it takes; a promise that could not be read is told."""
    unpromised = replace(MOVED, case=replace(MOVED.case, promised=None), promised=None)
    assert unpromised.problems == []
    assert "nothing was promised of move" in replace(MOVED, promised=None).problems[0]
    assert table([unpromised]).rows[0][2] == "-"


def test_a_row_has_the_articles_figure_truth_exporter_cause_phases_and_commits() -> None:
    """Of the events, the one whose phases add up."""
    text = table(RESULTS.outcomes).markdown()
    assert f"{ROW} 57 | 1 | 0 |" in text
    assert "| 3.00, one connect | none | none | 3.010 | 1.500 | ≤ 3.3 | - | - | 60 | 0 | 0 |" in text
    assert RESULTS.problems == []


@pytest.mark.parametrize(
    ("outcome", "problem"),
    [
        (replace(MOVED, events=()), "reported no event instead of operator_move"),
        (replace(SLOW, events=MOVED.events), "reported operator_move instead of no event"),
        (replace(MOVED, exporter=Felt(0, 0.0, 0.1)), "an outage of 0.700 s was not seen"),
        (replace(SLOW, exporter=Felt(1, 0.2, 0.1)), "an outage of 0.200 s was invented"),
        (
            replace(MOVED, events=(Event("vip", "move", "operator_move", {"detection": 9.0, "total": 9.0}),)),
            "its phases, of 9.000 s, are those of another outage",
        ),
        (replace(MOVED, promised=0.4), "took 0.700 s, promised were 0.400 s at most"),
        (replace(SLOW, promised=2.0), "took 3.010 s, promised were 2.000 s at most"),
        (replace(MOVED, promised=None), "nothing was promised of move"),
        (replace(SLOW, commits=Commits(9, 0, 0, 0)), "no commit was acknowledged"),
        (replace(SLOW, commits=Commits(9, 9, 0, 2)), "2 acknowledged commits are lost"),
    ],
)
def test_what_is_wrong_is_said(outcome: Outcome, problem: str) -> None:
    """In the results, and so in the document and the exit code."""
    results = replace(RESULTS, outcomes=(outcome,))
    assert results.problems == [f"{outcome.case.name}: {problem}"]
    assert f"- **{outcome.case.name}: {problem}**" in document(results)


def test_an_outage_too_short_to_be_seen_for_sure_may_be_missed() -> None:
    """A prober of ten attempts a second promises 0.15 s."""
    assert not replace(MOVED, truth=Felt(1, 0.1, 0.1), exporter=Felt(0, 0.0, 0.1)).problems


def test_several_outages_of_a_case_are_added_and_said() -> None:
    """Not hidden in one number."""
    text = table([replace(MOVED, truth=Felt(2, 1.5, 1.0))]).markdown()
    assert "| 1.500 in 2 outages |" in text


def test_the_results_as_json() -> None:
    """With the date, the problems, and everything of the table."""
    found = json.loads(json.dumps(RESULTS.as_json()))
    assert found["when"] == "2026-11-22T13:00:00+00:00"
    assert found["outcomes"][0]["events"][0]["seconds"] == PHASES
    assert found["problems"] == []


def test_the_document_says_how_it_was_made() -> None:
    """Date, command, machine, versions; no field is left open."""
    text = document(RESULTS)
    assert "(`python -m tests.trials.drill`) on 2026-11-22 13:00 UTC" in text
    assert "| haproxy | 2.6 |" in text
    assert ROW in text
    assert "{" not in text
