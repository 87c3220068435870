import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import Unparsable
from exporter.sources.pacemaker.parse import cib
from exporter.sources.pacemaker.reading import Colocation, LocationConstraint
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
