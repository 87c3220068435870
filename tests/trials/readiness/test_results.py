from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.lab.errors import LabError
from deploy.lab.page import parse
from deploy.lab.topologies import TOPOLOGIES
from tests.trials.common.circumstances import Circumstances
from tests.trials.common.kept import Kept
from tests.trials.readiness.breaks import agent_file, without_two_node
from tests.trials.readiness.cases import CASES
from tests.trials.readiness.cost import children
from tests.trials.readiness.foretold import Failed, Foretold, Predicted, failed, predicted
from tests.trials.readiness.report import document
from tests.trials.readiness.results import Outcome, Results, Row, keep, read_row, table

GOES = Predicted(("n2",))
STAYS = Predicted((), ("banned",))
SILENT = Predicted((), said=False)
LOST = 'resource="ip",lost="n1"'
BROKEN = Failed("haproxy_config", "unknown keyword")


def foretold(own: Predicted, peer: Predicted, *, here: tuple[Failed, ...] = (), **failed: Failed) -> Foretold:
    """Of the loss of n1; `here`: the checks that fail on n1, `failed`: on n2."""
    pages = {"n1": {"ip": own}, "n2": {"ip": peer}}
    return Foretold("n1", "n2", {"ip": True}, pages, {"n1": here, "n2": tuple(failed.values())})


def row(said: Foretold, happened: str, why: str = "") -> Row:
    return Row("a ban", why, Outcome(said, {"ip": happened}, "7.0" if happened else None))


BANNED = row(foretold(STAYS, STAYS), "", "banned")


def test_each_case_has_a_name_of_its_own() -> None:
    """By which it is chosen; ten states are healthy, and what isn't says why, unless it ran nowhere then."""
    assert len({case.name for case in CASES}) == len({case.done for case in CASES}) == len(CASES)
    assert sum(case.served for case in CASES) >= 10
    assert [case.name for case in CASES if not case.served and not case.why] == ["haproxy-disabled"]
    assert not any(case.why for case in CASES if case.served)


def test_a_page_is_read_as_target_or_reasons() -> None:
    """Of the lost node alone."""
    ready = f'failover_takeover_ready{{{LOST}}} 1\nfailover_takeover_target_info{{{LOST},to="n2"}} 1\n'
    blocked = (
        f'failover_takeover_ready{{{LOST}}} 0\nfailover_takeover_blocked_info{{{LOST},reason="banned"}} 1\n'
    )
    assert predicted(parse(ready), "ip", "n1") == GOES
    assert predicted(parse(blocked), "ip", "n1") == STAYS
    assert not predicted(parse(ready), "ip", "n2").said


def test_a_page_that_contradicts_itself_is_not_believed() -> None:
    """Ready without a target is neither."""
    assert "contradicts" in str(predicted(parse(f"failover_takeover_ready{{{LOST}}} 1\n"), "ip", "n1"))


def test_the_checks_that_fail_are_read_with_their_reasons() -> None:
    """And no others."""
    page = (
        'failover_check_ok{check="haproxy_config"} 0\nfailover_check_ok{check="clock"} 1\n'
        'failover_check_failed_info{check="haproxy_config",reason="unknown keyword"} 1\n'
    )
    assert failed(parse(page)) == (BROKEN,)


def test_right_is_what_both_pages_said_of_each_resource() -> None:
    """A takeover that was not predicted is wrong, as is one that was invented."""
    assert BANNED.right
    assert not BANNED.problems
    assert not row(foretold(STAYS, STAYS), "n2").right
    assert row(foretold(GOES, GOES), "n2").right
    assert row(foretold(STAYS, GOES), "").problems == [
        "a ban: n2 predicted for ip: n2; it ran nowhere",
        "a ban: n2 predicted service; there was none",
    ]


def test_silence_is_not_right() -> None:
    """A page that says nothing has not predicted that nothing happens."""
    assert row(foretold(SILENT, STAYS), "").problems == ["a ban: n1 said nothing of ip"]


def test_of_what_the_lost_node_did_not_run_nothing_has_to_be_said() -> None:
    """And no service is predicted: it isn't there before either."""
    disabled = replace(foretold(SILENT, SILENT), runs={"ip": False})
    assert row(disabled, "").right
    assert not row(disabled, "n2").right


