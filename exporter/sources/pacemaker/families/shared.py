"""What all of Pacemaker's families share."""

from collections.abc import Iterable

from exporter.families import Family, gauge


def pacemaker_gauge(name: str, documentation: str, *labels: str) -> Family:
    return gauge(f"ha_cluster_pacemaker_{name}", documentation, *labels)


def highest(
    family: Family, labels: tuple[str, ...], series: Iterable[tuple[tuple[str, ...], float]]
) -> Family:
    """Fill a family of which the same series may come twice: the highest value is kept.

    Twice come instances of a stopped clone, and a node whose id changed, until the old id is removed.
    """
    kept: dict[tuple[str, ...], float] = {}
    for key, value in series:
        kept[key] = max(kept.get(key, value), value)
    for key, value in kept.items():
        family.add(value, **dict(zip(labels, key, strict=True)))
    return family


def boolean(value: bool | None) -> str:
    """As a label."""
    return "unknown" if value is None else str(value).lower()
