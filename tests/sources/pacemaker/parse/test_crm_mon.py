import re
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Denied, SourceError, TimedOut, Unparsable, Unreachable
from exporter.sources.pacemaker.families import cluster as metrics
from exporter.sources.pacemaker.parse import crm_mon
from exporter.sources.pacemaker.reading import (
    Ban,
    ClusterView,
    Failure,
    FenceEvent,
    LastChange,
    Operation,
    PacemakerReading,
    Resource,
    Ticket,
)
from tests.golden import exposition
from tests.sources.pacemaker.captured import VIEWS, crm_mon_output, view


def resource(seen: ClusterView, name: str) -> Resource:
    return next(one for one in seen.resources if one.id == name)


def test_the_article_cluster_is_read() -> None:
    """Who is DC, who runs what, and what the last operation of each kind answered."""
    seen = view("2.1.5-article")
    assert seen.dc and (seen.dc.name, seen.dc.with_quorum) == ("haproxy-node02", True)
    assert [(one.id, one.nodes) for one in seen.resources] == [
        ("failover-ip", ("haproxy-node01",)),
        ("haproxy", ("haproxy-node01",)),
    ]
    assert seen.operations[1] == Operation(
        "haproxy-node01", "haproxy", "monitor", 1.0, 13, 0, 1_795_346_072.0, 0.015, 0.0
    )
    assert (seen.failures, seen.fence_events, seen.fence_history_error) == ((), (), 0)


def test_a_pending_node_is_not_on_standby() -> None:
    """Where nodes are fenced Pacemaker says so of one that joins or leaves; nobody put it there."""
    on_standby = crm_mon_output("2.1.5-article").replace(b'standby="false"', b'standby="true"')
    pending = on_standby.replace(b'pending="false"', b'pending="true"')
    assert {(one.standby, one.pending) for one in crm_mon.parse(on_standby, UTC).nodes} == {(True, False)}
    assert {(one.standby, one.pending) for one in crm_mon.parse(pending, UTC).nodes} == {(False, True)}


def test_the_last_change_is_read_in_the_hosts_zone_and_nothing_else() -> None:
    """It is text that this host's daemon wrote; the other times are crm_mon's own, which runs in UTC."""
    in_utc, in_tokyo = view("2.1.5-article"), view("2.1.5-article", ZoneInfo("Asia/Tokyo"))
    assert in_utc.last_change.time and in_tokyo.last_change.time
    assert in_utc.last_change.time - in_tokyo.last_change.time == 9 * 3600
    assert in_utc.last_update == in_tokyo.last_update
    assert in_utc.operations == in_tokyo.operations


def test_both_forms_of_the_same_cluster_read_the_same() -> None:
    """--as-xml and --output-as=xml of one tool differ in nothing that is read."""
    old = crm_mon.parse(crm_mon_output("2.1.5-structures-as-xml"), UTC)
    assert vars(old) | {"last_update": 0} == vars(view("2.1.5-structures")) | {"last_update": 0}


def test_resources_are_found_at_every_depth() -> None:
    """In a group, a clone, a clone of a group, a bundle; a group in an anonymous clone loses its number."""
    places = {(one.id, one.group, one.clone) for one in view("2.1.5-structures").resources}
    assert places == {
        ("fence-alpha", "", ""),
        ("vip", "balancer", ""),
        ("haproxy", "balancer", ""),
        ("ping", "", "ping-clone"),
        ("off", "", "off-clone"),
        ("db", "", "db-clone"),
        ("web-fs", "web", "web-clone"),
        ("web-http", "web", "web-clone"),
        ("uniq:0", "", "uniq-clone"),
        ("uniq:1", "", "uniq-clone"),
        ("cached", "", "cache"),
        *((f"cache-{part}", "", "cache") for part in ("0", "1", "docker-0", "docker-1")),
        *((f"cache-ip-10.0.0.15{number}", "", "cache") for number in (1, 2)),
        ("ghost", "", ""),
    }


