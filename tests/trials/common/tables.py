"""Tables of words, for the terminal and for documents (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    head: Row
    rows: Sequence[Row]

    def markdown(self) -> str:
        """Every column but the first is aligned right where it holds numbers only."""
        lines = [self.head, tuple(self._rule(column) for column in range(len(self.head))), *self.rows]
        return "\n".join(f"| {' | '.join(_escaped(cell) for cell in line)} |" for line in lines)

    def _rule(self, column: int) -> str:
        cells = [row[column] for row in self.rows]
        return "---:" if cells and all(cell[:1].isdigit() or cell in ("", "-") for cell in cells) else "---"


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")
