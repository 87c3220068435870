"""Moves and restarts, as the exporters on the balancers saw them: each reports the same one."""

from exporter.rules.expressions import ADDRESS, EXPLAIN_OUTAGES, VANTAGE_POINTS
from exporter.rules.rule import Alert, Group, Recording, Severity, Threshold
from exporter.rules.texts import first, names

CRITICAL = Severity.CRITICAL
INFO = Severity.INFO
WARNING = Severity.WARNING

KNOWN = "instance_resource_kind:failover_last_event_timestamp_seconds:known"
EVENT = "cluster_resource:failover_last_event_timestamp_seconds:recent"
SECONDS = "cluster_resource:failover_recent:seconds"

OF_EXPORTER = "cluster, instance, resource, kind"
OF_CLUSTER = "cluster, resource, kind"
# Each move and restart as the exporters recorded it, with the time at which it was seen done. One that was away
# knows an older event, or dates the latest by when it came back: the newest counts.
TIMED = f"""
max by (cluster, resource, kind, from, to, cause) (
  failover_last_event_info
  * on ({OF_EXPORTER}) group_left ()
  max by ({OF_EXPORTER}) (failover_last_event_timestamp_seconds)
)
== on ({OF_CLUSTER}) group_left ()
max by ({OF_CLUSTER}) (failover_last_event_timestamp_seconds)
"""
# By its own time, or because an exporter found afterwards what no other knew.
RECENT = f"""
max by ({OF_CLUSTER}) (failover_last_event_timestamp_seconds) > time() - 60
or max by ({OF_CLUSTER}) (
  max by ({OF_EXPORTER}) (failover_last_event_timestamp_seconds)
  > max by ({OF_EXPORTER}) ({KNOWN})
)
> max by ({OF_CLUSTER}) ({KNOWN})
"""
# What moves with an address is told with it, in clusters that have one.
MOVED_ALONG = f"""
failover_last_event_info{{kind="move"}}
and on (cluster) {ADDRESS}
unless on (cluster, resource) {ADDRESS}
"""
RECENT_EVENT = f"max by (cluster, resource, kind, from, to, cause) ({EVENT})"
# The outage that the journal ascribes to it.
JOURNAL = """
max by (cluster, resource, kind, vip, port) (
  failover_last_clients_out_seconds
  and on (cluster, instance, resource, kind) (failover_last_event_timestamp_seconds > time() - 120)
)
"""
# A balancer may have been cut off for longer than clients were: they were out for no more than this.
AT_MOST = f"""
max by (cluster, vip, port) (
  vip_outage_seconds_total - min_over_time(vip_outage_seconds_total[2m]) > 0
  and on (cluster, instance) {VANTAGE_POINTS}
)
"""
CLIENTS_OUT = f"""
max by (cluster, resource, kind) (
  {JOURNAL.strip()}
  <= on (cluster, vip, port) group_left ()
  {AT_MOST.strip()}
  or 0 * {JOURNAL.strip()}
  + on (cluster, vip, port) group_left ()
  {AT_MOST.strip()}
)
"""
WHAT = """{{ if eq $labels.kind "move" }}moved from $from to $to{{ else }}restarted on $to{{ end }}"""
# Which promise an event is measured by. Clients wait for a node that was lost; what is orderly is faster.
# Under Keepalived the address leaves a HAProxy that died.
FAULTS = (
    ("node_lost", 'kind="move", cause=~"node_lost|peer_lost"'),
    ("move", 'kind="move", cause=~"node_shutdown|standby|operator_move|failback|peer_stopped"'),
    ("haproxy_crash", 'kind="restart", cause="resource_failure"'),
    ("haproxy_crash", 'kind="move", cause="script_failed"'),
)
OF_FAULT = "\nor ".join(
    f'label_replace({SECONDS}{{{events}}}, "fault", "{fault}", "", "")' for fault, events in FAULTS
)
# A person had disabled the address, or what it needs, and has just enabled it again: clients were out for as
# long as was chosen. Of one that is still disabled the others' failovers are told.
STILL_DISABLED = 'ALERTS{alertstate="firing", alertname="PacemakerResourceDisabled"}'
ENABLED_AGAIN = f"max_over_time({STILL_DISABLED}[3m])\n  unless on (cluster) {STILL_DISABLED}"
SPLITS = "VIPSplitBrain|PacemakerSplitBrain"
PAGED = "|".join(("VIPDown", "FailoverFlapping", "PacemakerSplitBrain", *EXPLAIN_OUTAGES))

