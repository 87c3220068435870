"""crm_simulate's XML: where resources would run once the scheduler's actions were carried out (pure).

Pacemaker 2.1.0 to 3.0.3, `--simulate --output-as=xml`:

    <pacemaker-result …><cluster_status>…</cluster_status><actions>…</actions><transition>…</transition>
      <revised_cluster_status><nodes>…</nodes><resources>
        <resource id="vip" role="Started" …><node name="lb2" …/></resource>

crm_mon shows what an older one wrote, with the same resources in a section of its own.
"""

from collections.abc import Mapping

from exporter.errors import Unparsable
from exporter.sources.pacemaker.parse import crm_mon
from exporter.sources.pacemaker.parse.xml import read, whole

WHAT = "crm_simulate's output"
_RUNNING = ("Started", "Promoted", "Master", "Unpromoted", "Slave")


def placement(
    output: bytes, resources: str = "revised_cluster_status/resources"
) -> Mapping[str, tuple[str, ...]]:
    """By the resource's id the nodes that would run it; none: it would be stopped. Raises Unparsable."""
    root = read(output, WHAT, ("pacemaker-result",))
    status = root.find("status")
    if status is None or whole(status, "code"):
        said = "no status" if status is None else f"{status.get('code')} {status.get('message', '')}"
        raise Unparsable(f"{WHAT}: expected success, got {said}")
    section = root.find(resources)
    if section is None:
        raise Unparsable(f"{WHAT}: no revised status, cut off")
    return {one.id: one.nodes if one.role in _RUNNING else () for one in crm_mon.resources(section)}
