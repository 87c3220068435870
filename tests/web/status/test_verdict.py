"""What the page says of each story: captured readings in, words out."""

from dataclasses import replace

import pytest

from exporter.sources.address.reading import Holding
from exporter.sources.haproxy.fields.csv_columns import Kind
from exporter.sources.haproxy.reading import NOT_RUNNING
from exporter.watchers.prober.history import Stretch
from exporter.watchers.readiness.metrics import Checked
from exporter.web.status.facts import Facts, Told
from exporter.web.status.verdict import view
from exporter.web.status.view import BAD, FAILED, INFO, OFF, OK, UNKNOWN, WARN, Summary, View
from tests.sources.corosync.captures import outputs
from tests.web.status import stories
from tests.web.status.stories import ONE, STORIES, TWO, VIP


def shown(facts: Facts) -> View:
    return view(facts, "1.2.3")


def texts(page: View, level: str) -> str:
    return "\n".join(one.text for one in page.findings if one.level == level)


@pytest.mark.parametrize(
    ("story", "level", "headline"),
    [
        ("healthy", OK, "10.0.0.100 is held by haproxy-node01, this host; haproxy-node02 would take over"),
        ("passive", OK, "10.0.0.100 is held by haproxy-node01; haproxy-node02 would take over"),
        ("split", BAD, "10.0.0.100 is split: 2 hosts answer for it on this link"),
        ("down", BAD, "10.0.0.100 is held by no node (and 1 more)"),
        ("not-ready", WARN, "10.0.0.100: nobody would take over: the other node is on standby (and 1 more)"),
        ("partition", BAD, "Clients can't work at 10.0.0.100:3306, for 8 s now (and 1 more)"),
        ("unreadable", UNKNOWN, "How the cluster is can't be seen from here"),
        (
            "half",
            OK,
            "10.0.0.100: clients can work; no outage seen in the 15 min of the last hour that were probed",
        ),
        ("vrrp-backup", OK, "10.4.0.100 is held by proxy-a; proxy-b would take over"),
        ("vrrp-master", OK, "10.4.0.100 is held by proxy-a, this host"),
        (
            "vrrp-not-ready",
            WARN,
            "10.4.0.100: nobody would take over: a check script fails on this host (and 2 more)",
        ),
    ],
)
def test_what_is_read_first(story: str, level: str, headline: str) -> None:
    """One word and one sentence: what somebody needs who was woken a minute ago."""
    page = shown(STORIES[story]())
    assert (page.level, page.headline) == (level, headline)


def test_a_passive_node_is_calm() -> None:
    """It has no HAProxy and no address, and nothing of that is a finding."""
    page = shown(stories.passive())
    assert page.findings == ()
    assert page.haproxy.level == OK
    assert "as it should be" in page.haproxy.text


def test_haproxy_that_is_to_run_on_each_node() -> None:
    """As a clone it runs on the passive node too, or the failover leads nowhere. Where Pacemaker does not
    start it, nobody here knows whether it should run: the page says when that is a fault."""
    facts = stories.passive()
    assert facts.pacemaker
    view = facts.pacemaker.view
    cloned = tuple(replace(one, clone="all") if one.id == "haproxy" else one for one in view.resources)
    page = shown(replace(facts, pacemaker=replace(facts.pacemaker, view=replace(view, resources=cloned))))
    assert (page.level, page.haproxy.level) == (WARN, WARN)
    others = tuple(one for one in view.resources if one.id != "haproxy")
    page = shown(replace(facts, pacemaker=replace(facts.pacemaker, view=replace(view, resources=others))))
    assert (page.level, page.haproxy.level) == (OK, INFO)


def test_a_balancer_without_servers_is_broken_where_clients_are() -> None:
    """On the passive node it needs a person, and nobody is out."""
    for facts, level in (
        (stories.healthy(), BAD),
        (replace(stories.passive(), haproxy=stories.haproxy()), WARN),
    ):
        assert facts.haproxy
        rows = tuple(
            replace(one, status="DOWN") if one.kind is Kind.BACKEND else one for one in facts.haproxy.rows
        )
        page = shown(replace(facts, haproxy=replace(facts.haproxy, rows=rows)))
        assert page.level == level
        assert "HAProxy has no server left in" in texts(page, level)


