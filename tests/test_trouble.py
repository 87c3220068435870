"""One log line when trouble begins, changes or ends."""

import logging
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Denied, KnownError, Unreachable
from exporter.trouble import TroubleLog

Lines = Callable[[], list[str]]
log = logging.getLogger("tests.trouble")


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    caplog.set_level(logging.INFO)
    return lambda: [f"{record.levelname} {record.getMessage()}" for record in caplog.records]


def test_trouble_is_logged_when_it_begins_changes_and_ends(lines: Lines) -> None:
    """Not for each attempt that fails; nothing is logged where there was none."""
    trouble = TroubleLog(log, "10.0.0.100", failing="can't be probed", recovered="is probed again")
    for error in (None, Denied("a"), Denied("a"), Unreachable("b"), None, None, Denied("a")):
        trouble.report(error)
    assert lines() == [
        "WARNING 10.0.0.100: can't be probed: a",
        "WARNING 10.0.0.100: can't be probed: b",
        "INFO 10.0.0.100: is probed again",
        "WARNING 10.0.0.100: can't be probed: a",
    ]


def test_of_several_troubles_each_is_logged_once_and_one_end(lines: Lines) -> None:
    """By their keys, whatever their texts; the end is logged when none is left."""
    trouble = TroubleLog(log, "galera", recovered="reads well again", describe=lambda error: f"<{error}>")
    trouble.report_all({"node a": Unreachable("1"), "node b": Unreachable("2")})
    trouble.report_all({"node a": Unreachable("another text")})
    trouble.report_all({"node b": Unreachable("3")})
    trouble.report_all({})
    assert lines() == [
        "WARNING galera: <1>",
        "WARNING galera: <2>",
        "WARNING galera: <3>",
        "INFO galera: reads well again",
    ]


@pytest.mark.parametrize(("error", "traced"), [(KnownError("a"), False), (ZeroDivisionError("a"), True)])
def test_a_defect_comes_with_its_trace(
    error: Exception, traced: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """Of what is expected the text says all."""
    TroubleLog(log, "journal", recovered="is written again").report(error)
    (record,) = caplog.records
    assert bool(record.exc_info) == traced


class Collect(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@given(st.lists(st.none() | st.sampled_from("ab"), max_size=12))
def test_each_line_is_a_change(reports: list[str | None]) -> None:
    """As many lines as reports that differ from the one before; the first counts if it is a trouble."""
    logger, handler = logging.Logger("one", logging.INFO), Collect()
    logger.addHandler(handler)
    trouble = TroubleLog(logger, "x", recovered="well")
    for text in reports:
        trouble.report(Denied(text) if text else None)
    changes = [now for before, now in zip([None, *reports], reports, strict=False) if now != before]
    assert handler.lines == [f"x: {now}" if now else "x: well" for now in changes]


def test_threads_that_report_the_same_trouble_make_one_line() -> None:
    """And one at its end: eight threads begin at once, eight end at once, twenty times."""
    logger, handler = logging.Logger("one", logging.INFO), Collect()
    logger.addHandler(handler)
    trouble = TroubleLog(logger, "x", recovered="well")
    for _ in range(20):
        for error in (Denied("a"), None):
            barrier = threading.Barrier(8)

            def report(error: Exception | None = error, barrier: threading.Barrier = barrier) -> None:
                barrier.wait(20)
                trouble.report(error)

            threads = [threading.Thread(target=report) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(20)
    assert handler.lines == ["x: a", "x: well"] * 20


def test_lines_are_in_the_order_of_what_happened() -> None:
    """Whoever reports an end while the beginning is still being logged waits for it."""
    logger, handler = logging.Logger("one", logging.INFO), Collect()
    logger.addHandler(handler)
    logging_now, go_on = threading.Event(), threading.Event()

    def slow(error: Exception) -> str:
        logging_now.set()
        go_on.wait(20)
        return str(error)

    trouble = TroubleLog(logger, "x", recovered="well", describe=slow)
    begins = threading.Thread(target=trouble.report_all, args=({"key": Denied("a")},))
    ends = threading.Thread(target=trouble.report_all, args=({},))
    begins.start()
    assert logging_now.wait(20)
    ends.start()
    go_on.set()
    begins.join(20)
    ends.join(20)
    assert handler.lines == ["x: a", "x: well"]
