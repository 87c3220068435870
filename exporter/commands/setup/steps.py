"""What is to be done on a host, each as something that this program does and as what a person could type."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

# Names of steps, by which others know them.
ACLS = "Pacemaker's ACLs"
PLACE, DUMPS, SIGNALS = "Keepalived's folder", "Keepalived's files", "Keepalived"


class State(StrEnum):
    DONE = "done"
    TO_DO = "to do"
    BY_HAND = "by hand"  # this program does not do it: it concerns more than this host, or needs a password
    UNKNOWN = "unknown"  # it can't be known now whether, or how
    FAILED = "failed"


@dataclass(frozen=True)
class WriteFile:
    path: str
    text: str
    mode: int
    group: str = "root"  # its owner is root

    def shell(self) -> str:
        target = shlex.quote(self.path)
        return f"install -m {self.mode:o} -g {self.group} /dev/stdin {target} <<'END'\n{self.text}END"


@dataclass(frozen=True)
class RemoveFile:
    path: str
    with_folder: bool = False  # which goes too where nothing else is in it

    def shell(self) -> str:
        file, folder = shlex.quote(self.path), shlex.quote(self.path.rpartition("/")[0])
        also = f"; rmdir --ignore-fail-on-non-empty {folder}" if self.with_folder else ""
        return f"rm -f {file}{also}"


@dataclass(frozen=True)
class Run:
    argv: Sequence[str]
    else_later: str = ""  # not empty: where it fails, nothing is lost, and this is said

    def shell(self) -> str:
        return shlex.join(self.argv)


Action = WriteFile | RemoveFile | Run


@dataclass(frozen=True)
class Grant:
    """What is recorded before it is done: a group that the user becomes a member of, a file for Corosync,
    those for Keepalived."""

    group: str = ""
    corosync: bool = False
    keepalived: bool = False


@dataclass(frozen=True)
class Step:
    name: str
    state: State
    reason: str
    actions: Sequence[Action] = ()  # in this order, where the state is TO_DO
    by_hand: Sequence[str] = ()  # lines for a person
    grants: Grant | None = None
    takes_back: Grant | None = None
    changed: bool = False  # by this run

    def commands(self) -> list[str]:
        """What a person could type."""
        return [*(action.shell() for action in self.actions), *self.by_hand]
