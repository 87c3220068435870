"""The report: plain text as a golden file, JSON by its documented shape."""

import json
import re
from dataclasses import replace
from pathlib import Path

from exporter.commands.doctor.findings import examine
from exporter.commands.doctor.render import Report, as_json, as_text
from exporter.commands.drawn import drawn
from exporter.commands.setup.plan import plan
from exporter.commands.setup.steps import State
from exporter.watchers.readiness.expected.explanation import explain
from tests.commands.doctor.cases import FACTS, NOW, ONE, TWO, blocked, exporter, page, series, without_rights
from tests.commands.setup.cases import FRESH
from tests.watchers.readiness.test_promises import PAIR

EXPECTED = Path(__file__).parent / "expected"
DOCS = "https://git.example.com/failover-exporter/docs"
DOCUMENT = Path(__file__).parents[3] / "docs/doctor.md"


def report(*, broken: bool) -> Report:
    facts = FACTS
    if broken:
        left = series(
            "ha_cluster_pacemaker_leftover_constraints",
            1,
            constraint=f"cli-ban-failover-ip-on-{TWO}",
            node=TWO,
            resource="failover-ip",
        )
        (step,) = (one for one in plan(FRESH) if one.name == "Corosync")
        facts = without_rights(step.name, State.TO_DO, step.reason, *step.commands())
        barred = (*blocked(ONE, "banned", "failover-ip", "haproxy"), left)
        here = exporter(ONE, page(*barred, failed=("corosync",), ready=False))
        facts = replace(facts, own=here, peers=(exporter(TWO, page(*barred, ready=False)),))
        facts = replace(facts, prometheus=None)
    return Report(ONE, "0.2.0", NOW, "root", DOCS, examine(facts), explain(PAIR))


def test_the_text_in_a_pipe(update_golden: bool) -> None:
    """The verdict, what is wrong with its commands, warnings, what was not seen, then what is fine."""
    for name, broken in (("healthy", False), ("broken", True)):
        text, file = drawn(as_text(report(broken=broken))), EXPECTED / f"{name}.txt"
        if update_golden:
            file.write_text(text)
        assert text == file.read_text()


def test_the_documents_show_it() -> None:
    """docs/doctor.md all of it, README its beginning."""
    text = (EXPECTED / "broken.txt").read_text()
    assert text in DOCUMENT.read_text()
    shown = (DOCUMENT.parents[1] / "README.md").read_text().partition(text[:30])[2].partition("…")[0]
    assert len(shown) > 300
    assert text.startswith(text[:30] + shown)


def test_the_times() -> None:
    """What sets each phase, what a change would bring and its price; what takes no time is left out."""
    lines = [" ".join(line.split()) for line in drawn(as_text(report(broken=False))).splitlines()]
    assert "detection 6.60 s token 3 s + consensus 3.6 s" in lines
    (token,) = (line for line in lines if line.startswith("4.40 s less with `token: 1000`"))
    assert "Price: a host" in token
    assert not [line for line in lines if line.startswith("address 0.000 s")]
    found = json.loads(as_json(report(broken=False)))["times"]
    assert (found[0]["fault"], found[0]["phase"]) == ("node_lost", "detection")
    assert found[0]["changes"][0].keys() == {"what", "seconds", "price"}


def test_json_has_the_documented_keys() -> None:
    """Those of docs/doctor.md, and no others; the counts are of all severities."""
    found = json.loads(as_json(report(broken=True)))
    table = DOCUMENT.read_text().partition("## JSON")[2]
    rows = [row.split("|")[1] for row in table.splitlines() if row.startswith("| `")]
    named = {key for row in rows for key in re.findall(r"`([^`]+)`", row)}
    inner = {f"findings[].{key}" for key in found["findings"][0]}
    assert {one if not one.startswith(".") else f"findings[]{one}" for one in named} == {*found, *inner}
    assert found["worst"] == "error" == found["findings"][0]["severity"]
    assert sum(found["counts"].values()) == len(found["findings"])
    assert set(found["counts"]) == {"error", "warning", "unknown", "info", "ok"}
    links = {one["docs"] for one in found["findings"]} - {""}
    assert all(link.startswith(DOCS.rpartition("/")[0]) and ".." not in link for link in links)


def test_escape_sequences_do_not_reach_the_terminal() -> None:
    """A name of the cluster may hold anything, and no markup of rich is read."""
    evil = exporter("\x1b]0;owned\x07[bold]x[/bold]", page(version="0.1.0"))
    text = drawn(as_text(Report(ONE, "0.2.0", NOW, "root", DOCS, examine(replace(FACTS, peers=(evil,))))))
    assert "\x1b" not in text
    assert "[bold]x[/bold]" in text


def test_a_command_of_several_lines_is_not_set_in() -> None:
    """The shell reads the text of a file up to a line that is END, and nothing before it."""
    lines = drawn(as_text(report(broken=True))).splitlines()
    assert "END" in lines
    assert "         crm_resource --clear --resource failover-ip" in lines
