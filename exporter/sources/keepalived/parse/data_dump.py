"""keepalived.data -> what is tracked, waited for, and heard (pure). Format: keepalived/vrrp/vrrp_data.c.

Errors show nothing of the file: it has passwords.
"""

import ipaddress
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from exporter.errors import Unparsable
from exporter.sources.keepalived.reading import (
    Details,
    Neighbours,
    Process,
    Script,
    SyncGroup,
    Tracked,
    Tracks,
    Waits,
)

WHAT = "keepalived.data"

_SECTION = re.compile(r"------< (.+) >------")
#  VRRP Instance = VI_1              of a section's entries, by one space
#  VRRP Sync Group = VG_1, BACKUP
_INSTANCE, _SCRIPT, _PROCESS, _GROUP = "VRRP Instance", "VRRP Script", "VRRP Track process", "VRRP Sync Group"
_ENTRY = re.compile(rf" (?:({_INSTANCE}|{_SCRIPT}|{_PROCESS}) = (\S+)|({_GROUP}) = (\S+), [A-Z]+)")
#    Status = GOOD                   by three; `   Unicast Peer :` begins a list, whose items are by five
_FIELD = re.compile(r" {3}(\S[^=:]*?) *(?:= *(.*)|: *)")
_PEERS, _MEMBERS = "Unicast Peer", "VRRP member instances"
# Of a sync group it is `Tracked process :`.
_SCRIPTS, _PROCESSES, _FILES = "Tracked scripts", "Tracked process", "Tracked files"
_LISTS = (_PEERS, _MEMBERS, _SCRIPTS, _PROCESSES, _FILES)
#      haproxy weight -20 reverse
#      haproxy-runs, weight -20      of processes and files
_WEIGHT = re.compile(r"(\S+?),? weight (-?[0-9]{1,4})( reverse)?")
#  Gratuitous ARP interval = 0.050000   global; of a group of interfaces ` GARP interval = 0.05`
_ANNOUNCE = re.compile(r" (?:Gratuitous (?:ARP|NA)|GARP|GNA) interval = ([0-9]{1,9}(?:\.[0-9]{1,9})?)")
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
    instances = [one for one in entries if one.kind == _INSTANCE]
    announced = (_ANNOUNCE.fullmatch(line) for line in text.splitlines())
    return Details(
        scripts=tuple(_script(one) for one in entries if one.kind == _SCRIPT),
        neighbours={one.name: _neighbours(one) for one in instances},
        waits={one.name: _waits(one) for one in instances},
        processes=tuple(_process(one) for one in entries if one.kind == _PROCESS),
        groups=tuple(_group(one) for one in entries if one.kind == _GROUP),
        announce_interval=max((float(one[1]) for one in announced if one), default=0.0),
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
            current, listed = _Entry(match[1] or match[3], match[2] or match[4]), ""
            yield current
        elif not line.startswith("   "):
            # Up to 1.3.5 ` VRRP Version = 2` stands in the middle of an instance.
            current = current if line.startswith(" VRRP Version") else None
        elif current and (match := _FIELD.fullmatch(line)):
            current.fields.setdefault(match[1], match[2] or "")
            listed = next((one for one in _LISTS if match[1].startswith(one)), "")


def _addresses(item: str) -> list[str]:
    """`10.78.0.12 min_ttl 0 max_ttl 255`."""
    with suppress(ValueError):
        return [str(ipaddress.ip_address(item.split(maxsplit=1)[0].partition("%")[0]))]
    return []


def _script(entry: _Entry) -> Script:
    status = entry.fields.get("Status")
    if status is None:
        raise Unparsable(f"{WHAT}: a script without a status")
    return Script(
        entry.name,
        _STATUS.get(status),
        entry.fields.get("State", ""),
        interval=_seconds(entry.fields.get("Interval", "")),
        fall=_count(entry.fields.get("Fall", ""), 1),
        haproxy=_looks_at_haproxy(entry, "Command"),
    )


def _process(entry: _Entry) -> Process:
    """`Have quorum = true`, `Terminate delay = 0.500000s`. One that must not run (0 processes) is not
    HAProxy."""
    wanted = _count(entry.fields.get("Min processes", ""), 1) > 0
    delay = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)s", entry.fields.get("Terminate delay", ""))
    return Process(
        entry.name,
        good=entry.fields.get("Have quorum") != "false",
        delay=float(delay[1]) if delay else 0.0,
        haproxy=wanted and _looks_at_haproxy(entry, "Process", "Parameters"),
    )


def _looks_at_haproxy(entry: _Entry, *fields: str) -> bool:
    """A command is looked at and not kept: it may hold a password."""
    return _HAPROXY in " ".join([entry.name, *(entry.fields.get(one, "") for one in fields)]).lower()


def _group(entry: _Entry) -> SyncGroup:
    return SyncGroup(tuple(entry.items.get(_MEMBERS, ())), _tracks(entry))


def _tracks(entry: _Entry) -> Tracks:
    scripts, processes, files = (_tracked(entry, listed) for listed in (_SCRIPTS, _PROCESSES, _FILES))
    return Tracks(scripts, processes, files)


def _tracked(entry: _Entry, listed: str) -> tuple[Tracked, ...]:
    found = (_WEIGHT.fullmatch(item) for item in entry.items.get(listed, ()))
    return tuple(Tracked(one[1], int(one[2]), one[3] is not None) for one in found if one)


def _seconds(text: str) -> float:
    """`1 sec`, `0.500 sec`; Keepalived's default where it does not say it."""
    match = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) sec", text)
    return float(match[1]) if match else 1.0


def _count(text: str, otherwise: int) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else otherwise


def _waits(entry: _Entry) -> Waits:
    """Up to 1.3 there is no such number of advertisements: RFC 5798 has three. `Preempt delay = 4.5 secs`."""
    delay = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,6})?) secs", entry.fields.get("Preempt delay", ""))
    return Waits(
        _count(entry.fields.get("Down timer adverts", ""), 3),
        float(delay[1]) if delay else 0.0,
        _tracks(entry),
    )


def _neighbours(entry: _Entry) -> Neighbours:
    """After a reload 2.2.7 names a master that is none (`ff02::12`), until it has taken an advertisement."""
    peers = tuple(address for item in entry.items.get(_PEERS, ()) for address in _addresses(item))
    named = _addresses(entry.fields.get("Master router") or "-")
    masters = [one for one in named if one in peers or not peers]
    masters = [one for one in masters if not ipaddress.ip_address(one).is_multicast]
    return Neighbours(masters[0] if masters else "", peers)
