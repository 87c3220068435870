"""Location constraints and colocations, from `cibadmin --query --scope constraints`."""

import math

from exporter.parsing import integer
from exporter.sources.pacemaker.parse.xml import Element, read, text
from exporter.sources.pacemaker.reading import Colocation, LocationConstraint

_INFINITIES = {"INFINITY": math.inf, "+INFINITY": math.inf, "-INFINITY": -math.inf}

# cibadmin 2.1.5; crm_resource --move for a time writes the second form, with a rule:
#   <rsc_location id="cli-prefer-vip" rsc="vip" role="Started" node="node01" score="INFINITY"/>
#   <rsc_location id="cli-prefer-vip" rsc="vip" role="Started">
#     <rule id="cli-prefer-rule-vip" score="INFINITY" boolean-op="and">
#       <expression id="cli-prefer-expr-vip" attribute="#uname" operation="eq" value="node01"/>


def parse(output: bytes) -> tuple[LocationConstraint, ...]:
    section = read(output, "cibadmin's output", ("constraints",))
    return tuple(_location(element) for element in section.iterchildren("rsc_location"))


def _location(element: Element) -> LocationConstraint:
    return LocationConstraint(
        id=text(element, "id"),
        node=element.get("node", ""),
        resource=element.get("rsc", ""),
        role=element.get("role", ""),
        score=_score(element),
        rule_node=_rule_node(element),
    )


def _rule_node(element: Element) -> str:
    for expression in element.iterfind("rule/expression"):
        if expression.get("attribute") == "#uname" and expression.get("operation") == "eq":
            return expression.get("value", "")
    return ""


# cibadmin 2.1.5; the second form is of crmsh's `colocation together inf: ( vip haproxy )`:
#   <rsc_colocation id="c1" rsc="haproxy" with-rsc="vip" score="INFINITY"/>
#   <rsc_colocation id="c2" score="INFINITY"><resource_set id="c2-0">
#     <resource_ref id="vip"/><resource_ref id="haproxy"/>
def colocations(output: bytes) -> tuple[Colocation, ...]:
    section = read(output, "cibadmin's output", ("constraints",))
    return tuple(_colocation(element) for element in section.iterchildren("rsc_colocation"))


def _colocation(element: Element) -> Colocation:
    pair = [element.get("rsc", ""), element.get("with-rsc", "")]
    members = [text(reference, "id") for reference in element.iterfind("resource_set/resource_ref")]
    return Colocation(tuple(name for name in pair + members if name), _score(element))


def _score(element: Element) -> float:
    score = element.get("score", "0")
    return _INFINITIES[score] if score in _INFINITIES else integer(score, f"<{element.tag}> score")
