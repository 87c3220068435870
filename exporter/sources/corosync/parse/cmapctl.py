"""Read `corosync-cmapctl`: a map of keys and values as text.

Format: tools/corosync-cmapctl.c of Corosync 2.3.5 to 3.1.10, print_key(). Prefixes given as arguments
come out in the order in which they are asked, so the one asked last shows that nothing is cut off. A prefix
that no key has prints nothing; only if that is so of all of them the exit code is 1.
"""

import re
from collections.abc import Mapping

from exporter.errors import Unparsable
from exporter.parsing import decode, excerpt

TOOL = "corosync-cmapctl"

# runtime.config.totem.token (u32) = 3000
# stats.schedmiss.0.delay (flt) = 3346.090576
# nodelist.node.0.name (str) = alpha
# key.of.any.bytes (bin)                       without a value
_ENTRY = re.compile(r"([A-Za-z0-9_./:-]+) \((?:[iu](?:8|16|32|64)|flt|dbl|str|bin)\)(?: = (.*))?")


def parse_map(output: bytes) -> Mapping[str, str]:
    """Values by key, as text. Raises Unparsable."""
    text = decode(output, f"{TOOL}'s output")
    if not text.endswith("\n"):
        raise Unparsable(f"{TOOL}: cut off at {excerpt(text[-40:])}")
    entries: dict[str, str] = {}
    for line in text.split("\n")[:-1]:
        match = _ENTRY.fullmatch(line)
        if not match:
            raise Unparsable(f"{TOOL}: expected “key (type) = value”, got {excerpt(line)}")
        if entries.setdefault(match[1], match[2] or "") != (match[2] or ""):
            raise Unparsable(f"{TOOL}: {match[1]} is there twice with two values")
    return entries


def entry(entries: Mapping[str, str], key: str) -> str:
    """The value of a key that every supported version has. Raises Unparsable."""
    if key not in entries:
        raise Unparsable(f"{TOOL}: expected {key}, got {len(entries)} other keys: cut off")
    return entries[key]
