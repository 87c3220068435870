"""Read `show table`: the stick tables, without what is in them."""

import re
from dataclasses import dataclass

from exporter.errors import Unparsable
from exporter.parsing import excerpt, integer

# # table: mysql_read, type: ip, size:1024, used:0                 the same from 1.5 to 3.5-dev5
# # table: peers_section/table, type: string, size:5120, used:17   one of a `peers` section
_TABLE = re.compile(r"# table: (.+), type: ([a-z0-9]+), size:(-?[0-9]+), used:(-?[0-9]+)")
_UNSIGNED = 1 << 32  # printed with %d


@dataclass(frozen=True)
class Table:
    name: str
    type: str  # of its keys: ip, ipv6, integer, string, binary
    size: int  # entries that it has room for
    used: int


def parse(text: str) -> tuple[Table, ...]:
    """The tables that have room, as HAProxy's own endpoint has them; other lines are another command's."""
    tables = [_table(line) for line in text.splitlines() if line.startswith("# table: ")]
    return tuple(table for table in tables if table.size)


def _table(line: str) -> Table:
    match = _TABLE.fullmatch(line)
    if not match:
        raise Unparsable(f"show table: expected «# table: N, type: T, size:N, used:N», got {excerpt(line)}")
    size, used = (integer(match[group], "show table") % _UNSIGNED for group in (3, 4))
    return Table(match[1], match[2], size, used)
