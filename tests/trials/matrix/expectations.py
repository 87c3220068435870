"""expectations.yml as data (pure but for reading the file)."""

from dataclasses import dataclass
from pathlib import Path

from deploy.lab.errors import LabError
from exporter.typed_yaml import ConfigError, load

FILE = Path(__file__).with_name("expectations.yml")
CALM = "calm"  # nothing is broken


@dataclass(frozen=True)
class Expectation:
    """An entry of `page`, `warn` and `either` is the name of an alert, or several joined by " or "."""

    number: int
    name: str  # of the lab's fault
    means: str
    page: tuple[str, ...] = ()
    warn: tuple[str, ...] = ()
    either: tuple[str, ...] = ()  # a page or a ticket, by what happens
    may: tuple[str, ...] = ()
    cause: tuple[str, ...] = ()
    within: float = 60.0  # seconds to the page
    warn_within: float = 60.0  # seconds to each ticket
    clear_within: float = 120.0  # seconds after healing
    watch: float = 30.0  # seconds to observe at least
    headline: str = ""  # the alert that heads the first message, or several joined by " or "
    messages: int = 2  # that receivers may get until all is over: one when it begins, one when it ends
    argued: str = ""  # why more than two
    topology: str | None = None  # the only one that can have it
    ci: str | None = None

    @property
    def allowed(self) -> frozenset[str]:
        """Every alert that is true of this fault."""
        entries = (*self.page, *self.warn, *self.either, *self.may)
        return frozenset(name for entry in entries for name in alternatives(entry))


@dataclass(frozen=True)
class Expectations:
    faults: tuple[Expectation, ...]


def alternatives(entry: str) -> list[str]:
    return entry.split(" or ")


def expectations() -> tuple[Expectation, ...]:
    try:
        return load(Expectations, FILE).faults
    except ConfigError as error:
        raise LabError(str(error)) from None
