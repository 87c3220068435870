"""crm_simulate's XML, as 2.1.5 printed it in the lab."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Unparsable
from exporter.sources.pacemaker.parse.crm_simulate import placement

OUTPUT = b"""<pacemaker-result api-version="2.25" request="crm_simulate -p -S --output-as=xml">
  <cluster_status><nodes/><resources>
    <resource id="vip" resource_agent="ocf:heartbeat:IPaddr2" role="Stopped" active="false" orphaned="false"
      blocked="false" managed="true" failed="false" failure_ignored="false" nodes_running_on="0"/>
  </resources></cluster_status>
  <actions><rsc_action action="start" resource="vip" node="lb2"/></actions>
  <revised_cluster_status><nodes/><resources>
    <resource id="vip" resource_agent="ocf:heartbeat:IPaddr2" role="Started" active="true" orphaned="false"
      blocked="false" managed="true" failed="false" failure_ignored="false" nodes_running_on="1">
      <node name="lb2" id="2" cached="true"/></resource>
    <resource id="web" resource_agent="lsb:haproxy" role="Stopped" active="false" orphaned="false"
      blocked="false" managed="true" failed="false" failure_ignored="false" nodes_running_on="0"/>
  </resources></revised_cluster_status>
  <status code="0" message="OK"/>
</pacemaker-result>
"""


def test_where_resources_would_run() -> None:
    """What counts is the status after the actions, not the one before."""
    assert placement(OUTPUT) == {"vip": ("lb2",), "web": ()}


def test_output_that_ends_early_is_refused() -> None:
    """Pacemaker 3.0's `--node-down` ends so, with exit code 0: that must not read as stopped."""
    early = OUTPUT.replace(b"revised_cluster_status", b"something_else")
    with pytest.raises(Unparsable, match="cut off"):
        placement(early)


def test_a_failure_is_refused_with_its_code() -> None:
    """As for a CIB that it can't read."""
    output = b'<pacemaker-result><status code="70" message="Internal software bug"/></pacemaker-result>'
    with pytest.raises(Unparsable, match="70 Internal software bug"):
        placement(output)


@given(st.integers(0, len(OUTPUT) - 30))
def test_any_cut_is_refused(length: int) -> None:
    """No part of the output passes for the whole."""
    with pytest.raises(Unparsable):
        placement(OUTPUT[:length])
