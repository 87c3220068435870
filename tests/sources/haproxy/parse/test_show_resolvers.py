"""Name servers as `show resolvers` lists them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Unparsable
from exporter.sources.haproxy.fields.name_servers import COUNTS
from exporter.sources.haproxy.parse.show_resolvers import NameServer, parse
from tests.golden import CAPTURES

CAPTURE = (CAPTURES / "haproxy-2.6.12-tables.txt").read_text()
TWO = "Resolvers section a\n nameserver x:\n  sent:        3\n  new: 1\nResolvers section b\n nameserver x:\n"


def test_name_servers_of_all_sections_are_read() -> None:
    """One name in two sections is two name servers; a count that is not known is ignored."""
    assert parse(TWO) == (NameServer("a", "x", {"sent": 3}), NameServer("b", "x", {}))


def test_every_count_of_2_6_is_known() -> None:
    """A real answer has all that is known, for each name server."""
    servers = parse(CAPTURE)
    assert [(server.resolver, server.name) for server in servers] == [
        ("mydns", "dns1"),
        ("mydns", "dns2"),
        ("other", "dns1"),
        ("default", "192.0.2.53"),
    ]
    assert all(server.counts.keys() == COUNTS.keys() for server in servers)


@pytest.mark.parametrize("text", ["No resolvers found\n", "Unknown command.\n  show info\n", ""])
def test_no_name_server(text: str) -> None:
    """Without a section, and where the version does not know the command."""
    assert parse(text) == ()


def test_a_count_that_is_no_number_is_unparsable() -> None:
    """Never a 0 for what can't be read."""
    with pytest.raises(Unparsable, match="show resolvers: sent"):
        parse(TWO.replace("3", "many"))


@given(st.integers(0, len(CAPTURE)), st.text(max_size=5), st.integers(0, 9))
def test_damaged(at: int, inserted: str, removed: int) -> None:
    """Whatever is damaged, name servers or Unparsable."""
    with suppress(Unparsable):
        parse(CAPTURE[:at] + inserted + CAPTURE[at + removed :])
