"""The hosts: what they have before the role comes, and what they have to have afterwards."""

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from deploy.ansible.trial.playbook import inventory
from deploy.lab import galera
from deploy.lab.errors import LabError
from deploy.lab.exporters import DAEMON, FOLDER, USER
from deploy.lab.host import REPOSITORY, Host
from deploy.lab.lab import Lab
from deploy.lab.monitoring.prometheus import Prometheus
from deploy.lab.page import COLLECTORS, scrape
from deploy.lab.waiting import until

VANTAGE = ("address", "vip")  # what is on outside of the cluster
ALERTS = REPOSITORY / "alerts"
PROMETHEUS = "/etc/prometheus"
RULES = sorted((ALERTS / "rules").glob("*.yml"))
WHOLE = 60.0  # seconds
SCRAPED = 60.0  # seconds


@dataclass
class Site:
    lab: Lab
    deb: Path
    passwords: dict[str, str] = field(default_factory=dict)  # by account, as they are now
    older: set[str] = field(default_factory=set)

    @property
    def vantage(self) -> Host:
        return self.lab.fleet.clients[0]

    @property
    def hosts(self) -> list[Host]:
        return [*self.lab.fleet.balancers, self.vantage]

    def prepare(self) -> None:
        """What is an administrator's: accounts in the databases, and prometheus.yml."""
        for user in ("exporter", "probe"):
            self.new_password(user)
        for host in self.hosts:
            host.run(
                "mkdir", "--parents", "/run/systemd/system"
            )  # by this package and Ansible know a systemd
        self.vantage.write(f"{PROMETHEUS}/prometheus.yml", (ALERTS / "prometheus.yml").read_text())

    def new_password(self, user: str) -> None:
        """Which nobody can guess, so that finding it in an output says where it came from."""
        if user in self.passwords:
            self.older.add(self.passwords[user])
        self.passwords[user] = secrets.token_hex(12)
        galera.set_password(self.lab.fleet.databases[0], user, self.passwords[user])

    def inventory(self) -> dict[str, object]:
        return inventory(self.lab.fleet.balancers, self.vantage, self.deb, self.passwords)

    def must_be_untouched(self) -> None:
        for host in self.hosts:
            if host.path(FOLDER).exists() or host.daemon(DAEMON):
                raise LabError(f"check mode changed {host.name}")

    def must_be_whole(self) -> None:
        """Every page with every collector, by the service's user; Prometheus with rules and targets."""
        for host in self.hosts:
            self._page(host, VANTAGE if host.name == self.vantage.name else COLLECTORS)
            self._user(host)
        self._prometheus()

    def _page(self, host: Host, expected: tuple[str, ...]) -> None:
        said: dict[str, float | None] = {}

        def whole() -> bool:
            try:
                page = scrape(self.lab, host.name)
            except LabError:
                return False
            said.update((one, page.get("ha_cluster_scrape_success", collector=one)) for one in expected)
            said["account"] = page.get("vip_probe_account_ok")
            return set(said.values()) == {1}

        until(f"{host.name}'s page to be whole", whole, WHOLE, log=lambda: str(said))

    def _user(self, host: Host) -> None:
        wanted = host.run("id", "--user", USER).split()
        status = host.path(f"/proc/{self.pid(host)}/status").read_text()
        uids = next(line.split()[1:] for line in status.splitlines() if line.startswith("Uid:"))
        if uids != wanted * 4:
            raise LabError(f"{host.name}: the service runs as {' '.join(uids)}, not as {USER}")

    def pid(self, host: Host) -> int:
        """Of the service there."""
        process = host.daemon(DAEMON)
        if process is None:
            raise LabError(f"{host.name}: the service does not run")
        return process.pid

    def pids(self) -> dict[str, int]:
        return {host.name: self.pid(host) for host in self.hosts}

    def _prometheus(self) -> None:
        for rules in RULES:
            if self.vantage.path(f"{PROMETHEUS}/rules/{rules.name}").read_bytes() != rules.read_bytes():
                raise LabError(f"{PROMETHEUS}/rules/{rules.name} is not the package's")
        prometheus = Prometheus(self.vantage, 9090)

        def scraped() -> bool:
            """It was started or reloaded by the role's handler; before it answers, its API is an error."""
            try:
                up = [one.instance for one in prometheus.targets() if one.health == "up"]
                files = {Path(group["file"]).name for group in prometheus.get("rules")["groups"]}
            except LabError:
                return False
            wanted = {f"{host.name}:10664" for host in self.hosts}
            return set(up) == wanted and files == {path.name for path in RULES}

        until("Prometheus to have the rules, and all exporters", scraped, SCRAPED)
