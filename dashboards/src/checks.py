"""What each host needs in order to take over: panels of the cluster."""

from dashboards.src import theme
from dashboards.src.panels import About, Column, Panel, Query, rows, states
from dashboards.src.promql import by_host, pick


def checks() -> Panel:
    """Each host speaks for itself; a file is compared between them."""
    digests = f"group by (cluster, file, sha256) ({pick('failover_config_info')})"
    return states(
        About(
            "Could each host take over?",
            """What a takeover needs, asked on each host once a minute: HAProxy's own check of its
            configuration, interface, address, Galera, clocks, agents; and whether all have the same files.
            Which host lacks it is beside. A check that no host could make has no row: the log says why.""",
            ("FailoverNotReady", "ConfigurationDrift", "KeepalivedNotReady", "KeepalivedDown"),
        ),
        Query(f"min by (cluster, check) ({pick('failover_check_ok')})", "{{check}}"),
        Query(f"count by (cluster, file) ({digests}) == bool 1", "the same {{file}}"),
        states=theme.LACKING,
    )


def lacking() -> Panel:
    failed = by_host(pick("failover_check_failed_info"))
    return rows(
        About(
            "What hosts lack",
            """The checks that fail now, and why. A takeover by that host would fail, or clients would be
            worse off there.""",
            ("FailoverNotReady",),
        ),
        Query(f"group by (cluster, host, check, reason) ({failed})", instant=True, table=True),
        columns={
            "host": Column("Host", width=180),
            "check": Column("Check", width=160),
            "reason": Column("Why it fails"),
        },
        missing="no check fails",
    )