GROUP = Group(
    "failover",
    about="""
    Moves and restarts, as the exporters on the balancers saw them: each reports the same one, so everything is
    joined by cluster and resource, never by instance. Times, at the least:
       1 m   an event is recent for so long
      30 m   in which moves are counted for FailoverFlapping
       3 m   in which a page for the same outage keeps FailoverSlow silent, or that somebody had disabled it; in
             which a split keeps FailoverFlapping silent
      10 s   until a failover is reported: its outage has ended, and a page that explains it has fired
    """,
    thresholds={
        "slow": Threshold(5, "seconds: clients that waited longer are worth a page though it is over"),
        "slower_than_promised": Threshold(
            1, "second that it may take longer: logins, and a host that is busy with it"
        ),
        "flapping": Threshold(3, "moves in 30 minutes that are no accident any more"),
    },
    rules=(
        Recording(
            KNOWN,
            "max_over_time(failover_last_event_timestamp_seconds[1h] offset 1m)",
            why="The latest event that each exporter knew a minute ago, or before it was away.",
        ),
        Recording(
            EVENT,
            f"""
            {TIMED.strip()}
            and on ({OF_CLUSTER}) ({RECENT})
            unless on ({OF_CLUSTER}) ({MOVED_ALONG})
            """,
            why="""Moved addresses and restarted resources, and when: there for a minute after the event, or after it was
            found.""",
        ),
        Recording(
            SECONDS,
            f"""
            0 * {RECENT_EVENT}
            + on ({OF_CLUSTER}) group_left ()
            {CLIENTS_OUT.strip()}
            or 0 * {RECENT_EVENT}
            """,
            why="""For how many seconds clients were out by them, 0 where no probe failed: what the journal ascribes to the
            event, and no more than all outages at the vantage points in the last minutes.""",
        ),
        Alert(
            "FailoverHappened",
            WARNING,
            f"max by (cluster, resource, kind, from, to, cause) ({SECONDS})",
            hold=10,
            event=60,
            summary=f"""$cluster: $resource {WHAT} ($cause), clients out for
            {{{{ if gt $value 0.0 }}}}$value|duration{{{{ else }}}}no time{{{{ end }}}}""",
            description="""
            <when>$resource of $cluster
            {{ if eq $labels.kind "move" }}moved from $from to $to{{ else }}was restarted in place on $to{{ end }};
            the cause: $cause. {{ if gt $value 0.0 }}Clients were out for $value|duration, and their open connections
            broke.{{ else }}No probe failed; connections that were open broke.{{ end }}
            `failover-exporter events` on a balancer has the evidence.
            """,
            parts={
                "when": first(
                    "max(failover_last_event_timestamp_seconds{cluster=$cluster, resource=$resource, kind=$kind})",
                    "$value|time: ",
                )
            },
            dashboard="failover-story",
        ),
        Alert(
            "FailoverSlow",
            CRITICAL,
            f"""
            max by (cluster, kind, from, to, cause) ({SECONDS}) > $slow
            unless on (cluster) max_over_time(ALERTS{{alertstate="firing", alertname=~"{PAGED}"}}[3m])
            unless on (cluster) (
              {ENABLED_AGAIN}
            )
            """,
            hold=10,
            summary="$cluster: the failover to $to took clients $value|duration",
            description="""
            {{ if eq $labels.kind "move" }}The move from $from to $to{{ else }}The restart on $to{{ end }} ($cause) of
            $cluster is over, but clients were out for $value|duration; usual is 0.3 to 3 s. Where the time went:
            <phases>.
            """,
            parts={
                "phases": names(
                    "max by (phase) (failover_last_phase_seconds{cluster=$cluster} and on (instance, resource) (failover_last_event_timestamp_seconds{cluster=$cluster} > time() - 120))",
                    "phase",
                    each="$phase $value|duration",
                    none="not seen",
                ),
            },
            dashboard="failover-story",
        ),
        Alert(
            "FailoverSlowerThanPromised",
            INFO,
            f"""
            max by (cluster, kind, from, to, cause, fault) (
              {OF_FAULT}
            )
            > on (cluster, fault) group_left () (
              max by (cluster, fault) (max_over_time(failover_expected_seconds{{phase="total"}}[10m]))
              + $slower_than_promised
            )
            """,
            hold=10,
            summary="$cluster: the failover to $to took clients $value|duration, longer than its configuration promises",
            description="""
            {{ if eq $labels.kind "move" }}The move from $from to $to{{ else }}The restart on $to{{ end }} ($cause) of
            $cluster is over, and clients were out for $value|duration. Promised, at most: <phases>.
            """,
            parts={
                "phases": names(
                    "max by (phase) (failover_expected_seconds{cluster=$cluster, fault=$fault})",
                    "phase",
                    each="$phase $value|duration",
                    none="nothing any more",
                ),
            },
            dashboard="failover-story",
            why="""Nobody is to do something now: FailoverHappened is the ticket, and more than 5 s page (FailoverSlow).""",
        ),
        Alert(
            "FailoverFlapping",
            CRITICAL,
            f"""
            max by (cluster) (failover_moves_total - min_over_time(failover_moves_total[30m])) >= $flapping
            and on (cluster) {EVENT}{{kind="move"}}
            unless on (cluster) max_over_time(ALERTS{{alertstate="firing", alertname=~"{SPLITS}"}}[3m])
            """,
            keep=30,
            summary="$cluster: $value moves in <window 30m>",
            description="""
            The resources of $cluster have moved $value times in <window 30m>, and the last time just now. Each move
            breaks all connections of clients. The latest: <resources>.
            """,
            parts={
                "resources": names(
                    f"max by (resource, from, to, cause) ({EVENT}{{cluster=$cluster, kind='move'}})",
                    "resource",
                    each="$resource from $from to $to ($cause)",
                    none="not known",
                ),
            },
            dashboard="failover-story",
            why="""When the halves of a split meet again their resources move up to twice, and each half may find
            one move more that it missed: the split is the page for all of them.""",
        ),
    ),
)
