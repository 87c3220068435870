"""Text from elsewhere, for a terminal (pure)."""


def printable(text: str) -> str:
    """Escape sequences and line breaks in a name must not reach the terminal."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)
