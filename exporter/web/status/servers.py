"""HAProxy's servers and Galera's nodes (pure)."""

from collections.abc import Iterator

from exporter.sources.galera.parse import NodeStatus
from exporter.sources.haproxy.fields.csv_columns import Kind
from exporter.sources.haproxy.parse.stats_csv import Row
from exporter.web.status.facts import Facts
from exporter.web.status.view import (
    BAD,
    INFO,
    LEVELS,
    OK,
    UNKNOWN,
    WARN,
    Database,
    Finding,
    Server,
    Summary,
    worst,
)
from exporter.web.status.wording import count, listed

SHOWN = 30


def servers(facts: Facts) -> tuple[Server, ...]:
    """The worst first."""
    rows = facts.haproxy.rows if facts.haproxy else ()
    found = [_server(one) for one in rows if one.kind is Kind.SERVER]
    return tuple(sorted(found, key=lambda one: LEVELS.index(one.level))[:SHOWN])


def haproxy_summary(facts: Facts) -> Summary:
    reading = facts.haproxy
    if not reading:
        return facts.missing("haproxy")
    if not reading.running:
        return _not_running(facts)
    found = [one for one in reading.rows if one.kind is Kind.SERVER]
    up = sum(_server(one).level == OK for one in found)
    level = worst([one.level for one in findings_of_haproxy(facts)])
    more = f"; {len(found) - SHOWN} of them not shown" if len(found) > SHOWN else ""
    return Summary(level, f"runs; {up} of {count(len(found), 'server')} up{more}")


def _not_running(facts: Facts) -> Summary:
    """On the passive node it is to be so where HAProxy moves with the address; elsewhere it runs on both."""
    holding = [address for address, here in (facts.address.bound if facts.address else {}).items() if here]
    if holding:
        return Summary(BAD, f"doesn't run, though this host has {listed(holding)}")
    if not facts.address:
        return Summary(UNKNOWN, "doesn't run here; whether it should is not known")
    if facts.failover and facts.failover.holders and not any(facts.failover.holders.values()):
        return Summary(INFO, "doesn't run here, and no node holds the address")
    return _passive(facts)


def _passive(facts: Facts) -> Summary:
    resources = facts.pacemaker.view.resources if facts.pacemaker else ()
    managed = [one for one in resources if "haproxy" in f"{one.agent} {one.id}".lower()]
    if any(one.clone for one in managed):
        return Summary(WARN, "doesn't run here, though Pacemaker is to run it on each node")
    if managed:
        return Summary(OK, "doesn't run here; it comes with the address, so that is as it should be")
    return Summary(INFO, "doesn't run here, nor is the address here; a fault only where HAProxy always runs")


def findings_of_haproxy(facts: Facts) -> Iterator[Finding]:
    if not facts.haproxy:
        return
    if not facts.haproxy.running:
        summary = _not_running(facts)
        if summary.level in (BAD, WARN):
            yield Finding(
                summary.level, f"HAProxy {summary.text}", "Start it, or look why Pacemaker doesn't."
            )
        return
    down = [one for one in facts.haproxy.rows if one.kind is Kind.BACKEND and one.status == "DOWN"]
    serves = not facts.address or any(facts.address.bound.values())
    for backend in down:
        text = f"HAProxy has no server left in {backend.proxy}"
        where = "" if serves else "; clients come here only after a failover"
        yield Finding(BAD if serves else WARN, f"{text}{where}", "Look at the databases below.")
    gone = {one.proxy for one in down}
    for server in servers(facts):
        if server.level == WARN and server.backend not in gone:
            yield Finding(WARN, f"HAProxy: server {server.backend}/{server.name} is {server.text}")


def _server(row: Row) -> Server:
    sessions = row.numbers.get("scur")
    level, text = _status(row.status)
    check = f" ({row.check_status})" if row.check_status and level == WARN else ""
    return Server(row.proxy, row.name, level, text + check, None if sessions is None else int(sessions))


def _status(status: str) -> tuple[str, str]:
    """As HAProxy prints it: `UP`, `UP 1/3` (going down), `DOWN 1/2` (coming up), `MAINT`, `DRAIN`, …"""
    if status == "UP":
        return OK, "up"
    if status == "no check":
        return OK, "not checked"
    if status.startswith("UP"):
        return INFO, f"up, its checks fail ({status})"
    if status.startswith(("DOWN", "NOLB", "STOPPED")):
        return WARN, status.lower()
    return INFO, status


def databases(facts: Facts) -> tuple[Database, ...]:
    nodes = facts.galera.nodes if facts.galera else {}
    return tuple(_database(name, one) for name, one in nodes.items())[:SHOWN]


def galera_summary(facts: Facts) -> Summary:
    if not facts.galera:
        return facts.missing("galera")
    parts = facts.galera.primary_components
    well = sum(one.level == OK for one in databases(facts))
    total = len(facts.galera.nodes)
    if parts is None:
        return Summary(UNKNOWN, "how many Primary components there are is not known: no node answered well")
    said = {0: "no Primary component: nobody can write", 1: "one Primary component"}
    text = said.get(parts, f"split: {parts} Primary components")
    level = worst([one.level for one in findings_of_galera(facts)])
    return Summary(level, f"{text}; {well} of {count(total, 'node')} well")


def findings_of_galera(facts: Facts) -> Iterator[Finding]:
    if not facts.galera:
        return
    parts = facts.galera.primary_components
    if parts == 0:
        yield Finding(
            BAD,
            "Galera has no Primary component: nobody can read or write",
            "See which node has the latest state.",
        )
    if parts and parts > 1:
        yield Finding(
            BAD, f"Galera is split: {parts} Primary components", "Stop all but one of them at once."
        )
    for one in databases(facts):
        if one.level == WARN:
            yield Finding(WARN, f"Galera node {one.name}: {one.text}")


def _database(name: str, one: NodeStatus | None) -> Database:
    if one is None:
        return Database(name, WARN, "does not answer this host")
    said = [word for word, true in _flags(one).items() if true]
    members = one.view.size
    if not one.view.primary:
        return Database(name, WARN, "not in the Primary component", members)
    if one.state == "unknown":
        return Database(name, UNKNOWN, ", ".join(["in a state that is not known", *said]), members)
    level = WARN if said or one.state != "synced" else OK
    return Database(name, level, ", ".join([one.state.replace("_", " "), *said]), members)


def _flags(one: NodeStatus) -> dict[str, bool | None]:
    return {
        "read-only": one.read_only,
        "rejects queries": one.rejects_queries,
        "taken out for maintenance": one.maintenance,
    }
