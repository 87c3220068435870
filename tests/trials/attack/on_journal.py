"""A journal that is damaged, replaced or can't be written: the exporter starts and serves all the same."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.lab.errors import LabError
from deploy.lab.waiting import until
from tests.trials.attack import doubles
from tests.trials.attack.results import Outcome
from tests.trials.attack.target import Target, running

AREA = "journal"
KILLS = 10

Prepare = Callable[[Path], object]


def _cut(journal: Path) -> None:
    """A real journal, then half of it."""
    with running(journal.parent) as one:
        _well(one)
    content = journal.read_bytes()
    journal.write_bytes(content[: len(content) // 2])


def _replace(journal: Path) -> None:
    new = journal.with_name("new")
    new.write_bytes(b"odd" * 5000)
    new.replace(journal)


def _well(one: Target) -> None:
    until("the failover watcher to look", lambda: one.success("failover") == 1, 20, log=lambda: one.log)


BEFORE_START: dict[str, Prepare] = {
    "damaged: odd bytes in the file": lambda journal: journal.write_bytes(b"odd" * 5000),
    "damaged: the second half is gone": _cut,
    "empty": lambda journal: journal.write_bytes(b""),
    "a folder in its place": lambda journal: journal.mkdir(),
    "a FIFO in its place": os.mkfifo,
    "a link to /dev/full in its place": lambda journal: journal.symlink_to("/dev/full"),
    "a link to nowhere in its place": lambda journal: journal.symlink_to("/nonexistent/events.db"),
}
WHILE_IT_RUNS: dict[str, Prepare] = {
    "left alone": lambda _: None,
    "deleted while it runs": lambda journal: journal.unlink(),
    "replaced by another file while it runs": _replace,
    "overwritten while it runs": lambda journal: journal.write_bytes(b"odd" * 5000),
}


def attacks() -> Iterator[Outcome]:
    for what, prepare in BEFORE_START.items():
        with TemporaryDirectory(prefix="attack-") as name:
            yield started_on(Path(name), what, prepare)
    for what, change in WHILE_IT_RUNS.items():
        with TemporaryDirectory(prefix="attack-") as name:
            yield changed(Path(name), what, change)
    with TemporaryDirectory(prefix="attack-") as name:
        yield no_room(Path(name))
    with TemporaryDirectory(prefix="attack-") as name:
        yield killed(Path(name))


def _state(one: Target) -> str:
    values = one.values()
    return (
        f"journal_ok {values.get('failover_exporter_journal_ok', float('nan')):g}, put aside "
        f"{values.get('failover_exporter_journal_put_aside_total', float('nan')):g}"
    )


def _serves(one: Target) -> bool:
    return all(one.success(name) == 1 for name in ("pacemaker", "haproxy", "vip", "failover"))


def _events(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "exporter", "events", f"--config.file={folder}/config.yml", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


def started_on(folder: Path, what: str, prepare: Prepare) -> Outcome:
    prepare(folder / "events.db")
    promise = (
        "it starts, every collector reads well, the page says how the journal is; `events` prints a sentence"
    )
    try:
        with running(folder) as one:
            _well(one)
            served, state = _serves(one), _state(one)
            listed = _events(folder)
            traces = one.log.count("Traceback")
    except (LabError, subprocess.TimeoutExpired) as error:
        return Outcome(AREA, what, promise, str(error).splitlines()[0], good=False)
    sentence = "Traceback" not in listed.stderr
    return Outcome(
        AREA,
        what,
        promise,
        f"{'every collector reads well' if served else 'a collector fails'}, {state}, {traces} traces; "
        f"events: exit code {listed.returncode}{'' if sentence else ', a traceback'}",
        served and sentence and not traces,
    )


def changed(folder: Path, what: str, change: Prepare) -> Outcome:
    """Then a resource moves: its event is in the journal, or the page says that it can't be."""
    promise = "a move afterwards is in the journal, or the page says that the journal is not well"
    with running(folder) as one:
        _well(one)
        change(folder / "events.db")
        doubles.write_pacemaker(folder, doubles.MOVED)
        try:
            until("the event", lambda: _journal_ok(one) == 0 or _events(folder, "--json").stdout, 30)
            kept = True
        except LabError:
            kept = False
        served, state, traces = _serves(one), _state(one), one.log.count("Traceback")
        listed = len(_events(folder, "--json").stdout.splitlines())
    return Outcome(
        AREA,
        what,
        promise,
        f"{listed} event(s) in it, {state}, {traces} traces, "
        f"{'every collector reads well' if served else 'a collector fails'}",
        kept and served and not traces,
    )


def _journal_ok(one: Target) -> float:
    return one.values()["failover_exporter_journal_ok"]


def no_room(folder: Path) -> Outcome:
    """A limit for the size of files stands for a full disk: writing fails in the same call."""
    with running(folder, limits=("-f 8",)) as one:
        try:
            _well(one)
            served, state, traces = _serves(one), _state(one), one.log.count("Traceback")
        except LabError as error:
            served, state, traces = False, str(error).splitlines()[0], 0
    return Outcome(
        AREA,
        "no room for it (8 blocks of 512 bytes)",
        "every collector reads well, the page says that the journal is not well",
        f"{'every collector reads well' if served else 'a collector fails'}, {state}, {traces} traces",
        served and "journal_ok 0" in state and not traces,
    )


def killed(folder: Path) -> Outcome:
    """kill -9 a moment after each start."""
    for _ in range(KILLS):
        with running(folder) as one:
            one.process.kill()
            one.process.wait()
    with running(folder) as one:
        _well(one)
        served, state = _serves(one), _state(one)
    return Outcome(
        AREA,
        f"kill -9, {KILLS} times",
        "the journal is whole afterwards",
        state,
        served and "journal_ok 1, put aside 0" in state,
    )
