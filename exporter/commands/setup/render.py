"""The steps for a person: a table and the commands below it; or as one JSON object (pure)."""

import json
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from exporter.commands.setup.steps import State, Step

_STYLES = {
    State.DONE: "green",
    State.TO_DO: "yellow",
    State.BY_HAND: "cyan",
    State.UNKNOWN: "magenta",
    State.FAILED: "bold red",
}


def as_json(steps: Sequence[Step]) -> str:
    """`changed`: whether this run changed the host, of each step and of all."""
    rows = [
        {
            "step": step.name,
            "state": str(step.state),
            "reason": step.reason,
            "commands": step.commands(),
            "changed": step.changed,
        }
        for step in steps
    ]
    return json.dumps({"steps": rows, "changed": any(step.changed for step in steps)}, indent=2) + "\n"


def as_text(steps: Sequence[Step], closing: str) -> RenderableType:
    """Below the table each step that is left, with its commands."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for step in steps:
        table.add_row(step.name, Text(_shown(step), _STYLES[step.state]), Text(step.reason))
    parts: list[RenderableType] = [table]
    for step in steps:
        if step.state is not State.DONE and step.commands():
            parts += [Text(f"\n# {step.name}", "bold"), *(_unbroken(line) for line in step.commands())]
    return Group(*parts, Padding(Text(closing), (1, 0, 0, 0))) if closing else Group(*parts)


def _unbroken(line: str) -> Text:
    """A command that is broken in two can't be copied: the terminal wraps it, where it has to."""
    return Text(line, no_wrap=True, overflow="ignore")


def _shown(step: Step) -> str:
    if step.state is State.DONE:
        return "done now" if step.changed else "done already"
    return step.state
