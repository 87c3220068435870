"""What a person has Pacemaker do, what is left of it afterwards, and what undoes it."""

import re

from deploy.lab.errors import LabError
from deploy.lab.host import Host

# What `crm resource move` and `ban` leave behind; crm_mon shows only those with a negative score.
LEFTOVERS = "//rsc_location[starts-with(@id,'cli-')]"
SWITCHES = (
    "//nodes//nvpair[@name='standby']",
    "//crm_config//nvpair[@name='maintenance-mode']",
    "//resources//nvpair[@name='target-role']",
)
BLOCKS = "//nvpair[@name='multiple-active']"


def move(target: Host, resource: str) -> None:
    """The constraint that it is done with stays."""
    target.run("crm_resource", "--move", "--resource", resource, "--node", target.name)


def restart(host: Host, resource: str) -> None:
    """Stopped and started where it runs; returns when that is done."""
    host.run("crm_resource", "--restart", "--resource", resource, timeout=60)


def standby(host: Host) -> None:
    host.run("crm_attribute", "--node", host.name, "--name", "standby", "--update", "on")


def maintenance(host: Host) -> None:
    option = ["--name", "maintenance-mode", "--update", "true"]
    host.run("crm_attribute", "--type", "crm_config", *option)


def disable(host: Host, resource: str) -> None:
    """Pacemaker stops it, and starts it nowhere."""
    option = ["--set-parameter", "target-role", "--parameter-value", "Stopped"]
    host.run("crm_resource", "--resource", resource, "--meta", *option)


def block_when_twice(host: Host, resource: str) -> None:
    """Pacemaker leaves the resource as it is when it finds it on two nodes, instead of starting it anew."""
    option = ["--set-parameter", "multiple-active", "--parameter-value", "block"]
    host.run("crm_resource", "--resource", resource, "--meta", *option)


def confirm_off(host: Host, node: str) -> None:
    """What a person does who has made sure that a node is off, and whom its fencing device does not obey."""
    host.run("stonith_admin", "--confirm", node)


def look_again(host: Host) -> None:
    """What Pacemaker then finds twice it stops on both nodes, and starts on one."""
    _delete(host, BLOCKS)
    host.exec(["crm_resource", "--refresh"], 20)


def leftovers(host: Host) -> list[str]:
    """The ids of constraints that a person's `move` or `ban` made."""
    try:
        found = host.exec(["cibadmin", "--query", "--xpath", LEFTOVERS], 5).stdout
    except LabError:
        return []  # then crm_mon does not answer either, and that is said
    return re.findall(r'<rsc_location id="(cli-[^"]+)"', found)


def tidy(host: Host) -> None:
    """Forgets failures, leftover constraints, standby, maintenance mode, and what was disabled."""
    for what in (LEFTOVERS, *SWITCHES):
        _delete(host, what)
    host.exec(["crm_resource", "--cleanup"], 20)


def _delete(host: Host, xpath: str) -> None:
    host.exec(["cibadmin", "--delete-all", "--force", "--xpath", xpath], 10)