def test_a_resource_may_run_on_none_one_or_two_nodes() -> None:
    """Two is what Pacemaker believes of a resource that is active where it should not be."""
    assert resource(view("2.1.5-trouble"), "twice").nodes == ("alpha", "beta")
    assert resource(view("2.1.5-trouble"), "vip").nodes == ("alpha",)
    assert resource(view("2.1.5-structures"), "off").nodes == ()


def test_of_the_same_operation_the_highest_call_is_the_last() -> None:
    """A failed monitor that came well again is listed beside its old failure, in any order."""
    monitors = [
        one for one in view("2.1.5-trouble").operations if (one.resource, one.interval) == ("haproxy", 10)
    ]
    assert [(one.call, one.rc) for one in monitors] == [(31, 0)]
    old = crm_mon_output("1.1.24-fenced")
    assert [(one.call, one.rc) for one in crm_mon.parse(old, UTC).operations if one.interval == 5] == [
        (25, 0)
    ]
    calls_swapped = old.replace(b'call="21" task', b'call="26" task')
    swapped = crm_mon.parse(calls_swapped, UTC).operations
    assert [(one.call, one.rc) for one in swapped if one.interval == 5] == [(26, 7)]


def test_failures_name_the_resource_the_task_and_the_reason() -> None:
    """The key vm_migrate_to_0 is the task migrate_to of vm, not the task to of vm_migrate."""
    assert view("2.1.5-trouble").failures == (
        Failure("alpha", "vm", "migrate_to", 1, "unreachable", 1_798_000_000.0),
        Failure("alpha", "stuck", "stop", 198, "none", 1_798_000_000.0),
    )
    assert view("1.1.24-fenced").failures[0].task == "monitor"


@pytest.mark.parametrize(
    ("key", "resource_and_task"),
    [
        ("a_monitor_10000", ("a", "monitor")),
        ("my_long_name_start_0", ("my_long_name", "start")),
        ("monitor_monitor_0", ("monitor", "monitor")),
        ("vm_migrate_from_0", ("vm", "migrate_from")),
        ("db:1_reload-agent_0", ("db:1", "reload-agent")),
        ("a_0_stop_0", ("a_0", "stop")),
        ("db_post_notify_start_0", ("db", "start")),
        ("db:0_confirmed-post_notify_promote_0", ("db:0", "promote")),
    ],
)
def test_an_operation_key_is_taken_apart(key: str, resource_and_task: tuple[str, str]) -> None:
    """Names of resources may hold underscores, numbers and names of tasks."""
    output = crm_mon_output("2.1.5-trouble").replace(b"vm_migrate_to_0", key.encode())
    failure = crm_mon.parse(output, UTC).failures[0]
    assert (failure.resource, failure.task) == resource_and_task


def test_fence_events_of_each_version() -> None:
    """`state` with ctime before 2.0.3, `status` with a zone from then on, microseconds in 3.0."""
    assert view("1.1.24-fenced").fence_events[:2] == (
        FenceEvent("south", "reboot", "pending", None),
        FenceEvent("south", "reboot", "failed", 1_709_626_000.0),
    )
    assert [one.completed for one in view("2.0.5-fenced").fence_events] == [
        1_609_459_201.0,
        1_609_459_199.0,
        None,
    ]
    assert view("3.0.2-fenced").fence_events[0] == FenceEvent("west", "reboot", "success", 1_793_509_439.25)


def test_a_fencer_that_is_silent_is_distinguished_from_an_empty_history() -> None:
    """crm_mon then gives a code in place of events."""
    assert view("3.0.2-fencer-silent").fence_history_error == 102
    assert view("3.0.2-fenced").fence_history_error == 0


def test_new_names_of_3_0_2_are_the_old_facts() -> None:
    """fencing-enabled is stonith-enabled and removed is orphaned, with the old name beside it or without."""
    output = crm_mon_output("3.0.2-fencer-silent")
    without_old = re.sub(rb' (stonith-enabled|orphaned|orphan)="[a-z]*"', b"", output)
    assert without_old != output
    for seen in (crm_mon.parse(output, UTC), crm_mon.parse(without_old, UTC)):
        assert seen.options and seen.options.stonith_enabled
        assert [one.id for one in seen.resources if one.orphaned] == ["old"]


