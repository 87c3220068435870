"""keepalived.data -> check scripts and neighbours (pure). Format: keepalived/vrrp/vrrp_data.c.

Errors show nothing of the file: it has passwords.
"""

import ipaddress
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from exporter.errors import Unparsable
from exporter.sources.keepalived.reading import Details, Neighbours, Script, Tracked, Waits

WHAT = "keepalived.data"

_SECTION = re.compile(r"------< (.+) >------")
#  VRRP Instance = VI_1              of a section's entries, by one space
_ENTRY = re.compile(r" (VRRP Instance|VRRP Script) = (\S+)")
#    Status = GOOD                   by three; `   Unicast Peer :` begins a list, whose items are by five
_FIELD = re.compile(r" {3}(\S[^=:]*?) *(?:= *(.*)|: *)")
_PEERS, _TRACKED = "Unicast Peer", "Tracked scripts"
#      haproxy weight -20 reverse
_WEIGHT = re.compile(r"(\S+) weight (-?[0-9]{1,4})( reverse)?")
_STATUS = {"GOOD": True, "BAD": False}
_HAPROXY = "haproxy"


@dataclass
class _Entry:
    kind: str
    name: str
    fields: dict[str, str] = field(default_factory=dict)
    items: dict[str, list[str]] = field(default_factory=dict)  # of the fields that are lists


def parse_data(dump: bytes) -> Details:
    """Raises Unparsable."""
    text = dump.decode(errors="replace")
    if not any(_SECTION.fullmatch(line) for line in text.splitlines()):
        raise Unparsable(f"{WHAT} has no section ({len(dump)} bytes)")
    entries = list(_entries(text))
    return Details(
        scripts=tuple(_script(one) for one in entries if one.kind == "VRRP Script"),
        neighbours={one.name: _neighbours(one) for one in entries if one.kind == "VRRP Instance"},
        waits={one.name: _waits(one) for one in entries if one.kind == "VRRP Instance"},
    )


def _entries(text: str) -> Iterator[_Entry]:
    current: _Entry | None = None
    listed = ""
    for line in text.splitlines():
        if line.startswith("     "):
            if current and listed:
                current.items.setdefault(listed, []).append(line.strip())
            continue
        if match := _ENTRY.fullmatch(line):
            current, listed = _Entry(match[1], match[2]), ""
            yield current
        elif not line.startswith("   "):
            # Up to 1.3.5 ` VRRP Version = 2` stands in the middle of an instance.
            current = current if line.startswith(" VRRP Version") else None
        elif current and (match := _FIELD.fullmatch(line)):
            current.fields.setdefault(match[1], match[2] or "")
            listed = next((one for one in (_PEERS, _TRACKED) if match[1].startswith(one)), "")


def _addresses(item: str) -> list[str]:
    """`10.78.0.12 min_ttl 0 max_ttl 255`."""
    with suppress(ValueError):
        return [str(ipaddress.ip_address(item.split(maxsplit=1)[0].partition("%")[0]))]
    return []


def _script(entry: _Entry) -> Script:
    """Its command is looked at and not kept: it may hold a password."""
    status = entry.fields.get("Status")
    if status is None:
        raise Unparsable(f"{WHAT}: a script without a status")
    looks_at = f"{entry.name} {entry.fields.get('Command', '')}".lower()
    return Script(
        entry.name,
        _STATUS.get(status),
        entry.fields.get("State", ""),
        interval=_seconds(entry.fields.get("Interval", "")),
        fall=_count(entry.fields.get("Fall", ""), 1),
        haproxy=_HAPROXY in looks_at,
    )


def _seconds(text: str) -> float:
    """`1 sec`, `0.500 sec`; Keepalived's default where it does not say it."""
    match = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) sec", text)
    return float(match[1]) if match else 1.0


def _count(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else otherwise


def _waits(entry: _Entry) -> Waits:
    """Up to 1.3 there is no such number of advertisements: RFC 5798 has three."""
    tracked = (_WEIGHT.fullmatch(item) for item in entry.items.get(_TRACKED, ()))
    return Waits(
        _count(entry.fields.get("Down timer adverts", ""), 3),
        tuple(Tracked(one[1], int(one[2]), one[3] is not None) for one in tracked if one),
    )


def _neighbours(entry: _Entry) -> Neighbours:
    """After a reload 2.2.7 names a master that is none (`ff02::12`), until it has taken an advertisement."""
    peers = tuple(address for item in entry.items.get(_PEERS, ()) for address in _addresses(item))
    named = _addresses(entry.fields.get("Master router") or "-")
    masters = [one for one in named if one in peers or not peers]
    masters = [one for one in masters if not ipaddress.ip_address(one).is_multicast]
    return Neighbours(masters[0] if masters else "", peers)
