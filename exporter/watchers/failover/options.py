"""The configuration's section `failover:`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """Without `resources`: each floating address of the cluster and what is grouped or colocated with it."""

    resources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if "" in self.resources:
            raise ValueError("resources: an empty name, expected the ids of primitives")
