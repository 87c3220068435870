"""Constraints, tags and node attributes of the configuration, as cibadmin prints them (pure)."""

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from exporter.parsing import integer
from exporter.sources.pacemaker.parse.xml import Element, read, text
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

# What is asked for. Neither the resources' parameters nor the fencing devices' are: passwords are among them.
XPATH = "|".join(
    (
        "//configuration/constraints",
        "//configuration/tags",
        "//configuration/nodes",
        "//configuration//meta_attributes[rule//date_expression][nvpair[@name='resource-stickiness']]",
    )
)
HEALTH_XPATH = "//node_state/transient_attributes"
HEALTH = "#health"  # what the names of health attributes begin with
_WHAT = "cibadmin's output"
_ROOTS = ("constraints", "xpath-query", "tags", "nodes", "configuration", "cib")  # one match comes bare
_INFINITIES = {"INFINITY": math.inf, "+INFINITY": math.inf, "-INFINITY": -math.inf}
_PROMOTED = ("promoted", "master")

Tags = Mapping[str, tuple[str, ...]]  # by a tag's id what it stands for


def configuration(output: bytes) -> Configuration:
    """All that is read of the configuration; of `<constraints>` alone, what it says."""
    root = read(output, _WHAT, _ROOTS)
    tags = {text(tag, "id"): tuple(_ids(tag, "obj_ref")) for tag in root.iter("tag")}
    return Configuration(
        constraints=tuple(_location(one, tags) for one in root.iter("rsc_location")),
        colocations=tuple(_colocation(one, tags) for one in root.iter("rsc_colocation")),
        tickets=tuple(_ticket(one, tags) for one in root.iter("rsc_ticket")),
        node_attributes=tuple(_node_attributes(root)),
        timed_stickiness=any(_timed(one) for one in root.iter("meta_attributes")),
        orders=tuple(_order(one, tags) for one in root.iter("rsc_order") if _is_mandatory(one)),
    )


def parse(output: bytes) -> tuple[LocationConstraint, ...]:
    return configuration(output).constraints


def colocations(output: bytes) -> tuple[Colocation, ...]:
    return configuration(output).colocations


# cibadmin 2.1.5, of a node whose disk the agent HealthSMART watches; it comes bare where one node has any:
#   <xpath-query><transient_attributes id="1"><instance_attributes id="status-1">
#     <nvpair id="status-1-.health-smart" name="#health-smart" value="red"/>
def health(output: bytes, names: Mapping[str, str]) -> tuple[NodeAttribute, ...]:
    """The nodes' health attributes, which crm_mon leaves out. `names` has the nodes' names by their ids."""
    root = read(output, _WHAT, (*_ROOTS, "transient_attributes"))
    return tuple(
        NodeAttribute(names.get(node.get("id", ""), node.get("id", "")), name, pair.get("value", ""))
        for node in root.iter("transient_attributes")
        for pair in node.iter("nvpair")
        if (name := pair.get("name", "")).startswith(HEALTH)
    )


# cibadmin 2.1.5; crm_resource --move for a time writes the second form, with a rule:
#   <rsc_location id="cli-prefer-vip" rsc="vip" role="Started" node="node01" score="INFINITY"/>
#   <rsc_location id="cli-prefer-vip" rsc="vip" role="Started">
#     <rule id="cli-prefer-rule-vip" score="INFINITY" boolean-op="and">
#       <expression id="cli-prefer-expr-vip" attribute="#uname" operation="eq" value="node01"/>
#       <date_expression id="cli-prefer-lifetime-end-vip" operation="lt" end="2026-11-28 22:00:00Z"/>
def _location(element: Element, tags: Tags) -> LocationConstraint:
    return LocationConstraint(
        id=text(element, "id"),
        node=element.get("node", ""),
        resource=element.get("rsc", ""),
        role=element.get("role", ""),
        score=_score(element),
        rule_node=_rule_node(element),
        rules=tuple(_rule(one) for path in ("rule", "lifetime/rule") for one in element.iterfind(path)),
        members=_named(element, ("rsc",) if element.get("rsc") in tags else (), tags),
        pattern=element.get("rsc-pattern", ""),
    )


