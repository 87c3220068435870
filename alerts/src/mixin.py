"""The mixin: what monitoring-mixins' people import, made of the rules and dashboards beside it."""

from pathlib import Path

from exporter.rules.groups import GROUPS
from exporter.rules.site import READY

DASHBOARDS = Path(__file__).parent.parent.parent / "dashboards"
MADE = "// Made by `make alerts`.\n"


def files() -> dict[str, str]:
    """By name in alerts/mixin/. Jsonnet imports only what is written out, so the names are."""
    rules = "".join(
        f"  '{interval}s': [\n"
        + "".join(f"    importstr '../rules/{interval}s/{one.name}.yml',\n" for one in GROUPS)
        + "  ],\n"
        for interval in READY
    )
    pages = "".join(
        f"  '{path.name}': import '../../dashboards/{path.name}',\n"
        for path in sorted(DASHBOARDS.glob("*.json"))
    )
    return {
        "rules.libsonnet": f"{MADE}// Rule files by scrape interval, as text.\n{{\n{rules}}}\n",
        "dashboards.libsonnet": f"{MADE}{{\n{pages}}}\n",
    }
