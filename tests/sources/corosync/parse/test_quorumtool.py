"""corosync-quorumtool -p."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Unparsable
from exporter.sources.corosync.parse.quorumtool import Member, QdeviceState, Votes, parse_quorumtool
from tests.sources.corosync.captures import CASES, outputs

HEALTHY = outputs("corosync-3.1.7-two-links").quorumtool
QDEVICE = outputs("corosync-3.1.10-next-qdevice").quorumtool


def test_healthy() -> None:
    """A healthy pair is read in all its parts."""
    quorum = parse_quorumtool(HEALTHY)
    assert (quorum.node_id, quorum.ring_id, quorum.quorate) == (1, "1.17", True)
    assert quorum.votes == Votes(expected=2, highest_expected=2, total=2, quorum=1)
    assert quorum.flags == ("2Node", "Quorate", "WaitForAll")
    assert quorum.members == (Member(1, "alpha", 1, True), Member(2, "beta", 1, False))


def test_activity_blocked() -> None:
    """Without quorum the words after the number are no part of it."""
    quorum = parse_quorumtool(outputs("corosync-3.1.7-waiting-for-all").quorumtool)
    assert b"Activity blocked" in outputs("corosync-3.1.7-waiting-for-all").quorumtool
    assert not quorum.quorate
    assert quorum.votes
    assert quorum.votes.quorum == 1


def test_qdevice() -> None:
    """The Qdevice is a member with node id 0; its own text about a node is no part of the node's name."""
    quorum = parse_quorumtool(QDEVICE)
    assert quorum.members == (
        Member(1, "alpha", 1, True, QdeviceState(alive=True, votes=False, master_wins=True)),
        Member(2, "beta", 1, False, QdeviceState(alive=False, votes=False, master_wins=False)),
        Member(0, "Qdevice", 0, False),
    )
    assert quorum.qdevice_votes == 1


def test_no_qdevice() -> None:
    """NR is no state of a Qdevice."""
    quorum = parse_quorumtool(HEALTHY)
    assert [member.qdevice for member in quorum.members] == [None, None]
    assert quorum.qdevice_votes is None


@pytest.mark.parametrize("ring_id", ["1.9", "2.4a46b", "c0a80101.9", "1/40", "3232235777/44", "44"])
def test_ring_ids(ring_id: str) -> None:
    """The ring id is kept as it is written, whatever the version."""
    assert parse_quorumtool(HEALTHY.replace(b"1.17", ring_id.encode())).ring_id == ring_id


def test_ids_with_a_sign() -> None:
    """2.4.0 to 3.0.2 print the ring's representative with %d; one id is one number in all tools."""
    output = HEALTHY.replace(b"1.17", b"-1062731519/44").replace(
        b"Node ID:          1", b"Node ID:  -1062731519"
    )
    output = output.replace(b"         1          1 ", b"-1062731519          1 ")
    quorum = parse_quorumtool(output)
    assert (quorum.node_id, quorum.ring_id) == (3232235777, "3232235777/44")
    assert [member.node_id for member in quorum.members] == [3232235777, 2]


@pytest.mark.parametrize("number", [b"-2147483649", b"4294967296", b"99999999999999999999"])
def test_ids_of_more_than_32_bits(number: bytes) -> None:
    """What no version can mean is Unparsable, not another node."""
    with pytest.raises(Unparsable, match="32 bits"):
        parse_quorumtool(HEALTHY.replace(b"Node ID:          1", b"Node ID: " + number))


@pytest.mark.parametrize(
    ("row", "member"),
    [
        (b"         1          1         NR  (local)", Member(1, "", 1, True)),
        (b"         1          1         NR ", Member(1, "", 1, False)),
        (b"         1          1  (local)", Member(1, "", 1, True)),
        (b"         1          1         NR (locale)", Member(1, "(locale)", 1, False)),
    ],
)
def test_nodes_without_a_name(row: bytes, member: Member) -> None:
    """No name in corosync.conf, and the address has none: the row has two spaces there."""
    output = HEALTHY.replace(b"         1          1         NR alpha (local)", row)
    assert output != HEALTHY
    assert parse_quorumtool(output).members[0] == member


def test_a_qdevice_s_text_of_a_node_without_a_name() -> None:
    """The Qdevice's text about a node is not taken for the name either."""
    members = parse_quorumtool(QDEVICE.replace(b"alpha [site A]", b" [site A]")).members
    assert (members[0].name, members[0].local) == ("", True)


def test_rows_without_the_qdevice_column() -> None:
    """A table without the column Qdevice is read as well."""
    output = HEALTHY.replace(b"    Qdevice Name", b" Name").replace(b"         NR alpha", b" alpha")
    assert parse_quorumtool(output.replace(b"         NR beta", b" beta")) == parse_quorumtool(HEALTHY)


def test_another_provider() -> None:
    """Without votequorum the tool prints no votes and no members: that is complete."""
    output = re.sub(rb"\nVotequorum.*", b"", HEALTHY, flags=re.DOTALL).replace(
        b"corosync_votequorum", b"other"
    )
    quorum = parse_quorumtool(output)
    assert (quorum.quorate, quorum.votes, quorum.members) == (True, None, ())


@pytest.mark.parametrize("case", CASES)
def test_cut_anywhere(case: str) -> None:
    """Cut off after any of its bytes the output is Unparsable, never a part of the reading."""
    output = outputs(case).quorumtool
    for length in range(len(output)):
        with pytest.raises(Unparsable):
            parse_quorumtool(output[:length])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Quorate:          Yes", b"Quorate:          Maybe"),
        (b"Total votes:      2", "Total votes:      \u0662".encode()),
        (b"Ring ID:          1.17", b"Ring ID:          ?"),
        (b"Nodes:            2", b"Nodes:            3"),
        (b"         2          1         NR beta", b"         1          1         NR beta"),
        (b"\nMembership information", b"Unable to get node 2 info\n\nOther information"),
        (b"1         NR beta", "\u0661         NR beta".encode()),
    ],
)
def test_odd_values(old: bytes, new: bytes) -> None:
    """A value of another kind, other digits, a row too few or twice is Unparsable."""
    assert old in HEALTHY
    with pytest.raises(Unparsable):
        parse_quorumtool(HEALTHY.replace(old, new))


@pytest.mark.parametrize("output", [b"", b"\n", b"\xff\xfe", b"x\n" * 5_000_000, b"1" * 10_000_000 + b"\n"])
def test_rubbish(output: bytes) -> None:
    """Nothing, no text, and ten megabytes of something else are Unparsable."""
    with pytest.raises(Unparsable):
        parse_quorumtool(output)


@given(st.integers(0, len(QDEVICE) - 1), st.binary(max_size=12), st.integers(0, 12))
def test_damaged(at: int, inserted: bytes, removed: int) -> None:
    """Whatever is damaged, it is read or Unparsable, and no node is there twice."""
    try:
        quorum = parse_quorumtool(QDEVICE[:at] + inserted + QDEVICE[at + removed :])
    except Unparsable:
        return
    assert len({member.node_id for member in quorum.members}) == len(quorum.members)
