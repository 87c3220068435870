"""What this host lacks to take over, by the checks of the collector `readiness` (pure)."""

from collections.abc import Iterator

from exporter.watchers.readiness.metrics import Checked
from exporter.web.status.facts import Facts
from exporter.web.status.view import WARN, Finding
from exporter.web.status.wording import listed

# By the name of the check: in a few words, and what to do.
_WORDS = {
    "haproxy_config": (
        "HAProxy's configuration is broken",
        "HAProxy will not start with it again: mend it, and look with haproxy -c.",
    ),
    "vip_interface": (
        "there is no interface for the address",
        "Bring the interface up, or correct its address or netmask.",
    ),
    "vip_bindable": (
        "HAProxy may start before it can bind the address",
        "Set net.ipv4.ip_nonlocal_bind to 1, or have Pacemaker start HAProxy after the address.",
    ),
    "galera_reachable": (
        "Galera nodes can't be reached from here",
        "If the other balancer reaches them, look at this host's routes and firewall.",
    ),
    "clock": ("the clocks differ", "Look at NTP on both nodes: times of events and logs can't be compared."),
    "resource_agents": (
        "a resource agent is missing",
        "Install what the other node has: its package, or the unit.",
    ),
}


def failed(facts: Facts) -> tuple[Checked, ...]:
    return tuple(one for one in facts.readiness.checks if one.failures) if facts.readiness else ()


def lacks(checks: tuple[Checked, ...]) -> str:
    """In a few words."""
    return listed(_WORDS.get(one.check, (one.check, ""))[0] for one in checks)


def findings(facts: Facts) -> Iterator[Finding]:
    """One a check, with what it says."""
    for one in failed(facts):
        short, advice = _WORDS.get(one.check, (one.check, ""))
        yield Finding(WARN, f"This host could not take over: {short} ({'; '.join(one.failures)})", advice)
