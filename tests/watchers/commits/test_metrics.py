"""The page that the counts become."""

from pathlib import Path

from exporter.watchers.commits.ledger import Counts, Refusal
from exporter.watchers.commits.metrics import CommitReading, families
from tests.golden import assert_golden

EXPECTED = Path(__file__).parent / "expected"


def test_the_page_before_the_first_commit(update_golden: bool) -> None:
    """All counters are there at 0; when rows were read back is not known yet."""
    readings = [CommitReading("10.0.0.100", 3306, Counts(), None)]
    assert_golden(EXPECTED / "start.prom", families(readings), update=update_golden)


def test_the_page_of_two_addresses_after_a_loss(update_golden: bool) -> None:
    """Every family, one of them for both addresses."""
    refused = {**dict.fromkeys(Refusal, 0), Refusal.READ_ONLY: 6, Refusal.OTHER: 1}
    one = CommitReading("10.0.0.100", 3306, Counts(100, 90, 3, 2, refused), 1700000000.5)
    two = CommitReading("2001:db8::1", 3307, Counts(10, 10), None)
    assert_golden(EXPECTED / "loss.prom", families([one, two]), update=update_golden)
