"""Results as a document, and as JSON (pure)."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.trials.common.tables import Row, Table
from tests.trials.split_brain.runs import SPLITS, Calm, Split
from tests.trials.split_brain.sampling import EVERY
from tests.trials.split_brain.signs import HANDOVER_SECONDS, Sign

TEMPLATE = Path(__file__).with_name("split-brain.md.template")


@dataclass(frozen=True)
class Result:
    topology: str
    splits: Sequence[Split]
    calms: Sequence[Calm]

    @property
    def well(self) -> bool:
        return all(one.as_expected for one in self.splits) and not any(one.false_signs for one in self.calms)


def document(results: Sequence[Result], date: str, versions: Mapping[str, str]) -> str:
    return TEMPLATE.read_text().format(
        every=EVERY,
        handover=HANDOVER_SECONDS,
        date=date,
        versions=", ".join(f"{name} {version}" for name, version in versions.items()),
        topologies="\n\n".join(map(_topology, results)),
    )


def _topology(result: Result) -> str:
    """A dash is a sign that does not show this split, and did not."""
    note = (
        "Seconds until the sign shows, from when the lab begins to break it (two Primaries take it 5 s);\n"
        "-: it does not show this one."
    )
    splits, calms = splits_table(result.splits).markdown(), calms_table(result.calms).markdown()
    return "\n\n".join((f"## Topology `{result.topology}`", note, splits, calms))


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


def splits_table(splits: Sequence[Split]) -> Table:
    head = ("fault", *(sign.value for sign in Sign))
    return Table(head, [(f"`{one.fault}`", *(_cell(one, sign) for sign in Sign)) for one in splits])


def _cell(one: Split, sign: Sign) -> str:
    seconds, expected = one.seconds.get(sign), sign in SPLITS[one.fault]
    if seconds is None:
        return "**missing**" if expected else "-"
    return f"{seconds:.1f}" if expected else f"**{seconds:.1f}, not expected**"


def calms_table(calms: Sequence[Calm]) -> Table:
    head = ("what is ordinary", "samples", "seconds", "false signs", "shown for a moment, longest")
    return Table(head, [_calm(one) for one in calms])


def _calm(one: Calm) -> Row:
    false = ", ".join(f"**{sign.value}**" for sign in one.false_signs) or "none"
    passing = [
        f"{sign.value} {seconds:.1f} s"
        for sign, seconds in one.stretches.items()
        if sign not in one.false_signs
    ]
    return one.name, str(one.samples), f"{one.seconds:.0f}", false, ", ".join(passing) or "none"
