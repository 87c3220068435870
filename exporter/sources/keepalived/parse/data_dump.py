"""keepalived.data -> check scripts and neighbours (pure). Format: keepalived/vrrp/vrrp_data.c.

Errors show nothing of the file: it has passwords.
"""

import ipaddress
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from exporter.errors import Unparsable
from exporter.sources.keepalived.reading import Details, Neighbours, Script

WHAT = "keepalived.data"

_SECTION = re.compile(r"------< (.+) >------")
#  VRRP Instance = VI_1              of a section's entries, by one space
_ENTRY = re.compile(r" (VRRP Instance|VRRP Script) = (\S+)")
#    Status = GOOD                   by three; `   Unicast Peer :` begins a list, whose items are by five
_FIELD = re.compile(r" {3}(\S[^=:]*?) *(?:= *(.*)|: *)")
_PEERS = re.compile(r"Unicast Peer\b")
_STATUS = {"GOOD": True, "BAD": False}


@dataclass
class _Entry:
    kind: str
    name: str
    fields: dict[str, str] = field(default_factory=dict)
    peers: list[str] = field(default_factory=list)


def parse_data(dump: bytes) -> Details:
    """Raises Unparsable."""
    text = dump.decode(errors="replace")
    if not any(_SECTION.fullmatch(line) for line in text.splitlines()):
        raise Unparsable(f"{WHAT} has no section ({len(dump)} bytes)")
    entries = list(_entries(text))
    return Details(
        scripts=tuple(_script(one) for one in entries if one.kind == "VRRP Script"),
        neighbours={one.name: _neighbours(one) for one in entries if one.kind == "VRRP Instance"},
    )


def _entries(text: str) -> Iterator[_Entry]:
    current: _Entry | None = None
    peers = False
    for line in text.splitlines():
        if line.startswith("     "):
            if current and peers:
                current.peers += _addresses(line)
            continue
        if match := _ENTRY.fullmatch(line):
            current, peers = _Entry(match[1], match[2]), False
            yield current
        elif not line.startswith("   "):
            # Up to 1.3.5 ` VRRP Version = 2` stands in the middle of an instance.
            current = current if line.startswith(" VRRP Version") else None
        elif current and (match := _FIELD.fullmatch(line)):
            current.fields.setdefault(match[1], match[2] or "")
            peers = bool(_PEERS.match(match[1]))


def _addresses(line: str) -> list[str]:
    """`     10.78.0.12 min_ttl 0 max_ttl 255`."""
    with suppress(ValueError):
        return [str(ipaddress.ip_address(line.split(maxsplit=1)[0].partition("%")[0]))]
    return []


def _script(entry: _Entry) -> Script:
    status = entry.fields.get("Status")
    if status is None:
        raise Unparsable(f"{WHAT}: a script without a status")
    return Script(entry.name, _STATUS.get(status), entry.fields.get("State", ""))


def _neighbours(entry: _Entry) -> Neighbours:
    """After a reload 2.2.7 names a master that is none (`ff02::12`), until it has taken an advertisement."""
    named = _addresses(entry.fields.get("Master router") or "-")
    masters = [one for one in named if one in entry.peers or not entry.peers]
    masters = [one for one in masters if not ipaddress.ip_address(one).is_multicast]
    return Neighbours(masters[0] if masters else "", tuple(entry.peers))
