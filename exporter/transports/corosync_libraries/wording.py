"""What was read as the tools of Corosync 3.1.5 and newer print it. Asks nothing itself.

From their sources: nodestatusget_do() of corosync-cfgtool.c, show_status() and what it calls of
corosync-quorumtool.c, print_key() of corosync-cmapctl.c.
"""

import ctypes
import sys
from collections.abc import Mapping, Sequence

from .libraries import Info, NodeStatus

PROVIDER = "corosync_votequorum"

_FLAGS = {  # VOTEQUORUM_INFO_*
    1: "2Node",
    2: "Quorate",
    4: "WaitForAll",
    8: "LastManStanding",
    16: "AutoTieBreaker",
    32: "AllowDownscale",
    64: "Qdevice",
}
_QUORATE, _REGISTERED, _ALIVE, _CAST_VOTE, _MASTER_WINS = 2, 64, 128, 256, 512

_INTEGERS = {
    1: "i8",
    2: "u8",
    3: "i16",
    4: "u16",
    5: "i32",
    6: "u32",
    7: "i64",
    8: "u64",
}  # cmap_value_types_t
_FLOAT, _DOUBLE, _STRING = 9, 10, 11


def entry(key: bytes, kind: int, value: bytes) -> bytes:
    """`runtime.config.totem.token (u32) = 3000`"""
    return b"%s %s\n" % (key, _typed(kind, value))


def _typed(kind: int, value: bytes) -> bytes:
    if kind in _INTEGERS:
        return f"({_INTEGERS[kind]}) = {integer(kind, value)}".encode()
    if kind == _FLOAT:
        return f"(flt) = {ctypes.c_float.from_buffer_copy(value).value:f}".encode()
    if kind == _DOUBLE:
        return f"(dbl) = {ctypes.c_double.from_buffer_copy(value).value:f}".encode()
    return b"(str) = " + value.rstrip(b"\0") if kind == _STRING else b"(bin)"


def integer(kind: int, value: bytes) -> int:
    return int.from_bytes(value, sys.byteorder, signed=bool(kind % 2))


def links(own: int, transport: str, nodes: Mapping[int, NodeStatus]) -> bytes:
    """`nodes` by their ids, in the order of these."""
    # The local node's own list has one link, to itself, so that another node's is asked.
    others = [node for node_id, node in nodes.items() if node_id != own]
    text = b"Local node ID %d, transport %s\n" % (own, transport.encode())
    for number, link in enumerate((others or [nodes[own]])[-1].links):
        if not link.enabled:
            continue
        text += b"LINK ID %d %s\n" % (number, b"udp" if transport == "knet" else b"")
        text += b"\taddr\t= %s\n\tstatus:\n" % link.source
        for node_id, node in nodes.items():
            connected = b"connected" if node.links[number].connected else b"disconnected"
            state = b"localhost" if node_id == own else connected
            text += b"\t\tnodeid: %10d:\t%s\n" % (node.node_id, state)
    return text


def quorum(
    ring_id: str, quorate: bool, own: Info, members: Sequence[Info], names: Mapping[int, bytes]
) -> bytes:
    """Without the date. `own` is what this node says of itself."""
    head = (
        "Quorum information\n------------------\n"
        f"Quorum provider:  {PROVIDER}\nNodes:            {len(members)}\n"
        f"Node ID:          {own.node_id}\nRing ID:          {ring_id}\n"
        f"Quorate:          {'Yes' if quorate else 'No'}\n\n"
    )
    return head.encode() + _votes(own) + _table(own, members, names)


def _votes(own: Info) -> bytes:
    blocked = " " if own.flags & _QUORATE else "Activity blocked"
    flags = "".join(f"{word} " for flag, word in _FLAGS.items() if own.flags & flag)
    return (
        "Votequorum information\n----------------------\n"
        f"Expected votes:   {own.expected}\nHighest expected: {own.highest_expected}\n"
        f"Total votes:      {own.total}\nQuorum:           {own.quorum} {blocked}\n"
        f"Flags:            {flags}\n\n"
    ).encode()


def _table(own: Info, members: Sequence[Info], names: Mapping[int, bytes]) -> bytes:
    text = b"Membership information\n----------------------\n    Nodeid      Votes    Qdevice Name\n"
    for info in members:
        row = b"%10d %10d %10s " % (info.node_id, info.votes, _qdevice(info.flags))
        text += row + names[info.node_id] + (b" (local)\n" if info.node_id == own.node_id else b"\n")
    if any(info.flags & _REGISTERED for info in members):
        votes, cast = members[0].qdevice_votes, own.flags & _CAST_VOTE
        text += b"%10d %10d            %s" % (0, votes if cast else 0, members[0].qdevice_name)
        text += b"\n" if cast else b" (votes %d)\n" % votes
    return text


def _qdevice(flags: int) -> bytes:
    if not flags & _REGISTERED:
        return b"NR"
    words = (("A", "NA", _ALIVE), ("V", "NV", _CAST_VOTE), ("MW", "NMW", _MASTER_WINS))
    return ",".join(yes if flags & flag else no for yes, no, flag in words).encode()
