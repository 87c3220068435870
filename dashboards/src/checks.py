"""What each host needs in order to take over: a panel of the cluster."""

from dashboards.src import theme
from dashboards.src.panels import About, Panel, Query, states
from dashboards.src.promql import by_host, pick


def checks() -> Panel:
    """Each host speaks for itself; a file is compared between them."""
    failed = by_host(pick("failover_check_failed_info"))
    digests = f"group by (cluster, file, sha256) ({pick('failover_config_info')})"
    return states(
        About(
            "Could each host take over?",
            """What a takeover needs, asked on each host once a minute: HAProxy's own check of its
            configuration, interface, address, Galera, clocks, agents; and whether all have the same files.
            A row below has the reason. A check that could not be made has no row: the log says why.""",
            ("FailoverNotReady", "ConfigurationDrift"),
        ),
        Query(f"min by (cluster, host, check) ({by_host(pick('failover_check_ok'))})", "{{host}}: {{check}}"),
        Query(f"0 * group by (cluster, host, check, reason) ({failed})", "{{host}}: {{reason}}"),
        Query(f"count by (cluster, file) ({digests}) == bool 1", "the same {{file}}"),
        states=theme.LACKING,
    )
