from contextlib import suppress
from datetime import UTC, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Unparsable
from exporter.sources.pacemaker.parse.timestamps import moment

HALF_PAST_ONE = 1_777_685_400.0  # 2026-05-02 01:30:00 UTC


@pytest.mark.parametrize(
    "text",
    [
        "Sat May  2 01:30:00 2026",
        "2026-05-02 01:30:00Z",
        "2026-05-02 01:30:00.000000Z",
        "2026-05-02 03:30:00 +02:00",
        "2026-05-01 20:00:00 -05:30",
    ],
)
def test_every_way_to_write_a_time_gives_the_same_second(text: str) -> None:
    """ctime text and Pacemaker's own text, with any offset, are the same moment."""
    assert moment(text, "time") == HALF_PAST_ONE


def test_a_fraction_is_kept() -> None:
    """Fence events carry microseconds from 3.0 on."""
    assert moment("2026-05-02 01:30:00.250000Z", "time") == HALF_PAST_ONE + 0.25


def test_a_text_without_zone_is_read_in_the_zone_given() -> None:
    """Summer time counts: the same clock text is another second in Berlin in May and in January."""
    berlin = ZoneInfo("Europe/Berlin")
    assert moment("Sat May  2 03:30:00 2026", "time", berlin) == HALF_PAST_ONE
    assert moment("Fri Jan  2 02:30:00 2026", "time", berlin) == moment(
        "Fri Jan  2 01:30:00 2026", "time", UTC
    )


def test_a_zone_in_the_text_wins() -> None:
    """A text that names its zone is not read in the host's."""
    assert moment("2026-05-02 01:30:00Z", "time", ZoneInfo("Asia/Tokyo")) == HALF_PAST_ONE


def test_no_text_is_no_time() -> None:
    """A cluster that was never configured has an empty last change."""
    assert moment("", "time") is None


@pytest.mark.parametrize(
    "text",
    [
        " ",
        "Sat May 32 01:30:00 2026",
        "Sat Mai  2 01:30:00 2026",
        "Sat May  2 01:30:00 0000",
        "Sat May  2 01:30:00 20266",
        "Sat May  \u0662 01:30:00 2026",
        "\u0662\u0660\u0662\u0666-05-02 01:30:00Z",
        "2026-05-02 25:30:00Z",
        "2026-05-02 01:30:00 +99:00",
        "2026-05-02 01:30:00",
        "1777685400",
        "Sat May  2 01:30:00 2026\n",
    ],
)
def test_anything_else_is_unparsable_by_name(text: str) -> None:
    """A time that is none says which field it was."""
    with pytest.raises(Unparsable, match="last_update"):
        moment(text, "last_update")


@given(
    st.one_of(
        st.text(),
        st.from_regex(r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]\d \d{2}:\d{2}:\d{2} \d{4}", fullmatch=True),
        st.from_regex(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d+)? ?(Z|[+-]\d{2}:\d{2})", fullmatch=True),
    ),
    st.sampled_from([UTC, ZoneInfo("Asia/Tokyo"), ZoneInfo("America/St_Johns"), timezone.max, timezone.min]),
)
def test_no_text_raises_anything_but_unparsable(text: str, zone: tzinfo) -> None:
    """Whatever stands where a time should, the answer is a time, nothing, or Unparsable."""
    with suppress(Unparsable):
        assert isinstance(moment(text, "time", zone), float | None)
