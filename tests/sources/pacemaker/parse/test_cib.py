import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Unparsable
from exporter.sources.pacemaker.parse import cib
from exporter.sources.pacemaker.reading import (
    Colocation,
    Condition,
    Configuration,
    LocationConstraint,
    LocationRule,
    NodeAttribute,
    Order,
    TicketConstraint,
)
from tests.sources.pacemaker.captured import cibadmin_output


def test_all_forms_of_location_constraints_are_read() -> None:
    """Plain ones, rules, patterns, sets and roles; what is not a location is passed over."""
    assert [replace(one, rules=()) for one in cib.parse(cibadmin_output("2.1.5-structures"))] == [
        LocationConstraint("vip-likes-alpha", "alpha", "vip", "", 100.0, ""),
        LocationConstraint("cli-ban-haproxy-on-beta", "beta", "haproxy", "Started", -math.inf, ""),
        LocationConstraint("db-needs-ping", "", "db-clone", "", 0.0, ""),
        LocationConstraint("cli-prefer-vip", "", "vip", "Started", 0.0, "beta"),
        LocationConstraint("webs", "beta", "", "", -5.0, "", pattern="^web"),
        LocationConstraint("pair", "alpha", "", "", math.inf, "", members=("vip", "haproxy")),
        LocationConstraint("db-master", "alpha", "db-clone", "Promoted", math.inf, ""),
    ]


def test_a_cluster_without_location_constraints_is_fine() -> None:
    """The article's cluster has none, only a colocation and an order; a new cluster has nothing."""
    assert cib.parse(cibadmin_output("2.1.5-article")) == ()
    assert cib.parse(b"<constraints/>\n") == ()


@pytest.mark.parametrize("score", ["", "much", "\u0665", "1.5", "infinity", "0x10"])
def test_a_score_that_is_none_is_unparsable(score: str) -> None:
    """Only what Pacemaker's schema allows is a score."""
    with pytest.raises(Unparsable, match="score"):
        cib.parse(f'<constraints><rsc_location id="a" score="{score}"/></constraints>'.encode())


def test_a_cut_off_answer_is_unparsable_at_every_byte() -> None:
    """No prefix of the constraints passes for all of them."""
    whole = cibadmin_output("2.1.5-structures").rstrip()
    for length in range(len(whole)):
        with pytest.raises(Unparsable):
            cib.parse(whole[:length])


@given(st.binary())
def test_garbage_is_unparsable(garbage: bytes) -> None:
    """Bytes that no tool printed never raise anything else."""
    with pytest.raises(Unparsable):
        cib.parse(garbage)


def test_only_a_rule_on_the_nodes_name_names_a_node() -> None:
    """A rule that compares another attribute, or says which node not, does not."""
    output = cibadmin_output("2.1.5-structures")
    for good, other in ((b'attribute="#uname"', b'attribute="rack"'), (b'operation="eq"', b'operation="ne"')):
        assert good in output
        assert not any(one.rule_node for one in cib.parse(output.replace(good, other)))


def test_colocations_name_what_runs_together() -> None:
    """A pair and a set, groups by their name; what keeps apart has a negative score."""
    assert cib.colocations(cibadmin_output("2.1.5-article")) == (
        Colocation(("haproxy", "failover-ip"), math.inf),
    )
    output = b"""<constraints>
      <rsc_location id="l" rsc="vip" node="alpha" score="100"/>
      <rsc_colocation id="a" rsc="web" with-rsc="entrance" score="-INFINITY"/>
      <rsc_colocation id="b" score="50"><resource_set id="b-0"><resource_ref id="vip"/></resource_set>
        <resource_set id="b-1"><resource_ref id="haproxy"/></resource_set></rsc_colocation>
    </constraints>"""
    assert cib.colocations(output) == (
        Colocation(("web", "entrance"), -math.inf),
        Colocation(("vip", "haproxy"), 50.0),
    )


