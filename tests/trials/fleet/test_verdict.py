"""Who was told what, and when."""

from exporter.rules.rule import Severity
from tests.trials.fleet.verdict import Failing, Notice, judge

BEGUN, SHOWN = 990.0, 1000.0
PROMISED = {"VIPDown": 28.0, "VIPOutage": 20.0}
ONE = Failing("one", "frozen", page=("VIPDown",), warn=("VIPOutage",), shown=SHOWN)
DOWN = Notice("one", "VIPDown", Severity.CRITICAL, SHOWN + 25)
OUTAGE = Notice("one", "VIPOutage", Severity.WARNING, SHOWN + 15)


def problems(*notices: Notice) -> list[str]:
    told, false = judge([ONE], notices, BEGUN, PROMISED)
    return [*told[0].problems, *false]


def test_all_that_was_promised_is_right() -> None:
    """The first message counts; a further warning of the same cluster is no matter."""
    again = Notice("one", "VIPDown", Severity.CRITICAL, SHOWN + 90)
    other = Notice("one", "CollectorFailing", Severity.WARNING, SHOWN + 50)
    assert problems(again, DOWN, OUTAGE, other) == []


def test_what_is_missing_late_or_false_is_named() -> None:
    """By cluster and alert."""
    assert problems(DOWN) == ["one (frozen): VIPOutage is missing"]
    late = Notice("one", "VIPDown", Severity.CRITICAL, SHOWN + 29)
    assert problems(late, OUTAGE) == ["one (frozen): VIPDown after 29 s, promised within 28 s"]
    split = Notice("one", "VIPSplitBrain", Severity.CRITICAL, SHOWN + 9)
    assert problems(DOWN, OUTAGE, split) == ["one (frozen): false page VIPSplitBrain"]


def test_another_cluster_must_stay_silent() -> None:
    """So must those that fail, before they do."""
    other = Notice("two", "VIPOutage", Severity.WARNING, SHOWN + 9)
    assert problems(DOWN, OUTAGE, other) == ["false: VIPOutage of two"]
    early = Notice("one", "CollectorFailing", Severity.WARNING, BEGUN - 1)
    assert problems(early, DOWN, OUTAGE) == ["false: CollectorFailing of one"]