def test_haproxy_that_does_not_run_under_the_address_is_no_passive_node() -> None:
    """The same reading of HAProxy on the host that has the address is what keeps clients out."""
    page = shown(replace(stories.healthy(), haproxy=NOT_RUNNING))
    assert page.level == BAD
    assert "HAProxy doesn't run, though this host has 10.0.0.100" in texts(page, BAD)


def test_where_nothing_can_be_read_nothing_is_said() -> None:
    """No row, no number, no word about the cluster: only what can't be read, each with its reason."""
    page = shown(stories.unreadable())
    assert not (
        page.addresses or page.nodes or page.links or page.servers or page.databases or page.failovers
    )
    assert {page.pacemaker.level, page.corosync.level, page.haproxy.level, page.galera.level} == {UNKNOWN}
    assert [one.state for one in page.collectors] == [FAILED] * 8
    assert "haclient" in texts(page, WARN)
    assert not texts(page, BAD)  # what the monitoring lacks is no fault of the cluster


def test_what_is_not_configured_is_off() -> None:
    """Half a configuration looks like half of one: neither well nor broken."""
    page = shown(stories.half())
    assert {one.name for one in page.collectors if one.state == OFF} == {
        "pacemaker", "corosync", "haproxy", "galera", "failover", "readiness",
    }  # fmt: skip
    assert page.addresses[0].level == UNKNOWN
    assert page.addresses[0].takeover.level == UNKNOWN
    assert page.pacemaker.level == INFO


def test_without_pacemaker_the_kernel_says_who_holds_the_address() -> None:
    """A pair under keepalived, or a host whose user may not ask Pacemaker."""
    well = stories.healthy()
    told = {**well.told, "pacemaker": Told(FAILED, ("denied: no",))}
    page = shown(replace(well, told=told, pacemaker=None, readiness=None))
    [address] = page.addresses
    assert (address.level, address.text) == (OK, "held by this host, haproxy-node01")
    assert address.takeover.text.endswith("Pacemaker can't be read")
    assert page.level == WARN


def test_since_when_is_the_start_that_made_it_run_there() -> None:
    """As its node wrote it down; of a split nobody says since when."""
    assert shown(stories.healthy()).addresses[0].since == stories.healthy().at - 1500
    assert shown(stories.split()).addresses[0].since is None


def test_a_half_without_quorum_does_not_say_that_nobody_serves() -> None:
    """It says where the arbiter's vote is not, to look at the other half first, and of the address what is
    seen from here: nobody answers on this link, or somebody outside does."""
    facts = stories.idle_half()
    page = shown(facts)
    assert page.corosync.text == "not quorate, 1 of 3 votes, without the arbiter's vote"
    [found, *_] = [one for one in page.findings if "no-quorum-policy" in one.text]
    assert "that part serves" in found.advice
    assert page.addresses[0].level == BAD
    assert "whether another does is not seen here" in page.addresses[0].text
    [address] = shown(replace(facts, address=Holding({VIP: False}, {VIP: 1}))).addresses
    assert (address.level, address.text) == (
        WARN,
        "held by no node of this part (no quorum); a host outside of it answers",
    )


@pytest.mark.parametrize(
    ("case", "said", "warned"),
    [
        ("healthy", "quorate, 3 of 3 votes, with the arbiter's vote", False),
        ("split-lb1", "quorate, 2 of 3 votes, with the arbiter's vote", False),
        ("arbiter-gone", "quorate, 2 of 3 votes, without the arbiter's vote", True),
    ],
)
def test_the_arbiter_is_told_by_its_vote(case: str, said: str, *, warned: bool) -> None:
    """Its daemon on this host is alive also while the arbiter itself is gone: captured on Debian 13."""
    reading = outputs(f"corosync-3.1.9-qdevice-{case}").reading()
    page = shown(replace(stories.healthy(), corosync=reading))
    assert page.corosync.text == said
    assert ("the next loss may stop everything" in texts(page, WARN)) == warned


def test_pacemaker_and_the_kernel_may_disagree() -> None:
    """Pacemaker believes that this host has the address, and it has not: nobody has it."""
    page = shown(replace(stories.healthy(), address=Holding({VIP: False}, {})))
    assert page.level == BAD
    assert "held by haproxy-node01 as Pacemaker says, yet this host does not have it" in texts(page, BAD)


