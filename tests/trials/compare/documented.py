"""Every intended difference from a peer, with its reason: for the check and for the document.

A series that differs and is not named here fails the comparison.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from deploy.lab.page import Point, Series

HACLUSTER = "ha_cluster_exporter"
HAPROXY = "HAProxy's own endpoint"
MYSQLD = "mysqld_exporter"

# What a peer reports of its own process and its own scrapes.
OWN_AFFAIRS = re.compile(
    r"go_|process_|promhttp_|mysqld_exporter_|mysql_exporter_|ha_cluster_scrape_duration_seconds"
)

# The names of each peer that this exporter keeps.
KEPT = {
    HACLUSTER: re.compile(r"ha_cluster_"),
    HAPROXY: re.compile(r"haproxy_(frontend|backend|server)_"),
    MYSQLD: re.compile(r"mysql_up$|mysql_galera_|mysql_global_status_wsrep_|mysql_global_variables_wsrep_"),
}

Allows = Callable[[Point, Point | None], bool]  # their value, ours


def absent(_theirs: Point, ours: Point | None) -> bool:
    return ours is None


def same_value(theirs: Point, ours: Point | None) -> bool:
    return ours is not None and ours.value == theirs.value


def no_lower(theirs: Point, ours: Point | None) -> bool:
    return ours is not None and ours.kind == theirs.kind and ours.value >= theirs.value


def no_higher(theirs: Point, ours: Point | None) -> bool:
    return ours is not None and ours.kind == theirs.kind and ours.value <= theirs.value


def not_a_number(theirs: Point, ours: Point | None) -> bool:
    return math.isnan(theirs.value) and ours is None


def another_time_zone(theirs: Point, ours: Point | None) -> bool:
    """Zones differ from UTC by whole quarters of an hour, up to 14 hours."""
    if ours is None or ours.kind != "gauge":
        return False
    apart = abs(ours.value - theirs.value)
    return apart <= 14 * 3600 and apart % 900 == 0


@dataclass(frozen=True)
class Difference:
    peer: str
    names: str  # a regular expression for the whole name
    theirs: str
    ours: str
    reason: str
    allows: Allows
    labels: Mapping[str, str] = field(default_factory=dict)  # regular expressions for whole values

    def covers(self, one: Series) -> bool:
        have = dict(one.labels)
        return bool(re.fullmatch(self.names, one.name)) and all(
            re.fullmatch(pattern, have.get(label, "")) for label, pattern in self.labels.items()
        )


CORRECTIONS = (
    Difference(
        HACLUSTER,
        "ha_cluster_corosync_ring_errors",
        "always 0 on Corosync 3",
        "the number of links with a peer that is not connected",
        "its pattern is for the output of Corosync 2 and matches nothing on 3; for the same reason it has no "
        "ha_cluster_corosync_rings there, and this exporter has",
        no_lower,
    ),
    Difference(
        HACLUSTER,
        "ha_cluster_pacemaker_config_last_change",
        "a counter, off by the host's offset from UTC",
        "a gauge, in UTC",
        "crm_mon prints local time without a zone, which it takes for UTC; and a point in time is no counter",
        another_time_zone,
    ),
    Difference(
        HAPROXY,
        "haproxy_(backend|server)_(queue|connect|response|total)_time_average_seconds",
        "too low until there were 512 sessions",
        "HAProxy's CSV: the mean of the sessions there were, of the last 512 at most",
        "its endpoint always divides by 512 (service-prometheus.c, TIME_STATS_SAMPLES), its CSV by the "
        "number of sessions where that is smaller (stats.c)",
        no_lower,
    ),
    Difference(
        MYSQLD,
        "mysql_global_status_wsrep_.*",
        'untyped, with the HELP "Generic metric from SHOW GLOBAL STATUS."',
        "a counter or a gauge, with a HELP of its own",
        "rate() and what shows metrics by type need the type",
        same_value,
    ),
)

NOT_IN_THE_CSV = (
    Difference(
        HAPROXY,
        ".*",
        "NaN",
        "no series",
        "the field is empty in the CSV: nothing is set, so there is no value",
        not_a_number,
    ),
)

NOT_READ = (
    Difference(
        HACLUSTER,
        "ha_cluster_scrape_success",
        "1 where the package sbd is installed",
        "no series",
        "SBD's disks and their timeouts (ha_cluster_sbd_devices, ha_cluster_sbd_timeouts) are not read: "
        "that a fencing device failed Pacemaker says",
        absent,
        {"collector": "sbd"},
    ),
)

DIFFERENCES = CORRECTIONS + NOT_IN_THE_CSV + NOT_READ
