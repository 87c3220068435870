"""The command `rules`, as a user types it."""

import pytest
import yaml

from exporter.cli import main
from exporter.rules.groups import GROUPS


def test_it_writes_all_rules_for_the_site(capsys: pytest.CaptureFixture[str]) -> None:
    """In one file, with the interval in each group."""
    assert main(["rules", "--scrape-interval", "15s", "--job", "haproxy-ha", "--cluster-label", "pair"]) == 0
    groups = yaml.safe_load(capsys.readouterr().out)["groups"]
    assert [one["name"] for one in groups] == [one.name for one in GROUPS]
    assert {one["interval"] for one in groups} == {"15s"}
    (unobserved,) = [
        rule for group in groups for rule in group["rules"] if rule.get("alert") == "ClusterUnobserved"
    ]
    assert unobserved["expr"] == 'max by (pair) (up{job="haproxy-ha"}) == 0'
    assert unobserved["for"] == "15s"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--scrape-interval", "2m"], "is no scrape interval of 1 to 60 s, as 15s"),
        (["--job", "two words"], "is no job's name"),
        (["--cluster-label", "instance"], "means something else already"),
        (["--grafana", "grafana.example.com"], "is not http(s)://"),
    ],
)
def test_what_no_rules_can_be_made_for_is_said(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """On stderr, with nothing on stdout that could be taken for rules."""
    try:
        code = main(["rules", *arguments])
    except SystemExit as ended:  # argparse's way
        code = int(str(ended.code))
    printed = capsys.readouterr()
    assert (code, printed.out) == (2, "")
    assert says in printed.err
