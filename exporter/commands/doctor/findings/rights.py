"""Who asks as whom: the service's user, its groups, Corosync's file, the socket, raw sockets (pure)."""

from collections.abc import Iterator

from exporter.commands.doctor.facts import Facts, Rights, Service
from exporter.commands.doctor.finding import Finding, error, info, ok, unknown, warning
from exporter.commands.doctor.page import Page
from exporter.commands.setup.rights import USER
from exporter.commands.setup.steps import ACLS, DUMPS, PLACE, SIGNALS, State, Step

_DOCS = "installing.md#who-asks-as-whom"
_RESTART = "systemctl restart failover-exporter"
_COLLECTORS = {
    "Pacemaker": "pacemaker",
    ACLS: "pacemaker",
    "Corosync": "corosync",
    "HAProxy's socket": "haproxy",
    **dict.fromkeys((PLACE, DUMPS, SIGNALS), "keepalived"),
}
SUCCESS = "ha_cluster_scrape_success"
_NO_RAW = (
    "systemctl edit failover-exporter   # [Service] AmbientCapabilities=CAP_NET_RAW, and the same in "
    "CapabilityBoundingSet= where that is set"
)


def user(facts: Facts) -> Iterator[Finding]:
    """As whom the exporter runs, and whether it has the groups that its user got since."""
    if not isinstance(facts.own.page, Page):
        return
    service = facts.service
    if service is None:
        yield unknown(
            f"As whom the exporter runs was not seen by user {facts.asker.user}: its process is in another "
            "place, or /proc hides it"
        )
        return
    if service.user == "root":
        text = f"The exporter runs as root; it needs no more than its user {USER} may"
        yield warning(text, "systemctl cat failover-exporter", docs=_DOCS)
        return
    if (late := _late(facts.rights, service)) and service.user == USER:
        text = f"{USER} {late}, but the exporter runs since before: it has not got that right yet"
        yield error(text, _RESTART, docs=_DOCS)
        return
    yield ok(f"The exporter runs as user {service.user}, groups {', '.join(sorted(service.groups))}")


def _late(rights: Rights | None, service: Service) -> str:
    """What it would get now, in words; empty without any."""
    if rights is None:
        return ""
    groups = sorted(rights.groups - service.groups)
    said = [f"is in {', '.join(groups)}"] if groups else []
    return " and ".join([*said, *(["has CAP_KILL"] if rights.signals and not service.signals else [])])


def granted(facts: Facts) -> Iterator[Finding]:
    """Each right as `setup` sees it."""
    if facts.rights is None:
        if not facts.configured.error and not facts.configured.closed:
            yield unknown("The rights of the service's user were not looked at")
        return
    for step in facts.rights.steps:
        yield _right(facts, step)


def _right(facts: Facts, step: Step) -> Finding:
    text = f"{step.name}: {step.reason}"
    if step.state is State.DONE:
        return ok(text)
    if _not_known(facts, step):
        return unknown(text, *step.commands(), docs=_DOCS)
    if reads(facts, _COLLECTORS.get(step.name, "")):
        late = f"{text}. It is read nevertheless: the exporter has that right from before, or as another user"
        return warning(late, *step.commands(), docs=_DOCS)
    again = (_RESTART,) if step.state is State.TO_DO else ()
    missing = f"User {USER} lacks a right. {text}"
    return error(missing, *step.commands(), *again, docs=_DOCS)


def _not_known(facts: Facts, step: Step) -> bool:
    """Also where Pacemaker could not be asked whether its ACLs are on, or Keepalived for its dump."""
    unseen = facts.rights.unseen if facts.rights else frozenset()
    return step.state is State.UNKNOWN or (step.state is not State.DONE and step.name in unseen)


def lacks(facts: Facts, collector: str) -> bool:
    """A right is missing that this collector needs, so that its failure needs no finding of its own."""
    return any(
        _COLLECTORS.get(step.name) == collector
        and step.state is not State.DONE
        and not _not_known(facts, step)
        for step in (facts.rights.steps if facts.rights else ())
    )


def reads(facts: Facts, collector: str) -> bool:
    """The exporter here reads it now."""
    page = facts.own.page
    return isinstance(page, Page) and page.value(SUCCESS, collector=collector) == 1


def neighbours(facts: Facts) -> Iterator[Finding]:
    """Whether it can ask who else answers for an address."""
    page = facts.own.page
    if not isinstance(page, Page) or not page.has("vip_bound"):
        return
    addresses = page.labels("vip_bound", "vip")
    silent = [vip for vip in addresses if page.value("vip_claimants", vip=vip) is None]
    if not silent:
        yield ok(f"Another host that answers for {', '.join(addresses)} on the link would be seen")
    elif facts.service and not facts.service.raw_sockets:
        text = (
            f"Without CAP_NET_RAW nobody asks who else answers for {', '.join(silent)}: an address on two "
            "hosts is not seen by that"
        )
        yield warning(text, _NO_RAW, _RESTART, docs="split-brain.md")
    else:
        text = f"Who answers for {', '.join(silent)} is not known here: has this host an address near it?"
        yield info(text, "journalctl -u failover-exporter | grep vip_claimants", docs="troubleshooting.md")
