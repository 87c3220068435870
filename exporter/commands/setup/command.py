"""`failover-exporter setup`: look, plan, and with --apply do it."""

import os
from dataclasses import dataclass
from pathlib import Path

from exporter.commands.drawn import drawn
from exporter.commands.output import fail, write
from exporter.commands.paths import DEFAULT_CONFIG
from exporter.commands.setup.apply import Machine, apply
from exporter.commands.setup.look import look, look_at_grants
from exporter.commands.setup.plan import plan, removal
from exporter.commands.setup.render import as_json, as_text
from exporter.commands.setup.steps import State, Step
from exporter.typed_yaml import ConfigError


@dataclass(frozen=True)
class SetupOptions:
    config_file: Path | None
    apply: bool
    remove: bool
    rights: bool
    json: bool


def run(options: SetupOptions) -> int:
    """Exit code: 0, or 1 where something that was to be done could not be."""
    if options.apply and os.geteuid() != 0:
        return fail("setup --apply changes files and groups of this host: run it as root")
    path = options.config_file or DEFAULT_CONFIG
    try:
        facts = look_at_grants(path) if options.remove else look(path)
    except (ConfigError, ValueError) as error:
        return fail(error)
    steps = removal(facts) if options.remove else plan(facts, rights=options.rights)
    if options.apply:
        steps = apply(steps, facts.record, Machine())
    write(as_json(steps) if options.json else drawn(as_text(steps, _closing(steps, options))))
    undone = {State.FAILED, State.UNKNOWN} if options.apply else set()
    return int(any(step.state in undone for step in steps))


def _closing(steps: list[Step], options: SetupOptions) -> str:
    if any(step.state is State.TO_DO for step in steps):
        again = f"failover-exporter setup{' --remove' if options.remove else ''} --apply"
        return f"Nothing was changed. What is «to do»: the commands above, or `{again}`."
    if options.remove or not any(step.changed for step in steps):
        return ""
    return (
        "A service that runs gets new groups when it is started anew: `systemctl restart failover-exporter`; "
        "for the first time `systemctl enable --now failover-exporter`."
    )
