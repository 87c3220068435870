"""What a phase is made of: things that are waited for, with their seconds (pure)."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One thing that is waited for."""

    what: str
    seconds: float


@dataclass(frozen=True)
class Unknown:
    """The phase can't be known, and why."""

    why: str


Terms = tuple[Term, ...]
Found = Terms | Unknown


def total(terms: Terms) -> float:
    return sum(one.seconds for one in terms)


def slowest(alternatives: Iterable[Found], otherwise: str) -> Found:
    """What takes longest. One that is not known makes all of it unknown, and so do none at all."""
    known: list[Terms] = []
    for one in alternatives:
        if isinstance(one, Unknown):
            return one
        known.append(one)
    return max(known, key=total) if known else Unknown(otherwise)


def one_after_the_other(*parts: Found) -> Found:
    terms: Terms = ()
    for one in parts:
        if isinstance(one, Unknown):
            return one
        terms += one
    return terms
