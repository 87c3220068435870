"""What clients waited, and the table of what was promised."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.lab import vrrp
from deploy.lab.faults import EVERY
from deploy.lab.topologies import TOPOLOGIES
from exporter.watchers.readiness.expected.formulas import HAPROXY_CRASH, MOVE, NODE_LOST
from tests.trials.common.circumstances import Circumstances
from tests.trials.common.truth import Attempt
from tests.trials.keepalived.promised.cases import CASES, Case
from tests.trials.keepalived.promised.cli import DOCUMENT, TOPOLOGY, outcome
from tests.trials.keepalived.promised.report import PART, Run, document
from tests.trials.keepalived.promised.runs import Outcome, Round, waited

AT = Circumstances(datetime(2026, 11, 29, 21, 0, tzinfo=UTC), "again", TOPOLOGY, "2 cores", ())
KEPT = Outcome("node-off", (Round(4.7, 2.1), Round(4.7, 4.2)))
LONGER = Outcome("haproxy-killed", (Round(3.7, 3.9),))


@pytest.mark.parametrize("case", CASES, ids=lambda one: one.name)
def test_what_is_configured_and_broken_exists(case: Case) -> None:
    """In the lab, on both hosts; and what is promised is a fault of the page."""
    topology = TOPOLOGIES[TOPOLOGY]
    assert EVERY[case.fault].applies(topology)
    assert case.promise in (NODE_LOST, HAPROXY_CRASH, MOVE)
    texts = [
        vrrp.config(place, topology, vrrp.Settings(150, **case.settings))  # type: ignore[arg-type]  # its fields
        for place in topology.balancers
    ]
    assert all(text.count("{") == text.count("}") for text in texts)


def test_what_a_client_waited() -> None:
    """The longest of outages and slow logins since the fault."""
    fast = [Attempt(at / 10, at / 10 + 0.01, failed=False) for at in (*range(50), *range(80, 100))]
    refused = [Attempt(at / 10, at / 10, failed=True) for at in range(50, 80)]
    assert waited([*fast, *refused], 5.0, 10.0) == pytest.approx(3.01)
    slow = Attempt(7.9, 11.4, failed=False)
    assert waited([*fast, *refused, slow], 5.0, 10.0) == pytest.approx(3.5)
    assert waited(fast, 5.0, 10.0) == pytest.approx(0.01)
    assert waited([], 5.0, 10.0) == 0.0


def test_the_document_has_the_table_in_its_place(tmp_path: Path) -> None:
    """What took longer is marked; the rest of the document is a person's."""
    path = tmp_path / "expected-seconds.md"
    path.write_text(DOCUMENT.read_text())
    run = Run(AT, [KEPT, LONGER])
    assert run.broken == ["haproxy-killed"]
    text = document(path, run)
    assert "| the host that holds the address powered off | 4.7 | 2.10 to 4.20 | kept |" in text
    assert "| HAProxy killed there | 3.7 | 3.90 | **longer** |" in text
    assert "Not run this time: `node-off-v3`, " in text
    assert PART.sub("", text) == PART.sub("", DOCUMENT.read_text())
    assert outcome(asdict(KEPT)) == KEPT
