"""Render a reading in HAProxy's own names."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from exporter.families import Family, Labels, counter, gauge
from exporter.sources.haproxy.fields.csv_columns import CHECK_STATES, COLUMNS, STATES, Column, Kind
from exporter.sources.haproxy.fields.info_lines import FIGURES
from exporter.sources.haproxy.fields.name_servers import COUNTS
from exporter.sources.haproxy.parse.show_info import Process
from exporter.sources.haproxy.parse.show_resolvers import NameServer
from exporter.sources.haproxy.parse.show_table import Table
from exporter.sources.haproxy.parse.stats_csv import Row
from exporter.sources.haproxy.reading import HaproxyReading

_LABELS = {
    Kind.FRONTEND: ("proxy",),
    Kind.BACKEND: ("proxy",),
    Kind.SERVER: ("proxy", "server"),
    Kind.LISTENER: ("proxy", "listener"),
}
_STATUS_HELP = {
    Kind.FRONTEND: "1 for the state it is in; DOWN takes no connections.",
    Kind.LISTENER: "1 for the state it is in; FULL and WAITING leave clients in the kernel's queue.",
    Kind.BACKEND: "1 for the state it is in; DOWN has no server left and answers clients with an error.",
    Kind.SERVER: "1 for the state it is in; MAINT and DRAIN were set by hand or by the configuration,"
    " NOLB serves its old clients only.",
}

_WORD = re.compile(r"[A-Za-z]+")  # the first one of a status: "MAINT (via app/a)", "MAINT(via)"

Series = tuple[Row, Labels]


def families(reading: HaproxyReading) -> Iterator[Family]:
    up = gauge(
        "haproxy_up",
        "1 if HAProxy answers at its statistics address. 0 if it does not run on this host, which is normal"
        " on the node that does not hold the VIP.",
    )
    up.add(float(reading.running))
    yield up
    for kind in Kind:
        series = [(row, _labels(row)) for row in reading.rows if row.kind == kind]
        if not series:
            continue
        yield _status(kind, series)
        yield from _columns(kind, series)
        if kind == Kind.SERVER:
            yield from _check("check", "health check", series)
            yield from _check("agent", "agent check", series)
        if kind == Kind.BACKEND:
            yield from _aggregates(series, [row for row in reading.rows if row.kind == Kind.SERVER])
    if reading.process:
        yield from _process(reading.process)
    yield from _tables(reading.tables)
    yield from _name_servers(reading.name_servers)


def _labels(row: Row) -> Labels:
    match row.kind:
        case Kind.SERVER:
            return Labels({"proxy": row.proxy, "server": row.name})
        case Kind.LISTENER:
            return Labels({"proxy": row.proxy, "listener": row.name})
        case _:
            return Labels({"proxy": row.proxy})


def _family(name: str, text: str, *labels: str) -> Family:
    return (counter if name.endswith("_total") else gauge)(name, text, *labels)


def _columns(kind: Kind, series: Sequence[Series]) -> Iterable[Family]:
    families: dict[str, Family] = {}
    for column in COLUMNS:
        if kind in column.kinds:
            name = f"haproxy_{kind}_{column.metric}"
            if name not in families:
                code = ("code",) if column.code else ()
                families[name] = _family(name, column.help, *_LABELS[kind], *code)
            _put_column(families[name], column, series)
    return families.values()


def _put_column(family: Family, column: Column, series: Sequence[Series]) -> None:
    field, per_unit = column.field, column.per_unit
    for row, labels in series:
        value = row.numbers.get(field)
        if value is None or (column.http_only and row.mode != "http"):
            continue
        family.put(labels.having("code", column.code) if column.code else labels, value / per_unit)


def _state(row: Row) -> str | None:
    """The state in HAProxy's own words; None for a word that no known version prints."""
    word = _WORD.match(row.status)
    return STATES[row.kind].get(word[0]) if word else None


def _status(kind: Kind, series: Sequence[Series]) -> Family:
    family = gauge(f"haproxy_{kind}_status", _STATUS_HELP[kind], *_LABELS[kind], "state")
    states = tuple(dict.fromkeys(STATES[kind].values()))
    for row, labels in series:
        current = _state(row)
        for state in states:
            family.put(labels.having("state", state), float(state == current))
    return family


