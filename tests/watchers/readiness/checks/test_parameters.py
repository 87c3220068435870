"""What is taken from Pacemaker's configuration, and what isn't."""

import pytest

from exporter.errors import Unparsable
from exporter.watchers.readiness.checks.parameters import parameters
from tests.watchers.readiness.cib import article

CIB = b"""<cib><configuration><resources>
<template id="address" class="ocf" provider="heartbeat" type="IPaddr2">
  <instance_attributes id="t"><nvpair id="t-nic" name="nic" value="eth1:2"/></instance_attributes></template>
<primitive id="vip" template="address">
  <instance_attributes id="v">
    <nvpair id="v-ip" name="ip" value="10.0.0.100/24"/></instance_attributes></primitive>
<primitive id="six" class="ocf" provider="heartbeat" type="IPv6addr">
  <instance_attributes id="s">
    <nvpair id="s-ip" name="ipv6addr" value="2001:DB8::1"/></instance_attributes></primitive>
<primitive id="odd" class="ocf" provider="heartbeat" type="IPaddr2">
  <instance_attributes id="o"><nvpair id="o-ip" name="ip" value="$VIP"/></instance_attributes></primitive>
<primitive id="proxy" class="ocf" provider="heartbeat" type="haproxy">
  <instance_attributes id="p"><nvpair id="p-c" name="conffile" value="/etc/haproxy/main.cfg"/>
  <nvpair id="p-p" name="passwd" value="hunter2"/></instance_attributes></primitive>
<primitive id="any" class="ocf" provider="heartbeat" type="anything">
  <instance_attributes id="a"><nvpair id="a-b" name="binfile" value="/usr/sbin/haproxy"/>
  <nvpair id="a-o" name="cmdline_options" value="-db -f /etc/haproxy/a.cfg -f /etc/haproxy/conf.d"/>
  </instance_attributes></primitive>
</resources><constraints>
<rsc_order id="1" first="vip" then="proxy" kind="Optional"/><rsc_order id="2" first="vip" then="any"/>
</constraints></configuration></cib>"""


def test_of_each_kind() -> None:
    """Addresses with their interface, from a template too, and the files of HAProxy's agents."""
    found = parameters(CIB)
    assert found.addresses == {"vip": "10.0.0.100", "six": "2001:db8::1"}
    assert found.interfaces == {"10.0.0.100": "eth1"}
    assert found.haproxies == {"proxy", "any"}
    assert found.haproxy_files == ("/etc/haproxy/main.cfg", "/etc/haproxy/a.cfg", "/etc/haproxy/conf.d")
    assert found.optional_orders == {("vip", "proxy")}
    assert "hunter2" not in repr(found)


def test_the_articles() -> None:
    """HAProxy by its init script: nothing tells it another file."""
    found = parameters(article())
    assert found.addresses == {"failover-ip": "10.0.0.100"}
    assert found.haproxies == {"haproxy"}
    assert not found.haproxy_files


@pytest.mark.parametrize("output", [b"", b"<cib>", b"<xpath-query/>"])
def test_half_an_answer_is_none(output: bytes) -> None:
    """It is refused, so that nothing is said of a cluster without resources."""
    with pytest.raises(Unparsable):
        parameters(output)
