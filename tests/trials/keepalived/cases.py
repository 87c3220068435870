"""Each fault and what must come of it. Written before the first run."""

from dataclasses import dataclass

CALM = "calm"  # nothing is broken

HOLDER, PEER = "holder", "peer"  # at the moment of the fault
BRIEF = 0.25  # seconds: VIPOutage says nothing of less
# Seconds for which clients may be out once the fault is healed. The second came with the runs, 26 to 51 s
# after adverts-dropped: a split may leave the black hole of docs/keepalived.md behind. Whether it does is
# chance: the host that goes on announces the address if it hears the other once more, else it does not.
HEALED, AFTER_A_SPLIT = 5.0, 60.0
HAPPENED = "FailoverHappened"
SPLIT = "VIPSplitBrain"

# What may be there beside any of them: of clients that waited, of a host that is not there.
MAY = frozenset(
    {
        *(HAPPENED, "VIPOutage", "VIPConnectSlow"),
        *("KeepalivedDown", "KeepalivedNotReady", "CollectorFailing"),
    }
)


@dataclass(frozen=True)
class Told:
    """An event in the journal of a host."""

    by: str  # holder or peer: whose exporter
    cause: str
    kind: str = "move"
    origin: str = HOLDER
    target: str = PEER


@dataclass(frozen=True)
class Case:
    fault: str
    means: str
    told: tuple[Told, ...] = ()
    may_tell: tuple[Told, ...] = ()  # true as well, where a race ends so
    cause: str = ""  # that FailoverHappened must name; empty: it need not fire
    page: tuple[str, ...] = ()
    warn: tuple[str, ...] = ()
    may: frozenset[str] = frozenset()
    out: float = 5.0  # seconds for which clients may be out until it is healed, at most
    watch: float = 25.0  # seconds to look at it, at least

    @property
    def healed(self) -> float:
        """Seconds for which clients may be out after healing, at most."""
        return max(self.out, AFTER_A_SPLIT if SPLIT in self.page else HEALED)


def by_both(cause: str) -> tuple[Told, ...]:
    return Told(HOLDER, cause), Told(PEER, cause)


RESTART = Told(HOLDER, "restart", kind="restart", target=HOLDER)

CASES = (
    Case(CALM, "nothing is broken", out=BRIEF, watch=40.0),
    Case(
        "keepalived-stopped",
        "one goodbye; the other takes over after 0.6 s",
        by_both("peer_stopped"),
        cause="peer_stopped",
        warn=("KeepalivedDown",),
        out=2.0,
    ),
    Case(
        "keepalived-killed",
        "the address stays: both have it",
        (Told(PEER, "peer_lost"),),
        page=(SPLIT,),
        warn=("KeepalivedDown",),
    ),
    # What it may tell came with the runs: the new process is MASTER after 3.4 to 3.7 s, the peer after 3.6.
    Case(
        "vrrp-killed",
        "back on the same host after 3.4 s",
        (RESTART,),
        may_tell=(Told(PEER, "peer_lost"), Told(PEER, "failback", origin=PEER, target=HOLDER)),
        cause="restart",
    ),
    Case(
        "keepalived-restarted",
        "there, and back by its priority",
        (
            *by_both("peer_stopped"),
            Told(HOLDER, "failback", origin=PEER, target=HOLDER),
            Told(PEER, "failback", origin=PEER, target=HOLDER),
        ),
        cause="failback",
    ),
    Case(
        "keepalived-frozen",
        "it can't give the address up: both have it",
        (Told(PEER, "peer_lost"),),
        page=(SPLIT,),
        warn=("KeepalivedDown",),
    ),
    Case(
        "node-off",
        "silent from one moment to the next",
        (Told(PEER, "peer_lost"),),
        cause="peer_lost",
        warn=("ExporterDown",),
        out=6.0,
    ),
    Case(
        "link-down",
        "the host itself knows, and nobody can ask it",
        (Told(PEER, "peer_lost"),),
        cause="peer_lost",
        warn=("ExporterDown",),
        out=6.0,
    ),
    Case(
        "haproxy-killed",
        "the script notices after two tries",
        by_both("script_failed"),
        cause="script_failed",
        warn=("KeepalivedNotReady",),
        watch=45.0,
    ),
    Case(
        "haproxy-frozen",
        "the script sees a process: nothing moves, clients wait",
        page=("HAProxyNotServing",),
        out=600.0,
    ),
    Case(
        "script-fails",
        "HAProxy serves until the address moves",
        by_both("script_failed"),
        cause="script_failed",
        warn=("KeepalivedNotReady",),
        out=2.0,
        watch=45.0,
    ),
    Case(
        "script-hangs",
        "as one that fails, after its timeout",
        by_both("script_failed"),
        cause="script_failed",
        out=2.0,
    ),
    Case(
        "script-lowers",
        "the host itself knows of the script; the other of a lower priority",
        (Told(HOLDER, "script_failed"), Told(PEER, "priority_changed")),
        cause="script_failed",
        warn=("KeepalivedNotReady",),
        out=2.0,
        watch=45.0,
    ),
    Case(
        "script-fails-on-backup",
        "nothing moves, and nothing would take over",
        warn=("KeepalivedNotReady",),
        out=BRIEF,
        watch=45.0,
    ),
    Case(
        "priority-lowered",
        "by a reload",
        by_both("priority_changed"),
        cause="priority_changed",
        out=2.0,
    ),
    Case(
        "equal-priorities",
        "by a reload of the backup: who is MASTER stays it",
        out=BRIEF,
        watch=45.0,
    ),
    Case("adverts-dropped", "each takes the other for dead", (Told(PEER, "peer_lost"),), page=(SPLIT,)),
    Case("adverts-one-way", "the lower one hears nothing", (Told(PEER, "peer_lost"),), page=(SPLIT,)),
    Case(
        "black-hole",
        "both states perfect; clients still send to the loser",
        (Told(PEER, "peer_lost"), Told(PEER, "split_healed", origin=PEER, target=HOLDER)),
        page=("KeepalivedBlackHole",),
        may=frozenset({SPLIT}),
        out=600.0,
    ),
    Case(
        "other-password",
        "each refuses the other's advertisements",
        (Told(PEER, "peer_lost"),),
        page=(SPLIT,),
        warn=("KeepalivedMismatch",),
        watch=45.0,
    ),
    Case(
        "other-addresses",
        "the same",
        (Told(PEER, "peer_lost"),),
        page=(SPLIT,),
        warn=("KeepalivedMismatch",),
        watch=45.0,
    ),
    Case(
        "other-interval",
        "the same, and Keepalived says it in its log alone",
        (Told(PEER, "peer_lost"),),
        page=(SPLIT,),
        warn=("KeepalivedMismatch",),
        watch=45.0,
    ),
)
BY_NAME = {case.fault: case for case in CASES}
SAMPLE = (
    "keepalived-stopped",
    "script-lowers",
    "black-hole",
)  # of tests/lab: each kind of evidence, and the page
