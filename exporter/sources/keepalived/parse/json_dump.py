"""keepalived.json -> instances (pure). Format: keepalived/vrrp/vrrp_json.c, from 1.3.6 on.

Errors show nothing of the file: it has passwords.
"""

import ipaddress
import json
from collections.abc import Mapping
from typing import Any

from exporter.errors import Unparsable
from exporter.sources.keepalived.reading import STATES, Instance, VirtualAddress

WHAT = "keepalived.json"
_AUTHENTICATION = {0: "none", 1: "password", 2: "ah"}  # vrrp.h
_NOTIFIED = ("script", "script_master")  # `notify`, which is told the state, and `notify_master`

Fields = Mapping[str, Any]


# A list; with `json_version 2` (from 2.2.3) that is the member `vrrp` of an object. One entry:
#   {"data":{"iname":"VI_1","ifp_ifname":"eth0","vrid":51,"state":2,"base_priority":150, …,
#   "vips":["10.78.0.100\/24 dev eth0 scope global set"], …}, "stats":{"advert_rcvd":0,"advert_sent":19, …}}
def parse_json(dump: bytes) -> tuple[Instance, ...]:
    """In the order of the configuration; none where it has no VRRP instance. Raises Unparsable."""
    try:
        root = json.loads(dump.decode(errors="replace"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Unparsable(f"{WHAT} is no JSON, or cut off ({len(dump)} bytes)") from None
    entries = root.get("vrrp") if isinstance(root, dict) else root
    if not isinstance(entries, list):
        raise Unparsable(f"{WHAT}: expected a list of VRRP instances")
    return tuple(_instance(entry) for entry in entries)


def _no_number(name: str) -> float:
    raise ValueError(name)


def _instance(entry: object) -> Instance:
    data, stats = _object(entry, "data"), _object(entry, "stats")
    name, interface = _text(data, "iname"), _text(data, "ifp_ifname")
    state = _whole(data, "state")
    if state >= len(STATES):
        raise Unparsable(f"{WHAT}: an instance's state is {state}, expected 0 to {len(STATES) - 1}")
    interval = _number(data, "adver_int")
    return Instance(
        name=name,
        interface=interface,
        vrid=_whole(data, "vrid"),
        state=state,
        base_priority=_whole(data, "base_priority"),
        effective_priority=_whole(data, "effective_priority"),
        master_priority=_whole(data, "master_priority"),
        last_transition=_number(data, "last_transition"),
        advert_interval=interval,
        master_advert_interval=_number(data, "master_adver_int") if "master_adver_int" in data else interval,
        version=_whole(data, "version"),
        authentication=_AUTHENTICATION.get(_whole(data, "auth_type") if "auth_type" in data else 0, "other"),
        preempts=not data.get("nopreempt", False),
        addresses=(
            *_addresses(data, "vips", interface, excluded=False),
            *_addresses(data, "evips", interface, excluded=True),
        ),
        notifies=any(data.get(key) for key in _NOTIFIED),
        counters={key: _whole(stats, key) for key in stats},
    )


def _object(entry: object, key: str) -> Fields:
    found = entry.get(key) if isinstance(entry, dict) else None
    if not isinstance(found, dict):
        raise Unparsable(f"{WHAT}: an instance without {key}")
    return found


def _addresses(data: Fields, key: str, interface: str, *, excluded: bool) -> list[VirtualAddress]:
    listed = data.get(key, [])
    if not isinstance(listed, list):
        raise Unparsable(f"{WHAT}: {key} is no list")
    return [_address(text, interface, excluded=excluded) for text in listed]


def _address(text: object, interface: str, *, excluded: bool) -> VirtualAddress:
    """`10.78.0.100/24 dev eth0 scope global set`: format_ipaddress() of vrrp_ipaddress.c."""
    words = text.split() if isinstance(text, str) else []
    try:
        address = str(ipaddress.ip_address(words[0].partition("/")[0]))
    except (IndexError, ValueError):
        raise Unparsable(f"{WHAT}: a virtual address that is none") from None
    named = words[words.index("dev") + 1 :] if "dev" in words else []
    return VirtualAddress(address, named[0] if named else interface, excluded)


def _text(fields: Fields, key: str) -> str:
    found = fields.get(key)
    if not isinstance(found, str) or not found:
        raise Unparsable(f"{WHAT}: {key} is missing, or no text")
    return found


def _number(fields: Fields, key: str) -> float:
    found = fields.get(key)
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < 2**64:
        raise Unparsable(f"{WHAT}: {key} is missing, or no number from 0 on")
    return float(found)


def _whole(fields: Fields, key: str) -> int:
    found = _number(fields, key)
    if not found.is_integer():
        raise Unparsable(f"{WHAT}: {key} is no whole number")
    return int(found)
