"""What the resources' agents answered: <node_history> and <failures> of crm_mon's XML."""

import re
from collections.abc import Iterator

from exporter.errors import Unparsable
from exporter.parsing import excerpt, integer
from exporter.sources.pacemaker.parse.timestamps import moment
from exporter.sources.pacemaker.parse.xml import Element, name_of, text, whole
from exporter.sources.pacemaker.reading import Failure, Operation, ResourceHistory

# "haproxy_monitor_10000", "my_vm_migrate_to_0", "db_post_notify_promote_0"
_OPERATION_KEY = re.compile(
    r"(.+?)_(?:(?:confirmed-)?(?:pre|post)_notify_)?(migrate_to|migrate_from|[^_]+)_([0-9]+)"
)
# crm_mon 1.1 to 2.1 writes an exit reason that is escaped already: it arrives as &quot;x&quot;
_ESCAPED = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&#39;": "'", "&amp;": "&"}
_ESCAPE = re.compile("|".join(_ESCAPED))


def resource(node: Element, history: Element) -> ResourceHistory:
    return ResourceHistory(
        node=name_of(node),
        resource=text(history, "id"),
        fail_count=whole(history, "fail-count", 0),
        migration_threshold=whole(history, "migration-threshold", 0),  # not given for an orphan
    )


def operations(histories: list[tuple[Element, Element]]) -> Iterator[Operation]:
    for node, history in histories:
        for element in history.iterchildren("operation_history"):
            yield Operation(
                node=name_of(node),
                resource=text(history, "id"),
                task=text(element, "task"),
                interval=_milliseconds(element, "interval") or 0.0,
                call=whole(element, "call"),
                rc=whole(element, "rc"),
                changed=moment(element.get("last-rc-change", ""), "last-rc-change"),
                exec_time=_milliseconds(element, "exec-time"),
                queue_time=_milliseconds(element, "queue-time"),
            )


def _milliseconds(element: Element, name: str) -> float | None:
    """Seconds of exec-time="196ms"; the unit is the same from 1.1 to 3.0."""
    value = element.get(name)
    if value is None:
        return None
    if not value.endswith("ms"):
        raise Unparsable(f"<{element.tag}> {name}: expected milliseconds as in 196ms, got {excerpt(value)}")
    return integer(value.removesuffix("ms"), f"<{element.tag}> {name}") / 1000


def latest(operations: Iterator[Operation]) -> tuple[Operation, ...]:
    """A failed operation is listed twice, as last one and as last failure: the higher call is newer."""
    newest: dict[tuple[str, str, str, float], Operation] = {}
    for operation in operations:
        key = (operation.node, operation.resource, operation.task, operation.interval)
        if key not in newest or newest[key].call < operation.call:
            newest[key] = operation
    return tuple(newest.values())


def failure(element: Element) -> Failure:
    """A key that is of no form known (empty, for one) is the whole of what failed."""
    key = element.get("op_key") or element.get("id") or ""
    parts = _OPERATION_KEY.fullmatch(key)
    return Failure(
        node=text(element, "node"),
        resource=parts[1] if parts else key,
        task=parts[2] if parts else element.get("task", "unknown"),
        rc=whole(element, "exitcode"),
        reason=_ESCAPE.sub(lambda found: _ESCAPED[found[0]], element.get("exitreason", "")),
        changed=moment(element.get("last-rc-change", ""), "<failure> last-rc-change"),
    )
