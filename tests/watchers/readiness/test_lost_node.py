"""The edited CIB, for both ways in which versions write a node's state."""

import pytest
from lxml import etree

from exporter.errors import Unparsable, Unreachable
from exporter.watchers.readiness.lost_node import without
from tests.watchers.readiness.cib import HOLDER, PEER, add, article, drop


def state(cib: bytes, node: str) -> dict[str, str]:
    (found,) = etree.fromstring(cib).iterfind(f"status/node_state[@uname='{node}']")
    return {str(name): str(found.attrib[name]) for name in ("in_ccm", "crmd", "join", "expected")}


def test_up_to_2_1_6() -> None:
    """Truth values, as in the lab; the other node and all else stay as they are."""
    edited = without(article(), HOLDER, quorate=None)
    assert state(edited, HOLDER) == {
        "in_ccm": "false",
        "crmd": "offline",
        "join": "down",
        "expected": "member",
    }
    assert state(edited, PEER) == state(article(), PEER)
    assert etree.fromstring(edited).get("have-quorum") == "1"


def test_from_2_1_7() -> None:
    """Since when, in seconds since 1970; 0 is gone."""
    since = article().replace(b'in_ccm="true" crmd="online"', b'in_ccm="1764350000" crmd="1764350001"')
    assert state(without(since, HOLDER, quorate=False), HOLDER)["in_ccm"] == "0"
    assert state(without(since, HOLDER, quorate=False), HOLDER)["crmd"] == "0"
    assert etree.fromstring(without(since, HOLDER, quorate=False)).get("have-quorum") == "0"


@pytest.mark.parametrize("cib", [b"<cib>", b"", b"<nodes/>"])
def test_half_a_cib_is_refused(cib: bytes) -> None:
    """Nothing is predicted from it."""
    with pytest.raises(Unparsable):
        without(cib, HOLDER, quorate=None)


def test_a_node_that_is_there_twice_is_refused() -> None:
    """Which of the two Pacemaker counts is not known."""
    with pytest.raises(Unparsable, match=f"2 times the state of {HOLDER}"):
        without(
            article(lambda root: add(root, "status", f'<node_state uname="{HOLDER}"/>')), HOLDER, quorate=None
        )


def test_a_pacemaker_that_starts_is_unreachable_for_a_moment() -> None:
    """Until the node has joined, the CIB has no state of it: no output that cannot be read."""
    with pytest.raises(Unreachable, match=f"does not know the state of {HOLDER} yet"):
        without(article(lambda root: drop(root, "node_state")), HOLDER, quorate=None)
