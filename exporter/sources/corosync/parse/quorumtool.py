"""Read `corosync-quorumtool -p`.

Formats: tools/corosync-quorumtool.c of Corosync 2.4.0 to 3.1.10, display_quorum_data() and
display_nodes_data().
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from exporter.errors import Unparsable
from exporter.parsing import decode, excerpt, integer

_TOOL = "corosync-quorumtool"
_VOTEQUORUM = "corosync_votequorum"
_TABLE = "\nMembership information\n"

# Ring ID:          1.4a46b       from 3.0.3: representative's node id and sequence, both hexadecimal
# Ring ID:          1/40          before: both decimal
# Ring ID:          40            without votequorum
_RING_ID = re.compile(r"[0-9a-f]+([./][0-9a-f]+)?")

#     Nodeid      Votes    Qdevice Name
#          1          1    A,V,NMW alpha (local)
#          2          1         NR beta                    no Qdevice registered
#          3          1   NA,V,NMW gamma [text] (local)    after 3.1.10: what the Qdevice says of itself
#          4          1         NR                         the name could not be found
#          0          0            Qdevice (votes 1)       the Qdevice itself; (votes N): not cast
_MEMBER = re.compile(
    r" *(?P<node_id>[0-9]+) +(?P<votes>[0-9]+)(?: +(?P<qdevice>NR|N?A,N?V,N?MW))?"
    r"(?: +(?P<name>[^ ]+))? *(?:\[.*\])?(?: ?\(votes [0-9]+\))?(?P<local> ?\(local\))?"
)


@dataclass(frozen=True)
class Member:
    """A node of the membership, or the Qdevice with node id 0."""

    node_id: int
    name: str  # empty where the tool could not find one
    votes: int
    local: bool


@dataclass(frozen=True)
class Votes:
    expected: int
    highest_expected: int
    total: int
    quorum: int


@dataclass(frozen=True)
class Quorum:
    """`votes` is None and `members` empty where the provider is not votequorum: the tool says no more."""

    node_id: int  # this node's
    ring_id: str  # as it is written: the format differs by version
    quorate: bool
    votes: Votes | None
    flags: tuple[str, ...]
    members: tuple[Member, ...]


def parse_quorumtool(output: bytes) -> Quorum:
    text = decode(output, f"{_TOOL}'s output")
    if not text.endswith("\n"):
        raise Unparsable(f"{_TOOL}: cut off at {excerpt(text[-40:])}")
    head, _, table = text.partition(_TABLE)
    fields = _fields(head)
    votequorum = _field(fields, "Quorum provider") == _VOTEQUORUM
    return Quorum(
        node_id=integer(_field(fields, "Node ID"), f"{_TOOL}: Node ID"),
        ring_id=_ring_id(_field(fields, "Ring ID")),
        quorate=_quorate(_field(fields, "Quorate")),
        votes=_votes(fields) if votequorum else None,
        flags=tuple(dict.fromkeys(_field(fields, "Flags").split())) if votequorum else (),
        members=_members(table, _count(fields, "Nodes")) if votequorum else (),
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
    if not _RING_ID.fullmatch(text):
        raise Unparsable(f"{_TOOL}: Ring ID: expected as in 1.4a46b, got {excerpt(text)}")
    return text


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


def _members(table: str, nodes: int) -> tuple[Member, ...]:
    """The table's rows: as many as the head says, and the Qdevice's where a node has one registered."""
    rows = [_row(line) for line in table.splitlines()[2:] if line.strip()]
    members = tuple(
        Member(
            integer(row["node_id"], "node id"),
            row["name"] or "",
            integer(row["votes"], "votes"),
            bool(row["local"]),
        )
        for row in rows
    )
    qdevices = sum(member.node_id == 0 for member in members)
    registered = any(row["qdevice"] not in {None, "NR"} for row in rows)
    if len(members) - qdevices != nodes or qdevices != registered:
        raise Unparsable(f"{_TOOL}: expected rows of {nodes} nodes, got {_ids(members)}: cut off")
    if len({member.node_id for member in members}) != len(members):
        raise Unparsable(f"{_TOOL}: a node is there twice: {_ids(members)}")
    return members


def _row(line: str) -> dict[str, str]:
    match = _MEMBER.fullmatch(line)
    if not match:
        raise Unparsable(f"{_TOOL}: expected a row of the membership, got {excerpt(line)}")
    return match.groupdict()


def _ids(members: Sequence[Member]) -> str:
    return excerpt(" ".join(str(member.node_id) for member in members))
