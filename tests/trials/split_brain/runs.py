"""Makes each split, and everything ordinary that must not look like one."""

from collections.abc import Callable
from dataclasses import dataclass

from deploy.lab import galera
from deploy.lab.errors import Overdue
from deploy.lab.lab import Lab
from deploy.lab.waiting import until
from tests.trials.split_brain.sampling import Sampler
from tests.trials.split_brain.signs import Sample, Sign, first_meant, longest

SHOWN = 60.0  # seconds for every sign to show
BEFORE, AFTER = 3, 6  # samples taken before the fault, and when the last sign is there

_BOTH_HOLD = frozenset({Sign.BOUND, Sign.CLAIMANTS, Sign.CLAIMANTS_OUTSIDE})

# What shows each split, and by leaving the rest out, what does not.
SPLITS: dict[str, frozenset[Sign]] = {
    "corosync-killed": _BOTH_HOLD,
    "lan-cut": frozenset({Sign.BOUND, Sign.CLAIMANTS_OUTSIDE, Sign.DCS, Sign.OFFLINE}),
    "corosync-cut": _BOTH_HOLD | {Sign.DCS, Sign.OFFLINE},
    "vip-twice": _BOTH_HOLD,
    "vip-twice-found": _BOTH_HOLD | {Sign.RUNNING},
    "galera-two-primaries": frozenset({Sign.PRIMARIES}),
}


@dataclass(frozen=True)
class Split:
    fault: str
    seconds: dict[Sign, float]  # from the fault to the first sample that shows the sign; others are not there
    missed: str = ""  # what each balancer's Pacemaker said when a sign had not shown

    @property
    def as_expected(self) -> bool:
        return set(self.seconds) == SPLITS[self.fault]


@dataclass(frozen=True)
class Calm:
    """Something ordinary."""

    name: str
    samples: int
    seconds: float
    stretches: dict[Sign, float]  # of each sign shown, seconds of the longest stretch of samples

    @property
    def false_signs(self) -> list[Sign]:
        return [sign for sign, seconds in self.stretches.items() if seconds >= sign.patience]


def split(lab: Lab, fault: str) -> Split:
    """Heals it before it gives what was seen."""
    with Sampler(lab) as sampler:
        sampler.clear(BEFORE)
        injected = sampler.now()
        lab.fault(fault)
        missed = ""
        try:
            sampler.until(SPLITS[fault], injected, SHOWN)
        except Overdue as overdue:
            missed = f"{overdue}\n{_said(lab)}"
        sampler.more(AFTER)
        samples = sampler.samples(injected)
    lab.heal()
    times = {sign: first_meant(samples, sign) for sign in Sign}
    return Split(fault, {sign: at - injected for sign, at in times.items() if at is not None}, missed)


def _said(lab: Lab) -> str:
    """Why a balancer did not do what a split makes it do, as far as it tells."""
    return "\n".join(
        f"{host.name}: {host.exec(['crm_mon', '-1', '-r', '-f', '-A'], timeout=5).stdout}"
        f"{host.tail('/var/log/pacemaker/pacemaker.log', 80)}"
        for host in lab.fleet.balancers
    )


def calm(lab: Lab, name: str) -> Calm:
    """Sampled from before it begins until the cluster is whole again, and three seconds more."""
    with Sampler(lab) as sampler:
        sampler.clear(BEFORE)
        ORDINARY[name](lab)
        sampler.more(AFTER)
        lab.heal()
        sampler.more(AFTER)
        return _calm(name, sampler.samples(), sampler.now())


def _calm(name: str, samples: list[Sample], seconds: float) -> Calm:
    stretches = {sign: longest(samples, sign) for sign in Sign}
    return Calm(
        name,
        len(samples),
        seconds,
        {sign: longest for sign, longest in stretches.items() if longest is not None},
    )


def _stopped(lab: Lab) -> None:
    """Two ordinary failovers: the second stopped node comes back when the lab is healed."""
    for old in (lab.holder(), lab.topology.peer(lab.holder()).name):
        lab.heal()
        lab.fault("corosync-stopped", old)
        _moves_from(lab, old)


def _moved(lab: Lab) -> None:
    old = lab.holder()
    lab.fault("resource-moved")
    _moves_from(lab, old)


def _killed(lab: Lab) -> None:
    old = lab.holder()
    first = lab.host(old).named("haproxy")
    lab.fault("haproxy-killed")

    def again() -> bool:
        now = [process for host in lab.fleet.balancers for process in host.named("haproxy")]
        return bool(now) and now != first

    until("HAProxy to run again", again, 30)


def _rolling(lab: Lab) -> None:
    """Each Galera node is stopped in order and started again, one after the other."""
    for host in lab.fleet.databases:
        lab.fault("galera-stopped", host.name)
        galera.start(host)


def _moves_from(lab: Lab, old: str) -> None:
    until("the address to move", lambda: [host.name for host in lab.fleet.holders()] not in ([], [old]), 30)


ORDINARY: dict[str, Callable[[Lab], None]] = {
    "each balancer in turn stopped in order, and back": _stopped,
    "the address moved by hand, the constraint removed": _moved,
    "HAProxy killed and restarted": _killed,
    "a rolling restart of Galera": _rolling,
}
