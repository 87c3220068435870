"""`show info`."""

import pytest

from exporter.errors import Unparsable
from exporter.sources.haproxy.parse.show_info import parse
from tests.golden import CAPTURES

INFO = (CAPTURES / "haproxy-2.6.12-everything.txt").read_text().partition("\n\n")[0]


def test_the_lines_are_read_by_name() -> None:
    """Version, node, description and the figures; other lines are ignored."""
    process = parse(INFO)
    assert process.version.startswith("2.6.12")
    assert (process.node, process.description) == ("test-node", 'a "pair", really')
    assert process.numbers["Unstoppable Jobs"] == 0.0
    assert process.numbers["Start_time_sec"] > 1_700_000_000
    assert "Pid" not in process.numbers


def test_a_colon_in_a_value_belongs_to_the_value() -> None:
    """Only the first colon ends the name."""
    assert parse(INFO + "\ndescription: a: b\n").description == "a: b"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Name: HAProxy",
        "Name: HAProxy\nVersion: 2.6.12",
        INFO.replace("Name: HAProxy\n", ""),
        INFO + "\nhalf a li",
        INFO.replace("Nbthread: 2", "Nbthread: two"),
        INFO.replace("Nbthread: 2", "Nbthread: ٢"),
        INFO.replace("Nbthread: 2", "Nbthread:"),
    ],
    ids=["empty", "a name alone", "no figure", "no name", "cut", "a word", "other digits", "nothing"],
)
def test_what_is_not_as_haproxy_writes_it_is_unparsable(text: str) -> None:
    """Whatever is not a list of names and values, HAProxy's among them, is refused."""
    with pytest.raises(Unparsable, match="show info"):
        parse(text)
