"""Stick tables as `show table` lists them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Unparsable
from exporter.sources.haproxy.parse.show_table import Table, parse

TABLES = """\
# table: st_src, type: integer, size:1048576, used:0
# table: mysql_read, type: ip, size:1024, used:17
# table: p/tt, type: string, size:5120, used:5120
"""


def test_tables_are_read_with_size_and_use() -> None:
    """Tables of backends and of a `peers` section."""
    assert parse(TABLES) == (
        Table("st_src", "integer", 1048576, 0),
        Table("mysql_read", "ip", 1024, 17),
        Table("p/tt", "string", 5120, 5120),
    )


def test_a_table_without_room_is_left_out() -> None:
    """As HAProxy's own endpoint leaves it out."""
    assert parse("# table: a, type: ip, size:0, used:0\n") == ()


def test_sizes_above_2_to_the_31_are_not_negative() -> None:
    """HAProxy prints its unsigned numbers as signed ones."""
    assert parse("# table: a, type: ip, size:-2147483648, used:-1\n") == (
        Table("a", "ip", 1 << 31, (1 << 32) - 1),
    )


def test_other_lines_are_another_command_s() -> None:
    """A version that does not know the command prints its help."""
    assert parse("Unknown command. Please enter one of the following commands only :\n  show info\n") == ()


@pytest.mark.parametrize(
    "line",
    [
        "# table: a, type: ip, size:10",
        "# table: a, type: ip, size:ten, used:0",
        "# table: a, type: ip, size:٣, used:0",
        "# table: a",
    ],
)
def test_a_table_that_is_not_as_haproxy_writes_it_is_unparsable(line: str) -> None:
    """Never a table with half of its numbers."""
    with pytest.raises(Unparsable, match="show table"):
        parse(line)


@given(st.integers(0, len(TABLES)), st.text(max_size=5), st.integers(0, 9))
def test_damaged(at: int, inserted: str, removed: int) -> None:
    """Whatever is damaged, tables or Unparsable."""
    with suppress(Unparsable):
        parse(TABLES[:at] + inserted + TABLES[at + removed :])
