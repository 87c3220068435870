"""Does the steps: each grant is recorded before it is made, so that nothing granted is ever forgotten."""

import grp
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from exporter.commands.setup import record
from exporter.commands.setup.rights import Record
from exporter.commands.setup.steps import Action, Grant, RemoveFile, Run, State, Step, WriteFile
from exporter.errors import SourceError
from exporter.transports import command
from exporter.transports.command import Completed
from exporter.transports.deadline import Deadline

_TIMEOUT = 30.0  # seconds for one tool; usermod waits up to 15 for the lock of the password file
_FOLDER_MODE = 0o750


class Failed(Exception):
    """A step can't be done; the text says why."""


class Machine:
    """What steps are done to: a root folder, its groups, its tools."""

    root = Path("/")

    def run(self, argv: Sequence[str]) -> Completed:
        """Raises SourceError."""
        return command.run(argv, Deadline.after(_TIMEOUT))

    def gid(self, group: str) -> int:
        """Raises Failed."""
        try:
            return grp.getgrnam(group).gr_gid
        except KeyError:
            raise Failed(f"there is no group {group}") from None

    def write(self, path: str, text: str, mode: int, group: str) -> None:
        """As a whole, and never through a link that somebody laid there. Raises OSError, Failed."""
        gid, target = self.gid(group), self.root / path.lstrip("/")
        if not target.parent.exists():
            target.parent.mkdir(mode=_FOLDER_MODE, parents=True)
            os.chown(target.parent, 0, gid)
        descriptor, made = tempfile.mkstemp(dir=target.parent, prefix=".setup-")
        try:
            with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123  # of a descriptor
                file.write(text)
                os.fchown(descriptor, 0, gid)
                os.fchmod(descriptor, mode)
            Path(made).replace(target)
        except BaseException:
            Path(made).unlink(missing_ok=True)
            raise

    def remove(self, path: str, *, with_folder: bool = False) -> None:
        """Raises OSError."""
        file = self.root / path.lstrip("/")
        file.unlink(missing_ok=True)
        if with_folder:
            with suppress(OSError):  # something else is in it
                file.parent.rmdir()


def apply(steps: Sequence[Step], before: Record, machine: Machine) -> list[Step]:
    """The steps as they are afterwards. One that fails keeps none of the others from being done."""
    after, known = [], before
    for step in steps:
        if step.state is not State.TO_DO:
            after.append(step)
            continue
        try:
            if step.grants:
                known = _keep(_with(known, step.grants), known, machine)
            said = [note for action in step.actions if (note := _do(action, machine))]
            if step.takes_back:
                known = _keep(_without(known, step.takes_back), known, machine)
            reason = "; ".join([step.reason, *said])
            after.append(replace(step, state=State.DONE, reason=reason, changed=True))
        except (OSError, SourceError, Failed) as error:
            after.append(replace(step, state=State.FAILED, reason=str(error)))
    return after


def _do(action: Action, machine: Machine) -> str:
    """What is to be said of it; mostly nothing. Raises OSError, SourceError, Failed."""
    match action:
        case WriteFile():
            machine.write(action.path, action.text, action.mode, action.group)
        case RemoveFile():
            machine.remove(action.path, with_folder=action.with_folder)
        case Run():
            return _run(action, machine)
    return ""


def _run(action: Run, machine: Machine) -> str:
    try:
        done = machine.run(action.argv)
        complaint = f"{action.shell()}: {done.complaint()}" if done.returncode else ""
    except SourceError as error:
        complaint = str(error)
    if complaint and not action.else_later:
        raise Failed(complaint)
    return f"{action.else_later} ({complaint})" if complaint else ""


def _keep(now: Record, before: Record, machine: Machine) -> Record:
    """Record it, where it is another than before; an empty one is no file."""
    if now == before:
        return now
    if now == Record():
        machine.remove(record.PATH)
    else:
        machine.write(record.PATH, record.text(now), 0o644, "root")
    return now


def _with(known: Record, grant: Grant) -> Record:
    groups = dict.fromkeys([*known.groups, *([grant.group] if grant.group else [])])
    return Record(tuple(groups), known.corosync or grant.corosync, known.keepalived or grant.keepalived)


def _without(known: Record, grant: Grant) -> Record:
    groups = tuple(group for group in known.groups if group != grant.group)
    return Record(
        groups,
        known.corosync and not grant.corosync,
        known.keepalived and not grant.keepalived,
    )
