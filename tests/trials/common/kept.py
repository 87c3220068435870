"""What a run found, kept in a file after each part so that a run can be resumed."""

import fcntl
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from deploy.lab.errors import LabError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


class Kept(Generic[T]):
    """By the part's name, as JSON of dataclasses."""

    def __init__(self, file: Path, read: Callable[[Mapping[str, Any]], T]) -> None:
        """`read` makes one of what asdict() made of it; it raises ValueError."""
        self.file, self._read = file, read

    def load(self) -> dict[str, T]:
        """Raises LabError for a file that is damaged."""
        try:
            return {name: self._read(one) for name, one in json.loads(self.file.read_text()).items()}
        except FileNotFoundError:
            return {}
        except ValueError:
            raise LabError(f"{self.file} is damaged: remove it, and begin anew") from None

    def add(self, name: str, one: T) -> None:
        """Two runs may share a file, each with its own parts and its own lab."""
        self._change(lambda found: found | {name: one})

    def forget(self, names: Collection[str] | None = None) -> None:
        """All of them, or these."""
        if names is None:
            self.file.unlink(missing_ok=True)
        elif self.file.exists():
            self._change(lambda found: {name: one for name, one in found.items() if name not in names})

    def _change(self, change: Callable[[dict[str, T]], dict[str, T]]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with self.file.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            whole = change(self.load())
            fresh = self.file.with_suffix(".new")
            fresh.write_text(json.dumps({name: asdict(it) for name, it in whole.items()}, indent=1))
            fresh.replace(self.file)