def test_what_a_version_does_not_tell_is_unknown() -> None:
    """Health before 2.1.3, stop-all-resources before 2.0.3, options before 1.1.13, an absent change."""
    old = view("1.1.24-fenced")
    assert {node.health for node in old.nodes} == {"unknown"}
    assert old.options and old.options.stop_all_resources is None
    ancient = re.sub(rb"<cluster_options[^>]*>", b"", crm_mon_output("1.1.24-fenced"))
    assert crm_mon.parse(ancient, UTC).options is None
    assert view("3.0.2-fenced").last_change == LastChange(None, "", "", "")
    assert view("3.0.2-fenced").dc is None


def test_a_cluster_that_is_not_running_is_unreachable() -> None:
    """With what crm_mon said of it."""
    with pytest.raises(Unreachable, match=r"Not connected.*Connection refused.*code 102"):
        view("2.1.5-not-running")


def test_no_right_to_ask_is_denied() -> None:
    """And the message says which group to join."""
    with pytest.raises(Denied, match=r"Insufficient privileges.*haclient"):
        view("2.1.5-no-right")


def test_an_answer_without_a_summary_is_denied() -> None:
    """ACLs without a read rule hide the cluster and say OK: that is not an empty cluster."""
    with pytest.raises(Denied, match="acl_permission"):
        view("2.1.5-no-read-rule")
    with pytest.raises(Denied, match="acl_permission"):
        crm_mon.parse(b'<crm_mon version="2.1.5"/>', UTC)


def test_an_error_for_want_of_a_read_rule_is_denied_with_the_acl_as_remedy() -> None:
    """3.0.0 says so beside OK. The daemon answered, so joining the group would mend nothing."""
    with pytest.raises(Denied, match=r"CIB query failed: Permission denied.*acl_permission") as denied:
        view("3.0.0-no-read-rule")
    assert "haclient" not in str(denied.value)


@pytest.mark.parametrize("version", ["2.0.5", "3.0.0", "3.0.3"])
def test_the_same_pair_reads_the_same_in_each_version(version: str) -> None:
    """The DC, who runs what, what a ban bars, what failed, and that a peer stopped in order."""
    banned = view(f"{version}-pair-banned")
    assert banned.dc
    assert (banned.dc.name, banned.dc.with_quorum, banned.dc.version[:5]) == ("lb1", True, version)
    assert banned.bans == (Ban("cli-ban-entrance-on-lb2", "entrance", "lb2"),)
    assert {(one.id, one.nodes) for one in banned.resources} == {
        ("failover-ip", ("lb1",)),
        ("haproxy", ("lb1",)),
        ("vip", ("lb1",)),
        ("balancer", ("lb1",)),
        ("canary", ("lb1",)),
        ("canary", ("lb2",)),
    }
    assert {one.resource for one in view(f"{version}-pair-killed").failures} == {"haproxy", "balancer"}
    stopped = {one.name: one for one in view(f"{version}-pair-peer-stopped").nodes}["lb2"]
    assert (stopped.online, stopped.expected_up, stopped.unclean) == (False, False, False)


def test_what_is_meant_to_be_stopped() -> None:
    """By its own target role, its template's, group's, clone's or bundle's; Unpromoted is not Stopped."""
    disabled = {one.id for one in view("2.1.5-disabled").resources if one.disabled}
    assert disabled == {"vip-tpl", "vip-off", "g1", "g2", "c1", "inb", *(f"b-{n}" for n in ("0", "1")), *(
        f"b-docker-{n}" for n in ("0", "1"))}  # fmt: skip
    assert view("2.1.5-disabled").tickets == (
        Ticket("tA", granted=False, standby=False),
        Ticket("tC", granted=True, standby=False),
        Ticket("tB", granted=False, standby=False),
    )


