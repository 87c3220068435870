"""The rows that were right, kept in a file after each one so that a run can be resumed."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.lab.errors import LabError
from exporter import typed_yaml
from tests.trials.readiness.results import Row


@dataclass(frozen=True)
class _Rows:
    rows: Mapping[str, Row] = field(default_factory=dict)  # by the case's name


@dataclass(frozen=True)
class Kept:
    file: Path

    def load(self) -> dict[str, Row]:
        """By the case's name. JSON is YAML."""
        if not self.file.exists():
            return {}
        try:
            return dict(typed_yaml.load(_Rows, self.file).rows)
        except typed_yaml.ConfigError as error:
            raise LabError(f"{error}: remove it, and begin anew") from None

    def add(self, name: str, row: Row) -> None:
        """A row that is not right is left for the next run."""
        if row.problems:
            return
        whole = {**self.load(), name: row}
        self.file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.file.with_suffix(".new")
        fresh.write_text(json.dumps(_without_none(asdict(_Rows(whole))), indent=1))
        fresh.replace(self.file)

    def forget(self) -> None:
        self.file.unlink(missing_ok=True)


def _without_none(value: object) -> object:
    """A key that is absent has its default."""
    if isinstance(value, dict):
        return {key: _without_none(one) for key, one in value.items() if one is not None}
    return [_without_none(one) for one in value] if isinstance(value, list | tuple) else value
