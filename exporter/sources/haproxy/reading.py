"""What one reading of HAProxy is, and how it is made from an answer."""

import re
from dataclasses import dataclass

from exporter.errors import Denied, Unparsable
from exporter.parsing import excerpt
from exporter.sources.haproxy.parse import show_info, show_resolvers, show_table, stats_csv

# One connection for all commands, from 1.4 on; a version that does not have one of them prints its help in
# that place. The statistics come last: their end shows that nothing is cut off. Without quit HAProxy's
# master CLI waits for the next command.
QUESTION = "show info;show table;show resolvers;show stat;quit"

_HEADER = "\n# pxname,"  # where the statistics begin

# Other programs whose sockets and ports are configured here by mistake, by the beginning of their answer.
_STRANGERS = (
    (re.compile(rb"...\0[\n\xff]", re.DOTALL), "a MySQL or MariaDB server"),
    (re.compile(rb"HTTP/[0-9]"), "an HTTP server; a statistics page is written http://…;csv"),
    (
        re.compile(rb"(?s).*\n +show proc "),
        "HAProxy's master CLI (-S); take `stats socket` of `global`",
    ),
    (re.compile(rb"SSH-"), "an SSH server"),
    (re.compile(rb"-(ERR|NOAUTH|DENIED)"), "a Redis server"),
    (re.compile(rb"[0-9]{3}[ -]"), "a mail or FTP server"),
    (re.compile(rb"\x15\x03"), "a server that expects TLS"),
)


@dataclass(frozen=True)
class HaproxyReading:
    running: bool  # False where HAProxy does not run: the normal state of the passive node
    rows: tuple[stats_csv.Row, ...] = ()
    process: show_info.Process | None = None  # from here on: read over a stats socket only
    tables: tuple[show_table.Table, ...] = ()
    name_servers: tuple[show_resolvers.NameServer, ...] = ()


NOT_RUNNING = HaproxyReading(running=False)


def parse_socket_answer(output: bytes) -> HaproxyReading:
    """Each command's answer ends in an empty line, and has none inside (doc/management.txt, 2.0 to 3.4)."""
    text = _decode(output)
    info, _, rest = text.partition("\n\n")
    if "Permission denied" in info:
        raise Denied("HAProxy refuses commands on this socket: it needs «level user» or more")
    others, header, statistics = f"\n{rest}".partition(_HEADER)
    if not header:
        raise Unparsable(_no_statistics(output))
    if not statistics.endswith("\n\n"):
        raise Unparsable(f"the answer to «{QUESTION}» does not end in an empty line: {excerpt(text[-60:])}")
    return HaproxyReading(
        running=True,
        rows=stats_csv.parse(f"{header[1:]}{statistics[:-1]}"),
        process=show_info.parse(info),
        tables=show_table.parse(others),
        name_servers=show_resolvers.parse(others),
    )


def parse_page(output: bytes) -> HaproxyReading:
    """The page `…;csv`: the statistics alone."""
    text = _decode(output)
    if text.lstrip().startswith("<"):
        raise Unparsable(
            f"the page is HTML, not CSV: its address must begin with HAProxy's `stats uri`: {excerpt(text)}"
        )
    return HaproxyReading(running=True, rows=stats_csv.parse(text))


def _no_statistics(output: bytes) -> str:
    for pattern, what in _STRANGERS:
        if pattern.match(output):
            return f"this is not HAProxy's stats socket: it is {what}"
    return f"no statistics in the answer to «{QUESTION}», is this HAProxy's stats socket? {excerpt(output)}"


def _decode(output: bytes) -> str:
    """Names are ASCII (HAProxy allows no others); the text of a failed check may be in any encoding."""
    if not output:
        raise Unparsable("the connection was closed without an answer: is this HAProxy's stats socket?")
    return output.decode(errors="replace")
