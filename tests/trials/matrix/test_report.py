import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.lab.errors import LabError
from tests.trials.common.circumstances import Circumstances
from tests.trials.common.kept import Kept
from tests.trials.matrix import interval_report
from tests.trials.matrix.expectations import expectations
from tests.trials.matrix.report import Run, document, table
from tests.trials.matrix.results import Notified, Outcome, Sent, carried_out, outcome
from tests.trials.matrix.verdict import judge

KILLED = Outcome(
    name="haproxy-killed",
    topology="article",
    did="HAProxy killed on haproxy-node01 (pid 7)",
    felt=(0.5554,),
    heal=3.0,
    notified=(
        Notified("VIPOutage", "warning", {"cluster": "article"}, 12.3, 4.0),
        Notified("FailoverHappened", "warning", {"cause": "resource_failure"}, -0.4, 31.0),
    ),
    messages=(
        Sent("tickets", "opened", 30.2, "FailoverHappened", ("FailoverHappened", "VIPOutage")),
        Sent("tickets", "updated", 90.2, "FailoverHappened", ("FailoverHappened", "VIPOutage")),
        Sent("tickets", "closed", 150.2, "FailoverHappened", ("FailoverHappened",)),
    ),
    today_later=("MySQLDown",),
)
CALM = Outcome("calm", "article", "nothing", (), 0.1, (Notified("VIPDown", "critical", {}, 9.0, 1.0),))


def run(*outcomes: Outcome) -> Run:
    by_name = {one.name: one for one in expectations()}
    verdicts = [judge(by_name[one.name], one) for one in outcomes]
    when = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
    at = Circumstances(when, "the command", "article", "2 cores", (("haproxy", "2.6"),))
    return Run(at, {"article": verdicts})


def test_a_row_says_what_was_notified_when() -> None:
    """Pages stand out; what came while the fault was still being made came at once."""
    well, false = table(run(KILLED, CALM).verdicts).rows
    assert well == (
        "1",
        "haproxy-killed",
        "0.56",
        "FailoverHappened 0, VIPOutage 12",
        "FailoverHappened",
        "3: tickets opened, updated, closed",
        "31",
        "NOT",
        "(MySQLDown)",
    )
    assert false == ("29", "calm", "none", "**VIPDown 9**", "-", "0", "1", "NOT", "-")


def test_the_summary_counts_what_matters() -> None:
    """An alert that waits for its time counts for today's rules; without a fault nothing is reported."""
    found = run(replace(KILLED, messages=KILLED.messages[:2]), CALM)
    assert found.summary == (
        "1 of 2 as they should be, 1 false pages, 2 in two messages at most; "
        "today's exporters and rules report 1 of 1"
    )
    assert found.problems == ["article, calm: false page: VIPDown"]


def test_the_document_and_the_json_hold_all_of_it() -> None:
    """For people and for scripts."""
    found = run(KILLED, CALM)
    text = document(found)
    assert all(
        part in text
        for part in ("haproxy-killed", "**article, calm: false page: VIPDown**", "2026-11-22 15:00 UTC")
    )
    raw = json.loads(json.dumps(found.as_json()))
    assert [one["well"] for one in raw["faults"]["article"]] == [False, False]
    assert [len(one["messages"]) for one in raw["faults"]["article"]] == [3, 0]


def test_outcomes_are_kept_fault_by_fault(tmp_path: Path) -> None:
    """What an interrupted run had done is there for the next."""
    kept = Kept(tmp_path / "new" / "matrix.json", outcome)
    assert kept.load() == {}
    kept.add(KILLED.name, KILLED)
    kept.add(CALM.name, CALM)
    assert Kept(kept.file, outcome).load() == {"haproxy-killed": KILLED, "calm": CALM}
    kept.forget({CALM.name})
    assert kept.load().keys() == {KILLED.name}
    kept.forget()
    kept.forget({CALM.name})
    assert kept.load() == {}


def test_what_could_not_be_carried_out_is_tried_again(tmp_path: Path) -> None:
    """It is kept for the report, and left for the next run."""
    kept = Kept(tmp_path / "matrix.json", outcome)
    kept.add(KILLED.name, KILLED)
    kept.add(CALM.name, replace(CALM, error="the cluster did not heal"))
    assert set(kept.load()) == {"haproxy-killed", "calm"}
    assert carried_out(kept) == {"haproxy-killed"}


def test_a_damaged_file_is_said(tmp_path: Path) -> None:
    """With what to do about it."""
    file = tmp_path / "matrix.json"
    file.write_text("{")
    with pytest.raises(LabError, match=r"is damaged: remove it, and begin anew$"):
        Kept(file, outcome).load()


def test_a_longer_interval_is_shown_beside_its_promise() -> None:
    """A ticket of 120 s that came after 130 is counted, and seen in its row."""
    late = replace(KILLED.notified[1], after=130.4)
    found = run(replace(KILLED, notified=(late,)), CALM)
    assert "| FailoverHappened 130 of 120 |" in interval_report.document(found)
    assert "in 1 of 1 faults that led to one, the first ticket in 0 of 1." in interval_report.document(found)
