"""Hosts of a clean release, on which the documents' blocks are run to the letter."""

import re
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from deploy.lab import galera
from deploy.lab.errors import LabError
from deploy.lab.host import REPOSITORY, Host
from deploy.lab.lab import Lab
from deploy.lab.page import COLLECTORS, Page, scrape
from deploy.lab.waiting import until

INSTALLING = REPOSITORY / "docs/installing.md"
OPERATING = REPOSITORY / "docs/operating.md"
VANTAGE = ("address", "vip")  # what is on outside of the cluster
HERE = "/root"  # where the package lies, and where somebody pastes the block
# What a package manager itself keeps, and what the machine's own programs write.
KEPT = ("/var/lib/dpkg/", "/var/lib/apt/", "/var/cache/apt/", "/var/cache/debconf/", "/var/cache/ldconfig/")
BACKUPS = re.compile(r"/etc/(passwd|shadow|group|gshadow|subuid|subgid)-")


def block(heading: str, language: str = "sh", document: Path = INSTALLING) -> str:
    """The one block in that language below the heading, before the next."""
    section = document.read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(rf"^```{language}\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    assert len(found) == 1, f"{document} has {len(found)} blocks of {language} below {heading}"
    return str(found[0])


@dataclass
class Site:
    lab: Lab
    deb: Path
    seconds: dict[str, float] = field(default_factory=dict)  # host to the time until its first whole page
    before: dict[str, set[str]] = field(default_factory=dict)  # balancer to its files before

    @property
    def balancers(self) -> list[Host]:
        return self.lab.fleet.balancers

    @property
    def vantage(self) -> Host:
        return self.lab.fleet.clients[0]

    def install(self) -> None:
        """As somebody who follows the document, host by host."""
        database = self.lab.fleet.databases[0]
        galera.sql(database, "DROP USER exporter@'%', probe@'%'")  # the lab made them already
        galera.sql(database, block("Accounts", "sql"))
        for host in self.balancers:
            self.before[host.name] = files(host)
            self.seconds[host.name] = self.until_whole(host, "A balancer", COLLECTORS)
        self.seconds[self.vantage.name] = self.until_whole(self.vantage, "A vantage point", VANTAGE)

    def until_whole(self, host: Host, heading: str, collectors: tuple[str, ...]) -> float:
        """Seconds from the block's first line to the first page on which each of its parts could be read."""
        host.write(f"{HERE}/{self.deb.name}", self.deb.read_bytes())
        began = time.monotonic()
        paste(host, block(heading))
        self.page(host, collectors)
        return time.monotonic() - began

    def page(self, host: Host, collectors: tuple[str, ...]) -> Page:
        """The first one that is whole."""
        pages: list[Page] = []

        def whole() -> bool:
            try:
                pages[:] = [scrape(self.lab, host.name)]
            except LabError:
                return False
            said = {one: pages[0].get("ha_cluster_scrape_success", collector=one) for one in collectors}
            return set(said.values()) == {1}

        until(f"{host.name}'s page to be whole", whole, 60, log=lambda: pages[0].text if pages else "")
        return pages[0]


def paste(host: Host, lines: str) -> str:
    """Into a root's shell on that host; LabError at the first line that fails."""
    return host.run("sh", "-e", timeout=120, stdin=f"cd {HERE}\n{lines}")


def older(deb: Path, folder: Path) -> Path:
    """The same package under a lower version: what an upgrade does to a host is in its scripts, whatever
    changed in the program. A journal of 0.1 itself is upgraded in tests/watchers/failover/journal.
    """
    tree, target = folder / "tree", folder / "older.deb"
    subprocess.run(["/usr/bin/dpkg-deb", "--raw-extract", deb, tree], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"^Version: ", "Version: 0.0~", control.read_text(), flags=re.MULTILINE))
    subprocess.run(["/usr/bin/dpkg-deb", "-Znone", "--root-owner-group", "--build", tree, target], check=True)
    return target


def version(host: Host) -> str:
    return host.run("dpkg-query", "--show", "--showformat=${Version}", "failover-exporter")


def files(host: Host) -> set[str]:
    """Every file of the host that is on its disk: kind, mode, owner, and what is in those of /etc."""
    listed = host.run("find", "/", "-xdev", "-printf", r"%p %y %m %u:%g %l\n", timeout=60)
    sums = host.run("find", "/etc", "-xdev", "-type", "f", "-exec", "sha256sum", "{}", "+", timeout=60)
    contents = {f"{name} {digest}" for digest, name in (line.split("  ", 1) for line in sums.splitlines())}
    return {one for one in contents | set(listed.splitlines()) if not _kept(one)}


def _kept(line: str) -> bool:
    return line.startswith(KEPT) or bool(BACKUPS.match(line))