def test_a_check_that_fails_says_that_none_is_served() -> None:
    """Wherever Pacemaker would start it; and that is wrong if a client gets in."""
    broken = foretold(GOES, GOES, haproxy=BROKEN)
    assert row(broken, "", "haproxy_config").right
    assert row(broken, "n2").problems == [
        "a ban: n1 predicted none; there was service",
        "a ban: n2 predicted none; there was service",
    ]


def test_what_fails_on_both_is_no_matter_of_the_takeover() -> None:
    """The one that serves does so with it."""
    assert row(foretold(GOES, GOES, here=(BROKEN,), haproxy=BROKEN), "n2").right


def test_the_reason_has_to_be_named() -> None:
    """On both pages; a check's failure is that of the one that is left."""
    unknown = Predicted((), ("unknown",))
    assert row(foretold(STAYS, unknown), "", "banned").problems == ["a ban: n2 did not name banned"]


def test_a_case_that_could_not_be_carried_out_is_a_row_and_a_problem() -> None:
    """Nothing was predicted, so nothing is right."""
    undone = Row("a ban", "banned", None, ("n1: it did not end",))
    assert undone.problems == ["a ban: n1: it did not end"]
    assert "| a ban |  |  |  |  |  |  | could not be carried out |" in table([undone]).markdown()


def test_the_table_names_what_was_predicted_and_what_happened() -> None:
    """With the page of the node that is lost first."""
    line = "| a ban | n1 | ip: nowhere (banned) | ip: nowhere (banned) |  | ip: nowhere | none | yes |"
    assert line in table([BANNED]).markdown()
    broken = row(foretold(GOES, GOES, haproxy=BROKEN), "")
    assert (
        "| ip: n2 | haproxy_config: unknown keyword | ip: nowhere | none | yes |"
        in table([broken]).markdown()
    )


def test_the_document_says_what_was_wrong_and_what_it_costs() -> None:
    """A share of a core, at one simulation a minute."""
    at = Circumstances(datetime(2026, 11, 29, tzinfo=UTC), "again", "article", "2 cores", ())
    text = document(Results(at, (BANNED, replace(row(foretold(STAYS, STAYS), "n2"), seconds=150)), 0.03))
    assert "takes 30 ms of CPU" in text
    assert "0.050% of" in text
    assert "2 rows in 2 minutes" in text
    assert "in 1 of them clients" in text
    assert "**a ban: n1 predicted" in text
    assert "All predictions are right" in document(Results(at, (BANNED,), 0.03))


def test_the_configuration_without_two_node_is_another() -> None:
    """Each balancer then has one of two votes."""
    assert "two_node: 0" in without_two_node(TOPOLOGIES["article"])


def test_an_agent_is_a_file_by_its_class() -> None:
    """As crm_resource shows the primitive, after a line of its own."""
    assert (
        agent_file('Resource XML:\n<primitive id="a" class="lsb" type="haproxy"/>') == "/etc/init.d/haproxy"
    )
    ocf = '<primitive id="a" class="ocf" provider="heartbeat" type="anything"/>'
    assert agent_file(ocf) == "/usr/lib/ocf/resource.d/heartbeat/anything"


def test_what_children_used_is_the_second_line_of_times() -> None:
    """POSIX: minutes and seconds, user and system."""
    assert children("0m0.010000s 0m0.020000s\n1m1.500000s 0m0.500000s\n") == pytest.approx(62)
    with pytest.raises(LabError, match="times"):
        children("nothing")


def test_right_rows_are_kept_for_the_next_run(tmp_path: Path) -> None:
    """Word by word; one that is not right is left out, and tried again."""
    kept = Kept(tmp_path / "build" / "readiness.json", read_row)
    assert kept.load() == {}
    keep(kept, "rest", BANNED)
    keep(kept, "other", replace(BANNED, troubles=("the lab",)))
    assert Kept(kept.file, read_row).load() == {"rest": BANNED}
    kept.forget()
    assert kept.load() == {}


def test_a_file_of_other_rows_is_said(tmp_path: Path) -> None:
    """As of an older version, with what to do about it."""
    (tmp_path / "readiness.json").write_text('{"rest": {"did": "nothing"}}')
    with pytest.raises(LabError, match="remove it"):
        Kept(tmp_path / "readiness.json", read_row).load()
