"""What the libraries gave, in the words of the tools. On a live Corosync: tests/lab/test_corosync.py."""

import ctypes
import struct
import sys
from pathlib import Path

import pytest

from exporter.transports import corosync_libraries
from exporter.transports.corosync_libraries import FAILED, OPTIONS, UNSUITABLE, libraries, wording
from exporter.transports.corosync_libraries.libraries import Info, NodeStatus, patiently
from exporter.transports.deadline import Deadline
from exporter.transports.standing_tool import StandingTool
from tests.sources.corosync.captures import outputs

REGISTERED, ALIVE, CAST, WINS = 64, 128, 256, 512


def info(node_id: int, flags: int, **values: int) -> Info:
    known = {"state": 1, "votes": 1, "expected": 2, "highest_expected": 2, "total": 2, "quorum": 1}
    return Info(node_id=node_id, flags=flags, **{**known, **values})


def undated(text: bytes) -> bytes:
    return b"".join(line for line in text.splitlines(True) if not line.startswith(b"Date:"))


TWO_NODE, QUORATE, WAIT_FOR_ALL = 1, 2, 4
OWN = REGISTERED | ALIVE
QDEVICE = {"expected": 3, "highest_expected": 3, "quorum": 2, "qdevice_votes": 1}
PAIR = {1: b"lb1", 2: b"lb2"}


@pytest.mark.parametrize(
    ("case", "ring_id", "members", "names"),
    [
        (
            "corosync-3.1.7-two-links",
            "1.17",
            [info(node_id, TWO_NODE | QUORATE | WAIT_FOR_ALL) for node_id in (1, 2)],
            {1: b"alpha", 2: b"beta"},
        ),
        (
            "corosync-3.1.9-qdevice-healthy",
            "1.9",
            [info(node_id, QUORATE | OWN | CAST, **QDEVICE, total=3) for node_id in (1, 2)],
            PAIR,
        ),
        (
            "corosync-3.1.9-qdevice-arbiter-gone",
            "1.11",
            [info(node_id, QUORATE | OWN, **QDEVICE) for node_id in (1, 2)],
            PAIR,
        ),
        ("corosync-3.1.9-qdevice-split-lb2", "2.d", [info(2, OWN, **QDEVICE, total=1)], PAIR),
    ],
)
def test_quorum(case: str, ring_id: str, members: list[Info], names: dict[int, bytes]) -> None:
    """To the byte what corosync-quorumtool -p printed there, without the date."""
    for one in members:
        one.qdevice_name = b"Qdevice"
    found = wording.quorum(ring_id, bool(members[0].flags & QUORATE), members[0], members, names)
    assert found == undated(outputs(case).quorumtool)


def test_a_qdevice_in_all_its_states() -> None:
    """Not alive, no vote, master wins; a node without one has it not registered (NR)."""
    members = [info(1, REGISTERED | WINS), info(2, 0)]
    text = wording.quorum("1.9", False, members[0], members, PAIR).decode()
    assert "         1          1   NA,NV,MW lb1 (local)\n" in text
    assert "         2          1         NR lb2\n" in text


ADDRESSES = (b"127.0.0.1", b"127.0.1.1")


def test_links() -> None:
    """To the byte what corosync-cfgtool -s of 3.1.7 printed; the local node's own list has no second link."""
    nodes = {}
    for node_id in (1, 2):
        status = NodeStatus(version=1, node_id=node_id)
        for number, address in enumerate(ADDRESSES):
            link = status.links[number]
            link.enabled, link.connected, link.source = node_id == 2 or number == 0, 1, address
        nodes[node_id] = status
    assert wording.links(1, "knet", nodes) == outputs("corosync-3.1.7-two-links").cfgtool


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (2, b"\x01", b"(u8) = 1"),
        (1, b"\xff", b"(i8) = -1"),
        (6, struct.pack("=I", 3000), b"(u32) = 3000"),
        (7, struct.pack("=q", -5), b"(i64) = -5"),
        (8, struct.pack("=Q", 2**64 - 1), b"(u64) = 18446744073709551615"),
        (9, struct.pack("=f", 3346.090576171875), b"(flt) = 3346.090576"),
        (10, struct.pack("=d", 0.5), b"(dbl) = 0.500000"),
        (11, b"alpha\0", b"(str) = alpha"),
        (12, b"\x00\x01", b"(bin)"),
    ],
)
def test_an_entry(kind: int, value: bytes, text: bytes) -> None:
    """Each type as corosync-cmapctl prints it."""
    assert wording.entry(b"a.key", kind, value) == b"a.key " + text + b"\n"


def test_the_structures_are_as_large_as_those_of_the_headers() -> None:
    """struct votequorum_info, corosync_cfg_node_status_v1 and a node's address."""
    assert ctypes.sizeof(Info) == 9 * 4 + 256
    assert ctypes.sizeof(NodeStatus) == 4 + 4 + 8 + 8 * (8 + 512)
    assert ctypes.sizeof(libraries.Address) == 32


def test_a_busy_corosync_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """CS_ERR_TRY_AGAIN is no answer; given for ever it is one."""
    monkeypatch.setattr(libraries, "_PAUSE", 0.0)
    answers = iter([6, 6, 1])
    assert patiently(lambda: next(answers)) == 1
    assert patiently(lambda: 6) == 6


def test_without_corosync_it_says_so_and_ends() -> None:
    """The program as it is started, where no Corosync runs: it says that, or that it has no libraries."""
    folder = Path(corosync_libraries.__file__).parent.parent
    tool = StandingTool((sys.executable, *OPTIONS, str(folder)), "program")
    for _ in range(2):
        answer = tool.ask("quorum", Deadline.after(20))
        assert answer.word in {FAILED, UNSUITABLE}
        assert b"CS_ERR_LIBRARY" in answer.text or b".so." in answer.text
    tool.close()
