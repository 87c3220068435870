"""Read `corosync-cfgtool -s`.

Formats: tools/corosync-cfgtool.c of Corosync 2.3.5 to 3.1.10, ringstatusget_do(), linkstatusget_do(),
nodestatusget_do(). In some versions the exit code is about health too; the text has more.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.errors import Unparsable
from exporter.parsing import decode, excerpt, integer
from exporter.sources.corosync.parse.node_ids import DIGITS, node_id

_TOOL = "corosync-cfgtool"

# Printing ring status.               to 2.4
# Local node ID 1084780051            up to 2.3.5 with a sign: -1062731519
#
# Printing link status.               2.99 to 3.1.0
# Local node ID 1
#
# Local node ID 1, transport knet     from 3.1.1
_OWN = re.compile(rf"^Local node ID ({DIGITS})(?:, transport ([a-z]+))?$", re.MULTILINE)
_RINGS = "Printing ring status."

# RING ID 0                           to 2.4
# LINK ID 0                           2.99 to 3.1.4
# LINK ID 0 udp                       from 3.1.5; nothing after the space where the transport is UDP(U)
_HEADING = re.compile(r"^(?:RING|LINK|Link) ID ", re.MULTILINE)
_NUMBER = re.compile(r"([0-9]+)(?: [a-z]*)?")

# 	id	= 192.168.125.15              to 2.99.0
# 	addr	= 192.168.125.15              from 2.99.1
_ADDRESS = re.compile(r"\t(?:id|addr)\t= (\S*)")

# 	status	= ring 0 active with no faults
# 	status	= Marking ringid 0 interface 10.0.0.11 FAULTY
# 	status	= Incrementing problem counter for seqid 8 iface 10.0.0.11 to [1 of 10]
# 	status	= OK                          UDP(U), 2.99 to 3.1.0
_STATUS = re.compile(
    r"\tstatus\t= (?:(?P<good>OK|ring [0-9]+ active with no faults|"
    r"(?:In|De)crementing problem counter .*\])|(?P<faulty>.* FAULTY))"
)

# 		node 0:	link enabled:1	link connected:1          2.99 to 3.0.1: the n-th smallest node id
# 		nodeid  2:	link enabled:1	link connected:1      3.0.2, 3.0.3
# 		nodeid  2:	connected                         3.0.4 to 3.1.0
# 		nodeid  2:	disconnected (not enabled)
# 		nodeid:          2:	connected                 from 3.1.1
# 		nodeid:          0:	disconnected              from 3.1.1: its state could not be asked
_NODE = re.compile(
    rf"\t\t(?P<index>node [0-9]+|nodeid:? +(?P<node_id>{DIGITS})):\t"
    r"(?:link enabled:[01]\tlink connected:(?P<bit>[01])|(?P<word>"
    r"connected|disconnected|localhost|knet error|config error|can't decode status character '.')"
    r"(?: \(not enabled\))?)"
)
_STATUS_OF_NODES = "\tstatus:"


@dataclass(frozen=True)
class LocalLink:
    """A link, or a ring as it was called before, seen from this node."""

    number: int
    address: str  # this node's; the peer's with UDP(U) from 3.1.1 on
    faulty: bool = False  # only where the version gives one status for the whole link
    rows: int = 0  # nodes listed; 0 where the version gives one status
    connected: Mapping[int, bool] = field(default_factory=dict)  # by node id, where the version prints ids
    words: bool = False  # states in words, from 3.0.4


@dataclass(frozen=True)
class CfgtoolStatus:
    node_id: int  # this node's
    transport: str | None  # knet, udp, udpu; None before 3.1.1
    corosync_2: bool
    links: tuple[LocalLink, ...]  # from 3.1.1 a link that is disabled towards the last peer is not there

    @property
    def knet(self) -> bool:
        """Only knet ever lists nodes before 3.1.1, and there it always does."""
        return self.transport == "knet" if self.transport else any(link.rows for link in self.links)

    @property
    def records_scheduling_misses(self) -> bool:
        """From 3.0.4 on; with UDP(U) that can be known from 3.1.1 on only."""
        return self.transport is not None or any(link.words for link in self.links)


def parse_cfgtool(output: bytes) -> CfgtoolStatus:
    """This node's id and links. Raises Unparsable."""
    text = decode(output, f"{_TOOL}'s output")
    if not text.endswith("\n"):
        raise Unparsable(f"{_TOOL}: cut off at {excerpt(text[-40:])}")
    head, *blocks = _HEADING.split(text)
    own = _OWN.search(head)
    if not own:
        raise Unparsable(f"{_TOOL}: expected “Local node ID N”, got {excerpt(head)}")
    links = tuple(_link(block) for block in blocks)
    if not links and not own[2]:
        raise Unparsable(f"{_TOOL}: no link after {excerpt(head)}: cut off")
    if len({link.number for link in links}) != len(links):
        raise Unparsable(f"{_TOOL}: a link is there twice: {excerpt(text)}")
    return CfgtoolStatus(
        node_id=node_id(own[1], f"{_TOOL}: Local node ID"),
        transport=own[2],
        corosync_2=head.startswith(_RINGS),
        links=links,
    )


def _link(block: str) -> LocalLink:
    # **SCTP is deprecated and will be removed in a future release      after 3.1.10
    lines = [line for line in block.splitlines() if line.strip() and not line.startswith("**")]
    if len(lines) < 3:
        raise Unparsable(f"{_TOOL}: expected number, address and status of a link, got {excerpt(block)}")
    number = _match(_NUMBER, lines[0], "a link's number")[1]
    address = _match(_ADDRESS, lines[1], "a link's address")[1]
    head = LocalLink(integer(number, f"{_TOOL}: link"), address)
    if lines[2] == _STATUS_OF_NODES:
        return _with_nodes(head, lines[3:])
    status = _match(_STATUS, lines[2], "a link's status")
    if len(lines) > 3:
        raise Unparsable(f"{_TOOL}: expected no more of a link, got {excerpt(lines[3])}")
    return LocalLink(head.number, head.address, faulty=status["faulty"] is not None)


def _with_nodes(head: LocalLink, lines: list[str]) -> LocalLink:
    nodes = [_match(_NODE, line, "a node of a link") for line in lines]
    if not nodes:
        raise Unparsable(f"{_TOOL}: no node after “status:” of link {head.number}: cut off")
    return LocalLink(
        head.number,
        head.address,
        rows=len(nodes),
        connected={
            node_id(node["node_id"], f"{_TOOL}: nodeid"): (node["bit"] or node["word"]) in {"1", "connected"}
            for node in nodes
            if node["node_id"]
        },
        words=any(node["word"] for node in nodes),
    )


def _match(pattern: re.Pattern[str], line: str, what: str) -> re.Match[str]:
    match = pattern.fullmatch(line)
    if not match:
        raise Unparsable(f"{_TOOL}: expected {what}, got {excerpt(line)}")
    return match
