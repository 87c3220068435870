"""VRRP instances, check scripts and advertisements: panels of Keepalived."""

from dashboards.src import takeover, theme
from dashboards.src.panels import About, Column, Panel, Query, lines, merged, rows, states
from dashboards.src.promql import by_host, counted, in_range, named, per_second, pick
from dashboards.src.theme import BAD, BY_HAND, CHANGING, REDUCED

# Why an advertisement is not taken: the counter's name, and in words.
REFUSALS = {
    "authentication_failure": "password",
    "authentication_mismatch": "kind of authentication",
    "address_list_errors": "addresses",
    "advertisements_interval_errors": "interval",
}
REFUSED_IN_RANGE = " or ".join(
    named(in_range(f"keepalived_{name}_total"), "differs", text) for name, text in REFUSALS.items()
)
_BY_HOST = "{{iname}} on {{host}}"
_OF = "cluster, host, iname"

TRACKED = f"{pick('keepalived_script_status')} or {pick('keepalived_process_status')}"


def states_by_host() -> Panel:
    return states(
        About(
            "State of each instance",
            """By each host's own Keepalived. FAULT: what is tracked failed, it holds nothing and takes
            nothing over. Perfect states are no proof: after a split clients may still send to the loser.""",
            ("VIPSplitBrain", "KeepalivedNotReady", "KeepalivedBlackHole"),
        ),
        Query(f"max by ({_OF}) ({by_host(pick('keepalived_vrrp_state'))})", _BY_HOST),
        states=theme.VRRP,
    )


def priorities() -> Panel:
    def of(kind: str) -> str:
        return f"max by ({_OF}) ({by_host(pick(f'keepalived_vrrp_{kind}_priority'))})"

    return lines(
        About(
            "Priorities",
            """What each host announces, and dashed what is configured: scripts and interfaces with a weight
            add to it or take from it. The highest becomes MASTER.""",
            ("KeepalivedNotReady",),
        ),
        Query(of("effective"), _BY_HOST),
        Query(of("base"), f"{_BY_HOST}, configured"),
        unit="short",
    )


def scripts() -> Panel:
    return states(
        About(
            "Check scripts",
            """Whether each script, or tracked process, says that its host may hold the addresses. Where
            HAProxy alone is looked for, a Galera that is gone shows in HAProxy's servers only.""",
            ("KeepalivedNotReady",),
        ),
        Query(
            f"min by (cluster, host, name) ({by_host(TRACKED)})",
            "{{name}} on {{host}}",
        ),
        states=theme.SCRIPT,
    )


def takeovers() -> Panel:
    return takeover.ready(
        About(
            "Were the other host lost",
            """Said by the host that does not hold the address. Nowhere: the next fault is an outage; the
            reason is beside.""",
            ("KeepalivedNotReady", "KeepalivedDown"),
        )
    )


def targets() -> Panel:
    about = About(
        "If a host were lost now",
        """Which host would take over, or why none: Keepalived is stopped there, a check script fails, its
        interface has no link.""",
        ("KeepalivedNotReady", "KeepalivedDown"),
    )
    return takeover.targets(about, "Instance", "Would be held by")


def advertised() -> Panel:
    def of(way: str) -> str:
        return f"sum by ({_OF}) ({by_host(per_second(f'keepalived_advertisements_{way}_total'))})"

    return lines(
        About(
            "Advertisements",
            """Sent by the MASTER, one each interval, and dashed what the other receives. Sent and not
            received: the network, or a firewall, is in the way. Two that send: two MASTERs.""",
            ("VIPSplitBrain",),
        ),
        Query(of("sent"), f"sent: {_BY_HOST}"),
        Query(of("received"), f"received: {_BY_HOST}"),
        unit="pps",
    )


def refusals() -> Panel:
    return lines(
        About(
            "Refused advertisements",
            """By what differs between the hosts, since the bar before. As long as there are any, both are
            MASTER.""",
            ("KeepalivedMismatch",),
        ),
        *(
            Query(f"sum by (cluster) ({counted(f'keepalived_{name}_total')})", text)
            for name, text in REFUSALS.items()
        ),
        unit="short",
        drawn="bars",
        colors=dict(zip(REFUSALS.values(), (BAD, REDUCED, BY_HAND, CHANGING), strict=True)),
    )


def goodbyes() -> Panel:
    return lines(
        About(
            "Goodbyes",
            """Advertisements of priority 0 that each host received, since the bar before. One: Keepalived was
            stopped on the other host. Two: what it tracks failed there. None at a takeover: it was lost.""",
            ("FailoverHappened",),
        ),
        Query(f"sum by ({_OF}) ({by_host(counted('keepalived_priority_zero_received_total'))})", _BY_HOST),
        unit="short",
        drawn="bars",
    )


def moves() -> Panel:
    def of(what: str) -> str:
        return f"sum by (cluster, host) ({by_host(counted(f'keepalived_{what}_master_total'))})"

    return lines(
        About(
            "Taken over and given up",
            """How often each host became MASTER since the bar before, and, paler, gave the addresses up.""",
            ("FailoverHappened",),
        ),
        Query(of("become"), "{{host}} took over"),
        Query(of("release"), "{{host}} gave up"),
        unit="short",
        drawn="bars",
    )


def configured() -> Panel:
    by = f"{_OF}, vrid"
    info = by_host(pick("keepalived_vrrp_info"))
    interval = by_host(pick("keepalived_vrrp_advert_interval_seconds"))
    return rows(
        About(
            "What must be alike",
            """On all hosts of an instance: router id, addresses, interval, version and authentication. The
            password is never read: a refused one shows above.""",
            ("KeepalivedMismatch",),
        ),
        Query(f"group by ({by}, version, authentication, addresses) ({info})", instant=True, table=True),
        Query(f"max by ({by}) ({interval})", instant=True, table=True),
        steps=(merged(),),
        columns={
            "host": Column("Host", width=180),
            "iname": Column("Instance", width=140),
            "vrid": Column("Router id", width=90),
            "Value #B": Column("Interval", unit="s", width=90),
            "version": Column("VRRP", width=70),
            "authentication": Column("Authentication", width=130),
            "addresses": Column("Addresses"),
        },
    )
