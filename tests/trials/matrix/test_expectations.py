"""expectations.yml leaves no fault out, and names alerts and causes that exist."""

from deploy.lab.faults import FAULTS
from exporter.watchers.failover.detection.causes import CAUSES
from tests.alerts.rules import ALERTING
from tests.trials.matrix.expectations import CALM, alternatives, expectations

EVERY = expectations()


def test_the_names_are_the_labs_faults_and_calm() -> None:
    """Each fault that the lab can make once, and the time in which nothing happens; no other."""
    assert sorted(one.name for one in EVERY) == sorted([*FAULTS, CALM])


def test_each_is_numbered_and_explained() -> None:
    """Numbered as they were written down, each with what it means, in CI some with the reason."""
    assert [one.number for one in EVERY] == list(range(1, len(FAULTS) + 2))
    assert all(one.means for one in EVERY)
    assert len([one for one in EVERY if one.ci]) == 11
    assert all(name for one in EVERY for name in one.allowed)


def test_pages_and_warnings_are_alerts_of_that_severity() -> None:
    """A misspelt name, or a ticket that is expected as a page, could never arrive."""
    for one in EVERY:
        for severity, entries in (("critical", one.page), ("warning", one.warn)):
            names = [name for entry in entries for name in alternatives(entry)]
            assert {ALERTING[name].labels["severity"] for name in names} <= {severity}, one.name
        assert one.allowed <= ALERTING.keys(), one.name


def test_each_that_is_told_has_a_headline() -> None:
    """It is one of the alerts that are true of it; where nothing must be told there is none."""
    for one in EVERY:
        assert bool(one.headline) == bool(one.page or one.warn), one.name
        assert not one.headline or set(alternatives(one.headline)) <= one.allowed, one.name


def test_more_than_two_messages_are_argued() -> None:
    """At most two for all but a few, and never more without a reason."""
    assert all((one.messages > 2) == bool(one.argued) for one in EVERY)
    assert len([one for one in EVERY if one.messages <= 2]) >= 40


def test_causes_exist() -> None:
    """They are values that the exporter's label `cause` can have."""
    assert {cause for one in EVERY for cause in one.cause} <= set(CAUSES)


def test_an_entry_may_have_alternatives() -> None:
    """Any of several alerts is enough."""
    assert alternatives("A or B") == ["A", "B"]
