"""What a person sees while something takes long."""

import threading
from io import StringIO

import pytest
from rich.console import Console

from exporter.commands.doctor import waiting
from exporter.commands.doctor.waiting import Waiting


class Screen(StringIO):
    """Knows when something was said on it."""

    def __init__(self) -> None:
        super().__init__()
        self.said = threading.Event()

    def write(self, text: str) -> int:
        done = super().write(text)
        if "the databases" in text:
            self.said.set()
        return done


def waiting_on(screen: Screen, *, terminal: bool) -> Waiting:
    return Waiting(Console(file=screen, force_terminal=terminal, width=80))


@pytest.mark.parametrize("terminal", [True, False])
def test_what_is_soon_over_is_not_shown(terminal: bool) -> None:
    """Nothing flickers."""
    screen = Screen()
    with waiting_on(screen, terminal=terminal).on("the databases"):
        pass
    assert not screen.said.is_set()


def test_what_takes_long_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal, until it is over."""
    monkeypatch.setattr(waiting, "AFTER_SECONDS", 0.0)
    screen = Screen()
    with waiting_on(screen, terminal=True).on("the databases"):
        assert screen.said.wait(20)
    assert "waiting for the databases" in screen.getvalue()


def test_a_pipe_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it takes."""
    monkeypatch.setattr(waiting, "AFTER_SECONDS", 0.0)
    screen = Screen()
    with waiting_on(screen, terminal=False).on("the databases"):
        pass
    assert screen.getvalue() == ""
