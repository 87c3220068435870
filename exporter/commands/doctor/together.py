"""Asks several things at once, and waits for all of them with one deadline."""

import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

from exporter.errors import SourceError, TimedOut
from exporter.transports.deadline import Deadline

T = TypeVar("T")


def together(questions: Mapping[str, Callable[[], T]], seconds: float) -> dict[str, T | SourceError]:
    """Each answer, or the SourceError that came in its place; TimedOut for what took longer than `seconds`.

    A resolver can't be interrupted: its thread is left behind, and ends with the process. Any other exception
    is a defect, and raised.
    """
    answers: dict[str, T | SourceError] = {}
    defects: list[BaseException] = []

    def ask(name: str, question: Callable[[], T]) -> None:
        try:
            answers[name] = question()
        except SourceError as error:
            answers[name] = error
        except BaseException as error:
            defects.append(error)

    threads = {
        name: threading.Thread(target=ask, args=(name, question), name=name, daemon=True)
        for name, question in questions.items()
    }
    for thread in threads.values():
        thread.start()
    deadline = Deadline.after(seconds)
    for name, thread in threads.items():
        _join(thread, deadline, name)
    for defect in defects:
        raise defect
    late = {name: TimedOut(f"{name}: no answer in time") for name in questions}
    return {name: answers.get(name, late[name]) for name in questions}


def _join(thread: threading.Thread, deadline: Deadline, what: str) -> None:
    try:
        thread.join(deadline.remaining(what))
    except TimedOut:
        return
