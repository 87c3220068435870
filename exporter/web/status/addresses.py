"""Who holds each address, since when, and who would take over (pure)."""

from collections.abc import Iterator
from dataclasses import dataclass

from exporter.sources.keepalived.reading import MASTER
from exporter.watchers.readiness.metrics import Takeover as Predicted
from exporter.web.status import checks, keepalived
from exporter.web.status.clients import services
from exporter.web.status.facts import Facts
from exporter.web.status.view import BAD, INFO, OFF, OK, UNKNOWN, WARN, Address, Finding, Summary, Takeover
from exporter.web.status.wording import listed

# In the words of exporter/watchers/readiness/reasons.py.
_REASONS = {
    "offline": "no other node is online",
    "standby": "the other node is on standby",
    "maintenance": "maintenance mode is on",
    "health": "the other node's health is red",
    "banned": "a constraint bars it from the other node",
    "failures": "it failed too often on the other node",
    "disabled": "it is meant to be stopped",
    "unmanaged": "it is not managed by Pacemaker",
    "no_quorum": "the rest of the cluster would have no quorum",
    "fencing": "the lost node would have to be fenced first, and can't be",
    "unknown": "Pacemaker doesn't say why",
    # In those of exporter/watchers/readiness/vrrp.py.
    "keepalived_stopped": "Keepalived does not run on this host",
    "link_down": "the interface of its VRRP instance has no link here",
    "script": "a check script fails on this host",
    "process": "a process that Keepalived tracks does not run on this host",
    "fault": "its VRRP instance is in FAULT on this host",
}
_ADVICE = {
    "standby": "crm_standby -D, or pcs node unstandby",
    "maintenance": "end the maintenance mode",
    "banned": "crm_resource --clear takes away what a move left behind",
    "failures": "find the cause of the failures, then crm_resource --cleanup",
    "disabled": "crm_resource --meta --set-parameter target-role -v Started",
    "unmanaged": "crm_resource --meta --set-parameter is-managed -v true",
    "offline": "bring the other node back",
    "keepalived_stopped": "systemctl start keepalived",
    "link_down": "look at the interface",
    "script": "look at what the script checks",
    "fault": "journalctl -u keepalived says what it tracks",
}


_LOOK = "Look at who moves the address, below: nodes and failed operations, or VRRP instances."


@dataclass(frozen=True)
class _Known:
    """Of one address; None is not known."""

    address: str
    resource: str
    holders: tuple[str, ...] | None
    disabled: bool
    by_keepalived: bool
    here: bool | None
    claimants: int | None


def addresses(facts: Facts) -> tuple[Address, ...]:
    return tuple(_address(facts, address) for address in _all(facts))


def findings(shown: tuple[Address, ...]) -> Iterator[Finding]:
    for one in shown:
        if one.level in (BAD, WARN):
            yield Finding(one.level, f"{one.address} is {one.text}", _advice(one))
        elif one.takeover.level == WARN and any(each.reasons for each in one.takeovers):
            why = [_ADVICE[reason] for each in one.takeovers for reason in each.reasons if reason in _ADVICE]
            advice = f"Mend it before it is needed: {'; '.join(dict.fromkeys(why))}." if why else ""
            yield Finding(WARN, f"{one.address}: {one.takeover.text}", advice)


def _advice(one: Address) -> str:
    if (one.claimants or 0) > 1 or len(one.holders or ()) > 1:
        return "Stop one of the two at once: writes may go to both. Then mend the network between the nodes."
    return _LOOK if one.level == BAD else ""


def _all(facts: Facts) -> list[str]:
    """Of the configuration, and of Pacemaker's resources."""
    bound = facts.address.bound if facts.address else {}
    probed = [one.endpoint.host for one in facts.probes or ()]
    named = sorted(facts.failover.addresses.values()) if facts.failover else []
    return [*dict.fromkeys([*bound, *probed, *named])]


def _address(facts: Facts, address: str) -> Address:
    known = _known(facts, address)
    level, text = _holding(known, facts)
    predicted = _predicted(facts, known)
    return Address(
        address=address,
        level=level,
        text=text,
        resource=known.resource,
        holders=known.holders,
        here=known.here,
        claimants=known.claimants,
        since=_since(facts, known) if level == OK else None,
        takeover=_takeover(facts, known, predicted),
        takeovers=tuple(Takeover(one.lost, one.to, one.reasons) for one in predicted),
        services=services(facts, address),
    )


def _known(facts: Facts, address: str) -> _Known:
    resource = _resource(facts, address)
    by_keepalived = facts.of("keepalived").state != OFF
    here = facts.address.bound.get(address) if facts.address else None
    claimants = facts.address.claimants.get(address) if facts.address else None
    holders, disabled = None, False
    if by_keepalived and facts.failover:
        # That nobody holds it is known only where somebody asked.
        holders = facts.failover.holders.get(resource) or (() if claimants == 0 else None)
    elif resource and facts.pacemaker:
        found = [one for one in facts.pacemaker.view.resources if one.id == resource]
        holders = tuple(sorted({node for one in found if one.active for node in one.nodes}))
        disabled = any(one.disabled for one in found)
    return _Known(address, resource, holders, disabled, by_keepalived, here, claimants)


def _resource(facts: Facts, address: str) -> str:
    """Which moves it; empty where that is not known. The failover watcher knows one address of each."""
    for one in facts.keepalived.instances if facts.keepalived else ():
        if any(held.address == address for held in one.addresses):
            return one.name
    names = facts.failover.addresses if facts.failover else {}
    return next((name for name, one in names.items() if one == address), "")


