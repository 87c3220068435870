"""The CIB as it would be if a node were lost now, and the fail counts in it (pure).

crm_simulate's own `--node-down` is not used: with it the XML of Pacemaker 3.0.0 and 3.0.3 ends before the
actions, with exit code 0. The edited state was right on 2.0.5, 2.1.5, 3.0.0 and 3.0.3.
"""

from collections import Counter

from lxml import etree

from exporter.errors import Unparsable, Unreachable
from exporter.sources.pacemaker.parse.xml import Element, read

WHAT = "cibadmin's output"
INFINITY = 1_000_000  # as Pacemaker counts
_FAIL_COUNT = "fail-count-"


#   <node_state id="1" uname="lb1" in_ccm="true" crmd="online" join="member" expected="member">
#   <node_state id="1" uname="lb1" in_ccm="1764350000" crmd="1764350001" …>    from 2.1.7: since when
def without(cib: bytes, node: str, *, quorate: bool | None) -> bytes:
    """The same CIB with `node` gone unexpectedly. `quorate` is whether the others have quorum then; None: as
    the CIB says. Raises SourceError."""
    root = read(cib, WHAT, ("cib",))
    states = [one for one in root.iterfind("status/node_state") if one.get("uname") == node]
    if not states:  # seen while Pacemaker started again here, after a look in which the node ran something
        raise Unreachable(f"Pacemaker: does not know the state of {node} yet, as after its start")
    if len(states) > 1:
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


#   <nvpair id="status-2-fail-count-haproxy.monitor_1000" name="fail-count-haproxy#monitor_1000" value="3"/>
def fail_counts(cib: bytes) -> Counter[tuple[str, str]]:
    """By resource and node, all operations. crm_mon leaves them out where nothing but a probe ran."""
    counts = Counter[tuple[str, str]]()
    for state in read(cib, WHAT, ("cib",)).iterfind("status/node_state"):
        for pair in state.iterfind("transient_attributes//nvpair"):
            name, value = pair.get("name", ""), pair.get("value", "")
            if name.startswith(_FAIL_COUNT):
                count = int(value) if value.isdecimal() else INFINITY * value.endswith("INFINITY")
                counts[name.removeprefix(_FAIL_COUNT).partition("#")[0], state.get("uname", "")] += count
    return counts
