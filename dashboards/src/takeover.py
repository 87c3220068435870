"""What is predicted of a takeover: panels of whoever moves the addresses, which differ in their words."""

from dashboards.src import theme
from dashboards.src.panels import About, Column, Panel, Query, merged, rows, states
from dashboards.src.promql import pick


def ready(about: About) -> Panel:
    """All hosts that predict it count: one that says no is enough to look."""
    return states(
        about,
        Query(
            f"min by (cluster, resource, lost) ({pick('failover_takeover_ready')})",
            "{{resource}} without {{lost}}",
        ),
        states=theme.TAKEN_OVER,
    )


def targets(about: About, moved: str, to: str) -> Panel:
    """`moved` and `to` head the columns of what would move, and of where it would be then."""
    by = "cluster, lost, resource"
    return rows(
        about,
        Query(f"min by ({by}) ({pick('failover_takeover_ready')})", instant=True, table=True),
        Query(f"group by ({by}, to) ({pick('failover_takeover_target_info')})", instant=True, table=True),
        Query(
            f"group by ({by}, reason) ({pick('failover_takeover_blocked_info')})", instant=True, table=True
        ),
        steps=(merged(),),
        columns={
            "lost": Column("Were this lost"),
            "resource": Column(moved),
            "Value #A": Column("Would be", states=theme.TAKEN_OVER, width=110),
            "to": Column(to),
            "reason": Column("Because of"),
        },
        missing="not known",
    )