def test_a_group_that_is_disabled_as_a_whole() -> None:
    """From 2.1 on crm_mon says so of the group, whatever it says of what is in it."""
    output = crm_mon_output("2.1.5-structures").replace(
        b'<group id="balancer"', b'<group disabled="true" id="balancer"'
    ).replace(b'managed="true" disabled="false">', b'managed="true">')  # fmt: skip
    seen = crm_mon.parse(output, UTC)
    assert {one.id for one in seen.resources if one.disabled} == {"vip", "haproxy", "off"}


@pytest.mark.parametrize("key", ["", "nonsense", "vip", "vip_monitor_", "(null)"])
def test_a_failure_with_a_key_of_no_form_costs_nothing_else(key: str) -> None:
    """It is a failure of what the key says; an empty one too."""
    output = crm_mon_output("2.1.5-trouble").replace(b"vm_migrate_to_0", key.encode())
    failure = crm_mon.parse(output, UTC).failures[0]
    assert (failure.resource, failure.rc) == (key, 1)
    _parse_and_render(output)


def test_a_reason_is_read_without_escapes() -> None:
    """crm_mon escapes it, and then its XML does so again."""
    output = crm_mon_output("2.1.5-trouble").replace(
        b'exitreason="unreachable"',
        b'exitreason="no &amp;quot;ip&amp;quot; &amp;lt;eth0&amp;gt; &amp;amp;quot;"',
    )
    assert crm_mon.parse(output, UTC).failures[0].reason == 'no "ip" <eth0> &quot;'


def test_a_node_without_a_name_goes_by_its_id() -> None:
    """One that has joined and whose name nobody knows yet."""
    output = crm_mon_output("2.1.5-article").replace(
        b'<node name="haproxy-node01" id="1" online', b'<node id="1" online'
    )
    assert [one.name for one in crm_mon.parse(output, UTC).nodes] == ["1", "haproxy-node02"]
    _parse_and_render(output)


@pytest.mark.parametrize(
    ("case", "said"), [("2.1.5-cib-refused", "does not conform"), ("2.1.5-cib-gone", "not connected")]
)
def test_an_answer_without_a_summary_but_with_an_error_is_what_the_error_says(case: str, said: str) -> None:
    """crm_mon 2.1.5 says OK beside an error when it can't use the CIB, or when its daemon dies meanwhile."""
    with pytest.raises(Unreachable, match=said):
        view(case)


def test_a_pacemaker_that_is_being_stopped_denies_nothing() -> None:
    """Its CIB is empty for a moment, with OK and no error, as where ACLs hide it; its state tells the two."""
    with pytest.raises(Unreachable, match="shutting_down"):
        view("2.1.5-shutting-down")


def test_a_disconnected_crm_mon_is_unreachable() -> None:
    """Newer ones say so in an element of their own."""
    output = crm_mon_output("2.1.5-no-read-rule").replace(
        b"  <pacemakerd", b'  <crm-mon-disconnected description="Waiting for initial connection"/><pacemakerd'
    )
    with pytest.raises(Unreachable, match="Waiting for initial connection"):
        crm_mon.parse(output, UTC)


@pytest.mark.parametrize(
    ("code", "said", "kind"),
    [
        (4, "Insufficient privileges", Denied),
        (13, "Connection to cluster failed: Permission denied", Denied),
        (1, "Connection to cluster failed: Permission denied", Denied),
        (124, "Timeout occurred", TimedOut),
        (102, "Not connected", Unreachable),
        (107, "Error: cluster is not available on this node", Unreachable),
        (1, "", Unreachable),
    ],
)
def test_exit_codes(code: int, said: str, kind: type[SourceError]) -> None:
    """Of 1.1 (errno numbers) and of 2.0 and newer (Pacemaker's own)."""
    assert type(crm_mon.refusal(code, said)) is kind


@pytest.mark.parametrize("case", VIEWS)
def test_a_cut_off_answer_is_unparsable_at_every_byte(case: str) -> None:
    """No prefix of a view passes for a cluster."""
    whole = crm_mon_output(case).rstrip()
    for length in range(0, len(whole), 7):
        with pytest.raises(Unparsable):
            crm_mon.parse(whole[:length], UTC)
    with pytest.raises(Unparsable):
        crm_mon.parse(whole[:-1], UTC)


