"""`python -m deploy.ansible.trial ANSIBLE-PLAYBOOK`: exit code 0, or 1 and a sentence on what failed."""

import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from deploy.ansible.trial.playbook import ANSIBLE, Playbook, Recap
from deploy.ansible.trial.site import Site
from deploy.lab import package, preflight
from deploy.lab.console import Screen, carried_out
from deploy.lab.errors import LabError
from deploy.lab.lab import Lab
from deploy.lab.roots import codename


def main() -> int:
    parser = ArgumentParser(prog="python -m deploy.ansible.trial", description="The role on the lab's hosts.")
    parser.add_argument("program", type=Path, help="ansible-playbook, with the versions of requirements.txt")
    program = parser.parse_args().program.absolute()
    return carried_out("ansible", lambda: _in_a_lab(program, Screen()))


def _in_a_lab(program: Path, screen: Screen) -> int:
    preflight.check()
    preflight.need(ANSIBLE / "packages.txt", "ansible")
    deb = package.deb(codename())
    with tempfile.TemporaryDirectory(prefix="ansible-") as folder:
        lab = Lab(Path(folder, "lab"), screen.step)
        try:
            lab.up("article", exporters=False)
            _try(Site(lab, deb), Playbook(program, Path(folder)), screen)
        finally:
            lab.down()
    screen.step("all as it should be; the lab is down")
    return 0


def _try(site: Site, playbook: Playbook, screen: Screen) -> None:
    site.prepare()
    playbook.write(site.inventory())
    screen.step(f"check mode before anything is there: {_changes(playbook.run('--check'))}")
    site.must_be_untouched()
    screen.step(f"first run: {_changes(playbook.run())}")
    site.must_be_whole()
    screen.step("every page is whole, served by its user; Prometheus has the rules and scrapes them")
    _nothing(playbook.run(), "second run", screen)
    _nothing(playbook.run("--check"), "check mode", screen)
    _reload(site, playbook, screen)
    _no_password(site, playbook)
    screen.step(f"no password in {sum(map(len, playbook.said)):,} characters of output")


def _reload(site: Site, playbook: Playbook, screen: Screen) -> None:
    """A new password in the vault reaches the services, and they go on."""
    before = site.pids()
    site.new_password("probe")
    playbook.write(site.inventory())
    screen.step(f"a new password of the probe: {_changes(playbook.run())}")
    site.must_be_whole()
    if site.pids() != before:
        raise LabError("a new password restarted a service that a reload is enough for")
    screen.step("every page is whole with it, by the same processes")


def _changes(done: Recap) -> str:
    return ", ".join(f"{host} changed={counts['changed']}" for host, counts in done.items())


def _nothing(done: Recap, which: str, screen: Screen) -> None:
    screen.step(f"{which}: {_changes(done)}")
    if not done or any(counts["changed"] for counts in done.values()):
        raise LabError(f"{which}: the role was to change nothing")


def _no_password(site: Site, playbook: Playbook) -> None:
    secret = {*site.passwords.values(), *site.older}
    if any(password in output for output in playbook.said for password in secret):
        raise LabError("a password is in Ansible's output")


if __name__ == "__main__":
    sys.exit(main())
