"""Quorum when a node is lost, from what Corosync's tools printed."""

from dataclasses import replace

import pytest

from exporter.sources.corosync.parse.cfgtool import parse_cfgtool
from exporter.sources.corosync.parse.cmapctl import parse_map
from exporter.sources.corosync.parse.configuration import parse_configuration
from exporter.sources.corosync.parse.quorumtool import Member, Quorum, Votes, parse_quorumtool
from exporter.sources.corosync.reading import CorosyncReading, Layout
from exporter.watchers.readiness.votes import quorate_without
from tests.golden import CAPTURES

FIVE = tuple(Member(number, f"lb{number}", 1, number == 1) for number in range(1, 6))


def captured(name: str) -> CorosyncReading:
    def output(tool: str) -> bytes:
        return (CAPTURES / f"corosync-{name}.{tool}").read_bytes()

    layout = Layout(parse_configuration(parse_map(output("config"))), parse_cfgtool(output("cfgtool")))
    return CorosyncReading(layout, parse_quorumtool(output("quorumtool")), None, (), ())


def of(members: tuple[Member, ...], *flags: str) -> CorosyncReading:
    """A cluster of these nodes, all of them there, with more than half of the votes as quorum."""
    known = captured("3.1.7-article")
    votes = Votes(len(members), len(members), len(members), len(members) // 2 + 1)
    return replace(known, quorum=Quorum(1, "1.9", True, votes, flags, members))


@pytest.mark.parametrize(
    ("capture", "node", "expected"),
    [
        ("3.1.7-article", "haproxy-node01", True),  # two_node: one vote is quorum
        ("3.1.7-article", "haproxy-node02", True),
        ("3.1.7-article", "somebody-else", None),
        ("3.1.9-qdevice-healthy", "lb1", True),  # the arbiter's vote replaces that of the node
        ("3.1.9-qdevice-arbiter-gone", "lb1", False),  # two of three votes now: none may be lost
    ],
)
def test_what_corosync_printed(capture: str, node: str, expected: bool | None) -> None:
    """A pair is quorate with one node by `two_node` or by its arbiter, as long as that is there."""
    assert quorate_without(captured(capture), node) is expected


@pytest.mark.parametrize(
    ("reading", "node", "expected"),
    [
        (of(FIVE), "lb5", True),
        (of(FIVE[:3]), "lb1", True),
        (of(FIVE[:2]), "lb1", False),  # a pair without two_node
        (of(FIVE[:2], "AutoTieBreaker"), "lb2", True),
        (of(FIVE[:2], "AutoTieBreaker"), "lb1", False),  # the half with the lowest id would go on
    ],
)
def test_rules_of_votequorum(reading: CorosyncReading, node: str, expected: bool) -> None:
    """More than half of the votes; half of them where a tie is broken for those that are left."""
    assert quorate_without(reading, node) is expected


def test_without_votequorum_nothing_is_known() -> None:
    """Then the CIB says whether there is quorum."""
    known = captured("3.1.7-article")
    bare = replace(known, quorum=replace(known.quorum, votes=None, members=()))
    assert quorate_without(bare, "haproxy-node01") is None
