"""Location constraints, from `cibadmin --query --scope constraints`."""

import math

from exporter.parsing import integer
from exporter.sources.pacemaker.tool_xml import Element, read, text
from exporter.sources.pacemaker.view import LocationConstraint

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
    score = element.get("score", "0")
    return LocationConstraint(
        id=text(element, "id"),
        node=element.get("node", ""),
        resource=element.get("rsc", ""),
        role=element.get("role", ""),
        score=_INFINITIES[score] if score in _INFINITIES else integer(score, "<rsc_location> score"),
        rule_node=_rule_node(element),
    )


def _rule_node(element: Element) -> str:
    for expression in element.iterfind("rule/expression"):
        if expression.get("attribute") == "#uname" and expression.get("operation") == "eq":
            return expression.get("value", "")
    return ""
