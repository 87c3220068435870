"""What became of each fault, kept in a file after each one so that a run can be resumed."""

import fcntl
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from deploy.lab.errors import LabError


@dataclass(frozen=True)
class Notified:
    """An alert that reached a receiver."""

    alert: str
    severity: str
    labels: Mapping[str, str]
    after: float  # seconds since the fault was in place; below 0 while it was being made
    cleared: float | None  # seconds since the cluster was whole again; None: it never was


@dataclass(frozen=True)
class Outcome:
    name: str
    topology: str
    did: str  # what the lab says that it did
    felt: tuple[float, ...]  # seconds of each outage that clients had until everything was whole again
    heal: float  # seconds
    notified: tuple[Notified, ...] = ()
    shared: float = 0.0  # seconds, the longest time in which two balancers had one address
    today: tuple[str, ...] = ()  # of today's alerts: those that fired
    today_later: tuple[str, ...] = ()  # those that were about to, had the fault lasted
    error: str = ""  # why it could not be carried out


class Kept:
    """The outcomes of one run, by the fault's name."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def load(self) -> dict[str, Outcome]:
        try:
            raw = json.loads(self.file.read_text())
        except FileNotFoundError:
            return {}
        except ValueError:
            raise LabError(f"{self.file} is damaged: remove it, and begin anew") from None
        return {name: outcome(one) for name, one in raw.items()}

    def carried_out(self) -> set[str]:
        """The faults that need no other try."""
        return {name for name, one in self.load().items() if not one.error}

    def add(self, one: Outcome) -> None:
        """Two runs may share a file, each with its own faults and its own lab."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            whole = self.load() | {one.name: one}
            fresh = self.file.with_suffix(".new")
            fresh.write_text(json.dumps({name: asdict(it) for name, it in whole.items()}, indent=1))
            fresh.replace(self.file)

    def forget(self) -> None:
        self.file.unlink(missing_ok=True)


def outcome(raw: Mapping[str, Any]) -> Outcome:
    """From what asdict() made of one."""
    lists = {name: tuple(raw[name]) for name in ("felt", "today", "today_later")}
    return Outcome(**{**raw, **lists, "notified": tuple(Notified(**one) for one in raw["notified"])})
