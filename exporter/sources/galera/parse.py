"""The status and the settings of one node: SHOW GLOBAL STATUS and SHOW GLOBAL VARIABLES, the wsrep_ ones and
those of OTHER_VARIABLES.

Names and values are those of MariaDB 10.11.19 with Galera 26.4.23 (measured), Galera 3 and 25.3
(galera/src/replicator_smm_stats.cpp) and Percona XtraDB Cluster 5.7 to 8.4 (its index of wsrep status
variables); what another version adds is taken by the same rules.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from exporter.errors import Unparsable
from exporter.parsing import excerpt, integer, number
from exporter.sources.galera.components import View
from exporter.sources.galera.fields import STATUS_NUMBERS, VARIABLE_NUMBERS

Rows = Sequence[Sequence[Any]]

WRITE_SWITCHES = ("read_only", "super_read_only")  # the second of MySQL and Percona XtraDB Cluster
MAINTENANCE_MODE = "pxc_maint_mode"  # of Percona XtraDB Cluster
_SELF_DESCRIPTION = ("version", "version_comment", "group_replication_group_name")
OTHER_VARIABLES = (*WRITE_SWITCHES, MAINTENANCE_MODE, *_SELF_DESCRIPTION)

UNKNOWN = "unknown"
STATES = (
    "initialized",
    "joining",
    "joining_failed",
    "joined",
    "synced",
    "donor_desynced",
    "inconsistent",
    "destroyed",
    UNKNOWN,
)

# What mysqld_exporter reads as a number, and true and false, which it leaves out.
_WORDS = {
    "yes": 1.0,
    "on": 1.0,
    "true": 1.0,
    "primary": 1.0,
    "no": 0.0,
    "off": 0.0,
    "false": 0.0,
    "disabled": 0.0,
    "non-primary": 0.0,
    "disconnected": 0.0,
}
_NOT_A_NUMBER = {"", "nan", "-nan", "inf", "-inf"}  # averages over nothing, as old versions print them

# Percona XtraDB Cluster 8.0 has a variable named `wsrep_monitor_status (L/A/C)`.
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9_]")

# wsrep_provider_options: `base_dir = /var/lib/mysql/; …; gcache.size = 128M; gcomm.thread_prio = ; …`. The
# size is as somebody wrote it: Galera reads it with strtoll() (10, 0x10, 010) and takes k, m, g, t in any
# case.
_GCACHE_SIZE = re.compile(
    r"(?:^|;)\s*gcache\.size\s*=\s*(?:0x([0-9a-f]{1,16})|(0[0-7]{0,21})|([0-9]{1,20}))\s*([kmgt]?)\s*(?:;|$)",
    re.IGNORECASE,
)
_BINARY_PREFIX = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3, "t": 1024**4}


@dataclass(frozen=True)
class ReplicationLatency:
    """Group communication, in seconds, over the last minute; all 0 when there were no samples."""

    min: float
    avg: float
    max: float
    stdev: float
    samples: float


@dataclass(frozen=True)
class NodeStatus:
    status: Mapping[str, float]  # every wsrep_ status variable that is a number or a switch
    variables: Mapping[str, float]  # the same of the system variables, and WRITE_SWITCHES
    state: str  # one of STATES
    view: View
    local_state_uuid: str
    evs_state: str
    provider_version: str
    cluster_name: str
    gcache_size: int | None  # bytes
    latency: ReplicationLatency | None
    read_only: bool | None  # refuses writes; None, here and below: the server has no such setting
    rejects_queries: bool | None  # somebody set wsrep_reject_queries
    maintenance: bool | None  # taken out by hand, or shutting down (pxc_maint_mode)


def parse(answer: Sequence[Rows]) -> NodeStatus:
    """From the rows of SHOW GLOBAL STATUS and those of SHOW GLOBAL VARIABLES."""
    if len(answer) != 2:
        raise Unparsable(f"expected the rows of two statements, got those of {len(answer)}")
    status = _texts(answer[0], "SHOW GLOBAL STATUS")
    variables = _texts(answer[1], "SHOW GLOBAL VARIABLES")
    if "wsrep_cluster_status" not in status:
        raise Unparsable(f"not a Galera node but {_description(variables)}: it has no wsrep_cluster_status")
    switches = {name: float(_is_on(variables[name])) for name in WRITE_SWITCHES if name in variables}
    return NodeStatus(
        status=_numbers(status, STATUS_NUMBERS),
        variables=_numbers(variables, VARIABLE_NUMBERS) | switches,
        state=_state(status.get("wsrep_local_state_comment", "")),
        view=_view(status),
        local_state_uuid=status.get("wsrep_local_state_uuid", ""),
        evs_state=status.get("wsrep_evs_state", ""),
        provider_version=status.get("wsrep_provider_version", ""),
        cluster_name=variables.get("wsrep_cluster_name", ""),
        gcache_size=_gcache_size(variables.get("wsrep_provider_options", "")),
        latency=_latency(status.get("wsrep_evs_repl_latency", "")),
        read_only=any(switches.values()) if switches else None,
        rejects_queries=_differs(variables, "wsrep_reject_queries", "none"),
        maintenance=_differs(variables, MAINTENANCE_MODE, "disabled"),
    )


def _description(variables: Mapping[str, str]) -> str:
    """Of a server that has no Galera: `MySQL 8.0.36 (MySQL Community Server - GPL) with group
    replication`."""
    version, comment = variables.get("version", ""), variables.get("version_comment", "")
    name = "MariaDB" if "mariadb" in f"{version}{comment}".lower() else "MySQL"
    group = " with group replication" if variables.get("group_replication_group_name") else ""
    return f"{name} {version} ({comment}){group}" if version else "another server"


def _is_on(text: str) -> bool:
    """MariaDB 12 has more words than ON: NO_LOCK, NO_LOCK_NO_ADMIN."""
    return text.lower() not in ("off", "0", "no", "false", "")


def _differs(variables: Mapping[str, str], name: str, usual: str) -> bool | None:
    return variables[name].lower() != usual if name in variables else None


def _texts(rows: Rows, what: str) -> dict[str, str]:
    """The wsrep_ variables and OTHER_VARIABLES, by names that a metric can have."""
    texts: dict[str, str] = {}
    for row in rows:
        if len(row) != 2 or not isinstance(row[0], str) or not isinstance(row[1], str | None):
            raise Unparsable(f"{what}: expected a name and a value, got {excerpt(str(row))}")
        name, value = _NOT_IN_A_NAME.sub("_", row[0].lower()), row[1] or ""
        if not name.startswith("wsrep_") and name not in OTHER_VARIABLES:
            continue
        if texts.setdefault(name, value) != value:
            raise Unparsable(f"{what}: {name} is there twice, with different values")
    return texts


def _numbers(texts: Mapping[str, str], known: Collection[str]) -> dict[str, float]:
    """Other text is left out, except where a number is known to belong: there it is Unparsable."""
    numbers = {}
    for name, text in texts.items():
        if name in OTHER_VARIABLES:
            continue
        value = _number(name, text, name in known)
        if value is not None:
            numbers[name] = value
    return numbers


def _number(name: str, text: str, known: bool) -> float | None:
    word = text.lower()
    if name == "wsrep_cluster_status":
        return float(word == "primary")
    if word in _WORDS:
        return _WORDS[word]
    if word in _NOT_A_NUMBER or not (known or _looks_numeric(text)):
        return None
    try:
        return number(text, name)
    except Unparsable:
        if known:
            raise
        return None


def _looks_numeric(text: str) -> bool:
    return text[0] in "0123456789-." and text[-1] in "0123456789."


def _state(comment: str) -> str:
    """`Synced`, `Donor/Desynced`, `Joining: receiving State Transfer`; up to Galera 2 `Initialized (0)`."""
    stage, _, detail = comment.lower().partition(":")
    if stage == "joining":
        return "joining_failed" if detail.endswith("failed") else "joining"
    state = re.sub(r" *\([0-9]+\)$", "", stage).replace("/", "_")
    return {"donor": "donor_desynced"}.get(state, state if state in STATES else UNKNOWN)


def _view(status: Mapping[str, str]) -> View:
    members = status.get("wsrep_incoming_addresses", "")
    index = integer(status.get("wsrep_local_index") or "-1", "wsrep_local_index")
    return View(
        primary=status["wsrep_cluster_status"].lower() == "primary",
        member=status.get("wsrep_gcomm_uuid", ""),
        state_uuid=status.get("wsrep_cluster_state_uuid", ""),
        configuration=integer(status.get("wsrep_cluster_conf_id") or "-1", "wsrep_cluster_conf_id"),
        size=integer(status.get("wsrep_cluster_size") or "0", "wsrep_cluster_size"),
        index=index,
        addresses=tuple(address.strip() for address in members.split(",")) if members else (),
    )


def _gcache_size(options: str) -> int | None:
    """In bytes; None where it is not there, or is written as no Galera reads it."""
    found = _GCACHE_SIZE.search(options)
    if not found:
        return None
    hexadecimal, octal, decimal, prefix = found.groups()
    size = int(hexadecimal, 16) if hexadecimal else int(octal, 8) if octal else int(decimal)
    return size * _BINARY_PREFIX[prefix.lower()]


def _latency(text: str) -> ReplicationLatency | None:
    """`0.000218072/0.000419684/0.000834303/0.00021804/5`: min/avg/max/stddev in seconds, and samples."""
    if not text:
        return None
    parts = [number(part, "wsrep_evs_repl_latency") for part in text.split("/")]
    if len(parts) != 5:
        raise Unparsable(f"wsrep_evs_repl_latency: expected five numbers, got {excerpt(text)}")
    return ReplicationLatency(*parts)
