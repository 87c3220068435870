"""What is counted of a fault: messages by their receiver, who has an address by the kernel's own table."""

from datetime import UTC, datetime

from deploy.lab.monitoring import Message, Notification
from tests.trials.matrix.expectations import Expectation
from tests.trials.matrix.holders import holds
from tests.trials.matrix.trial import notified, patience, sent
from tests.trials.matrix.verdict import HELD_BACK

# /proc/net/fib_trie, cut: 10.0.0.11 and 10.0.0.100 are the host's own, the others are routes.
FIB_TRIE = """\
Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 10.0.0.0
        /24 link UNICAST
Local:
  +-- 0.0.0.0/0 3 0 5
     |-- 10.0.0.11
        /32 host LOCAL
     |-- 10.0.0.100
        /32 host LOCAL
     |-- 10.0.0.255
        /32 link BROADCAST
"""


def message(
    at: float, receiver: str, status: str, severity: str = "warning", alert: str = "FailoverHappened"
) -> Message:
    labels = {"alertname": alert, "severity": severity}
    when = datetime(2026, 11, 29, tzinfo=UTC)
    alerts = (Notification(at, at, receiver, status, labels, {"summary": "it moved"}, when),)
    return Message(at, receiver, "it moved, and 1 more", alerts)


def test_a_message_opens_updates_or_closes_what_its_receiver_has() -> None:
    """Each receiver by itself; after the end it is a new beginning. The dead man's switch is no person."""
    messages = [
        message(110, "tickets", "firing"),
        message(120, "pager", "firing", "critical"),
        message(130, "tickets", "firing"),
        message(140, "dead-mans-switch", "firing", "none"),
        message(150, "tickets", "resolved"),
        message(160, "tickets", "firing"),
    ]
    found = sent(messages, placed=100)
    assert [(one.receiver, one.what, one.after) for one in found] == [
        ("tickets", "opened", 10),
        ("pager", "opened", 20),
        ("tickets", "updated", 30),
        ("tickets", "closed", 50),
        ("tickets", "opened", 60),
    ]
    assert {(one.headline, one.alerts) for one in found} == {("FailoverHappened", ("FailoverHappened",))}


def test_a_page_that_comes_late_gives_the_ticket_before_it_more_time() -> None:
    """Seen where a link lost packets: the split came as it was healed. The ticket ends after the page."""
    expected = Expectation(1, "corosync-lossy", "")
    ticket = message(140, "tickets", "firing").alerts
    page = message(150, "pager", "firing", "critical").alerts
    over = message(220, "pager", "resolved", "critical").alerts
    assert patience(ticket, expected, placed=100, healed=145) == expected.clear_within
    usual = expected.clear_within + HELD_BACK
    assert patience(ticket + page, expected, placed=100, healed=145) == usual
    assert patience(ticket + page + over, expected, placed=100, healed=145) == 75 + HELD_BACK


def test_an_alert_that_was_held_back_in_the_end_is_over_with_its_group() -> None:
    """VIPOutage opened the ticket, FailoverHappened held it back: the message that closes the ticket has not
    got it. One that goes on, or that only another receiver is told to be over, is not over."""
    opened = message(140, "tickets", "firing", alert="VIPOutage").alerts
    updated = message(200, "tickets", "firing").alerts
    elsewhere = message(210, "pager", "resolved").alerts
    closed = message(260, "tickets", "resolved").alerts

    def ends(*told: Notification) -> list[tuple[str, float | None]]:
        return [(one.alert, one.cleared) for one in notified(told, placed=100, healed=150)]

    assert ends(*opened, *updated, *elsewhere) == [("VIPOutage", None), ("FailoverHappened", None)]
    assert ends(*opened, *updated, *closed) == [("VIPOutage", 110), ("FailoverHappened", 110)]
    again = message(270, "tickets", "firing", alert="VIPOutage").alerts
    assert ends(*opened, *closed, *again) == [("VIPOutage", None)]


def test_an_alert_of_a_group_that_goes_on_is_over_by_itself() -> None:
    """The update says that it is; the first end counts, it comes again with each message."""
    gone = message(200, "tickets", "resolved", alert="VIPOutage").alerts
    told = (
        *message(140, "tickets", "firing", alert="VIPOutage").alerts,
        *gone,
        *message(200, "tickets", "firing").alerts,
        *message(260, "tickets", "resolved", alert="VIPOutage").alerts,
    )
    assert [(one.alert, one.cleared) for one in notified(told, placed=100, healed=150)] == [
        ("VIPOutage", 50),
        ("FailoverHappened", 110),
    ]


def test_an_address_is_held_where_the_kernel_calls_it_its_own() -> None:
    """Not where there is a route to it, nor where a longer one begins with it."""
    assert holds("10.0.0.100", FIB_TRIE)
    assert holds("10.0.0.11", FIB_TRIE)
    assert not holds("10.0.0.10", FIB_TRIE)
    assert not holds("10.0.0.255", FIB_TRIE)
    assert not holds("10.0.0.0", FIB_TRIE)
