"""A CIB with many resources, in the form in which Pacemaker 2.1.5 (cibadmin --query) prints one (pure).

Each resource is started on one of two nodes, with its start and its monitor there and its probe on the other.
"""

NODES = ("balancer-a", "balancer-b")
TRANSITION = "4:1:{rc}:13f31bed-26b8-4acb-b22a-023938909066"

CIB = """\
<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="6" num_updates="16" admin_epoch="0"
     cib-last-written="Sun Nov 22 11:21:31 2026" update-origin="balancer-a" update-client="cibadmin"
     update-user="root" have-quorum="1" dc-uuid="1">
  <configuration>
    <crm_config>
      <cluster_property_set id="cib-bootstrap-options">
        <nvpair id="dc-version" name="dc-version" value="2.1.5-a3f44794f94"/>
        <nvpair id="stonith-enabled" name="stonith-enabled" value="false"/>
      </cluster_property_set>
    </crm_config>
    <nodes>
      <node id="1" uname="balancer-a"/>
      <node id="2" uname="balancer-b"/>
    </nodes>
    <resources>
{resources}
    </resources>
    <constraints/>
  </configuration>
  <status>
{states}
  </status>
</cib>
"""
PRIMITIVE = """\
      <primitive id="{name}" class="ocf" provider="heartbeat" type="IPaddr2">
        <operations><op name="monitor" interval="1s" id="{name}-monitor-1s"/></operations>
      </primitive>"""
STATE = """\
    <node_state id="{number}" uname="{node}" in_ccm="true" crmd="online" join="member" expected="member">
      <lrm id="{number}"><lrm_resources>
{resources}
      </lrm_resources></lrm>
    </node_state>"""
HISTORY = (
    '<lrm_resource id="{name}" type="IPaddr2" class="ocf" provider="heartbeat">{operations}</lrm_resource>'
)
OPERATION = (
    '<lrm_rsc_op id="{name}_{id}" operation_key="{name}_{task}_{interval}" operation="{task}"'
    ' crm_feature_set="3.16.1" transition-key="{key}" transition-magic="0:{rc};{key}" exit-reason=""'
    ' on_node="{node}" call-id="{call}" rc-code="{rc}" op-status="0" interval="{interval}"'
    ' last-rc-change="1795346492" exec-time="78" queue-time="0"/>'
)


def cib(size: int) -> str:
    names = [f"address-{number:03}" for number in range(1, size + 1)]
    resources = "\n".join(PRIMITIVE.format(name=name) for name in names)
    states = "\n".join(_state(number, names) for number in range(len(NODES)))
    return CIB.format(resources=resources, states=states)


def _state(number: int, names: list[str]) -> str:
    node = NODES[number]
    histories = []
    for place, name in enumerate(names):
        runs_here = place % len(NODES) == number
        operations = _started(name, node, place) if runs_here else _probed(name, node, place)
        histories.append(HISTORY.format(name=name, operations=operations))
    return STATE.format(number=number + 1, node=node, resources="\n".join(histories))


def _started(name: str, node: str, place: int) -> str:
    begun = _operation(name, node, "start", 0, 0, 2 * place + 1)
    return begun + _operation(name, node, "monitor", 1000, 0, 2 * place + 2)


def _probed(name: str, node: str, place: int) -> str:
    return _operation(name, node, "monitor", 0, 7, 2 * place + 1)  # 7: not running, as it should be


def _operation(name: str, node: str, task: str, interval: int, rc: int, call: int) -> str:  # noqa: PLR0913, PLR0917 - as in the CIB
    return OPERATION.format(
        name=name,
        id=f"{task}_{interval}" if interval else "last_0",
        task=task,
        interval=interval,
        key=TRANSITION.format(rc=rc),
        rc=rc,
        node=node,
        call=call,
    )
