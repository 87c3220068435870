"""The collectors that run, and what a changed configuration does to them.

What the new configuration has in common with the old one keeps its object, and with it counters, sessions and
threads: prepare() builds what is new and changes nothing, install() replaces the list between two scrapes,
begin() closes what is gone and starts what is new.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from prometheus_client.metrics_core import Metric

from exporter.scrape import Scraper, SharedSource, Source

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Part:
    """One collector as a configuration wants it."""

    build: Callable[[], Source[Any]]
    identity: Any  # where this differs, it is another object
    settings: Any = None  # where only these differ, `adapt` changes the object that there is
    adapt: Callable[[Any], None] | None = None  # may block


@dataclass(frozen=True)
class Plan:
    """Names of collectors. Each wanted one is in exactly one of the first three."""

    stay: frozenset[str]  # as they are
    adapt: frozenset[str]  # the same object with other settings
    build: frozenset[str]
    close: frozenset[str]  # not wanted any more, or replaced by one of `build`


def plan(before: Mapping[str, Part], wanted: Mapping[str, Part]) -> Plan:
    """What to do so that those of `before` become those that are wanted."""
    same = {name for name in wanted if name in before and before[name].identity == wanted[name].identity}
    stay = {name for name in same if before[name].settings == wanted[name].settings}
    return Plan(
        stay=frozenset(stay),
        adapt=frozenset(same - stay),
        build=frozenset(wanted.keys() - same),
        close=frozenset(before.keys() - same),
    )


@dataclass(frozen=True)
class Prepared:
    """The next state, not yet in force."""

    plan: Plan
    wanted: Mapping[str, Part]
    built: Mapping[str, Source[Any]]


class Running:
    """What runs now."""

    def __init__(
        self,
        about: Callable[[], Iterable[Metric]],
        connect: Callable[[Scraper, Mapping[str, Source[Any]]], None] = lambda *_: None,
    ):
        """`about` as the Scraper has it. `connect` is called with all sources when they are in force, before
        new ones are started."""
        self.scraper = Scraper([], about)
        self._connect = connect
        self._parts: Mapping[str, Part] = {}
        self._sources: Mapping[str, Source[Any]] = {}

    async def apply(self, wanted: Mapping[str, Part]) -> Plan:
        """All of it. An exception before anything was changed is what building raised."""
        prepared = await asyncio.to_thread(self.prepare, wanted)
        gone = self.install(prepared)
        await self.begin(prepared, gone)
        return prepared.plan

    def prepare(self, wanted: Mapping[str, Part]) -> Prepared:
        """Build what is new; may block. Where one can't be built nothing has changed, and that is raised."""
        todo = plan(self._parts, wanted)
        built: dict[str, Source[Any]] = {}
        try:
            for name in wanted:
                if name in todo.build:
                    built[name] = wanted[name].build()
        except BaseException:
            for source in built.values():
                source.close()
            raise
        return Prepared(todo, wanted, built)

    def install(self, prepared: Prepared) -> list[SharedSource]:
        """In the loop: from now on a scrape reads the new list. Returns those that begin() has to close."""
        sources = {
            name: prepared.built[name] if name in prepared.built else self._sources[name]
            for name in prepared.wanted
        }
        gone = self.scraper.replace(list(sources.values()))
        self._parts, self._sources = prepared.wanted, sources
        self._connect(self.scraper, sources)
        return gone

    async def begin(self, prepared: Prepared, gone: Iterable[SharedSource] = ()) -> None:
        """Close what is gone, adapt what has other settings, start what is new.

        One that fails costs none of the others; the first such error is raised at the end.
        """
        closing = {one.source.name: one for one in gone}
        names = dict.fromkeys([*closing, *prepared.wanted])
        results = await asyncio.gather(
            *(self._begin(name, prepared, closing.get(name)) for name in names), return_exceptions=True
        )
        errors = [error for error in results if isinstance(error, BaseException)]
        if errors:
            raise errors[0]

    async def _begin(self, name: str, prepared: Prepared, gone: SharedSource | None) -> None:
        """A new one is started after the one that it replaces is closed: both may want the same file."""
        if gone:
            await gone.drained()
            gone.source.halt()
            await asyncio.to_thread(gone.source.close)
        if name in prepared.built:
            prepared.built[name].start()
        elif name in prepared.plan.adapt and (adapt := prepared.wanted[name].adapt):
            await asyncio.to_thread(adapt, self._sources[name])
            self.scraper.shared(name).forget()

    def stuck(self, now: float) -> str:
        """What does not work any more though nothing outside prevents it; empty: all is well."""
        return next((said for one in self._sources.values() if (said := one.stuck(now))), "")

    def close(self) -> None:
        """End everything. Blocks for some seconds at worst."""
        self.scraper.close()
