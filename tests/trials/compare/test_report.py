"""The document and its tables."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from tests.trials.common.circumstances import Circumstances
from tests.trials.common.processes import Memory
from tests.trials.common.tables import Table
from tests.trials.compare.documented import DIFFERENCES
from tests.trials.compare.figures import Cost, Growth
from tests.trials.compare.pages import compared, gauge
from tests.trials.compare.parity import Parity
from tests.trials.compare.report import document
from tests.trials.compare.results import Results


def results(parity: Parity) -> Results:
    when = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    at = Circumstances(when, "the command", "article", "2 cores", (("haproxy", "2.6"),))
    theirs = Cost(
        "ha_cluster_exporter",
        (0.02, 0.03),
        0.04,
        0.001,
        Memory(20_000_000, 21_000_000, 1),
        57,
        {"Corosync": 0.01},
    )
    ours = Cost(
        "failover-exporter",
        (0.05, 0.06),
        0.03,
        0.0,
        Memory(66_000_000, 67_000_000, 1),
        826,
        {"Corosync": 0.001},
    )
    growth = Growth("HAProxy servers", "a real HAProxy", ((10, theirs), (100, ours)), 2)
    return Results(
        at,
        30,
        0.25,
        (parity,),
        (theirs,),
        ours,
        {"Corosync": 0.0004},
        (growth,),
        (("ha_cluster_exporter", "as installed"),),
    )


QUORATE = gauge("ha_cluster_corosync_quorate 1")


def test_a_table_in_markdown() -> None:
    """A bar in a cell is no border; columns of numbers are aligned right."""
    table = Table(("name", "size"), [("a|b", "1.5"), ("c", "-")])
    assert table.markdown() == "| name | size |\n| --- | ---: |\n| a\\|b | 1.5 |\n| c | - |"


def test_the_document_has_all_tables() -> None:
    """Date, machine, versions, every figure, every documented difference, and each target met or missed."""
    text = document([results(compared(QUORATE, QUORATE))])
    assert "2026-11-22 12:00 UTC" in text
    assert "2 cores, of which\n25% were busy" in text
    assert "| haproxy | 2.6 |" in text
    assert "| peer | 1 | 1 | 0 | 0 | 0 | 0 |" in text
    assert "| failover-exporter | 30.0 | 0.00 | 66.0 | 67.0 | 55.0 | 60.0 | 826 |" in text
    assert "median latency: MISSED: 55.0 ms against the set's 25.0 ms, 120% more" in text
    assert "| failover-exporter | 1.0 |" in text
    assert "| failover-exporter | 0.40 |" in text
    assert "CPU of the programs asked: met: 1.0 ms against the set's 10.0 ms, 90% less" in text
    assert "| HAProxy servers | 100 | 826 |" in text
    assert "the time of one of the smallest; 2 attempts of the prober were late" in text
    assert "Nothing is missing, nothing differs." in text
    assert all(difference.reason in text for difference in DIFFERENCES)


def test_the_document_names_what_is_missing() -> None:
    """A comparison that fails says so in the document, by name."""
    found = results(compared(QUORATE, ""))
    assert not found.parity_holds
    assert "- missing: peer: ha_cluster_corosync_quorate: theirs 1 (gauge), ours nothing" in document([found])


def test_each_topology_has_its_tables() -> None:
    """Parity and cost of both, growth once."""
    one = results(compared(QUORATE, QUORATE))
    other = replace(one, at=replace(one.at, topology="twin"), growth=())
    text = document([one, other])
    assert "on the lab's `article` and `twin`" in text
    assert text.count("| failover-exporter | 30.0 |") == 2
    assert text.count("On `twin`:") == 4
    assert text.count("| HAProxy servers | 100 |") == 1


def test_json_has_the_same_figures() -> None:
    """What the tables show is there for programs, in seconds and bytes."""
    found = json.loads(json.dumps(results(compared(QUORATE, QUORATE)).as_json()))
    assert found["parity"][0]["same"] == 1
    assert [one["name"] for one in found["cost"]] == [
        "ha_cluster_exporter",
        "the set together",
        "failover-exporter",
    ]
    assert found["cost"][2]["cpu_seconds"] == 0.03
    assert [target["met"] for target in found["targets"]] == [True, False, False, False, False, True, True]
    assert found["growth"][0]["sizes"][1]["series"] == 826
