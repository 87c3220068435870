"""What was expected of each fault exists, and what came is judged by it."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.lab.faults import EVERY
from deploy.lab.topologies import TOPOLOGIES
from exporter.watchers.failover.detection.vrrp.causes import CAUSES
from tests.alerts.rules import ALERTING
from tests.trials.common.circumstances import Circumstances
from tests.trials.keepalived.cases import BY_NAME, CALM, CASES, MAY, SAMPLE, Case, Told
from tests.trials.keepalived.cli import DOCUMENT
from tests.trials.keepalived.report import PART, Run, document
from tests.trials.keepalived.verdict import Fired, Outcome, complete, outcome, problems

STOPPED = BY_NAME["keepalived-stopped"]
SEEN = Outcome(
    "keepalived-stopped",
    "Keepalived stopped",
    STOPPED.told,
    (
        Fired("FailoverHappened", "warning", "peer_stopped", 17.0),
        Fired("KeepalivedDown", "warning", "", 24.0),
    ),
    0.61,
    7.0,
)


@pytest.mark.parametrize("case", CASES, ids=lambda one: one.fault)
def test_what_is_expected_exists(case: Case) -> None:
    """A misspelt fault, cause or alert could never come, nor a ticket that is expected as a page."""
    topology = TOPOLOGIES["keepalived"]
    assert case.fault == CALM or EVERY[case.fault].applies(topology)
    assert {one.cause for one in case.told} | {case.cause} - {""} <= set(CAUSES)
    for severity, names in (("critical", case.page), ("warning", case.warn)):
        assert {ALERTING[name].labels["severity"] for name in names} <= {severity}
    assert case.may | MAY <= ALERTING.keys()


def test_every_fault_of_its_own_has_a_case() -> None:
    """And the sample of the lab's tests is of them."""
    topology = TOPOLOGIES["keepalived"]
    own = {name for name, one in EVERY.items() if one.applies(topology)} - {
        name for name, one in EVERY.items() if one.applies(TOPOLOGIES["article"])
    }
    assert own <= BY_NAME.keys()
    assert set(SAMPLE) <= BY_NAME.keys()


def test_what_came_as_expected_is_well() -> None:
    """Nothing is said of it; as JSON and back it is the same."""
    assert problems(STOPPED, SEEN) == []
    assert complete(STOPPED, SEEN.told, SEEN.fired)
    assert outcome(asdict(SEEN)) == SEEN


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (
            replace(SEEN, told=SEEN.told[:1]),
            "no event: move from holder to peer, peer_stopped, told by the peer",
        ),
        (
            replace(SEEN, told=(*SEEN.told, Told("peer", "restart", "restart", target="holder"))),
            "false event: restart on holder, restart, told by the peer",
        ),
        (replace(SEEN, fired=SEEN.fired[:1]), "no KeepalivedDown"),
        (
            replace(SEEN, fired=(replace(SEEN.fired[0], cause="peer_lost"), SEEN.fired[1])),
            "no FailoverHappened with peer_stopped, but peer_lost",
        ),
        (
            replace(SEEN, fired=(*SEEN.fired, Fired("VIPDown", "critical", "", 20.0))),
            "false page: VIPDown",
        ),
        (replace(SEEN, out=7.0), "clients were out for 7.0 s"),
        (replace(SEEN, after=5.1), "clients were out for 5.1 s after it was healed"),
    ],
)
def test_what_is_not_as_expected_is_said(seen: Outcome, said: str) -> None:
    """In a sentence each."""
    assert problems(STOPPED, seen) == [said]


def test_a_failover_that_nobody_expects_is_a_false_ticket() -> None:
    """As one told of a calm pair."""
    calm = Outcome(CALM, "nothing", (), SEEN.fired[:1], 0.0, 0.0)
    assert problems(BY_NAME[CALM], calm) == ["false ticket: FailoverHappened"]


def test_the_document_has_the_table_in_its_place(tmp_path: Path) -> None:
    """The rest of it is a person's."""
    at = Circumstances(
        datetime(2026, 11, 29, 11, 0, tzinfo=UTC), "make keepalived", "keepalived", "2 cores", ()
    )
    path = tmp_path / "keepalived.md"
    path.write_text(DOCUMENT.read_text())
    text = document(path, Run(at, [SEEN]))
    assert "1 of 1 as expected" in text
    assert "Not run this time: `calm`, `keepalived-killed`, " in text
    assert (
        "| 0.61 | none | to the peer: peer_stopped | to the peer: peer_stopped | KeepalivedDown 24, " in text
    )
    assert PART.sub("", text) == PART.sub("", DOCUMENT.read_text())
