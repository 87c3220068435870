"""What the page of a host under Keepalived says."""

from dataclasses import replace

import pytest

from exporter.sources.address.reading import Holding
from exporter.sources.keepalived.reading import KeepalivedReading
from exporter.watchers.readiness.metrics import Checked, ReadinessReading, Takeover
from exporter.web.status.facts import Facts, Told
from exporter.web.status.verdict import view
from exporter.web.status.view import BAD, FAILED, OK, UNKNOWN, WARN, Address, View
from tests.sources.keepalived.captured import reading as keepalived
from tests.web.status import stories
from tests.web.status.stories import ENTRANCE, PROXY_A, PROXY_B, SHARED


def shown(facts: Facts) -> View:
    return view(facts, "1.2.3")


def address(facts: Facts) -> Address:
    return next(one for one in shown(facts).addresses if one.address == SHARED)


def test_the_passive_host_says_whether_it_would_take_over() -> None:
    """Its instance, with the priority that its script raises; nothing needs attention."""
    page = shown(stories.vrrp_backup())
    assert page.findings == ()
    assert page.keepalived and (page.keepalived.level, page.keepalived.text) == (OK, "runs, 1 VRRP instance")
    (instance,) = page.instances
    assert (instance.name, instance.level) == (ENTRANCE, OK)
    assert instance.text == "BACKUP, priority 102, configured 100"
    assert SHARED in instance.addresses
    assert address(stories.vrrp_backup()).takeover.text == "proxy-b would take over"


def test_the_holder_says_who_knows() -> None:
    """Of the other host it knows nothing, and since when it holds the address by Keepalived itself."""
    one = address(stories.vrrp_master())
    assert (one.level, one.text, one.resource) == (OK, "held by proxy-a, this host", ENTRANCE)
    assert one.since == 1795946758.353338
    assert one.takeover.level == UNKNOWN
    assert one.takeover.text == "whether proxy-b would take over says its own page"


@pytest.mark.parametrize(
    ("case", "why", "finding"),
    [
        ("fault-script", "a check script fails on this host", "Check script haproxy says"),
        ("fault-link", "the interface of its VRRP instance has no link here", "is in FAULT on this host"),
    ],
)
def test_a_host_that_could_not_take_over(case: str, why: str, finding: str) -> None:
    """Clients feel nothing yet: a look is needed, and what to look at is there."""
    page = shown(stories.vrrp_backup(case))
    assert page.level == WARN
    assert address(stories.vrrp_backup(case)).takeover.text == f"nobody would take over: {why}"
    assert any(finding in one.text for one in page.findings)


@pytest.mark.parametrize(
    ("reading", "why"),
    [
        (keepalived("2.2.7-fault-script"), "a check script fails on this host"),
        (keepalived("2.2.7-fault-link"), "its VRRP instance is in FAULT on this host"),
        (KeepalivedReading(None), "Keepalived does not run on this host"),
    ],
)
def test_a_prediction_that_is_older_than_the_reading(reading: KeepalivedReading, why: str) -> None:
    """The watcher looks every ten seconds where the kernel tells no change: the page does not contradict."""
    one = address(replace(stories.vrrp_backup(), keepalived=reading))
    assert (one.takeover.level, one.takeover.text) == (WARN, f"nobody would take over: {why}")


def test_a_takeover_that_would_end_in_a_broken_haproxy() -> None:
    """Keepalived would take over; what this host's checks say counts too."""
    ready = Takeover(ENTRANCE, PROXY_A, (PROXY_B,))
    broken = ReadinessReading((ready,), checks=(Checked("haproxy_config", ("no such keyword",)),))
    one = address(replace(stories.vrrp_backup(), readiness=broken))
    assert one.takeover.level == WARN
    assert "this host would take over, and could not: HAProxy's configuration is broken" in one.takeover.text


def test_a_keepalived_that_does_not_run() -> None:
    """The other host holds the address, as ARP says: it is served, and nobody would take over."""
    facts = stories.vrrp_backup()
    lost = Takeover(ENTRANCE, PROXY_A, (), ("keepalived_stopped",))
    stopped = replace(facts, keepalived=KeepalivedReading(None), readiness=ReadinessReading((lost,)))
    page = shown(stopped)
    assert page.level == WARN
    assert page.keepalived and page.keepalived.text == "does not run on this host"
    assert address(stopped).text == "held by proxy-a"
    assert "systemctl start keepalived" in " ".join(one.advice for one in page.findings)


def test_two_hosts_that_have_the_address() -> None:
    """By ARP; without it by what the failover watcher sees."""
    facts = stories.vrrp_master()
    assert facts.failover
    both = replace(facts.failover, holders={ENTRANCE: (PROXY_A, PROXY_B)})
    one = address(replace(facts, failover=both))
    assert (one.level, one.text) == (BAD, "split: proxy-a and proxy-b have it")
    arp = address(replace(facts, address=Holding({SHARED: True}, {SHARED: 2})))
    assert (arp.level, arp.text) == (BAD, "split: 2 hosts answer for it on this link")


def test_that_nobody_holds_it_takes_somebody_who_asked() -> None:
    """Without ARP a host whose Keepalived is stopped does not know whether the other one holds it."""
    facts = stories.vrrp_backup()
    assert facts.failover
    moving = replace(facts, failover=replace(facts.failover, holders={ENTRANCE: ()}))
    asked = address(replace(moving, address=Holding({SHARED: False}, {SHARED: 0})))
    assert (asked.level, asked.text) == (BAD, "held by no host")
    assert address(replace(moving, address=Holding({SHARED: False}))).level == UNKNOWN


def test_a_keepalived_that_can_not_be_read() -> None:
    """What is not known is not called broken, and says who can't be read."""
    facts = stories.vrrp_backup()
    told = {**facts.told, "keepalived": Told(FAILED, ("unreachable: no dump",))}
    page = shown(replace(facts, told=told, keepalived=None, readiness=ReadinessReading(())))
    assert page.keepalived and page.keepalived.level == UNKNOWN
    assert page.instances == ()
    assert "Keepalived can't be read" in page.addresses[0].takeover.text
