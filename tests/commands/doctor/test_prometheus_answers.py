"""What Prometheus 2.42 answers (from the lab's, shortened)."""

import pytest

from exporter.commands.doctor import prometheus_answers as answers
from exporter.errors import Unparsable

TARGETS = {
    "activeTargets": [
        {
            "labels": {"cluster": "article", "instance": "haproxy-node01:10664", "job": "failover"},
            "scrapeUrl": "http://haproxy-node01:10664/metrics",
            "lastError": "",
            "lastScrape": "2026-11-29T04:00:01.123456789Z",
            "health": "up",
            "scrapeInterval": "1m30s",
        },
        {
            "labels": {},
            "scrapeUrl": "https://[fd00::1]/metrics",
            "lastScrape": "0001-01-01T00:00:00Z",
            "health": "unknown",
        },
    ]
}
RULES = {
    "groups": [
        {
            "name": "vip",
            "file": "/etc/prometheus/rules/vip.yml",
            "interval": 5,
            "rules": [
                {"type": "recording", "name": "a:b", "health": "ok"},
                {
                    "type": "alerting",
                    "name": "VIPDown",
                    "health": "err",
                    "lastError": "boom",
                    "state": "firing",
                },
            ],
        }
    ]
}
WRONG = {"activeTargets": [{}], "groups": [3], "activeAlertmanagers": [{}], "result": [1]}


def test_targets() -> None:
    """With their interval in seconds; never scraped is long ago."""
    first, second = answers.targets(TARGETS)
    assert (first.health, first.interval, first.cluster) == ("up", 90.0, "article")
    assert first.last_scrape == pytest.approx(1795924801.123, abs=0.01)
    assert (second.interval, second.cluster, second.last_scrape < 0) == (None, "", True)


def test_rules() -> None:
    """The alerts alone."""
    (one,) = answers.rules(RULES)
    assert (one.name, one.health, one.error, one.state, one.interval) == (
        "VIPDown",
        "err",
        "boom",
        "firing",
        5.0,
    )


def test_alertmanagers_and_a_number() -> None:
    """Where each begins; nothing of what was not asked for."""
    found = {"activeAlertmanagers": [{"url": "http://am:9093/prefix/api/v2/alerts"}]}
    assert answers.alertmanagers(found) == ("http://am:9093/prefix",)
    assert answers.scalar({"result": [{"value": [1, "2.5"]}]}) == 2.5
    assert answers.scalar({"result": []}) is None


@pytest.mark.parametrize(
    "answer", [[], {"status": "error"}, {"status": "success"}, {"status": "success", "data": 3}]
)
def test_what_is_no_answer(answer: object) -> None:
    """Whatever listens there."""
    with pytest.raises(Unparsable):
        answers.data(answer)


@pytest.mark.parametrize("read", [answers.targets, answers.rules, answers.alertmanagers, answers.scalar])
@pytest.mark.parametrize("found", [{}, WRONG])
def test_what_is_not_known(read: object, found: dict[str, object]) -> None:
    """An error of the source, not of this program."""
    with pytest.raises(Unparsable):
        read(found)  # type: ignore[operator]  # each takes one


@pytest.mark.parametrize(
    ("url", "at"),
    [
        ("http://Node:10664/metrics", ("node", 10664)),
        ("https://[fd00::1]/", ("fd00::1", 443)),
        ("http://a", ("a", 80)),
    ],
)
def test_host_and_port(url: str, at: tuple[str, int]) -> None:
    """What a target and an exporter are compared by."""
    assert answers.host_and_port(url) == at
