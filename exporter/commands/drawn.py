"""What rich draws, as text for standard output."""

from io import StringIO

from rich.console import Console, RenderableType

_ENDLESS = 10_000  # columns of a pipe


def drawn(what: RenderableType) -> str:
    """Coloured where standard output is a terminal, as wide as that; else plain, and no line is broken."""
    console = Console(highlight=False)
    shown = Console(
        file=StringIO(),
        highlight=False,
        force_terminal=console.is_terminal,
        width=console.width if console.is_terminal else _ENDLESS,
    )
    with shown.capture() as captured:
        shown.print(what, crop=False)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())
