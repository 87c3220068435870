"""The CIB as it would be if a node were lost now (pure).

crm_simulate's own `--node-down` is not used: with it the XML of Pacemaker 3.0.0 and 3.0.3 ends before the
actions, with exit code 0. The edited state was right on 2.0.5, 2.1.5, 3.0.0 and 3.0.3.
"""

from lxml import etree

from exporter.errors import Unparsable
from exporter.sources.pacemaker.parse.xml import Element, read

WHAT = "cibadmin's output"


#   <node_state id="1" uname="lb1" in_ccm="true" crmd="online" join="member" expected="member">
#   <node_state id="1" uname="lb1" in_ccm="1764350000" crmd="1764350001" …>    from 2.1.7: since when
def without(cib: bytes, node: str, *, quorate: bool | None) -> bytes:
    """The same CIB with `node` gone unexpectedly. `quorate` is whether the others have quorum then; None: as
    the CIB says. Raises Unparsable."""
    root = read(cib, WHAT, ("cib",))
    states = [one for one in root.iterfind("status/node_state") if one.get("uname") == node]
    if len(states) != 1:
        raise Unparsable(f"{WHAT}: {len(states)} times the state of {node}, expected it once")
    _lose(states[0])
    if quorate is not None:
        root.set("have-quorum", "1" if quorate else "0")
    return etree.tostring(root)


def _lose(state: Element) -> None:
    since = state.get("in_ccm", "").isdigit()
    state.set("in_ccm", "0" if since else "false")
    state.set("crmd", "0" if since else "offline")
    state.set("join", "down")
    state.set("expected", "member")
