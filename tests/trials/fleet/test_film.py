"""Recordings that go on: what increases goes on increasing, what is told of a time stays at that time."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from tests.trials.fleet.faults import FAULTS, fault_of
from tests.trials.fleet.film import EVERY, HELD, NUMBER, Film, films, numbered, series
from tests.trials.fleet.recording import Line, Page, Recording, joined, kept, load, restless

BEGUN = 2_000_000_000.0
CALM, AFTER = 5, 9
COUNT = CALM + AFTER
TIMES = tuple(1_700_000_000.0 + EVERY * frame for frame in range(COUNT))
each_recording = pytest.mark.parametrize("path", kept(), ids=lambda one: one.name)


def film(*lines: Line, up: tuple[bool, ...] = (True,) * COUNT) -> Film:
    page = Page(up, lines)
    return Film(Recording("article", "made", "", CALM, TIMES, ("lb1",), {"lb1": page}), page)


def shown(one: Film, step: int, fails: int | None = None) -> dict[str, float]:
    """The series' values."""
    text = one.text(one.place(step, fails, BEGUN))
    assert text is not None
    return {
        line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
        for line in text.decode().splitlines()
        if not line.startswith("#")
    }


@given(st.lists(st.integers(0, 50), min_size=COUNT - 1, max_size=COUNT - 1), st.integers(1, 6))
def test_a_counter_never_decreases(more: list[int], loops: int) -> None:
    """Neither from one showing of the calm frames to the next, nor at the fault or while the end is held."""
    values = [100.0]
    for one in more:
        values.append(values[-1] + one)
    counted = film(Line("x_total", tuple(map(str, values)), "counter"))
    fails = loops * counted.loop
    course = [shown(counted, step, fails)["x_total"] for step in range(fails + 3 * COUNT)]
    assert course == sorted(course)
    assert [course[step] - course[0] for step in range(counted.loop)] == [
        value - values[0] for value in values[: counted.loop]
    ]


def test_a_gauge_is_as_it_was() -> None:
    """The same values again, then those of the fault, the last ones over and over."""
    values = tuple(str(float(one)) for one in range(COUNT))
    gauge = film(Line("x", values, "gauge"))
    fails = 2 * gauge.loop
    course = [shown(gauge, step, fails)["x"] for step in range(fails + COUNT)]
    calm, held = [0, 1, 2, 3], list(range(COUNT - 1 - HELD, COUNT - 1))
    assert course[:fails] == calm * 2
    assert course[fails : fails + 1 + AFTER] == [4, 5, 6, *held, 7][: 1 + AFTER]


def test_times_advance() -> None:
    """What is read anew is as old as it was; an event of before stays; one of the fault is with the fault."""
    read = Line("a_timestamp_seconds", tuple(str(one - 1) for one in TIMES), "gauge")
    old = Line("b_timestamp_seconds", (str(TIMES[0] - 100),), "gauge")
    event = Line("c_timestamp_seconds", (None,) * CALM + (str(TIMES[CALM] - 2),) * AFTER, "gauge")
    one = film(read, old, event)
    fails = 3 * one.loop
    failed = BEGUN + fails * EVERY
    for step in (0, 1, 7, fails, fails + 2, fails + 40):
        found = shown(one, step, fails)
        assert found["a_timestamp_seconds"] == pytest.approx(BEGUN + step * EVERY - 1)
        assert found["b_timestamp_seconds"] == pytest.approx(BEGUN - 100)
        if step > fails:
            assert found["c_timestamp_seconds"] == pytest.approx(failed + EVERY - 2)


def test_an_exporter_that_is_gone_does_not_answer() -> None:
    """From the frame on in which it did not."""
    one = film(Line("x", ("1",), "gauge"), up=(True,) * CALM + (False,) * AFTER)
    fails = one.loop
    assert one.text(one.place(fails, fails, BEGUN))
    assert one.text(one.place(fails + 1, fails, BEGUN)) is None


def test_clusters_differ_by_the_names_of_their_hosts() -> None:
    """Whole labels alone."""
    one = film(Line('x{node="lb1",what="lb1-vip"}', ("1",), "gauge"))
    text = one.text(one.place(0, None, BEGUN))
    assert text == b'x{node="lb1-' + NUMBER + b'",what="lb1-vip"} 1\n'
    assert numbered(text, 42) == b'x{node="lb1-0042",what="lb1-vip"} 1\n'


def test_needed_series_keep_their_comments() -> None:
    """And no others; the mark at the end stays."""
    comments = [Line(f"# {word} {name} x", ("",)) for name in ("a", "b") for word in ("HELP", "TYPE")]
    lines = (
        *comments[:2],
        Line("a", ("1",), "gauge"),
        *comments[2:],
        Line("b", ("1",), "gauge"),
        Line("# EOF", ("",)),
    )
    one = film(*lines)
    (kept,) = films(one.recording, {"b"})
    assert kept.text(kept.place(0, None, BEGUN)) == b"# HELP b x\n# TYPE b x\nb 1\n# EOF\n"
    assert series([kept], 0) == 1


some = st.lists(st.sampled_from(["1", "2", "3"]), unique=True, min_size=1)
pages = st.dictionaries(st.sampled_from(["w", "x", "y", "z"]), some)


def _family(name: str, some: list[str], frame: int) -> str:
    return f"# TYPE {name} gauge\n" + "".join(f'{name}{{n="{one}"}} {frame}.0\n' for one in some)


@given(st.lists(st.none() | pages, min_size=1, max_size=5))
def test_pages_become_lines_and_pages_again(frames: list[dict[str, list[str]] | None]) -> None:
    """Whatever comes and goes, in whatever order a family has its series: families stay in one piece."""
    texts = [
        None
        if families is None
        else "".join(_family(name, families[name], frame) for name in sorted(families)) + "# EOF\n"
        for frame, families in enumerate(frames)
    ]
    page = joined(texts)
    for frame, text in enumerate(texts):
        assert page.up[frame] == (text is not None)
        there = [line for line in page.lines if line.at(frame) is not None]
        found = [f"{one.text} {one.at(frame)}" if one.kind else one.text for one in there]
        assert sorted(found) == sorted((text or "").splitlines())
        assert found[-1:] == ["# EOF"][: len(found)]
        for number, one in enumerate(found):
            assert one[0] == "#" or one[0] in found[number - 1]


@each_recording
def test_a_recording_is_pages(path: Path) -> None:
    """Before the fault and long after it, a strict parser takes what each exporter serves."""
    recording = load(path)
    for one in films(recording):
        for step in (0, 3 * one.loop + 4, 200):
            text = one.text(one.place(step, 3 * one.loop, BEGUN))
            if text:
                names = {family.name for family in text_string_to_metric_families(text.decode())}  # type: ignore[no-untyped-call]
                assert "ha_cluster_scrape_success" in names


def test_a_recording_survives_its_file(tmp_path: Path) -> None:
    """As it was."""
    made = film(Line("x", ("1", "2"), "gauge"), Line("# EOF", ("",))).recording
    made.save(tmp_path)
    assert load(tmp_path / "article-made.json.xz") == made


@each_recording
def test_a_recording_shows_its_fault(path: Path) -> None:
    """Soon after it was made, and long before its end, so that what must be told of it can be."""
    recording = load(path)
    shown = fault_of(recording).shown(recording)
    assert recording.calm <= shown <= recording.calm + 3
    assert restless(recording, brief=not fault_of(recording).page) == ""


def test_each_fault_was_recorded() -> None:
    """Nothing else is kept."""
    assert {path.name for path in kept()} == {f"{one.topology}-{one.name}.json.xz" for one in FAULTS}
