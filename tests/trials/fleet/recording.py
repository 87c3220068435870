"""What the exporters of one real cluster served before and after a fault, in frames (pure but for its files).

A frame is each exporter's whole page at one moment. Those before the fault are `calm`; the fault was made
right after the last of them.
"""

import json
import lzma
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FOLDER = Path(__file__).with_name("recordings")
SUFFIX = ".json.xz"
LOGINS, TOLD = 'vip_probe_duration_seconds_count{phase="total"', 0.01  # of them slow: VIPConnectSlow
OUT, LONG = "failover_last_clients_out_seconds", 5.0  # longer makes FailoverSlow page
EVERY = 5.0  # seconds from one frame to the next: the shortest interval at which rules are made

Value = str | None  # as the page has it; None: not there


@dataclass(frozen=True)
class Line:
    """One series in all frames, or a comment."""

    text: str  # up to the value
    values: tuple[Value, ...]  # one where it is the same in all frames
    kind: str = ""  # of its family, as in its TYPE; empty for a comment

    def at(self, frame: int) -> Value:
        return self.values[0] if len(self.values) == 1 else self.values[frame]


@dataclass(frozen=True)
class Page:
    """One exporter's."""

    up: tuple[bool, ...]  # whether it answered, in each frame
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Recording:
    topology: str
    fault: str
    did: str  # what the fault did, in words
    calm: int  # frames before the fault
    times: tuple[float, ...]  # of each frame, seconds since 1970
    hosts: tuple[str, ...]  # every name in it that belongs to this cluster alone
    pages: Mapping[str, Page]  # by host

    @property
    def name(self) -> str:
        return f"{self.topology}-{self.fault}"

    def save(self, folder: Path = FOLDER) -> None:
        packed = lzma.compress(json.dumps(asdict(self), separators=(",", ":")).encode(), preset=9)
        (folder / f"{self.name}{SUFFIX}").write_bytes(packed)


def load(path: Path) -> Recording:
    raw = json.loads(lzma.decompress(path.read_bytes()))
    pages = {host: _page(page) for host, page in raw.pop("pages").items()}
    lists = {name: tuple(value) for name, value in raw.items() if isinstance(value, list)}
    return Recording(**{**raw, **lists}, pages=pages)


def _page(raw: Mapping[str, Sequence[Mapping[str, Sequence[Value]]]]) -> Page:
    return Page(tuple(map(bool, raw["up"])), tuple(map(_line, raw["lines"])))


def _line(raw: Mapping[str, object]) -> Line:
    values = raw["values"]
    assert isinstance(values, list)
    return Line(str(raw["text"]), tuple(values), str(raw["kind"]))


def kept() -> list[Path]:
    """By name."""
    return sorted(FOLDER.glob(f"*{SUFFIX}"))


def every() -> list[Recording]:
    """Those that are kept."""
    return [load(path) for path in kept()]


def restless(recording: Recording, *, brief: bool) -> str:
    """What a busy machine did before the fault; with `brief` also a long outage after it. Empty: nothing."""
    values = {
        (host, line.text): [float(line.at(frame) or 0) for frame in range(len(recording.times))]
        for host, page in recording.pages.items()
        for line in page.lines
        if line.kind and re.match(r"vip_probe_|failover_last_clients_out_seconds", line.text)
    }
    calm = recording.calm
    for (host, text), course in values.items():
        if brief and text.startswith(OUT) and max(course[calm:]) > LONG:
            return f"clients were out for {max(course):.0f} s"
        if text.startswith(LOGINS):
            quick = values[host, text.replace("_count{", '_bucket{le="0.95",')]
            slow = course[calm - 1] - course[0] - quick[calm - 1] + quick[0]
            if slow > TOLD * (course[calm - 1] - course[0]):
                return f"{host} had {slow:g} slow logins"
    return ""


def joined(frames: Sequence[str | None]) -> Page:
    """The pages of one exporter, None where it did not answer, as lines in the order of the pages."""
    order: list[str] = []
    kinds: dict[str, str] = {}
    found = [_values(text, order, kinds) if text else {} for text in frames]
    lines = (Line(text, _same([one.get(text) for one in found]), kinds[text]) for text in order)
    return Page(tuple(text is not None for text in frames), tuple(lines))


def _same(values: list[Value]) -> tuple[Value, ...]:
    return (values[0],) if len(set(values)) == 1 else tuple(values)


def _values(text: str, order: list[str], kinds: dict[str, str]) -> dict[str, Value]:
    """What is new in this page is put behind what it follows there, so that families stay whole."""
    values: dict[str, Value] = {}
    kind, place = "", 0
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            kind = line.split()[3]
        series, value = (line, "") if line.startswith("#") else line.rsplit(" ", 1)
        values[series] = value
        if series in kinds:
            known = order.index(series) + 1
            place = known if line.startswith("#") else max(place, known)  # in a family the order may differ
        else:
            while line.startswith("#") and place < len(order) and not order[place].startswith("#"):
                place += 1  # a family begins behind the last series of the one before, whichever it had here
            order.insert(place, series)
            kinds[series] = "" if line.startswith("#") else kind
            place += 1
    return values
