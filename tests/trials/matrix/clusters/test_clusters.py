"""Each shape has expectations that name its faults, alerts and causes; the page says what was proved when."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime

import pytest

from deploy.lab.faults import EVERY
from deploy.lab.topologies import SHAPES
from deploy.lab.topology import Topology
from exporter.watchers.failover.detection import causes
from exporter.watchers.failover.detection.vrrp import causes as vrrp_causes
from tests.alerts.rules import ALERTING
from tests.trials.common.circumstances import Circumstances
from tests.trials.matrix.clusters import expectations, report, samples
from tests.trials.matrix.clusters.report import Proved, Run
from tests.trials.matrix.clusters.results import Proof, Sample, proof, sample
from tests.trials.matrix.clusters.samples import TRIALS, options
from tests.trials.matrix.expectations import CALM, alternatives
from tests.trials.matrix.results import Notified, Outcome, Sent

each = pytest.mark.parametrize("shape", SHAPES, ids=lambda one: one.name)
AT = Circumstances(datetime(2026, 11, 29, 10, 0, tzinfo=UTC), "command", "", "2 cores", ())


@each
def test_expectations_are_of_faults_that_apply(shape: Topology) -> None:
    """A fault that the shape can't have would stop the run; each is numbered and explained, calm is first."""
    found = expectations.of(shape.name)
    assert found[0].name == CALM
    assert all(EVERY[one.name].applies(shape) for one in found[1:])
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    assert all(one.means for one in found)


@each
def test_alerts_and_causes_exist(shape: Topology) -> None:
    """A misspelt name, or a ticket that is expected as a page, could never arrive."""
    for one in expectations.of(shape.name):
        for severity, entries in (("critical", one.page), ("warning", one.warn)):
            names = [name for entry in entries for name in alternatives(entry)]
            assert {ALERTING[name].labels["severity"] for name in names} <= {severity}, one.name
        assert {name for entry in one.either for name in alternatives(entry)} <= ALERTING.keys(), one.name
        assert one.allowed <= ALERTING.keys(), one.name
        assert set(one.cause) <= set(vrrp_causes.CAUSES if shape.keepalived else causes.CAUSES)


def proved(*notified: Notified) -> Proved:
    [expected] = [one for one in expectations.of("arbiter") if one.name == "arbiter-lost"]
    sent = Sent("tickets", "opened", 52.0, "CorosyncQdeviceLost", ("CorosyncQdeviceLost",))
    outcome = Outcome("arbiter-lost", "arbiter", "the arbiter is off", (), 4.0, notified, (sent,))
    versions = {"pacemaker": "2.1.5-1", "corosync": "3.1.7-1", "haproxy": "2.6.12-1"}
    return Proved(Proof("arbiter", "bookworm", "2026-11-29", 39.3, versions, outcome), expected)


EXACT = Sample("accuracy", "arbiter", "bookworm", "2026-11-29", (("8", "0", "0", "0.010 s", "0.020 s"),), ())
LOST = Notified("CorosyncQdeviceLost", "warning", {}, 21.2, 9.0)


def test_the_page_has_a_line_for_each_cluster_and_each_fault() -> None:
    """With date, versions, what arrived, and what it means."""
    text = report.document(Run(AT, [proved(LOST)], [EXACT]))
    assert (
        "| arbiter | Debian 12 (bookworm) | 2026-11-29 | 39 | 1 of 1 well | 0 | 2.1.5-1 | 3.1.7-1 | - | "
        in text
    )
    row = (
        "| arbiter-lost | bookworm | none | CorosyncQdeviceLost 21 | CorosyncQdeviceLost | 1 | 9 | - | well |"
    )
    assert row in text
    assert "- *arbiter-lost*: Clients feel nothing" in text
    assert "1 of 1 faults and 1 of 1 samples as they should be, 0 false pages." in text
    assert "| arbiter | bookworm | 8 | 0 | 0 | 0.010 s | 0.020 s |" in text


def test_what_was_told_of_failovers_is_told() -> None:
    """Of each address by itself; a page is of all that moved."""
    moved = {"resource": "vip", "from": "lb1", "to": "lb2", "cause": "fencing"}
    slow = {"from": "lb1", "to": "lb2", "cause": "fencing"}
    happened = (
        Notified("FailoverHappened", "warning", moved, 33.0, 9.0),
        Notified("FailoverSlow", "critical", slow, 20.0, 9.0),
    )
    [row] = report.faults([proved(*happened)]).rows
    assert row[-2] == "vip lb1 to lb2, fencing; all lb1 to lb2, fencing"


def test_a_false_page_is_counted_and_named() -> None:
    """In the summary, in the cluster's line and in the fault's."""
    run = Run(AT, [proved(LOST, replace(LOST, alert="VIPDown", severity="critical"))], [])
    assert run.summary == "0 of 1 faults and 0 of 0 samples as they should be, 1 false pages"
    assert run.problems == ["arbiter bookworm arbiter-lost: false page: VIPDown"]
    assert "**arbiter bookworm arbiter-lost: false page: VIPDown**" in report.document(run)


def test_the_page_is_written_when_each_fault_of_each_shape_was_made() -> None:
    """A run of some of them leaves what the page says of the others."""
    [one] = [proved(LOST)]
    every = [
        Proved(
            replace(one.proof, shape=shape.name, outcome=replace(one.proof.outcome, name=expected.name)),
            expected,
        )
        for shape in SHAPES
        for expected in expectations.of(shape.name)
    ]
    taken = [replace(EXACT, trial=trial, shape=shape.name) for trial in TRIALS for shape in SHAPES]
    assert Run(AT, every, taken).whole
    assert not Run(AT, every[1:], taken).whole
    assert not Run(AT, every, taken[1:]).whole


def test_a_proof_is_kept_whole() -> None:
    """What a later run resumes from is what was found."""
    one = proved(LOST).proof
    assert proof(asdict(one)) == one
    assert sample(json.loads(json.dumps(asdict(EXACT)))) == EXACT


def test_what_a_sample_misses_is_named() -> None:
    """Beside the faults that were not as they should be."""
    run = Run(AT, [proved(LOST)], [replace(EXACT, problems=("invented: 1 instead of 0",))])
    assert run.problems == ["arbiter bookworm accuracy: invented: 1 instead of 0"]
    assert "0 of 1 samples" in run.summary


@each
def test_the_drill_of_a_shape_has_the_cases_in_which_something_moves(shape: Topology) -> None:
    """The shape can have each of these faults."""
    moves = [word for word in options("drill", shape) if word != "--case"]
    assert moves
    assert all(EVERY[fault].applies(shape) for fault in moves)


def test_the_results_of_the_trials_become_rows() -> None:
    """What their commands print as JSON, with the columns of the page."""
    target = {"what": "invented", "wanted": "0", "measured": "1", "met": False}
    rows, problems = samples.accuracy({"targets": [target] * 6})
    assert [len(row) for row in rows] == [len(samples.COLUMNS["accuracy"])]
    assert problems == ["invented: 1, not 0"] * 6
    felt = {"seconds": 1.234}
    commits = {"acknowledged": 80, "lost": 1}
    outcome = {
        "case": {"name": "node powered off"},
        "promised": None,
        "truth": felt,
        "exporter": felt,
        "causes": ["fencing"],
        "commits": commits,
    }
    rows, problems = samples.drill({"outcomes": [outcome], "problems": ["1 lost"]})
    assert rows == [("node powered off", "-", "1.23", "1.23", "fencing", "80", "1")]
    assert len(rows[0]) == len(samples.COLUMNS["drill"])
    assert problems == ["1 lost"]
