"""What nodes' attributes say against them, or for them: connectivity, promotion scores, health (pure)."""

from collections.abc import Iterator

from exporter.watchers.failover.detection import rules
from exporter.watchers.failover.detection.kinds import BANNED, DEGRADED, IMPROVED, PREFERRED, Change
from exporter.watchers.failover.detection.names import concerned
from exporter.watchers.failover.detection.snapshot import Snapshot

_PROMOTION = ("master-", "promoted-")  # attributes by which agents say who is to be promoted


def barred(snapshot: Snapshot) -> Iterator[Change]:
    """Nodes that rules about attributes bar altogether."""
    for constraint in snapshot.constraints:
        for rule in constraint.rules:
            for node in sorted(snapshot.nodes):
                values = _attributes(node, snapshot)
                if rules.score(rule, values) > float("-inf") or rule.timed:
                    continue
                for name in sorted(rules.attributes_of(rule) - {"#uname"}):
                    for resource in concerned(constraint, snapshot.together):
                        text = f"{name} of {node}: {values.get(name, 'undefined')}"
                        yield Change(DEGRADED, node, resource, text)


def attribute_changes(before: Snapshot, after: Snapshot) -> Iterator[Change]:
    """Attributes that rules look at (connectivity, for one), promotion scores and health, by node."""
    changed = {
        (node, name)
        for node, name in before.attributes.keys() | after.attributes.keys()
        if before.attributes.get((node, name)) != after.attributes.get((node, name))
        and node in before.nodes
        and node in after.nodes
        and before.nodes[node].online  # a node that leaves or comes takes or brings all of its attributes
        and after.nodes[node].online
    }
    for node, name in sorted(changed):
        yield from _score_changes(node, name, before, after)
        if name.startswith(("#health", *_PROMOTION)):
            yield from _named_attribute(node, name, before, after)


def _score_changes(node: str, name: str, before: Snapshot, after: Snapshot) -> Iterator[Change]:
    was, now = _attributes(node, before), _attributes(node, after)
    for constraint in after.constraints:
        for rule in constraint.rules:
            if name not in rules.attributes_of(rule):
                continue
            old, new = rules.score(rule, was), rules.score(rule, now)
            if old == new:
                continue
            better, worse = (PREFERRED, BANNED) if (node, name) in after.permanent else (IMPROVED, DEGRADED)
            for resource in concerned(constraint, after.together):
                kind = better if new > old else worse
                yield Change(kind, node, resource, _attribute_text(node, name, before, after))


def _named_attribute(node: str, name: str, before: Snapshot, after: Snapshot) -> Iterator[Change]:
    text = _attribute_text(node, name, before, after)
    if name.startswith("#health"):
        worse = _worse_health(node, name, before, after)
        if worse:
            yield Change(DEGRADED if worse > 0 else IMPROVED, node, "", text)
        return
    resource = name.partition("-")[2].partition(":")[0]
    was, now = (rules.number(one.attributes.get((node, name), "")) or 0.0 for one in (before, after))
    yield Change(DEGRADED if now < was else IMPROVED, node, resource, text)


def _worse_health(node: str, name: str, before: Snapshot, after: Snapshot) -> int:
    """By the node's colour, which is what Pacemaker acts on; else by the attribute."""
    was, now = (severity(one.nodes[node].health) for one in (before, after))
    if was != now:
        return now - was
    old, new = (severity(one.attributes.get((node, name), "")) for one in (before, after))
    return new - old


def severity(colour: str) -> int:
    """Of a node's health; 0 is well, and what is no colour too."""
    return {"yellow": 1, "red": 2}.get(colour, 0)


def _attribute_text(node: str, name: str, before: Snapshot, after: Snapshot) -> str:
    old, new = (one.attributes.get((node, name), "undefined") for one in (before, after))
    return f"{name} of {node}: {old} -> {new}"


def _attributes(node: str, snapshot: Snapshot) -> dict[str, str]:
    return {name: value for (on, name), value in snapshot.attributes.items() if on == node} | {"#uname": node}
