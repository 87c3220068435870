"""The page that Keepalived's dumps become."""

from dataclasses import replace

import pytest

from exporter.errors import NotPermitted
from exporter.sources.keepalived.families import families
from exporter.sources.keepalived.reading import Details, KeepalivedReading, Script
from tests.golden import CAPTURES, assert_golden, exposition
from tests.sources.keepalived.captured import CASES, reading


@pytest.mark.parametrize("case", CASES)
def test_page(case: str, update_golden: bool) -> None:
    """Each capture's page, whole."""
    assert_golden(CAPTURES / f"keepalived-{case}.prom", families(reading(case)), update=update_golden)


def test_a_host_where_it_does_not_run() -> None:
    """up is 0, and that is all that is known."""
    page = exposition(families(KeepalivedReading(None)))
    assert [line for line in page.splitlines() if not line.startswith("#")] == ["keepalived_up 0.0"]


def test_without_the_text_dump_the_rest_is_there() -> None:
    """What can't be known is absent, never 0."""
    partly = replace(reading("2.2.7-master"), details=None, details_error=NotPermitted("no right"))
    page = exposition(families(partly))
    assert "keepalived_script_status" not in page
    assert 'keepalived_vrrp_state{iname="entrance"' in page


def test_a_script_that_has_not_ended_yet_has_no_status() -> None:
    """Neither good nor bad; a state that is new is left out too."""
    details = Details((Script("slow", good=None, state="dreaming"),), {})
    page = exposition(families(replace(reading("2.2.7-master"), details=details)))
    assert "keepalived_script" not in page
