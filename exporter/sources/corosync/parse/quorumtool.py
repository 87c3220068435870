"""Read `corosync-quorumtool -p`.

Formats: tools/corosync-quorumtool.c of Corosync 2.3.5 to 3.1.10, display_quorum_data() and
display_nodes_data().
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from exporter.errors import Unparsable
from exporter.parsing import decode, excerpt, integer
from exporter.sources.corosync.parse.node_ids import DIGITS, node_id

Row = Mapping[str, str | None]  # the groups of _MEMBER

_TOOL = "corosync-quorumtool"
_VOTEQUORUM = "corosync_votequorum"
_TABLE = "\nMembership information\n"

# Ring ID:          1.4a46b       from 3.0.3: representative's node id and sequence, both hexadecimal
# Ring ID:          1/40          2.4.0 to 3.0.2: both decimal, the node id with a sign: -1062731519/44
# Ring ID:          40            2.3.5 and 2.3.6, and without votequorum
_RING_ID = re.compile(rf"[0-9a-f]+(?:\.[0-9a-f]+)?|(?P<node_id>{DIGITS})/(?P<sequence>[0-9]+)")

#     Nodeid      Votes    Qdevice Name
#          1          1    A,V,NMW alpha (local)
#          2          1         NR beta                    no Qdevice registered
#          3          1   NA,V,NMW gamma [text] (local)    after 3.1.10: the Qdevice's own text
#          4          1         NR                         no name configured, and none of its address
#          5          1         NR  (local)                the same of this node
#          0          0            Qdevice (votes 1)       the Qdevice itself; (votes N): not cast
_MEMBER = re.compile(
    rf" *(?P<node_id>{DIGITS}) +(?P<votes>[0-9]+)"
    r"(?: +(?P<qdevice>NR|(?P<alive>N?A),(?P<vote>N?V),(?P<wins>N?MW)))?"
    r"(?: +(?P<name>(?!\(local\)|\(votes |\[)[^ ]+))? *(?:\[.*\])?"
    r"(?: ?\(votes (?P<withheld>[0-9]+)\))?(?P<local> ?\(local\))?"
)


@dataclass(frozen=True)
class QdeviceState:
    """The state of the Qdevice on one node, as corosync there reports it to all members."""

    alive: bool  # the node's corosync-qdevice reports in time: A or NA
    votes: bool  # it gives its votes to the node's partition: V or NV
    master_wins: bool  # its vote alone is quorum: MW or NMW


@dataclass(frozen=True)
class Member:
    """A node of the membership, or the Qdevice with node id 0."""

    node_id: int
    name: str  # empty where the tool could not find one
    votes: int
    local: bool
    qdevice: QdeviceState | None = None  # None: none is registered there (NR)


@dataclass(frozen=True)
class Votes:
    expected: int
    highest_expected: int
    total: int
    quorum: int


@dataclass(frozen=True)
class Quorum:
    """`votes` is None and `members` empty where the provider is not votequorum: neither is printed then."""

    node_id: int  # this node's
    ring_id: str  # as it is written: the format differs by version
    quorate: bool
    votes: Votes | None
    flags: tuple[str, ...]
    members: tuple[Member, ...]
    qdevice_votes: int | None = None  # that it has to give; None: no member has one registered


def parse_quorumtool(output: bytes) -> Quorum:
    """Raises Unparsable."""
    text = decode(output, f"{_TOOL}'s output")
    if not text.endswith("\n"):
        raise Unparsable(f"{_TOOL}: cut off at {excerpt(text[-40:])}")
    head, _, table = text.partition(_TABLE)
    fields = _fields(head)
    votequorum = _field(fields, "Quorum provider") == _VOTEQUORUM
    rows = [_row(line) for line in table.splitlines()[2:] if line.strip()] if votequorum else []
    return Quorum(
        node_id=node_id(_field(fields, "Node ID"), f"{_TOOL}: Node ID"),
        ring_id=_ring_id(_field(fields, "Ring ID")),
        quorate=_quorate(_field(fields, "Quorate")),
        votes=_votes(fields) if votequorum else None,
        flags=tuple(dict.fromkeys(_field(fields, "Flags").split())) if votequorum else (),
        members=_members(rows, _count(fields, "Nodes")) if votequorum else (),
        qdevice_votes=_qdevice_votes(rows),
    )


def _fields(head: str) -> dict[str, str]:
    pairs = (line.split(":", 1) for line in head.splitlines() if ":" in line)
    return {name.strip(): value.strip() for name, value in pairs}


def _field(fields: dict[str, str], name: str) -> str:
    if name not in fields:
        raise Unparsable(f"{_TOOL}: expected a line “{name}:”, got lines {excerpt(', '.join(fields))}")
    return fields[name]


def _count(fields: dict[str, str], name: str) -> int:
    # Quorum:           2 Activity blocked
    return integer(_field(fields, name).partition(" ")[0], f"{_TOOL}: {name}")


def _ring_id(text: str) -> str:
    match = _RING_ID.fullmatch(text)
    if not match:
        raise Unparsable(f"{_TOOL}: Ring ID: expected as in 1.4a46b or 1/40, got {excerpt(text)}")
    if match["node_id"] is None:
        return text
    return f"{node_id(match['node_id'], f'{_TOOL}: Ring ID')}/{match['sequence']}"


def _quorate(text: str) -> bool:
    if text not in {"Yes", "No"}:
        raise Unparsable(f"{_TOOL}: Quorate: expected Yes or No, got {excerpt(text)}")
    return text == "Yes"


def _votes(fields: dict[str, str]) -> Votes:
    return Votes(
        expected=_count(fields, "Expected votes"),
        highest_expected=_count(fields, "Highest expected"),
        total=_count(fields, "Total votes"),
        quorum=_count(fields, "Quorum"),
    )


def _members(rows: Sequence[Row], nodes: int) -> tuple[Member, ...]:
    """The table's rows: as many as the head says, and the Qdevice's where a node has one registered."""
    members = tuple(_member(row) for row in rows)
    qdevices = sum(member.node_id == 0 for member in members)
    registered = any(row["qdevice"] not in {None, "NR"} for row in rows)
    if len(members) - qdevices != nodes or qdevices != registered:
        raise Unparsable(f"{_TOOL}: expected rows of {nodes} nodes, got {_ids(members)}: cut off")
    if len({member.node_id for member in members}) != len(members):
        raise Unparsable(f"{_TOOL}: a node is there twice: {_ids(members)}")
    return members


def _member(row: Row) -> Member:
    return Member(
        node_id=node_id(row["node_id"] or "", f"{_TOOL}: Nodeid"),
        name=row["name"] or "",
        votes=integer(row["votes"] or "", f"{_TOOL}: Votes"),
        local=bool(row["local"]),
        qdevice=QdeviceState(row["alive"] == "A", row["vote"] == "V", row["wins"] == "MW")
        if row["alive"]
        else None,
    )


def _qdevice_votes(rows: Sequence[Row]) -> int | None:
    """Those it casts, or in brackets those it has and does not cast."""
    for row in rows:
        if node_id(row["node_id"] or "", f"{_TOOL}: Nodeid") == 0:
            return integer(row["withheld"] or row["votes"] or "", f"{_TOOL}: votes of the Qdevice")
    return None


def _row(line: str) -> Row:
    match = _MEMBER.fullmatch(line)
    if not match:
        raise Unparsable(f"{_TOOL}: expected a row of the membership, got {excerpt(line)}")
    return match.groupdict()


def _ids(members: Sequence[Member]) -> str:
    return excerpt(" ".join(str(member.node_id) for member in members))
