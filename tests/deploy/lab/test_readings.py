"""What the lab reads of its own cluster, from text."""

import pytest

from deploy.lab.cluster import parse_links_down, parse_view
from deploy.lab.errors import LabError
from deploy.lab.galera import parse_status
from deploy.lab.haproxy import parse_servers
from deploy.lab.lab import parse_answer
from deploy.lab.preflight import PACKAGES, packages

# crm_mon 2.1.5, cut to what is read
CRM_MON = """\
<pacemaker-result api-version="2.25" request="crm_mon -1 -r -f --output-as=xml">
  <summary><current_dc present="true" name="lb-b" with_quorum="true"/></summary>
  <nodes><node name="lb-a" online="true"/><node name="lb-b" online="false"/></nodes>
  <resources>
    <group id="entrance">
      <resource id="vip" role="Started" failed="false" blocked="false"><node name="lb-a"/></resource>
      <resource id="balancer" role="Stopped" failed="true" orphaned="false" blocked="true"/>
    </group>
    <clone id="canaries">
      <resource id="canary" role="Started"><node name="lb-a"/></resource>
      <resource id="canary" role="Started"><node name="lb-b"/></resource>
      <resource id="canary" role="Stopped"/>
    </clone>
  </resources>
  <node_history><node name="lb-a">
    <resource_history id="balancer" fail-count="3"/>
    <resource_history id="vip"/>
  </node></node_history>
  <failures><failure op_key="balancer_monitor_1000" node="lb-a"/></failures>
  <status code="0" message="OK"/>
</pacemaker-result>
"""


def test_a_view_has_who_is_online_and_where_everything_runs() -> None:
    """Instances of a clone are put together, stopped ones count for nothing."""
    view = parse_view(CRM_MON)
    assert view is not None
    assert view.dc == "lb-b"
    assert view.online == {"lb-a"}
    assert view.running == {"vip": ("lb-a",), "balancer": (), "canary": ("lb-a", "lb-b")}


def test_a_view_names_every_trouble() -> None:
    """Flags of resources, failed operations, counts."""
    view = parse_view(CRM_MON)
    assert view is not None
    assert view.troubles == (
        "resource balancer is failed",
        "resource balancer is blocked",
        "failed operation balancer_monitor_1000 on lb-a",
        "fail count of balancer on lb-a",
    )


def test_a_view_names_what_people_switched_off() -> None:
    """Neither is an error to Pacemaker, and neither is whole."""
    off = CRM_MON.replace("<summary>", '<summary><cluster_options maintenance-mode="true"/>')
    off = off.replace('<resource id="vip" role', '<resource id="vip" target_role="Stopped" role')
    view = parse_view(off.replace('name="lb-a" online="true"', 'name="lb-a" online="true" standby="true"'))
    assert view is not None
    switched_off = ("lb-a is in standby", "maintenance mode is on", "resource vip is disabled")
    assert view.troubles[:3] == switched_off


def test_a_view_without_a_summary_is_none() -> None:
    """What crm_mon prints while Pacemaker is starting."""
    assert (
        parse_view('<pacemaker-result><status code="102" message="Not connected"/></pacemaker-result>')
        is None
    )


def test_links_down_are_named_by_link_and_peer() -> None:
    """corosync-cfgtool 3.1.7 with the second link cut."""
    text = (
        "Local node ID 1, transport knet\n"
        "LINK ID 0 udp\n\taddr\t= 10.2.0.11\n\tstatus:\n"
        "\t\tnodeid:          1:\tlocalhost\n\t\tnodeid:          2:\tconnected\n"
        "LINK ID 1 udp\n\taddr\t= 10.2.1.11\n\tstatus:\n"
        "\t\tnodeid:          1:\tlocalhost\n\t\tnodeid:          2:\tdisconnected\n"
    )
    assert parse_links_down(text) == ["1 to nodeid 2: disconnected"]


def test_only_the_servers_of_the_galera_backend_count() -> None:
    """Not the frontends, nor the backend's own row; nothing from an empty answer."""
    rows = ["mysql,FRONTEND,OPEN,", "galera,db1,UP,", "galera,db2,DOWN,", "galera,BACKEND,UP,", ""]
    text = "\n".join(["# pxname,svname,status,", *rows])
    assert parse_servers(text) == {"db1": "UP", "db2": "DOWN"}
    assert parse_servers("") == {}


def test_a_galera_status_is_name_tab_value() -> None:
    """Values may be empty."""
    assert parse_status("wsrep_cluster_size\t3\nwsrep_last\t\n") == {
        "wsrep_cluster_size": "3",
        "wsrep_last": "",
    }


def test_an_http_answer_has_its_status_fields_and_bytes() -> None:
    """The body may hold anything, an empty line too."""
    answer = parse_answer(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nup 1\r\n\r\n\x1f\x8b")
    assert (answer.status, answer.headers) == (200, {"content-type": "text/plain"})
    assert answer.body == b"up 1\r\n\r\n\x1f\x8b"
    with pytest.raises(LabError, match="not an HTTP answer"):
        parse_answer(b"SSH-2.0-OpenSSH_9.2\r\n")


def test_every_package_has_a_file_to_know_it_by() -> None:
    """Else the lab could not say that it is missing."""
    listed = packages(PACKAGES.read_text())
    assert {"pacemaker", "corosync", "haproxy", "mariadb-server", "galera-4"} <= listed.keys()
    assert all(proof.is_absolute() for proof in listed.values())
    assert packages("# a comment\n\ntini   # /usr/bin/tini\n").keys() == {"tini"}
