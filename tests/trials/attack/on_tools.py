"""Tools and sockets that don't behave: the exporter runs and asks them as root on a balancer."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.lab.errors import Overdue
from deploy.lab.waiting import until
from tests.trials.attack import doubles
from tests.trials.attack.observer import observing
from tests.trials.attack.on_pages import said, unharmed
from tests.trials.attack.results import Outcome
from tests.trials.attack.target import Target, running

AREA = "tools"
SECONDS = 8.0
MOST_CPU = 0.3  # of a core

MISBEHAVIOUR = {
    "crm_mon hangs": "exec sleep 3600",
    "crm_mon prints without end": "exec yes '<node/>'",
    "crm_mon prints nothing and ends well": "exit 0",
    "crm_mon prints 7 MB of one tag": "exec head -c 7000000 /dev/zero",
    "crm_mon leaves a child that holds its output": "sleep 3600 & exit 0",
    "crm_mon can't be executed": "",
}


def attacks() -> Iterator[Outcome]:
    for what, command in MISBEHAVIOUR.items():
        with TemporaryDirectory(prefix="attack-") as name:
            folder = Path(name)
            doubles.write_pacemaker(folder)
            doubles.write_tool(folder, "crm_mon", command)
            if not command:
                (folder / "crm_mon").chmod(0o644)
            with running(folder) as one:
                yield misbehaving(one, what)
                if not command:
                    yield mended(one)


def misbehaving(one: Target, what: str) -> Outcome:
    """From the start, so that what follows the cluster's changes has to do with it too."""
    noticed = _eventually(lambda: one.success("pacemaker") == 0)
    before = one.figures()
    began = time.monotonic()
    with observing(one) as observed:
        time.sleep(SECONDS)
    after = one.figures()
    cores = (after.cpu - before.cpu) / (time.monotonic() - began)
    others = one.success("haproxy") == one.success("vip") == 1
    return Outcome(
        AREA,
        what,
        f"only the collector pacemaker fails, scrapes are answered in time, at most {MOST_CPU:g} of a core",
        f"pacemaker {'fails' if noticed else 'does not fail'}, others {'read well' if others else 'fail'}; "
        f"{said(observed, before, after)}; {cores:.2f} of a core",
        noticed and others and unharmed(observed, before, after) and cores < MOST_CPU,
    )


def mended(one: Target) -> Outcome:
    doubles.write_pacemaker(one.folder)
    began = time.monotonic()
    well = _eventually(lambda: one.success("pacemaker") == 1, 90)
    return Outcome(
        AREA,
        "that crm_mon can be executed again",
        "it is read again within a minute and a half, without a restart",
        f"read again after {time.monotonic() - began:.1f} s" if well else "not read again",
        well,
    )


def _eventually(condition: Callable[[], object], seconds: float = 20) -> bool:
    try:
        until("it", condition, seconds, step=0.5)
    except Overdue:
        return False
    return True
