"""What one reading of the host's addresses is."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Holding:
    bound: Mapping[str, bool]  # by address: whether this host has it
    claimants: Mapping[str, int] = field(default_factory=dict)  # by address, those for which it is known
    shared: Mapping[str, float] = field(
        default_factory=dict
    )  # likewise: seconds with several claimants so far