def _holding(known: _Known, facts: Facts) -> tuple[str, str]:
    if known.claimants is not None and known.claimants > 1:
        return BAD, f"split: {known.claimants} hosts answer for it on this link"
    if known.holders is None:
        return _by_kernel(known, facts)
    if len(known.holders) > 1:
        who = "" if known.by_keepalived else "Pacemaker runs it on "
        return BAD, f"split: {who}{listed(known.holders)}{' have it' if known.by_keepalived else ''}"
    if not known.holders:
        return _nowhere(known, facts)
    (holder,) = known.holders
    if not known.by_keepalived and known.here is not None and known.here != (holder == facts.host):
        says = "this host has it" if known.here else "this host does not have it"
        return (WARN if known.here else BAD), f"held by {holder} as Pacemaker says, yet {says}"
    return OK, f"held by {holder}{', this host' if holder == facts.host else ''}"


def _nowhere(known: _Known, facts: Facts) -> tuple[str, str]:
    if known.by_keepalived:
        return BAD, "held by no host"
    if known.here:
        return BAD, "on this host, though Pacemaker runs it nowhere"
    if known.disabled:
        return WARN, "held by no node: somebody wants it stopped (target-role)"
    dc = facts.pacemaker.view.dc if facts.pacemaker else None
    if dc and not dc.with_quorum:
        elsewhere = (
            "a host outside of it answers" if known.claimants else "whether another does is not seen here"
        )
        return WARN if known.claimants else BAD, f"held by no node of this part (no quorum); {elsewhere}"
    return BAD, "held by no node"


def _by_kernel(known: _Known, facts: Facts) -> tuple[str, str]:
    """Without Pacemaker's word."""
    if known.here:
        return OK, f"held by this host, {facts.host}"
    if known.here is False:
        return UNKNOWN, "not on this host; which one holds it is not known here"
    return UNKNOWN, "held by a host that is not known here"


def _since(facts: Facts, known: _Known) -> float | None:
    """When the start that made it run there was, by that node's clock; else when the journal saw it come."""
    if not facts.failover or not known.holders or len(known.holders) > 1:
        return None
    (holder,) = known.holders
    if began := _master_since(facts, known.resource):
        return began
    held = facts.failover.totals.held.get(known.resource)
    if held and held.node == holder and held.changed is not None:
        return held.changed
    came = [
        one.at
        for (resource, _), one in facts.failover.totals.latest.items()
        if resource == known.resource and one.target == holder
    ]
    return max(came, default=None)


def _master_since(facts: Facts, resource: str) -> float | None:
    """When Keepalived here took over; None where it has not."""
    mine = (one for one in (facts.keepalived.instances if facts.keepalived else ()) if one.name == resource)
    return next((one.last_transition for one in mine if one.state == MASTER), None)


def _predicted(facts: Facts, known: _Known) -> tuple[Predicted, ...]:
    """Also of what runs with it: an address without its HAProxy is of no use."""
    if not facts.readiness or not known.holders:
        return ()
    mine = [one for one in facts.readiness.takeovers if one.lost in known.holders]
    own = [one for one in mine if one.resource == known.resource]
    return tuple(
        own if all(not one.ready for one in own) else [*own, *(one for one in mine if not one.ready)]
    )


def _takeover(facts: Facts, known: _Known, predicted: tuple[Predicted, ...]) -> Summary:
    if known.holders == ():
        return Summary(INFO, "no node holds it, so there is none to take over from")
    if not predicted and known.by_keepalived and facts.host in (known.holders or ()):
        others = [node for node in (facts.failover.nodes if facts.failover else ()) if node != facts.host]
        return Summary(
            UNKNOWN, f"whether {listed(others) or 'another host'} would take over says its own page"
        )
    if not predicted:
        return Summary(
            UNKNOWN, f"whether another node would take over is not known: {_why_not(facts, known)}"
        )
    blocked = [one for one in predicted if not one.ready]
    if not blocked:
        return _ready(facts, tuple(dict.fromkeys(node for one in predicted for node in one.to)))
    reasons = dict.fromkeys(_REASONS.get(reason, reason) for one in blocked for reason in one.reasons)
    what = (
        "nobody would take over"
        if any(one.resource == known.resource for one in blocked)
        else (f"it would be taken over, but not {listed(dict.fromkeys(one.resource for one in blocked))}")
    )
    return Summary(WARN, f"{what}: {'; '.join(reasons)}")


def _ready(facts: Facts, to: tuple[str, ...]) -> Summary:
    """As far as Pacemaker or Keepalived knows; what its target lacks is known of this host alone."""
    if facts.host in to and (why := keepalived.hindrance(facts)):  # newer than what was predicted
        return Summary(WARN, f"nobody would take over: {why}")
    failed = checks.failed(facts) if facts.host in to else ()
    if failed:
        return Summary(WARN, f"this host would take over, and could not: {checks.lacks(failed)}")
    return Summary(OK, f"{listed(to)} would take over")


def _why_not(facts: Facts, known: _Known) -> str:
    if known.by_keepalived:
        return "Keepalived can't be read" if not facts.keepalived else "this host does not know who holds it"
    if facts.of("pacemaker").state == OFF:
        return "Pacemaker is not configured here"
    if not facts.pacemaker:
        return "Pacemaker can't be read"
    if not facts.readiness:
        return facts.missing("readiness").text
    return "its holder is not known" if not known.holders else "Pacemaker's scheduler was not asked yet"
