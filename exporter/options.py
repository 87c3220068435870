"""Checks that several sections of the configuration share. What they raise is shown beside the key."""


def check_seconds(key: str, seconds: float, least: float, most: float) -> None:
    """Raises ValueError unless `least` <= seconds <= `most` (a least of 0 itself is excluded)."""
    if not (least <= seconds <= most and seconds > 0):
        low = f"more than 0 and at most {most:g}" if least == 0 else f"{least:g} to {most:g}"
        raise ValueError(f"{key}: {seconds:g} is not possible, expected {low} seconds")


def check_command(key: str, path: str) -> None:
    """Raises ValueError for an empty path; whether the command is there shows when it is run."""
    if not path:
        raise ValueError(f"{key}: empty, expected a path or the name of a command")
