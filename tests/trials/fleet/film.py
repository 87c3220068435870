"""Pages of a recording that go on: counters increase, times advance, and at its hour comes the fault (pure).

Until then the calm frames are shown over and over, each time further on; afterwards those of the fault, and
their last ones over and over. The hosts' names have the number of the cluster in them.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from tests.trials.fleet.recording import EVERY, Line, Page, Recording, Value

HELD = 6  # frames at the end that are repeated
NUMBER = b"@@@@"  # stands for the number of a cluster, of as many digits
MOST = 10 ** len(NUMBER)

COUNTED = ("counter", "histogram")
# Typed as gauges, since their names have no _total: docs/metrics.md.
ALSO_COUNTED = "mysql_global_status_wsrep_"
TIMES = re.compile(r"\w+(_timestamp_seconds|_start_time_seconds|_last_change)\b")


@dataclass(frozen=True)
class Place:
    """What is shown at one moment."""

    frame: int
    calm: int  # how often the calm frames were shown whole before
    held: int  # and those at the end
    now: float  # seconds since 1970
    begun: float  # when the first frame was shown
    failed: float  # when the last calm frame was shown; 0 without a fault


@dataclass(frozen=True)
class Film:
    """What one exporter of a cluster serves."""

    recording: Recording
    page: Page

    @property
    def loop(self) -> int:
        """Frames until the calm ones begin again."""
        return self.recording.calm - 1

    def place(self, step: int, fails: int | None, begun: float) -> Place:
        """What is shown `step` frames after `begun`; the fault comes after `fails`, a multiple of `loop`."""
        now = begun + step * EVERY
        if fails is None or step < fails:
            return Place(step % self.loop, step // self.loop, 0, now, begun, 0.0)
        frame, first = self.loop + step - fails, len(self.recording.times) - 1 - HELD
        held, further = divmod(frame - first, HELD) if frame >= first else (0, frame - first)
        return Place(first + further, fails // self.loop - 1, held, now, begun, begun + fails * EVERY)

    def text(self, at: Place) -> bytes | None:
        """The page with NUMBER for the number of the cluster; None: the exporter does not answer."""
        if not self.page.up[at.frame]:
            return None
        parts = (one if isinstance(one, bytes) else self._moving(one, at) for one in self._parts)
        return b"".join(parts)

    @cached_property
    def _parts(self) -> list[bytes | Line]:
        """What never changes in one piece."""
        named = re.compile(f'"({"|".join(map(re.escape, self.recording.hosts))})"')
        lines = [
            Line(named.sub(rf'"\1-{NUMBER.decode()}"', one.text), one.values, one.kind)
            for one in self.page.lines
        ]
        parts: list[bytes | Line] = []
        for still, some in groupby(lines, self._still):
            run = list(some)
            parts += ["".join(map(_written, run)).encode()] if still else run
        return parts

    def _still(self, line: Line) -> bool:
        return len(line.values) == 1 and not TIMES.match(line.text)

    def _moving(self, line: Line, at: Place) -> bytes:
        value = line.at(at.frame)
        if value is None:
            return b""
        if not line.kind:
            return f"{line.text}\n".encode()
        number = float(value)
        if TIMES.match(line.text):
            number += self._shift(line, number, at)
        elif self._counted(line):
            number += at.calm * _more(line, 0, self.loop)
            number += at.held * _more(line, -1 - HELD, -1)
        return f"{line.text} {number!r}\n".encode()

    def _counted(self, line: Line) -> bool:
        return line.kind in COUNTED or line.text.startswith(ALSO_COUNTED)

    def _shift(self, line: Line, number: float, at: Place) -> float:
        """A time that goes on is as old as it was; another keeps its distance to the start or the fault."""
        times, calm = self.recording.times, self.loop
        span = range(calm) if at.frame < calm else range(len(times) - 1 - HELD, len(times) - 1)
        if len({line.at(frame) for frame in span}) > 1:
            return at.now - times[at.frame]
        if at.failed and number > times[calm] - EVERY:
            return at.failed - times[calm]
        return at.begun - times[0]


def _more(line: Line, first: int, last: int) -> float:
    values = [line.values[0]] * 2 if len(line.values) == 1 else [line.values[first], line.values[last]]
    begin, end = (float(one) if one else None for one in values)
    return max(0.0, end - begin) if begin is not None and end is not None else 0.0


def _written(line: Line) -> str:
    value = line.values[0]
    return "" if value is None else f"{line.text} {value}\n" if line.kind else f"{line.text}\n"


def films(recording: Recording, names: Collection[str] = ()) -> list[Film]:
    """One for each exporter; `names` are the series that they serve, none: all."""
    pages = recording.pages.values()
    return [Film(recording, restricted(page, names) if names else page) for page in pages]


def restricted(page: Page, names: Collection[str]) -> Page:
    """As the exporter does it: exporter/web/rendering.py."""
    return Page(page.up, tuple(_restricted(page.lines, names)))


def _restricted(lines: Sequence[Line], names: Collection[str]) -> Iterator[Line]:
    """A family's comments stay where any of its series does."""
    comments: list[Line] = []
    for comment, some in groupby(lines, lambda one: not one.kind):
        if comment:
            comments += some
            continue
        kept = [one for one in some if _name(one) in names]
        if kept:
            yield from comments[-2:]  # HELP and TYPE; those before are of families that are left out
            yield from kept
        comments = []
    yield from (one for one in comments if one.text == "# EOF")


def _name(line: Line) -> str:
    return line.text.partition("{")[0]


def series(films: Iterable[Film], at: int) -> int:
    """How many one cluster has in that frame."""
    lines = (line for film in films if film.page.up[at] for line in film.page.lines)
    return sum(bool(line.kind) and line.at(at) is not None for line in lines)


def numbered(text: bytes, cluster: int) -> bytes:
    return text.replace(NUMBER, f"{cluster:0{len(NUMBER)}}".encode())


__all__ = ["EVERY", "Film", "Place", "Value", "films", "numbered", "series"]
