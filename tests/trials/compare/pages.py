"""Small pages, and the three of them that a comparison takes."""

from deploy.lab.page import parse
from tests.trials.compare.documented import HACLUSTER
from tests.trials.compare.parity import Finding, Parity, Triple, Verdict, compare


def gauge(*lines: str) -> str:
    name = lines[0].partition("{")[0].split()[0]
    return f"# TYPE {name} gauge\n" + "".join(f"{line}\n" for line in lines)


def counter(*lines: str) -> str:
    return gauge(*lines).replace(" gauge\n", " counter\n")


def compared(before: str, ours: str, after: str | None = None, *, kind: str = HACLUSTER) -> Parity:
    triple = Triple(parse(before), parse(ours), parse(after if after is not None else before))
    return compare("peer", kind, triple)


def only(parity: Parity) -> Finding:
    (finding,) = parity.findings
    return finding


def verdicts(parity: Parity) -> list[Verdict]:
    return [finding.verdict for finding in parity.findings]