def test_the_configuration_as_cibadmin_prints_it_for_an_xpath() -> None:
    """Tickets with what needs them, tags as what they stand for, rules, attributes that a person set."""
    read = cib.configuration(cibadmin_output("2.1.5-disabled"))
    assert read.tickets == (
        TicketConstraint("tA", ("ticketed",), promotion_only=False),
        TicketConstraint("tB", ("ticketed2", "tagged", "vip-off"), promotion_only=False),
        TicketConstraint("tB", ("db-clone",), promotion_only=True),
        TicketConstraint("tC", ("held",), promotion_only=False),
    )
    assert read.node_attributes == (NodeAttribute("alpha", "rack", "7"),)
    by_rack, by_date = (one.rules[0] for one in read.constraints)
    assert by_rack == LocationRule(
        "l1r", -math.inf, "", False, (Condition("rack", "eq", "7", ""),), timed=False, limits=()
    )
    assert (by_date.timed, by_date.limits) == (True, (1_767_225_600.0,))


def test_a_tag_is_what_it_stands_for() -> None:
    """Wherever a constraint names one; the constraint keeps the name that the person gave it."""
    read = cib.configuration(
        b"""<xpath-query><constraints>
          <rsc_location id="l" rsc="t" node="alpha" score="1"/>
          <rsc_colocation id="c" rsc="t" with-rsc="x" score="1"/><rsc_order id="o" first="x" then="t"/>
        </constraints><tags><tag id="t"><obj_ref id="a"/><obj_ref id="b"/></tag></tags></xpath-query>"""
    )
    assert read.constraints == (LocationConstraint("l", "alpha", "t", "", 1.0, "", members=("a", "b")),)
    assert read.colocations == (Colocation(("a", "b", "x"), 1.0),)
    assert read.orders == (Order(("x", "a", "b")),)


def test_one_match_of_an_xpath_comes_without_a_wrapper() -> None:
    """A new cluster has nodes alone."""
    assert cib.configuration(b'<nodes><node id="1" uname="alpha"/></nodes>') == Configuration()
    assert cib.configuration(b"<xpath-query><constraints/><nodes/></xpath-query>") == Configuration()


@pytest.mark.parametrize(
    ("moment", "limits"),
    [
        ("2026-11-28 12:00:00Z", (1_795_867_200.0,)),
        ("2026-11-28 13:00:00 +01:00", (1_795_867_200.0,)),
        ("2026-11-28T12:00:00", (1_795_867_200.0,)),
        ("2026-W48-6", (1_795_824_000.0,)),
        ("", ()),
        ("soon", ()),
        ("P1D", ()),
    ],
)
def test_limits_of_dates(moment: str, limits: tuple[float, ...]) -> None:
    """In the forms of ISO 8601 that Pacemaker takes; one that is not known names no moment."""
    output = f'<constraints><rsc_location id="l" rsc="a"><rule id="r" score="1"><date_expression end="{moment}"/></rule></rsc_location></constraints>'  # noqa: E501 - one line of XML
    (constraint,) = cib.parse(output.encode())
    assert (constraint.rules[0].timed, constraint.rules[0].limits) == (True, limits)


def test_orders_that_restart() -> None:
    """Optional ones do not."""
    output = b"""<constraints><rsc_order id="a" first="db" then="vip"/>
      <rsc_order id="b" first="x" then="vip" kind="Optional"/>
      <rsc_order id="c" first="y" then="vip" score="0"/>
      <rsc_order id="d"><resource_set id="s"><resource_ref id="p"/><resource_ref id="q"/></resource_set>
      </rsc_order>
    </constraints>"""
    assert cib.configuration(output).orders == (Order(("db", "vip")), Order(("p", "q")))


def test_health_attributes_go_by_the_nodes_names() -> None:
    """Bare where one node has any, in a wrapper where two have; nothing else of a node is taken."""
    node = '<transient_attributes id="{}"><instance_attributes id="i"><nvpair id="n" name="{}" value="red"/></instance_attributes></transient_attributes>'  # noqa: E501 - one line of XML
    bare = node.format(1, "#health-disk").encode()
    assert cib.health(bare, {"1": "alpha"}) == (NodeAttribute("alpha", "#health-disk", "red"),)
    both = f"<xpath-query>{node.format(1, 'pingd')}{node.format(2, '#health-cpu')}</xpath-query>".encode()
    assert cib.health(both, {"1": "alpha"}) == (NodeAttribute("2", "#health-cpu", "red"),)


@given(st.binary())
def test_garbage_is_no_health(garbage: bytes) -> None:
    """As for the configuration."""
    with pytest.raises(Unparsable):
        cib.health(garbage, {})