def test_an_unknown_number_of_claimants_is_not_one() -> None:
    """Without the right to ask the link, the page does not say that the address is not split."""
    [address] = shown(replace(stories.healthy(), address=Holding({VIP: True}, {}))).addresses
    assert address.claimants is None


def test_who_would_take_over_counts_what_moves_along() -> None:
    """An address without its HAProxy is of no use."""
    well = stories.healthy()
    assert well.readiness
    [address, _] = well.readiness.takeovers
    broken = replace(address, resource="haproxy", to=(), reasons=("failures",))
    page = shown(replace(well, readiness=replace(well.readiness, takeovers=(address, broken))))
    assert page.level == WARN
    assert "it would be taken over, but not haproxy: it failed too often" in texts(page, WARN)


def test_what_this_host_lacks_is_said_before_it_is_needed() -> None:
    """The scheduler would start it here, and it could not run: a line at the address, and for each check."""
    page = shown(stories.unprepared())
    assert page.level == WARN
    assert page.addresses[0].takeover == Summary(
        WARN,
        "this host would take over, and could not: HAProxy's configuration is broken and Galera nodes can't "
        "be reached from here",
    )
    assert "unknown keyword 'sever'" in texts(page, WARN)
    assert "no answer from galera-node03" in texts(page, WARN)
    assert texts(page, WARN).count("could not take over") == 2


def test_the_holder_lacks_it_too() -> None:
    """Who would take over from it is another host, of which its checks say nothing: still a finding."""
    checks = (Checked("haproxy_config", ("broken",)),)
    well = stories.healthy()
    assert well.readiness
    page = shown(replace(well, readiness=replace(well.readiness, checks=checks)))
    assert page.addresses[0].takeover.level == OK
    assert "HAProxy's configuration is broken (broken)" in texts(page, WARN)


def test_a_scheduler_that_was_not_asked_yet_is_not_known() -> None:
    """In the first seconds: neither ready nor blocked."""
    page = shown(replace(stories.healthy(), readiness=replace(stories.ready(ONE, TWO), takeovers=())))
    assert page.addresses[0].takeover.level == UNKNOWN
    assert page.level == OK


def test_a_refused_account_is_the_monitorings_own() -> None:
    """The address answers, so it is a thing to mend and no outage."""
    well = stories.healthy()
    assert well.probes
    page = shown(replace(well, probes=(replace(well.probes[0], account_ok=False),)))
    assert page.level == WARN
    assert "Clients are not affected" in page.findings[0].advice


def test_outages_from_before_the_exporter_started_come_from_the_journal() -> None:
    """The strip of the last hour has them, and each outage once."""
    well = stories.healthy()
    assert well.probes
    began = (replace(well.probes[0], probed=(Stretch(well.at - 600, well.at),), recent_outages=()),)
    [service] = shown(replace(well, probes=began)).addresses[0].services
    assert [round(one.end - one.start, 1) for one in service.outages] == [6.3]
    [service] = shown(well).addresses[0].services
    assert len(service.outages) == 1


def test_what_moved_together_is_one_failover() -> None:
    """The address and the HAProxy behind it, by the longest outage of the two."""
    [one] = shown(stories.healthy()).failovers
    assert one.resources == ("failover-ip", "haproxy")
    assert one.clients_out == 6.3
    assert list(one.phases) == ["detection", "address", "service", "reconnect"]


def test_the_worst_comes_first() -> None:
    """Findings are in the order in which they are looked at."""
    levels = [one.level for one in shown(stories.partition()).findings]
    assert levels == sorted(levels, key=(BAD, WARN, UNKNOWN, INFO, OK).index)
    assert levels[0] == BAD


@pytest.mark.parametrize("story", STORIES)
def test_each_finding_is_there_once(story: str) -> None:
    """Also where two collectors see the same."""
    found = [one.text for one in shown(STORIES[story]()).findings]
    assert len(found) == len(set(found))


def test_without_a_holder_there_is_none_to_take_over_from() -> None:
    """That is not the same as not to know."""
    page = shown(stories.down())
    assert page.addresses[0].holders == ()
    assert page.addresses[0].takeover.level == INFO
    assert page.haproxy.text == "doesn't run here, and no node holds the address"
