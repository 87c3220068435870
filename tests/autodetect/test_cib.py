"""Addresses, as cibadmin answers the query; on real CIBs where cibadmin is there."""

import shutil
from pathlib import Path

import pytest

from exporter.autodetect.cib import XPATH, addresses
from exporter.errors import Unparsable
from exporter.transports import command
from exporter.transports.deadline import Deadline

CIB = """<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="1" num_updates="0"
  admin_epoch="0">
<configuration><crm_config/><nodes/><resources>
  <template id="ip" class="ocf" provider="heartbeat" type="IPaddr2">
    <instance_attributes id="t"><nvpair id="t-ip" name="ip" value="10.0.0.9"/></instance_attributes>
  </template>
  <primitive id="from-template" template="ip">
    <instance_attributes id="f"><nvpair id="f-ip" name="ip" value="10.0.0.8"/></instance_attributes>
  </primitive>
  <primitive id="db" class="ocf" provider="heartbeat" type="mysql">
    <instance_attributes id="d"><nvpair id="d-p" name="ip" value="10.9.9.9"/>
      <nvpair id="d-q" name="replication_passwd" value="secret"/></instance_attributes>
  </primitive>
  <group id="g"><primitive id="vip" class="ocf" provider="heartbeat" type="IPaddr2">
    <instance_attributes id="v"><nvpair id="v-ip" name="ip" value="10.0.0.100"/>
      <nvpair id="v-m" name="cidr_netmask" value="24"/></instance_attributes>
  </primitive></group>
  <primitive id="by-set" class="ocf" provider="heartbeat" type="IPaddr2">
    <instance_attributes id-ref="shared"/>
  </primitive>
  <primitive id="by-pair" class="ocf" provider="heartbeat" type="IPaddr2">
    <instance_attributes id="b"><nvpair id-ref="lent"/></instance_attributes>
  </primitive>
  <primitive id="lender" class="ocf" provider="heartbeat" type="mysql">
    <instance_attributes id="shared"><nvpair id="s-ip" name="ip" value="10.0.0.7"/></instance_attributes>
    <instance_attributes id="l"><nvpair id="lent" name="ip" value="10.0.0.6"/>
      <nvpair id="l-q" name="replication_passwd" value="secret"/></instance_attributes>
  </primitive>
  <clone id="c"><primitive id="vip6" class="ocf" provider="heartbeat" type="IPv6addr">
    <instance_attributes id="w"><nvpair id="w-ip" name="ipv6addr" value="2001:DB8::1/64"/>
    </instance_attributes>
  </primitive></clone>
</resources><constraints/></configuration><status/></cib>
"""


@pytest.mark.skipif(not shutil.which("cibadmin"), reason="needs cibadmin of the package pacemaker-cli-utils")
def test_addresses_wherever_they_are(tmp_path: Path) -> None:
    """In groups, clones, templates, by reference; nothing else of any parameters is even asked for."""
    (tmp_path / "cib.xml").write_text(CIB)
    argv = ("cibadmin", "--query", "--local", "--xpath", XPATH)
    done = command.run(argv, Deadline.after(10), {"CIB_file": str(tmp_path / "cib.xml")})
    assert done.returncode == 0, done
    assert b"secret" not in done.stdout
    expected = {"10.0.0.9", "10.0.0.8", "10.0.0.7", "10.0.0.6", "10.0.0.100", "2001:db8::1"}
    assert set(addresses(done.stdout)) == expected


def test_one_match_comes_bare() -> None:
    """cibadmin leaves the element around it away."""
    assert addresses(b'<nvpair id="x" name="ip" value="10.0.0.1"/>') == ("10.0.0.1",)


def test_what_is_no_address_is_left_out() -> None:
    """A name, or nothing, that Pacemaker itself would refuse."""
    text = b'<xpath-query><nvpair id="a" name="ip" value="vip"/><nvpair id="b" name="ip"/></xpath-query>'
    assert addresses(text) == ()


@pytest.mark.parametrize("output", [b"", b"<cib/>", b"<nvpair", b"nothing"])
def test_another_output_is_refused(output: bytes) -> None:
    """Never no address where the answer was not understood."""
    with pytest.raises(Unparsable):
        addresses(output)
