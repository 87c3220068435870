"""What follows from a site's choices."""

import re

import promql_parser as promql
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.rules.groups import GROUPS, whole
from exporter.rules.rule import Alert
from exporter.rules.site import INTERVALS, Site, Unusable, duration, in_words, interval, seconds

SITE = Site(interval=15, job="haproxy-ha", cluster_label="pair")
WINDOW = re.compile(r"\[(\w+)\]")

intervals = st.sampled_from(list(INTERVALS))


@given(intervals, st.integers(1, 7200))
def test_a_window_holds_four_scrapes_and_no_sample_lies_on_its_boundary(every: int, long: int) -> None:
    """However scrapes and evaluations lie: wider than four intervals, and no multiple of one beyond 1 s."""
    made = seconds(WINDOW.findall(Site(every).query(f"[{long}s]"))[0])
    assert made >= max(long, 4 * every) + 1
    assert every == 1 or made % every


@given(intervals, st.integers(1, 7200))
def test_for_and_offset_are_whole_evaluations(every: int, long: int) -> None:
    """As short as the fact allows: less than one more than was asked for."""
    site = Site(every)
    for made in (site.hold(long), site.offset(long)):
        assert made % every == 0
        assert long <= made < long + every


@given(st.integers(1, 100_000))
def test_durations_are_read_as_they_are_written(number: int) -> None:
    """In a single unit, which every version of Prometheus reads."""
    assert seconds(duration(number)) == number


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ('up{job="failover"}', 'up{job="haproxy-ha"}'),
        ("x offset 5s", "x offset 15s"),
        ("rate(x[30s])", "rate(x[61s])"),
        ("max_over_time(x[1h] offset 1m)", "max_over_time(x[3601s] offset 61s)"),
        ("x > time() - 20", "x > time() - 60"),
        ("max by (cluster, vip) (cluster:a_cluster:max)", "max by (pair, vip) (cluster:a_cluster:max)"),
    ],
)
def test_a_query_is_made_for_the_site(written: str, made: str) -> None:
    """Durations, the job, and the label, not the names of recorded series."""
    assert SITE.query(written) == made


def test_a_text_says_the_durations_that_its_rule_has() -> None:
    """And asks with them, by the site's label."""
    text = SITE.text(
        "For <for>, in <window 1m>: $cluster {{ with printf \"x{cluster='%s'}[30s]\" $labels.cluster }}", 20
    )
    assert (
        text == "For 30 s, in 60 s: {{ $labels.pair }} {{ with printf \"x{pair='%s'}[61s]\" $labels.pair }}"
    )


@pytest.mark.parametrize(
    ("number", "words"), [(5, "5 s"), (60, "60 s"), (90, "90 s"), (300, "5 min"), (3600, "1 h")]
)
def test_durations_in_words(number: int, words: str) -> None:
    """As a person says them."""
    assert in_words(number) == words


@pytest.mark.parametrize(("text", "number"), [("15s", 15), ("15", 15), ("1m", 60)])
def test_an_interval_is_read_as_prometheus_writes_it(text: str, number: int) -> None:
    """With or without its unit."""
    assert interval(text) == number


@pytest.mark.parametrize("text", ["", "0s", "61s", "2m", "1.5s", "500ms", "-5s", "5 s", "1h"])
def test_an_interval_out_of_bounds_is_refused(text: str) -> None:
    """With what may be chosen."""
    with pytest.raises(Unusable, match="1 to 60 s"):
        interval(text)


@pytest.mark.parametrize(
    "choice",
    [
        {"interval": 0},
        {"job": "two words"},
        {"job": 'quo"ted'},
        {"cluster_label": "no-label"},
        {"cluster_label": "instance"},
        {"runbooks": "runbooks.example.com"},
        {"grafana": "https://x/'"},
    ],
)
def test_what_would_break_the_rules_is_refused(choice: dict[str, object]) -> None:
    """Before anything is written."""
    with pytest.raises(Unusable):
        Site(**choice)  # type: ignore[arg-type]  # of which kind is what is tried


def test_another_label_is_used_everywhere() -> None:
    """In expressions, links and texts: `cluster` is left as a word, in recorded names, for dashboards."""
    text = " ".join(whole(SITE).split())
    assert not re.findall(r"\$labels\.cluster\b|cluster='|(?<!the)[(,{ ]cluster[,)]|cluster=[~\"]", text)
    assert "{{ $labels.pair }}" in text and "by (pair, vip)" in text


def test_every_expression_is_promql_for_every_site() -> None:
    """Also what texts ask."""
    site = Site(interval=7, job="a.b:c", cluster_label="site_1")
    for group in GROUPS:
        for rule in group.rules:
            promql.parse(site.query(group.filled(rule.expr)))
            if isinstance(rule, Alert):
                assert "<" not in re.sub(
                    r"\{\{.*?\}\}", "", site.text(rule.filled(rule.description), rule.hold)
                )


def test_links_may_be_literal() -> None:
    """Where a ruler has no external labels."""
    text = whole(Site(runbooks="https://wiki/runbooks", grafana="https://grafana"))
    assert "externalLabels" not in text
    assert "runbook_url: 'https://wiki/runbooks/VIPDown.md'" in text
    assert "dashboard_url: 'https://grafana/d/failover-story?var-cluster={{ $labels.cluster }}'" in text
