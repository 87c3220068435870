"""`make demo`: a real cluster, what its exporters report, a failover on their pages, and who is notified."""

import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from deploy.lab.console import Screen, end_in_order
from deploy.lab.errors import LabError, Overdue
from deploy.lab.lab import Lab
from deploy.lab.monitoring import Monitoring, Notification
from deploy.lab.page import Page, scrape
from deploy.lab.waiting import until

TOPOLOGY = "article"
FAILOVER = 60.0  # seconds that the failover may take before the demo gives up on it
COUNTED = 5.0  # seconds after it in which the prober counts the outage
NOTIFIED = 90.0  # seconds after it in which somebody is notified
SEEN = 10.0  # seconds after healing in which both exporters see it; a reading may be a second old
FOR_PEOPLE = ("critical", "warning")
PACEMAKER = "ha_cluster_pacemaker_"
COROSYNC = "ha_cluster_corosync_"


def holds(page: Page) -> str:
    held = page.values("vip", "vip_bound")
    return f"yes, {', '.join(held)}" if held else "no"


def online(page: Page) -> list[str]:
    return page.values("node", f"{PACEMAKER}nodes", status="online")


def nodes(page: Page) -> str:
    dc = page.values("node", f"{PACEMAKER}dc_info")
    return f"{len(online(page))} online: {', '.join(online(page))}; DC {', '.join(dc) or 'none'}"


def resources(page: Page) -> str:
    running = page.all(f"{PACEMAKER}resource_running_nodes")
    return ", ".join(
        f"{dict(series.labels)['resource']} on {value:g}" for series, value in sorted(running.items())
    )


def links(page: Page) -> str:
    peers = page.all(f"{COROSYNC}link_connected")
    up = sum(peers.values())
    quorate = "quorate" if page.get(f"{COROSYNC}quorate") else "not quorate"
    return f"{up:g} of {len(peers)} connected, {quorate}"


def servers(page: Page) -> str:
    if not page.get("haproxy_up"):
        return "not running here"
    up = page.values("server", "haproxy_server_status", state="UP")
    return f"{len(up)} up: {', '.join(up)}"


def galera(page: Page) -> str:
    synced = page.values("node", "galera_node_state", state="synced")
    return f"{len(synced)} synced, {page.get('galera_primary_components') or 0:g} Primary component"


def outages(page: Page | None, vip: str) -> float:
    """Finished ones; an outage is counted after a second without failures."""
    return (page.get("vip_outages_total", vip=vip) or 0) if page else 0


def felt(page: Page) -> str:
    """Of the first address that is probed."""
    vip = page.values("vip", "vip_probe_attempts_total")[:1]
    if not vip:
        return "not probed"
    up = "answers" if page.get("vip_probe_up", vip=vip[0]) else "does not answer"
    last = page.get("vip_outage_last_duration_seconds", vip=vip[0]) or 0
    return f"{up}, the last outage took {last:.2f} s" if outages(page, vip[0]) else f"{up}, no outage yet"


ROWS: tuple[tuple[str, str, Callable[[Page], str]], ...] = (
    ("holds the address", "address", holds),
    ("Pacemaker", "pacemaker", nodes),
    ("resources, nodes running", "pacemaker", resources),
    ("Corosync links", "corosync", links),
    ("HAProxy servers", "haproxy", servers),
    ("Galera", "galera", galera),
    ("probes of the address", "vip", felt),
)


def cell(page: Page | None, collector: str, show: Callable[[Page], str]) -> str:
    if page is None:
        return "no answer"
    return f"{collector} can't be read" if collector in page.failed() else show(page)


Cells = dict[tuple[str, str], str]  # row and balancer to what is shown


def cells(pages: dict[str, Page | None]) -> Cells:
    return {
        (label, host): cell(page, collector, show)
        for label, collector, show in ROWS
        for host, page in pages.items()
    }


def summary(screen: Screen, pages: dict[str, Page | None]) -> None:
    shown = cells(pages)
    rows = [(label, *(shown[label, host] for host in pages)) for label, _, _ in ROWS]
    screen.table(("", *pages), rows)


