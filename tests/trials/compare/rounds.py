"""Parity and cost, measured on a lab that is whole."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from deploy.lab.borrowed import Report
from deploy.lab.errors import LabError
from deploy.lab.lab import Lab
from deploy.lab.page import parse
from tests.trials.common.members import Member
from tests.trials.common.page_client import LIKE_PROMETHEUS, PageClient, Scrape
from tests.trials.common.processes import Watched
from tests.trials.compare import peers as all_peers
from tests.trials.compare.asked import NOBODY, Asked
from tests.trials.compare.documented import KEPT
from tests.trials.compare.figures import Cost, Sample, asked, cost, rates
from tests.trials.compare.parity import Parity, Triple, compare
from tests.trials.compare.peers import Peer

SPACING = 2.0  # seconds between two rounds: this exporter uses a reading again that is younger than one
SETTLE = 0.1  # seconds after an answer in which CPU still counts as the scrape's
TRIES = 5  # a gauge that jumped between the three pages agrees in the next try, or in the one after it


def parity(lab: Lab, peers: Sequence[Peer] | None = None) -> list[Parity]:
    """Every peer whose names are kept against this exporter; starts and stops them unless given running."""
    if peers is None:
        known = [member for member in all_peers.peers(lab) if member.kind in KEPT]
        with all_peers.running(known):
            return parity(lab, known)
    ours = all_peers.ours(lab)
    return [_parity(member, ours) for member in peers if member.kind in KEPT]


def _parity(theirs: Peer, ours: Peer) -> Parity:
    their_client, our_client = theirs.client(), ours.client()
    try:
        found = _once(theirs, their_client, our_client)
        for _ in range(TRIES - 1):
            if not found.failures:
                break
            found = found.again(_once(theirs, their_client, our_client))
        return found
    finally:
        their_client.close()
        our_client.close()


def _once(theirs: Peer, their_client: PageClient, our_client: PageClient) -> Parity:
    found = compare(theirs.name, theirs.kind, _triple(theirs, their_client, our_client))
    if not found.findings:
        raise LabError(f"{theirs.name} has none of the series that it is known for")
    return found


def _triple(theirs: Peer, their_client: PageClient, our_client: PageClient) -> Triple:
    time.sleep(1.1)  # so that ours is read anew, between theirs
    before = their_client.scrape()
    ours = our_client.scrape()
    after = their_client.scrape()
    added = dict(theirs.added)
    return Triple(parse(before.text, added), parse(ours.text), parse(after.text, added))


@dataclass
class Meter:
    """One member under measurement."""

    member: Member
    client: PageClient
    watched: Watched
    others: Asked
    samples: list[Sample] = field(default_factory=list)
    last: Scrape | None = None
    began: tuple[float, float] = (0, 0)  # CPU and monotonic seconds

    @classmethod
    def of(cls, member: Member, others: Asked) -> "Meter":
        meter = cls(member, member.client(), member.watched(), others)
        meter.client.scrape(LIKE_PROMETHEUS)  # the first one is not counted: it connects and allocates
        return meter

    def now(self) -> tuple[float, float]:
        return self.watched.cpu().total, time.monotonic()

    def scrape(self) -> None:
        before = self.others.cpu()
        cpu, began = self.now()
        self.last = self.client.scrape(LIKE_PROMETHEUS)
        time.sleep(SETTLE)
        after, ended = self.now()
        used = self.others.since(before)
        self.samples.append(Sample(self.last.seconds, after - cpu, ended - began, used))

    def cost(self) -> Cost:
        cpu, ended = self.now()
        series = len(parse(self.client.scrape().text).points)
        used, seconds = cpu - self.began[0], ended - self.began[1]
        return cost(self.member.name, self.samples, used, seconds, self.member.memory(), series)


def measure(
    members: Sequence[Member],
    rounds: int,
    report: Report,
    spacing: float = SPACING,
    others: Asked = NOBODY,
) -> list[Cost]:
    """Scrapes all of them once a round, one after the other; `spacing` from one round to the next. `others`
    are the programs that they ask."""
    meters = [Meter.of(member, others) for member in members]
    try:
        time.sleep(spacing)
        before, began = others.cpu(), time.monotonic()
        for meter in meters:
            meter.began = meter.now()
        for number in range(1, rounds + 1):
            due = time.monotonic() + spacing
            for meter in meters:
                meter.scrape()
            if number % 10 == 0:
                report(f"round {number} of {rounds}")
            time.sleep(max(due - time.monotonic(), 0))
        used, seconds = others.since(before), time.monotonic() - began
        idle = rates([sample for meter in meters for sample in meter.samples], used, seconds)
        return [replace(meter.cost(), asked=asked(meter.samples, idle)) for meter in meters]
    finally:
        for meter in meters:
            meter.client.close()
