"""What is over before a ticket's wait is over is told all the same.

Alertmanager sends nothing of an alert that began and ended while its group waited (group_wait).
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.src.promises import waits
from exporter.rules.groups import ALERTS
from exporter.rules.layout import kept
from exporter.rules.rule import Severity
from exporter.rules.site import INTERVALS, READY, TICKET_WAITS, Site

EVENTS = {name: one for name, one in ALERTS.items() if one.event}
TICKETS = {name: one for name, one in ALERTS.items() if one.severity is Severity.WARNING}
# An increase within a minute, an age of a minute at most, a move that is recent, a share of the last minute.
PAST = re.compile(
    r"min_over_time\(\S+\[1m\]\)|time\(\) - 60|failover_recent|rate\(vip_probe_duration\S+\[1m\]\)"
)
LASTING = {
    "KeepalivedDown",  # it looks at why it can't be read
    "KeepalivedMismatch",  # each advertisement is refused, once a second
}


@pytest.mark.parametrize("name", EVENTS)
@given(st.sampled_from(list(INTERVALS)))
def test_an_event_fires_until_its_ticket_is_sent(name: str, every: int) -> None:
    """At any scrape interval, however late it is scraped and evaluated, and an evaluation longer."""
    site, alert = Site(every), ALERTS[name]
    fires = site.window(alert.event) - site.hold(alert.hold) - 2 * every
    assert fires + kept(alert, site) >= waits(alert.severity, every) + every


def test_every_ticket_about_the_past_is_an_event() -> None:
    """Whose expression shows what may be over."""
    found = {name for name, one in TICKETS.items() if PAST.search(one.expr)}
    assert found - LASTING == EVENTS.keys()


@pytest.mark.parametrize("every", READY)
def test_tickets_wait_as_long_as_the_rules_count_on(every: int) -> None:
    """alertmanager.yml has the time for 5 s, and says those for the others."""
    assert waits(Severity.WARNING, every) == TICKET_WAITS * every
