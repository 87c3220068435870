"""Which faults are tried."""

from tests.trials.matrix.cli import chosen, clusters_of, parser
from tests.trials.matrix.expectations import expectations


def test_faults_by_name_at_another_scrape_interval() -> None:
    """Only those, and what is promised of them is later."""
    every = expectations()
    options = parser([one.name for one in every]).parse_args(
        ["--fault", "lan-cut", "--scrape-interval", "15"]
    )
    (asked,) = chosen(every, options)
    (usual,) = (one for one in every if one.name == "lan-cut")
    assert (asked.name, asked.page) == (usual.name, usual.page)
    assert asked.within > usual.within


def test_all_or_those_of_continuous_integration() -> None:
    """Without an option all of them, as they are written."""
    every = expectations()
    command = parser([one.name for one in every])
    assert chosen(every, command.parse_args([])) == list(every)
    some = chosen(every, command.parse_args(["--ci"]))
    assert some == [one for one in every if one.ci is not None]
    assert 0 < len(some) < len(every)


def test_both_pairs_or_one() -> None:
    """The document is of both."""
    command = parser(["calm"])
    assert clusters_of(command.parse_args([])) == ("article", "twin")
    assert clusters_of(command.parse_args(["--topology", "twin"])) == ("twin",)
