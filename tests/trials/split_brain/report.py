"""Results as a document, and as JSON (pure)."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.trials.split_brain.runs import SPLITS, Calm, Split
from tests.trials.split_brain.sampling import EVERY
from tests.trials.split_brain.signs import HANDOVER_SECONDS, Sign

HEAD = f"""\
# Split-brain: which sign shows it

Written by `make split-brain` on a real cluster in the lab; don't edit it. Three exporters (both balancers and
one host outside the pair) are scraped every {EVERY:g} s, side by side.

A sign on one page counts from the first sample that shows it. A sign that takes the pages of both balancers
(`vip_bound` on both, two DCs, each has a DC and sees the other offline) counts when every sample shows it
for at least {HANDOVER_SECONDS:g} s: pages of two hosts are not of one moment, least of all in a handover.
`vip_claimants` needs the right to ask (CAP_NET_RAW), and a host sees only what its own link carries: where
nothing passes between the balancers, only a host outside the pair sees two claimants. One that has met both
before asks again only when both have answered an echo for 10 s: a question would disturb its clients.
"""


@dataclass(frozen=True)
class Result:
    topology: str
    splits: Sequence[Split]
    calms: Sequence[Calm]

    @property
    def well(self) -> bool:
        return all(one.as_expected for one in self.splits) and not any(one.false_signs for one in self.calms)


def document(results: Sequence[Result], date: str, versions: Mapping[str, str]) -> str:
    shown = ", ".join(f"{name} {version}" for name, version in versions.items())
    parts = [HEAD, f"Measured on {date} with {shown}.\n"]
    for result in results:
        parts += [f"## Topology `{result.topology}`\n", _splits(result.splits), _calms(result.calms)]
    return "\n".join(parts)


def as_json(results: Sequence[Result], date: str, versions: Mapping[str, str]) -> dict[str, object]:
    return {"date": date, "versions": dict(versions), "results": [_plain(result) for result in results]}


def _plain(result: Result) -> dict[str, object]:
    return {
        "topology": result.topology,
        "splits": [
            {"fault": one.fault, "seconds": _named(one.seconds), "as_expected": one.as_expected}
            for one in result.splits
        ],
        "ordinary": [
            dataclasses.asdict(one)
            | {
                "stretches": _named(one.stretches),
                "false_signs": [sign.name.lower() for sign in one.false_signs],
            }
            for one in result.calms
        ],
    }


def _named(values: Mapping[Sign, float]) -> dict[str, float]:
    return {sign.name.lower(): round(value, 3) for sign, value in values.items()}


def _splits(splits: Sequence[Split]) -> str:
    """A dash is a sign that does not show this split, and did not."""
    rows = [_row("fault", *(sign.value for sign in Sign)), _row(*["---"] * (len(Sign) + 1))]
    for one in splits:
        rows.append(_row(f"`{one.fault}`", *(_cell(one, sign) for sign in Sign)))
    return (
        "Seconds until the sign shows, from when the lab begins to break it (two Primaries take it 5 s);\n"
        "-: it does not show this one.\n\n" + "\n".join(rows) + "\n"
    )


def _cell(one: Split, sign: Sign) -> str:
    seconds, expected = one.seconds.get(sign), sign in SPLITS[one.fault]
    if seconds is None:
        return "**missing**" if expected else "-"
    return f"{seconds:.1f}" if expected else f"**{seconds:.1f}, not expected**"


def _calms(calms: Sequence[Calm]) -> str:
    rows = [_row("what is ordinary", "samples", "seconds", "false signs", "shown for a moment, longest")]
    rows.append(_row(*["---"] * 5))
    for one in calms:
        false = ", ".join(f"**{sign.value}**" for sign in one.false_signs) or "none"
        passing = [
            f"{sign.value} {seconds:.1f} s"
            for sign, seconds in one.stretches.items()
            if sign not in one.false_signs
        ]
        rows.append(
            _row(one.name, str(one.samples), f"{one.seconds:.0f}", false, ", ".join(passing) or "none")
        )
    return "\n".join(rows) + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"
