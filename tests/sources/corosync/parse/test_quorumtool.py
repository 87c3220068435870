"""corosync-quorumtool -p."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Unparsable
from exporter.sources.corosync.parse.quorumtool import Member, Votes, parse_quorumtool
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
    """The Qdevice is a member with node id 0; what it says of itself is no part of a node's name."""
    members = parse_quorumtool(QDEVICE).members
    assert members == (
        Member(1, "alpha", 1, True),
        Member(2, "beta", 1, False),
        Member(0, "Qdevice", 0, False),
    )


@pytest.mark.parametrize("ring_id", ["1.9", "2.4a46b", "1/40", "44"])
def test_ring_ids(ring_id: str) -> None:
    """The ring id is kept as it is written, whatever the version."""
    assert parse_quorumtool(HEALTHY.replace(b"1.17", ring_id.encode())).ring_id == ring_id


def test_rows_without_the_qdevice_column() -> None:
    """A table without the column Qdevice is read as well."""
    output = HEALTHY.replace(b"    Qdevice Name", b" Name").replace(b"         NR alpha", b" alpha")
    assert parse_quorumtool(output.replace(b"         NR beta", b" beta")) == parse_quorumtool(HEALTHY)


def test_another_provider() -> None:
    """Without votequorum the tool tells no votes and no members, and that is a whole reading."""
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
