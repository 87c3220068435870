"""Keepalived, where it moves the address instead of Pacemaker."""

from exporter.rules.expressions import SILENT, SILENT_FOR, VANTAGE_POINTS, timed_out
from exporter.rules.rule import Alert, Group, Severity
from exporter.rules.texts import first, names

CRITICAL = Severity.CRITICAL
WARNING = Severity.WARNING

REFUSED = {
    "authentication_failure": "password",
    "authentication_mismatch": "authentication",
    "address_list_errors": "addresses",
    "advertisements_interval_errors": "interval",
}
# What the other host's advertisements are refused for, and what the exporters of both compare.
DIFFERS = "\nor ".join(
    [
        *(
            f"label_replace(keepalived_{name}_total - min_over_time(keepalived_{name}_total[1m]) > 0,"
            f' "differs", "{what}", "", "")'
            for name, what in REFUSED.items()
        ),
        *(
            "label_replace(count by (cluster, vrid)"
            f' (group by (cluster, vrid, {label}) (keepalived_vrrp_info)) > 1, "differs", "{label}", "", "")'
            for label in ("addresses", "authentication")
        ),
        "label_replace(max by (cluster, vrid) (keepalived_vrrp_advert_interval_seconds)"
        " > min by (cluster, vrid) (keepalived_vrrp_advert_interval_seconds),"
        ' "differs", "interval", "", "")',
        "label_replace(keepalived_vrrp_state and on (cluster, ip_address) (count by (cluster, ip_address)"
        " (group by (cluster, ip_address, vrid) (keepalived_vrrp_state)) > 1),"
        ' "differs", "virtual_router_id", "", "")',
    ]
)

GROUP = Group(
    "keepalived",
    about="""
    Keepalived, where it moves the address instead of Pacemaker. A split shows in vip.yml: both hosts have the address.
    Times, at the least:
      15 s   without Keepalived; a restart is over by then
      30 s   in which a host that failed over is itself well again, and a changed configuration is on both hosts
       5 s   more than VIPDown's 10 s in which nobody outside gets in (KeepalivedBlackHole)
    """,
    rules=(
        Alert(
            "KeepalivedBlackHole",
            CRITICAL,
            f"""
            group by (cluster, vip, port) (
              {SILENT}
              and on (cluster, instance) {VANTAGE_POINTS}
            )
            and on (cluster, vip) (sum by (cluster, vip) (vip_bound) == 1)
            and on (cluster, vip, port) (
              group by (cluster, vip, port) (
                vip_probe_up == 1 and on (cluster, instance, vip) (vip_bound == 1)
              )
            )
            and on (cluster) (keepalived_vrrp_state == 2)
            """,
            hold=5,
            keep=10,
            needs=SILENT_FOR,
            summary="$cluster: $vip:$port works on its host, and nobody outside reaches it",
            description=f"""
            <holder> of $cluster holds $vip and gets in through it, but for more than {SILENT_FOR} s no login from outside
            has succeeded. After a split that healed, switches and clients still send to the other host: Keepalived does
            not announce an address that it never lost. On that host: `arping -U -c 3 -I INTERFACE $vip`.
            """,
            parts={"holder": names("vip_bound{cluster=$cluster, vip=$vip} == 1", "instance")},
            dashboard="failover-story",
            why="""Every state looks perfect: one MASTER, one BACKUP, HAProxy serves. The prober alone knows. It does not wait for
            VIPSplitBrain, which keeps firing for a while after the split.""",
        ),
        Alert(
            "KeepalivedDown",
            WARNING,
            f"""
            group by (cluster, instance) (
              keepalived_up == 0
              or {timed_out("keepalived")}
            )
            """,
            hold=15,
            summary="$cluster: Keepalived on $instance does not run",
            description="""
            For <for> Keepalived on $instance of $cluster <what>. The other host serves, and nobody would take over from it.
            """,
            parts={
                "what": first(
                    "keepalived_up{cluster=$cluster, instance=$instance}",
                    "has not run",
                    none="has not answered (stopped by a signal?)",
                )
            },
            dashboard="failover-keepalived",
            why="It does not run, or its dump times out, in two scrapes; what the exporter lacks is CollectorFailing's.",
        ),
        Alert(
            "KeepalivedNotReady",
            WARNING,
            """
            group by (cluster, instance, iname) (
              keepalived_vrrp_state == 3
              or keepalived_vrrp_state and on (cluster, instance) (
                keepalived_script_status == 0 or keepalived_process_status == 0
              )
            )
            """,
            hold=30,
            summary="$cluster: $instance could not take over $iname",
            description="""
            For <for> $iname on $instance of $cluster has been in <state>; check scripts and tracked processes that fail
            there: <failing>. Clients feel nothing as long as the other host serves.
            """,
            parts={
                "state": first(
                    "max(keepalived_vrrp_state{cluster=$cluster, instance=$instance, iname=$iname}) == 3",
                    "FAULT",
                    none="a state in which it may hold the address, with less priority",
                ),
                "failing": names(
                    "keepalived_script_status{cluster=$cluster, instance=$instance} == 0"
                    " or keepalived_process_status{cluster=$cluster, instance=$instance} == 0",
                    "name",
                    none="none",
                ),
            },
            dashboard="failover-keepalived",
        ),
        Alert(
            "KeepalivedMismatch",
            WARNING,
            f"""
            group by (cluster, vrid, differs) (
              {DIFFERS}
            )
            """,
            hold=30,
            summary="$cluster: the hosts of VRRP router $vrid are configured differently ($differs)",
            description="""
            For <for> the hosts of VRRP router $vrid of $cluster have not agreed on: $differs. Each refuses what the other
            advertises, and both become MASTER. MASTER now: <masters>.
            """,
            parts={
                "masters": names(
                    "group by (instance) (keepalived_vrrp_state{cluster=$cluster, vrid=$vrid} == 2)",
                    "instance",
                    none="nobody",
                ),
            },
            dashboard="failover-keepalived",
        ),
    ),
)
