"""Questions that are asked at once."""

import threading

import pytest

from exporter.commands.doctor.together import together
from exporter.errors import Refused, TimedOut


def test_answers_and_errors() -> None:
    """Each in its place, in the order of the questions."""

    def refuse() -> str:
        raise Refused("nobody")

    said = together({"a": lambda: "yes", "b": refuse}, 5)
    assert list(said) == ["a", "b"]
    assert said["a"] == "yes"
    assert isinstance(said["b"], Refused)


def test_what_does_not_return_is_left_behind() -> None:
    """The others' answers are there all the same."""
    end = threading.Event()
    try:
        said = together({"hangs": lambda: str(end.wait(20)), "b": lambda: "yes"}, 0.05)
        assert isinstance(said["hangs"], TimedOut)
        assert said["b"] == "yes"
    finally:
        end.set()


def test_a_defect_is_raised() -> None:
    """It is nobody's answer."""
    with pytest.raises(ZeroDivisionError):
        together({"a": lambda: 1 // 0}, 5)