@pytest.mark.parametrize("case", VIEWS)
def test_a_lost_line_is_unparsable_or_a_lesser_view(case: str) -> None:
    """Without any one of its lines a view never raises anything but what a source may raise."""
    lines = crm_mon_output(case).splitlines(keepends=True)
    for number in range(len(lines)):
        _parse_and_render(b"".join(lines[:number] + lines[number + 1 :]))


def test_a_result_without_its_status_is_unparsable() -> None:
    """The status stands at the end: without it the answer is not whole."""
    output = re.sub(rb"<status [^>]*>", b"", crm_mon_output("2.1.5-article"))
    with pytest.raises(Unparsable, match="<status>"):
        crm_mon.parse(output, UTC)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b'call="12"', "call='\u0661\u0662'".encode()),
        (b'exec-time="196ms"', b'exec-time="196"'),
        (b'exec-time="196ms"', "exec-time='\u0661\u0669\u0666ms'".encode()),
        (b'online="true"', b'online="yes"'),
        (b'managed="true"', b'managed=""'),
        (b'rc="0"', b'rc="ok"'),
        (b'migration-threshold="1000000"', b'migration-threshold="INFINITY"'),
        (b'id="failover-ip"', b""),
        (b'code="0"', b""),
        (b'<last_update time="Sun Nov 22 11:15:21 2026"/>', b'<last_update time=""/>'),
        (b"<current_dc ", b"<dc "),
        (b'version="2.1.5-a3f44794f94"', b""),
    ],
)
def test_an_odd_value_is_unparsable(good: bytes, bad: bytes) -> None:
    """Another language's digits, another word, a unit or an attribute that is missing."""
    output = crm_mon_output("2.1.5-article")
    assert good in output
    with pytest.raises(Unparsable):
        crm_mon.parse(output.replace(good, bad, 1), UTC)


def _parse_and_render(output: bytes) -> None:
    try:
        page = exposition(list(metrics.collect(PacemakerReading(crm_mon.parse(output, UTC), ()))))
    except SourceError:
        return
    series = [line.rpartition(" ")[0] for line in page.split("\n") if line and not line.startswith("#")]
    assert len(series) == len(set(series))


@given(st.binary())
def test_garbage_is_unparsable(garbage: bytes) -> None:
    """Bytes that no tool printed never raise anything else."""
    with pytest.raises(Unparsable):
        crm_mon.parse(garbage, UTC)


_VALUES = re.compile(rb'"[^"]*"')


@given(st.data())
def test_no_value_breaks_more_than_the_source(data: st.DataObject) -> None:
    """Any attribute may hold any text: the answer is a page without doubles, or an error of this source."""
    output = crm_mon_output(data.draw(st.sampled_from(VIEWS)))
    values = list(_VALUES.finditer(output))
    odd = data.draw(
        st.one_of(
            st.text(st.characters(min_codepoint=32, exclude_characters='"<&', exclude_categories=["Cs"])),
            st.sampled_from(["-1", "9" * 5000, "1e999", "-0", "\u0663", "true", "", "alpha", "north", "vip"]),
        )
    )
    for value in data.draw(
        st.lists(st.sampled_from(values), min_size=1, max_size=3, unique_by=lambda v: v.start())
    ):
        output = output.replace(value[0], b'"' + odd.encode() + b'"', data.draw(st.sampled_from([1, -1])))
    _parse_and_render(output)


@given(st.data())
def test_no_repetition_makes_double_series(data: st.DataObject) -> None:
    """Any element may be there twice."""
    output = crm_mon_output(data.draw(st.sampled_from(VIEWS)))
    elements = re.findall(rb"<[a-z_]+ [^>]*/>", output)
    twice = data.draw(st.sampled_from(elements))
    _parse_and_render(output.replace(twice, twice * 2))
