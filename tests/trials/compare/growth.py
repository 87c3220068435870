"""This exporter in front of ever larger clusters, on a host of the lab that has nothing else to do."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from deploy.lab import galera
from deploy.lab.borrowed import Report
from deploy.lab.exporters import vantage, write_account
from deploy.lab.host import PYTHON, Host
from deploy.lab.lab import Lab
from deploy.lab.page import parse
from tests.trials.common.large import FOLDER, SERVERS, Case, Setup, running
from tests.trials.compare import cib, standin
from tests.trials.compare.figures import Cost, Growth
from tests.trials.compare.rounds import SETTLE, measure

SPACING = 1.3  # seconds; this exporter uses a reading again that is younger than one
FIRST_PORT = 14000


def pacemaker(_lab: Lab, host: Host, size: int) -> Setup:
    host.write(f"{FOLDER}/cib.xml", cib.cib(size))
    return Setup("pacemaker: {}\n", environment=(f"CIB_file={FOLDER}/cib.xml",))


def nodes(lab: Lab, host: Host, size: int) -> Setup:
    listed = "".join(f"    db{number:02}: 127.0.0.1:{FIRST_PORT + number}\n" for number in range(size))
    config = f"galera:\n  client_file: {FOLDER}/galera.cnf\n  nodes:\n{listed}"
    return Setup(config, _standin(lab, host, size))


def ports(lab: Lab, host: Host, size: int) -> Setup:
    entry = "  - {{address: 127.0.0.1, port: {port}, client_file: {folder}/galera.cnf}}\n"
    listed = "".join(entry.format(port=FIRST_PORT + number, folder=FOLDER) for number in range(size))
    return Setup(f"vips:\n{listed}", _standin(lab, host, size))


def _standin(lab: Lab, host: Host, size: int) -> tuple[str, ...]:
    """The program that stands for so many nodes, and an account for them."""
    host.write(f"{FOLDER}/nodes.json", json.dumps(answers(lab, size)))
    write_account(host, f"{FOLDER}/galera.cnf", "exporter")
    return (PYTHON, str(Path(standin.__file__)), str(FIRST_PORT), f"{FOLDER}/nodes.json")


def answers(lab: Lab, size: int) -> list[dict[str, list[tuple[str, str]]]]:
    """What a real node of the lab says now, as if it were a node of a cluster of this size."""
    real = lab.host(lab.topology.databases[0].name)
    status = galera.parse_status(galera.sql(real, "SHOW GLOBAL STATUS LIKE 'wsrep\\_%'"))
    variables = galera.parse_status(galera.sql(real, "SHOW GLOBAL VARIABLES LIKE 'wsrep\\_%'"))
    addresses = [f"127.0.0.1:{FIRST_PORT + number}" for number in range(size)]
    changed = {"wsrep_cluster_size": str(size), "wsrep_incoming_addresses": ",".join(addresses)}
    found = []
    for number in range(size):
        own = {
            "wsrep_local_index": str(number),
            "wsrep_gcomm_uuid": f"{number:08x}-e665-11f1-a18a-f7cb703964f3",
        }
        found.append(
            {"STATUS": list({**status, **changed, **own}.items()), "VARIABLES": list(variables.items())}
        )
    return found


PORTS = Case(
    "ports of the address", "probed ten times a second, with the same stand-in behind each", (1, 4, 16), ports
)
CASES = (
    SERVERS,
    Case("Pacemaker resources", "the real crm_mon on a generated CIB (CIB_file)", (10, 100, 1000), pacemaker),
    Case(
        "Galera nodes",
        "a stand-in that speaks the MySQL protocol and gives a real node's rows",
        (3, 30),
        nodes,
    ),
    PORTS,
)


def grow(lab: Lab, rounds: int, report: Report, cases: Sequence[Case] = CASES) -> list[Growth]:
    host = lab.host(lab.topology.clients[0].name)
    return [_grow(case, lab, host, rounds, report) for case in cases]


def _grow(case: Case, lab: Lab, host: Host, rounds: int, report: Report) -> Growth:
    costs, late = [], 0
    for size in case.sizes:
        report(f"{size} {case.what}")
        cost, late_here = _measure(case, size, lab, host, rounds)
        costs.append((size, cost))
        late += late_here
    return Growth(case.what, case.how, tuple(costs), late)


def _measure(case: Case, size: int, lab: Lab, host: Host, rounds: int) -> tuple[Cost, int]:
    """What a scrape costs above what is used at rest, and how many of the prober's attempts were late.

    The lab's address is probed meanwhile, where none is anyway.
    """
    with running(case, size, lab, host, "" if case is PORTS else vantage(lab.topology)) as member:
        (found,) = measure([member], rounds, str, SPACING)
        client = member.client()
        try:
            late = sum(parse(client.scrape().text).all("vip_probe_late_total").values())
        finally:
            client.close()
    at_rest = found.idle * (found.median + SETTLE)
    return replace(found, cpu=max(found.cpu - at_rest, 0.0)), int(late)
