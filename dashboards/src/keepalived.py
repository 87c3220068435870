"""Keepalived: which host is MASTER, would the other take over, and do they agree?"""

from grafana_foundation_sdk.models.common import BigValueTextMode

from dashboards.src import checks, facts, theme, vrrp
from dashboards.src.page import Page
from dashboards.src.panels import About, Panel, Query, numbers
from dashboards.src.promql import FROM, by_host, in_range, or_zero, pick
from dashboards.src.theme import ACTIVE, BAD, REDUCED, WELL

STATE = pick("keepalived_vrrp_state")
UP = pick("keepalived_up")
# In FAULT an instance takes nothing over; what is tracked and fails says that its host should not.
_HINDERED = f"{STATE} == 3 or on ({FROM}) ({vrrp.TRACKED}) == 0"
ABLE = or_zero(f"count by (cluster) ({UP} == 1 unless on ({FROM}) ({_HINDERED}))", UP)


def page() -> Page:
    made = Page(
        "failover-keepalived",
        "Which host is MASTER, would the other take over, and do they agree?",
        "now-3h",
    )
    top = (master(), holding(), able(), takeover(), transitions(), refused())
    made.row("$cluster: could it fail over?", *((panel, 4) for panel in top), height=4)
    made.more((vrrp.states_by_host(), 24), height=5)
    made.more((vrrp.priorities(), 12), (vrrp.scripts(), 12), height=7)
    made.more((vrrp.takeovers(), 12), (vrrp.targets(), 12), height=6)
    made.more((checks.checks(), 12), (checks.lacking(), 12), height=7)
    made.row("$cluster: advertisements", (vrrp.advertised(), 12), (vrrp.refusals(), 12), height=7)
    made.more((vrrp.goodbyes(), 12), (vrrp.moves(), 12), height=7)
    made.row("$cluster: configuration", (vrrp.configured(), 24), height=6)
    return made


def master() -> Panel:
    masters = f"group by (cluster, host, ip_address) ({by_host(STATE)} == 2)"
    several = f"count by (cluster, ip_address) ({masters})"
    return numbers(
        About(
            "MASTER",
            """By each host's own Keepalived. Two that are MASTER of one address: a split, or hosts that
            refuse each other's advertisements. Two names are right where each has another address.""",
            ("VIPSplitBrain", "KeepalivedMismatch"),
        ),
        Query(
            f"max by (cluster, host) ({masters} * on (cluster, ip_address) group_left () {several})",
            "{{host}}",
            instant=True,
        ),
        limits=((None, ACTIVE), (2, BAD)),
        shows=BigValueTextMode.NAME,
        missing="nobody",
    )


def holding() -> Panel:
    return numbers(
        About(
            "Hosts that have the address",
            """By their kernels, of the address that most have. 1 is right, also while clients still send to
            the other host after a split: the Failover dashboard shows what they feel.""",
            ("VIPSplitBrain", "VIPNotHeld", "KeepalivedBlackHole"),
            ("failover-story",),
        ),
        Query(f"max by (cluster) (sum by (cluster, vip) ({facts.HELD}))", "have it", instant=True),
        limits=((None, BAD), (1, WELL), (2, BAD)),
        shows=BigValueTextMode.VALUE,
    )


def able() -> Panel:
    return numbers(
        About(
            "Hosts that could hold it",
            """Keepalived runs, no instance is in FAULT, no check script fails. With one, the next fault is an
            outage.""",
            ("KeepalivedDown", "KeepalivedNotReady"),
        ),
        Query(ABLE, "could hold it", instant=True),
        Query(f"count by (cluster) ({UP})", "seen", instant=True),
        limits=((None, BAD), (1, REDUCED), (2, WELL)),
        shows=BigValueTextMode.VALUE_AND_NAME,
        by_name={"seen": ((None, ACTIVE),)},
    )


def takeover() -> Panel:
    return numbers(
        About(
            "Would it be taken over?",
            """Said by the host that does not hold the address: it knows itself alone. What it lacks beside
            Keepalived is further down.""",
            ("KeepalivedNotReady", "KeepalivedDown"),
        ),
        Query(f"min by (cluster) ({pick('failover_takeover_ready')})", "ready", instant=True),
        states=theme.TAKEN_OVER,
        shows=BigValueTextMode.VALUE,
    )


def transitions() -> Panel:
    return numbers(
        About(
            "Takeovers in this time range",
            """How often a host became MASTER. More than one now and then: something flaps, a script or the
            network.""",
            ("FailoverHappened",),
        ),
        Query(
            f"round(sum by (cluster) ({in_range('keepalived_become_master_total')}))",
            "took over",
            instant=True,
        ),
        limits=((None, ACTIVE),),
        shows=BigValueTextMode.VALUE,
    )


def refused() -> Panel:
    return numbers(
        About(
            "Refused in this time range",
            """Advertisements of the other host that this one did not take: another password, interval or
            address list, or a packet that is broken. Each host then takes the other for dead.""",
            ("KeepalivedMismatch",),
        ),
        Query(f"round(sum by (cluster) ({vrrp.REFUSED_IN_RANGE}))", "refused", instant=True),
        limits=((None, WELL), (1, BAD)),
        shows=BigValueTextMode.VALUE,
    )
