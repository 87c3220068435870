"""Read the statistics CSV, as `show stat` and the page `/stats;csv` give it."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from exporter.errors import Unparsable
from exporter.parsing import excerpt, number
from exporter.sources.haproxy.fields.csv_columns import COLUMNS, Kind

# The column `type`: STATS_TYPE_* of include/haproxy/stats-t.h.
_KINDS = {"0": Kind.FRONTEND, "1": Kind.BACKEND, "2": Kind.SERVER, "3": Kind.LISTENER}
_NEEDED = ("pxname", "svname", "type", "status", "sid")
_OPTIONAL = ("mode", "check_status", "agent_status", "addr")  # all but check_status from 1.7
_NUMBERS = (*dict.fromkeys(column.field for column in COLUMNS), "check_code", "agent_code")
_NO_COMMA = re.compile(r"(DRAIN \(agent\))([0-9]+)")
_NONE = "18446744073709551615"  # -1 in an unsigned field: the check took no time that could be measured


@dataclass(frozen=True)
class Row:
    """One frontend, backend, server or listener."""

    kind: Kind
    proxy: str
    name: str  # of the server or listener; FRONTEND or BACKEND for the proxy itself
    identifier: str  # HAProxy's own number for it within its proxy
    mode: str
    status: str  # as HAProxy prints it: "UP 1/3"
    check_status: str  # empty without a health check, or while it is suspended
    agent_status: str
    numbers: Mapping[str, float]  # by field, in the field's own unit; empty fields are not there
    address: str = ""  # HOST:PORT of a server, where the socket's level (operator) lets HAProxy say it


def parse(text: str) -> tuple[Row, ...]:
    """One row for each frontend, backend, server and listener. Raises Unparsable.

    HAProxy 2.6.12; every row has all columns and ends in a comma; newer versions only add columns:

    # pxname,svname,qcur,qmax,scur,…,status,weight,…,check_status,…,-,ssl_sess,…,
    app,a,0,0,0,0,1,0,0,0,,0,,0,0,0,0,DOWN 1/2,1,1,0,…,* L7STS,503,0,…,Service Unavailable,…

    The oldest that is read is 1.4, whose header has spaces (`req_rate, req_rate_max,`).
    """
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise Unparsable(f"statistics: not CSV ({error}): {excerpt(text)}") from None
    if len(lines) < 2 or not text.endswith("\n"):
        raise Unparsable(f"statistics: expected a header and rows to the end of a line, got {excerpt(text)}")
    columns = _columns(lines[0])
    return tuple(_each_once(_rows(lines[1:], columns, width=len(lines[0]))))


def _columns(header: Sequence[str]) -> dict[str, int]:
    """The position of each field. Raises Unparsable."""
    columns = {field.removeprefix("# ").strip(): place for place, field in reversed(list(enumerate(header)))}
    missing = [field for field in _NEEDED if field not in columns]
    if missing or not header[0].startswith("# "):
        raise Unparsable(
            f"statistics: expected «# pxname,svname,…», got {excerpt(','.join(header))}, without {missing}"
        )
    return columns


def _rows(lines: Sequence[Sequence[str]], columns: Mapping[str, int], width: int) -> Iterator[Row]:
    needed = [columns[field] for field in _NEEDED]
    numbers = [(field, columns[field]) for field in _NUMBERS if field in columns]
    for short in lines:
        line = _mended(short, columns["status"]) if len(short) == width - 1 else short
        if len(line) != width:
            raise Unparsable(
                f"statistics: a row of {len(line)} fields under {width} columns: {excerpt(','.join(line))}"
            )
        proxy, name, kind, status, identifier = (line[place] for place in needed)
        mode, check, agent, address = (
            line[columns[field]] if field in columns else "" for field in _OPTIONAL
        )
        if kind not in _KINDS:
            raise Unparsable(f"statistics: {proxy}/{name}: type: expected 0 to 3, got {excerpt(kind)}")
        yield Row(
            kind=_KINDS[kind],
            proxy=proxy,
            name=name,
            identifier=identifier,
            mode=mode or _mode(line, columns),
            status=status,
            check_status=check.removeprefix("* "),  # a check is running: the status is the last one's
            agent_status=agent.removeprefix("* "),
            numbers={
                field: _number(line[place], field)
                for field, place in numbers
                if line[place] and line[place] != _NONE
            },
            address=address,
        )


def _mended(line: Sequence[str], status: int) -> Sequence[str]:
    """1.6 forgot the comma after one status: `DRAIN (agent)1,1,0` (src/dumpstats.c of 1.6.0 to 1.6.16)."""
    if not (match := _NO_COMMA.fullmatch(line[status])):
        return line
    return [*line[:status], *match.groups(), *line[status + 1 :]]


def _mode(line: Sequence[str], columns: Mapping[str, int]) -> str:
    """Before 1.7, which has no such column: only proxies in mode http count responses by status."""
    return "http" if "hrsp_1xx" in columns and line[columns["hrsp_1xx"]] else "tcp"


def _number(text: str, field: str) -> float:
    # Nearly all of the 60,000 numbers of 1,000 servers are plain digits.
    return float(text) if text.isascii() and text.isdigit() else number(text, f"statistics: {field}")


def _each_once(rows: Iterator[Row]) -> Iterator[Row]:
    """`bind :8000-8002 name x` makes three listeners of one name: the second and third become x#2, x#3."""
    seen: dict[tuple[Kind, str, str], Row] = {}
    for row in rows:
        first = seen.get((row.kind, row.proxy, row.name))
        if first and first.identifier != row.identifier:
            row = replace(row, name=f"{row.name}#{row.identifier}")  # noqa: PLW2901  # the same row
            first = seen.get((row.kind, row.proxy, row.name))
        if first is None:
            seen[row.kind, row.proxy, row.name] = row
            yield row
        elif first != row:
            raise Unparsable(f"statistics: {row.proxy}/{row.name} is there twice and differs")