def read(lab: Lab) -> dict[str, Page | None]:
    """Both pages; None for one that doesn't come."""
    pages: dict[str, Page | None] = {}
    for balancer in lab.topology.balancers:
        try:
            pages[balancer.name] = scrape(lab, balancer.name, 5)
        except LabError:
            pages[balancer.name] = None
    return pages


def served_by(page: Page | None, vip: str) -> bool:
    return page is not None and page.get("vip_bound", vip=vip) == 1 and page.get("haproxy_up") == 1


def everyone_online(pages: dict[str, Page | None]) -> bool:
    return all(page is not None and len(online(page)) == len(pages) for page in pages.values())


def watch_failover(lab: Lab, screen: Screen, target: str) -> None:
    """A line for each thing that changes on either page, until `target` serves and the outage is over."""
    vip, first = lab.topology.vip, read(lab)
    before = cells(first)

    def shown(condition: Callable[[Page | None], bool]) -> bool:
        nonlocal before
        pages = read(lab)
        now = cells(pages)
        for (label, host), text in now.items():
            if text != before[label, host]:
                screen.step(f"{host}: {label}: {text}")
        before = now
        return condition(pages[target])

    until(f"{target} to take over", lambda: shown(lambda page: served_by(page, vip)), FAILOVER)
    with suppress(Overdue):  # a failover may cost no attempt at all
        more = outages(first[target], vip)
        until("the outage to be counted", lambda: shown(lambda page: outages(page, vip) > more), COUNTED)


def notified(monitoring: Monitoring, since: float) -> list[Notification]:
    """Each alert for people that arrived since then (monotonic seconds), once, as it came first."""
    arrived = monitoring.notifications()
    new = {
        (one.receiver, *one.labels.items()): one
        for one in reversed(arrived)
        if one.at > since and one.status == "firing" and one.severity in FOR_PEOPLE
    }
    return sorted(new.values(), key=lambda one: one.at)


def show_notified(lab: Lab, screen: Screen, since: float) -> None:
    monitoring = Monitoring(lab.fleet)

    def failover() -> bool:
        return any(one.alert == "FailoverHappened" for one in notified(monitoring, since))

    until("the alert of the failover", failover, NOTIFIED)
    screen.step("Prometheus saw it, and Alertmanager notified:\n")
    rows = [
        (one.receiver, one.severity, one.alert, one.annotations["summary"])
        for one in notified(monitoring, since)
    ]
    screen.table(("receiver", "severity", "alert", "summary"), rows)


def demo(lab: Lab, screen: Screen) -> None:
    screen.line("\nWhat the two exporters report:\n")
    summary(screen, read(lab))
    holder = lab.holder()
    target = lab.topology.peer(holder).name
    screen.line(f"\nNow Corosync and Pacemaker are stopped on {holder}: {target} should take over.\n")
    began = time.monotonic()
    with ThreadPoolExecutor(1) as aside:
        stopped = aside.submit(lab.fault, "corosync-stopped", holder)
        watch_failover(lab, screen, target)
        stopped.result()
    show_notified(lab, screen, began)
    screen.line("")
    summary(screen, read(lab))
    screen.line(f"\nNow {holder} is started again; the address stays where it is.\n")
    lab.heal()
    until("both exporters to see that", lambda: everyone_online(read(lab)), SEEN)
    summary(screen, read(lab))


def how_to_go_on(lab: Lab) -> str:
    host, pages = lab.holder(), Monitoring(lab.fleet).pages()
    return f"""
The cluster stays up. Look at it from this machine:
  {pages["prometheus"]}                   Prometheus: the metrics, the rules, what fires
  amtool --alertmanager.url={pages["alertmanager"]} alert      Alertmanager: what it holds
  deploy/lab/lab exec {host} -- curl -s http://127.0.0.1:10664/metrics
Go on:
  deploy/lab/lab status                    who holds what, and what is wrong
  deploy/lab/lab fault                     what can be broken; `lab fault NAME` breaks it
  deploy/lab/lab heal                      whole again
Stop:
  deploy/lab/lab down                      ends and removes all of it"""


def main() -> int:
    end_in_order()
    screen = Screen()
    try:
        lab = Lab(report=screen.step)
        lab.up(TOPOLOGY)
        demo(lab, screen)
        screen.line(how_to_go_on(lab))
    except LabError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("demo: interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
