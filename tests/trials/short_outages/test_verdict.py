"""Rounds compared with what clients had, and the document."""

from datetime import UTC, datetime

from tests.trials.common.circumstances import Circumstances
from tests.trials.common.truth import Attempt
from tests.trials.short_outages.report import document
from tests.trials.short_outages.results import Idle, Results
from tests.trials.short_outages.rounds import LONGEST, SHORTEST, lengths
from tests.trials.short_outages.verdict import Round, judged, rows

# One every 10 ms for half a minute; those from 10 to 10.09 and from 20 to 20.04 s fail.
FELT = [Attempt(at / 100, at / 100, 1000 <= at < 1010 or 2000 <= at < 2005) for at in range(3500)]


def a_round(
    began: float, *counted: int, durations: tuple[float, ...] = (0.08,), what: str = "rejected"
) -> Round:
    return Round(what, "with an account", began, began + 0.1, counted, durations)


def test_counted_missed_and_invented() -> None:
    """Of two that clients felt one is counted; one more where they felt none is invented."""
    (row,) = rows([a_round(10.0, 1), a_round(20.0, 0), a_round(30.0, 1)], FELT)
    assert (row.made, row.felt, row.counted, row.more) == (3, 2, 1, 1)
    assert [round(error, 3) for error in row.errors] == [-0.02]


def test_two_counted_of_one_is_one_invented() -> None:
    """And says nothing of how long it was."""
    (row,) = rows([a_round(10.0, 2)], FELT)
    assert (row.counted, row.more, row.errors) == (1, 1, ())


def test_each_port_is_one_that_was_made() -> None:
    """Sixteen ports of an address that was rejected once are sixteen outages."""
    (row,) = rows([a_round(10.0, *[1] * 15, 0, durations=(0.1,) * 15 + (0.0,))], FELT)
    assert (row.made, row.felt, row.counted, row.more, len(row.errors)) == (16, 16, 15, 0, 15)


def test_where_clients_were_late_nothing_is_judged() -> None:
    """What they felt there is not known."""
    late = [one for one in FELT if not 9.97 < one.launch < 10.02]
    assert judged([a_round(10.0, 1), a_round(20.0, 0)], late) == [a_round(20.0, 0)]


def test_kinds_stay_in_their_order() -> None:
    """A row for each thing that was done and each kind of probe."""
    made = [a_round(10.0, 1), a_round(20.0, 1, what="dropped")]
    assert [row.what for row in rows(made, FELT)] == ["rejected", "dropped"]


def test_lengths_are_spread_evenly() -> None:
    """From the shortest to the longest."""
    assert lengths(1) == [SHORTEST]
    assert (lengths(24)[0], round(lengths(24)[-1], 9)) == (SHORTEST, LONGEST)


def test_the_document_has_every_row() -> None:
    """What was counted, and what probing costs at rest."""
    at = Circumstances(
        datetime(2026, 11, 29, tzinfo=UTC), "the command", "none", "2 cores", (("haproxy", "2.6"),)
    )
    found = rows([a_round(10.0, 1), a_round(30.0, 0, what="dropped")], FELT)
    results = Results(at, 0.5, tuple(found), 1, 0, 3, (Idle("with an account", 10.0, 0.0132),))
    text = document(results)
    assert "| rejected | with an account | 1 | 1 | 1 | 0 | 0.020 | 0.020 |" in text
    assert "| dropped | with an account | 1 | 0 | 0 | 0 | - | - |" in text
    assert "| with an account | 10.0 | 1.32% |" in text
    assert results.none_invented
    assert results.as_json()["none_invented"] is True
