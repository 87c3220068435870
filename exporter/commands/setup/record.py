"""What was granted on this host, so that only this is taken away: a small JSON file.

It lies in a folder of the service's own user, and root reads it: so it holds names of groups and truth
values, never a path, and what isn't in that form is refused.
"""

import json
import os
import re
from dataclasses import asdict
from pathlib import Path

from exporter.commands.setup.rights import USER, Record

PATH = f"/var/lib/{USER}/setup.json"
_GROUP = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}")  # it becomes an argument of a command
_LARGEST = 1 << 16


def read(path: Path) -> Record:
    """Empty where there is none. Raises ValueError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return Record()
    except OSError as error:
        raise ValueError(f"{path}: can't be read: {error.strerror}") from None
    with open(descriptor, "rb") as file:  # noqa: PTH123  # of a descriptor
        return _parse(file.read(_LARGEST), path)


def _parse(content: bytes, path: Path) -> Record:
    try:
        said = json.loads(content)
        groups, rest = said["groups"], [said["corosync"], said.get("keepalived", False)]
        sound = all(isinstance(one, bool) for one in rest) and all(_GROUP.fullmatch(one) for one in groups)
    except (ValueError, KeyError, TypeError, RecursionError):
        sound = False
    if not sound:
        raise ValueError(f"{path}: not what setup wrote: look at it, and remove it")
    return Record(tuple(groups), *rest)


def text(record: Record) -> str:
    return json.dumps(asdict(record)) + "\n"