def _check(field: str, what: str, servers: Sequence[Series]) -> Iterable[Family]:
    """The latest result of a server's check; none of servers without a check, or with a suspended one."""
    status = gauge(
        f"haproxy_server_{field}_status",
        f"1 for the result of the latest {what}; 0 for all until the first one ended.",
        *("proxy", "server", "state"),
    )
    code = gauge(
        f"haproxy_server_{field}_code",
        f"Status code, as of HTTP, that the latest {what} got; 0 if none.",
        *("proxy", "server"),
    )
    for row, labels in servers:
        current = row.check_status if field == "check" else row.agent_status
        if not current:
            continue
        for state in CHECK_STATES:
            status.put(labels.having("state", state), float(state == current))
        code.put(labels, row.numbers.get(f"{field}_code", 0.0))
    return status, code


def _aggregates(backends: Sequence[Series], servers: Sequence[Row]) -> Iterable[Family]:
    """The CSV has these columns and leaves them empty: counted here from the rows of the servers."""
    states: Mapping[str, Counter[str | None]] = {row.proxy: Counter() for row, _ in backends}
    checks: Mapping[str, Counter[str]] = {row.proxy: Counter() for row, _ in backends}
    for server in servers:
        if server.proxy in states:
            states[server.proxy][_state(server)] += 1
            checks[server.proxy][server.check_status] += 1
    text = "How many of the backend's servers are in this state."
    by_status = gauge("haproxy_backend_agg_server_status", text, "proxy", "state")
    by_status_once = gauge(
        "haproxy_backend_agg_server_check_status",
        "The old name of haproxy_backend_agg_server_status; it is not about checks.",
        *("proxy", "state"),
    )
    by_check = gauge(
        "haproxy_backend_agg_check_status",
        "How many of the backend's servers had this result at their latest health check.",
        *("proxy", "state"),
    )
    for row, labels in backends:
        if not states[row.proxy]:
            continue  # a backend without servers has none of these series
        for state in dict.fromkeys(STATES[Kind.SERVER].values()):
            by_status.put(labels.having("state", state), states[row.proxy][state])
            by_status_once.put(labels.having("state", state), states[row.proxy][state])
        for state in CHECK_STATES:
            by_check.put(labels.having("state", state), checks[row.proxy][state])
    return by_status, by_status_once, by_check


def _process(process: Process) -> Iterable[Family]:
    build = gauge("haproxy_process_build_info", "1; the version of HAProxy.", "version")
    build.add(1.0, version=process.version)
    families = {"build_info": build}
    if process.node:
        families["node"] = gauge("haproxy_process_node", "1; the node's name (global.node).", "node")
        families["node"].add(1.0, node=process.node)
    if process.description:
        families["description"] = gauge("haproxy_process_description", "1; global.description.", "desc")
        families["description"].add(1.0, desc=process.description)
    for figure in FIGURES:
        if figure.line in process.numbers and figure.metric not in families:
            family = _family(f"haproxy_process_{figure.metric}", figure.help)
            family.add(process.numbers[figure.line] * figure.factor)
            families[figure.metric] = family
    return families.values()


def _tables(tables: Iterable[Table]) -> Iterable[Family]:
    size = gauge("haproxy_sticktable_size", "Entries that the stick table has room for.", *("name", "type"))
    used = gauge(
        "haproxy_sticktable_used",
        "Entries in the stick table; full, it forgets its oldest entries or takes no new ones (nopurge).",
        *("name", "type"),
    )
    for table in tables:
        size.add(table.size, name=table.name, type=table.type)
        used.add(table.used, name=table.name, type=table.type)
    return size, used


def _name_servers(servers: Iterable[NameServer]) -> Iterable[Family]:
    families = {
        line: gauge(f"haproxy_resolver_{metric}", text, "resolver", "nameserver")
        for line, (metric, text) in COUNTS.items()
    }
    for server in servers:
        for line, count in server.counts.items():
            families[line].add(count, resolver=server.resolver, nameserver=server.name)
    return families.values()
