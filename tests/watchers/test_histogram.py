"""Histograms and their families."""

import pytest

from exporter.watchers.histogram import Histogram, HistogramFamily
from tests.golden import exposition


def filled(*values: float) -> Histogram:
    histogram = Histogram((0.1, 1.0))
    for value in values:
        histogram.observe(value)
    return histogram


def test_a_value_on_a_bound_is_in_the_bucket_below() -> None:
    """`le` means less or equal; counts are cumulative, the last one is that of all."""
    distribution = filled(0.1, 0.5, 1.0, 2.0).distribution()
    assert distribution.cumulative == (1, 3, 4)
    assert distribution.sum == pytest.approx(3.6)


def test_a_distribution_stays_as_it_was() -> None:
    """What was rendered does not change with later values."""
    histogram = filled(0.5)
    before = histogram.distribution()
    histogram.observe(0.5)
    assert before.cumulative == (0, 1, 1)


def test_the_family_as_it_is_on_the_page() -> None:
    """Buckets, count and sum, for an empty one too."""
    family = HistogramFamily("x_seconds", "Help.", "vip")
    family.add(filled(0.5).distribution(), vip="a")
    family.add(filled().distribution(), vip="b")
    assert exposition([family]).splitlines() == [
        "# HELP x_seconds Help.",
        "# TYPE x_seconds histogram",
        'x_seconds_bucket{le="0.1",vip="a"} 0.0',
        'x_seconds_bucket{le="1.0",vip="a"} 1.0',
        'x_seconds_bucket{le="+Inf",vip="a"} 1.0',
        'x_seconds_count{vip="a"} 1.0',
        'x_seconds_sum{vip="a"} 0.5',
        'x_seconds_bucket{le="0.1",vip="b"} 0.0',
        'x_seconds_bucket{le="1.0",vip="b"} 0.0',
        'x_seconds_bucket{le="+Inf",vip="b"} 0.0',
        'x_seconds_count{vip="b"} 0.0',
        'x_seconds_sum{vip="b"} 0.0',
    ]


def test_wrong_labels_and_a_series_twice_are_errors() -> None:
    """Neither may cost the whole page."""
    family = HistogramFamily("x_seconds", "Help.", "vip", "port")
    with pytest.raises(TypeError, match="x_seconds has labels"):
        family.add(filled().distribution(), vip="a")
    family.add(filled().distribution(), vip="a", port="1")
    with pytest.raises(ValueError, match="was added before"):
        family.add(filled().distribution(), port="1", vip="a")
