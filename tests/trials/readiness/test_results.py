from dataclasses import replace
from datetime import UTC, datetime

import pytest

from deploy.lab.errors import LabError
from deploy.lab.page import parse
from tests.trials.common.circumstances import Circumstances
from tests.trials.readiness.cases import CASES
from tests.trials.readiness.cost import children
from tests.trials.readiness.report import document
from tests.trials.readiness.results import Outcome, Predicted, Results, predicted, table

GOES = Predicted(("n2",))
STAYS = Predicted((), ("banned",))
BAN = Outcome("a ban", "n1", {"n1": {"ip": STAYS}, "n2": {"ip": STAYS}}, {"ip": ""}, None)
LOST = 'resource="ip",lost="n1"'


def test_each_case_has_a_name_of_its_own() -> None:
    """By which it is chosen; and both kinds are there."""
    assert len({case.name for case in CASES}) == len({case.done for case in CASES}) == len(CASES)
    assert {case.healthy for case in CASES} == {True, False}


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


def test_right_is_what_both_pages_said_of_each_resource() -> None:
    """A takeover that was not predicted is wrong, as is one that was invented."""
    assert BAN.problems == []
    assert len(replace(BAN, happened={"ip": "n2"}).problems) == 2
    invented = replace(BAN, pages={"n1": {"ip": STAYS}, "n2": {"ip": GOES}})
    assert invented.problems == ["a ban: n2 predicted for ip: n2; it ran nowhere"]


def test_silence_is_not_right() -> None:
    """A page that says nothing has not predicted that nothing happens."""
    silent = Predicted((), said=False)
    assert replace(BAN, pages={"n1": {"ip": silent}, "n2": {"ip": STAYS}}).problems


def test_the_table_names_what_was_predicted_and_what_happened() -> None:
    """With the page of the node that is lost first."""
    row = "| a ban | n1 | ip: nowhere (banned) | ip: nowhere (banned) | ip: nowhere | none | yes |"
    assert row in table([BAN]).markdown()


def test_the_document_says_what_was_wrong_and_what_it_costs() -> None:
    """A share of a core, at one simulation a minute."""
    at = Circumstances(datetime(2026, 11, 29, tzinfo=UTC), "again", "article", "2 cores", ())
    text = document(Results(at, (BAN, replace(BAN, happened={"ip": "n2"})), 0.03))
    assert "takes 30 ms of CPU" in text
    assert "0.050% of" in text
    assert "**a ban: n1 predicted" in text
    assert "All predictions are right" in document(Results(at, (BAN,), 0.03))


def test_what_children_used_is_the_second_line_of_times() -> None:
    """POSIX: minutes and seconds, user and system."""
    assert children("0m0.010000s 0m0.020000s\n1m1.500000s 0m0.500000s\n") == pytest.approx(62)
    with pytest.raises(LabError, match="times"):
        children("nothing")
