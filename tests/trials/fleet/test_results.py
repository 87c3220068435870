"""What is said of the figures."""

from dataclasses import replace

from tests.trials.fleet.figures import Disk, Figures, Spread
from tests.trials.fleet.results import aims

RUN = Figures(
    clusters=500,
    interval=15,
    page="needed",
    prometheus="3.5",
    series=900,
    head=450_000,
    samples=30_000.0,
    scrape=Spread(0.001, 0.05),
    late=0.0,
    rules={"vip": Spread(0.4, 0.6), "galera": Spread(0.6, 0.9)},
    missed=0.0,
    cores=0.3,
    server=0.1,
    memory=10**9,
    seconds=150.0,
    load=2.0,
    disk=Disk(1, 1, 1, 1),
    queries={},
)


def test_an_aim_is_of_as_many_clusters_as_there_were() -> None:
    """A second for a thousand clusters is half of one for five hundred; what was missed, by how much."""
    assert aims([RUN]) == [
        "15 s, needed, 3.5: all rules once in 0.5 s, one after the other: 1.00 s, missed: 2.0 times as much",
        "15 s, needed, 3.5: all rules once in 0.5 s, beside each other: 0.60 s, missed: 1.2 times as much",
        "15 s, needed, 3.5: 1200 series a cluster: 900, met",
    ]


def test_the_aims_are_those_of_scrapes_every_15_s() -> None:
    """At another interval nothing was aimed for."""
    assert aims([replace(RUN, interval=5)]) == []