def _rule_node(element: Element) -> str:
    for expression in element.iterfind("rule/expression"):
        if expression.get("attribute") == "#uname" and expression.get("operation") == "eq":
            return expression.get("value", "")
    return ""


def _rule(element: Element) -> LocationRule:
    return LocationRule(
        id=element.get("id", ""),
        score=_score(element) if "score" in element.attrib else None,
        score_attribute=element.get("score-attribute", ""),
        any_of=element.get("boolean-op") == "or",
        conditions=tuple(_conditions(element)),
        timed=_timed(element),
        limits=tuple(_limits(element)),
    )


def _conditions(rule: Element) -> Iterator[Condition | LocationRule]:
    for one in rule:
        if one.tag == "rule":
            yield _rule(one)
        elif one.tag == "expression":
            yield Condition(
                one.get("attribute", ""), one.get("operation", ""), one.get("value", ""), one.get("type", "")
            )


def _timed(element: Element) -> bool:
    return next(element.iter("date_expression"), None) is not None


def _limits(rule: Element) -> Iterator[float]:
    """Seconds since 1970. What a date_spec repeats has no moments, and a form not known here is passed
    over."""
    for expression in rule.iter("date_expression"):
        for name in ("start", "end"):
            try:
                moment = datetime.fromisoformat(expression.get(name, "").replace(" +", "+"))
            except ValueError:
                continue
            yield (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


# cibadmin 2.1.5; the second form is of crmsh's `colocation together inf: ( vip haproxy )`:
#   <rsc_colocation id="c1" rsc="haproxy" with-rsc="vip" score="INFINITY"/>
#   <rsc_colocation id="c2" score="INFINITY"><resource_set id="c2-0">
#     <resource_ref id="vip"/><resource_ref id="haproxy"/>
def _colocation(element: Element, tags: Tags) -> Colocation:
    return Colocation(_named(element, ("rsc", "with-rsc"), tags), _score(element))


#   <rsc_order id="o1" first="db" then="vip" kind="Mandatory"/>, or with sets as above
def _order(element: Element, tags: Tags) -> Order:
    return Order(_named(element, ("first", "then"), tags))


def _is_mandatory(element: Element) -> bool:
    """`score` is how kind was written before 1.1."""
    return element.get("kind", "Mandatory") == "Mandatory" and element.get("score", "") != "0"


#   <rsc_ticket id="t1" rsc="vip" ticket="site-a" loss-policy="stop"/>
def _ticket(element: Element, tags: Tags) -> TicketConstraint:
    """Where only promotion is lost with the ticket, the resource goes on unpromoted."""
    roles = [element.get("rsc-role", ""), *(one.get("role", "") for one in element.iter("resource_set"))]
    return TicketConstraint(
        ticket=text(element, "ticket"),
        resources=_named(element, ("rsc",), tags),
        promotion_only=any(role.lower() in _PROMOTED for role in roles)
        and element.get("loss-policy") == "demote",
    )


def _node_attributes(root: Element) -> Iterator[NodeAttribute]:
    for node in (node for nodes in root.iter("nodes") for node in nodes.iterchildren("node")):
        for pair in node.iter("nvpair"):
            yield NodeAttribute(node.get("uname", ""), pair.get("name", ""), pair.get("value", ""))


def _named(element: Element, attributes: Iterable[str], tags: Tags) -> tuple[str, ...]:
    """The resources that these attributes and the resource sets name; of a tag what it stands for."""
    names = [element.get(attribute, "") for attribute in attributes]
    names += _ids(element, "resource_ref")
    return tuple(each for name in names if name for each in tags.get(name, (name,)))


def _ids(element: Element, name: str) -> Iterator[str]:
    return (text(reference, "id") for reference in element.iter(name))


def _score(element: Element) -> float:
    score = element.get("score", "0")
    return _INFINITIES[score] if score in _INFINITIES else integer(score, f"<{element.tag}> score")
