"""What a unit says. Formats: systemd.syntax(7), systemd.exec(5), systemd.service(5)."""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

HONOURED = frozenset(
    {
        "Type",  # a start of `notify` returns at READY=1
        "ExecStartPre",
        "ExecStart",
        "ExecReload",
        "User",
        "Group",
        "AmbientCapabilities",
        "CapabilityBoundingSet",
        "NoNewPrivileges",
        "Environment",
        "EnvironmentFile",
        "UMask",
        "StateDirectory",
        "StateDirectoryMode",
        "ConfigurationDirectory",
        "ConfigurationDirectoryMode",
        "RuntimeDirectory",
        "RuntimeDirectoryMode",
        "TimeoutStartSec",
        "TimeoutStopSec",
    }
)
# What our units ask for and the lab leaves out, and why that proves no less about the program.
SANDBOX = "systemd's own sandbox: the packages' tests look at it with systemd-analyze"
LEFT_OUT = {
    "Restart": "a fault that kills the exporter lasts until the lab is healed",
    "RestartSec": "as Restart",
    "WatchdogSec": "as Restart",
    "RemoveIPC": "it removes nothing here either",
    **dict.fromkeys(
        (
            *(
                "KeyringMode",
                "LockPersonality",
                "MemoryDenyWriteExecute",
                "PrivateDevices",
                "PrivateIPC",
                "PrivateMounts",
            ),
            *("PrivateTmp", "ProtectClock", "ProtectControlGroups", "ProtectHome", "ProtectHostname"),
            *("ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables", "ProtectSystem"),
            *("RestrictAddressFamilies", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID"),
            *("SystemCallArchitectures", "SystemCallErrorNumber", "SystemCallFilter"),
        ),
        SANDBOX,
    ),
}
DIRECTORIES = {"StateDirectory": "/var/lib", "ConfigurationDirectory": "/etc", "RuntimeDirectory": "/run"}


@dataclass(frozen=True)
class Unit:
    settings: Mapping[tuple[str, str], tuple[str, ...]]  # by section and key

    def all(self, key: str) -> tuple[str, ...]:
        """Every value that the service has for it: each assignment adds one, an empty one takes them back."""
        return self.settings.get(("Service", key), ())

    def one(self, key: str, default: str = "") -> str:
        """The last value, where a setting has one."""
        return (default, *self.all(key))[-1]

    def words(self, key: str) -> list[str]:
        return [word for value in self.all(key) for word in value.split()]

    def seconds(self, key: str, default: float) -> float:
        match = re.fullmatch(r"([\d.]+) ?(s|min)?", self.one(key))
        return float(match[1]) * (60 if match[2] == "min" else 1) if match else default

    @property
    def user(self) -> str:
        return self.one("User", "root")

    @property
    def group(self) -> str:
        return self.one("Group", self.user)

    @property
    def keys(self) -> set[str]:
        """The settings of the service, whatever their values."""
        return {key for section, key in self.settings if section == "Service"}


def parse(*texts: str) -> Unit:
    """A unit, then its drop-ins."""
    settings: dict[tuple[str, str], tuple[str, ...]] = {}
    for text in texts:
        section = ""
        for line in _lines(text):
            if line.startswith("["):
                section = line.strip("[]")
                continue
            key, _, value = (part.strip() for part in line.partition("="))
            settings[section, key] = (*settings.get((section, key), ()), value) if value else ()
    return Unit(settings)


def _lines(text: str) -> Iterator[str]:
    """Without comments; a backslash at the end goes on with the next line."""
    kept = [line for line in text.splitlines() if not line.lstrip().startswith(("#", ";"))]
    for line in re.sub(r"\\\n", " ", "\n".join(kept)).splitlines():
        if line.strip():
            yield line.strip()


def assignments(text: str) -> dict[str, str]:
    """What `Environment=` has: any number of NAME=value, each in quotes as a whole, in part or not."""
    pairs = (word.partition("=") for word in shlex.split(text))
    return {name: value for name, _, value in pairs}


def parse_environment(text: str) -> dict[str, str]:
    """An EnvironmentFile: NAME=value, in quotes or not, one a line."""
    pairs = (line.partition("=") for line in _lines(text))
    return {name.strip(): " ".join(shlex.split(value)) for name, _, value in pairs}


def argv(command: str, environment: Mapping[str, str]) -> list[str]:
    """``$NAME`` as a word of its own gives any number of words, ``${NAME}`` is replaced within its word."""
    found: list[str] = []
    for word in shlex.split(command.lstrip("-@:+!")):
        if match := re.fullmatch(r"\$(\w+)", word):
            found += shlex.split(environment.get(match[1], ""))
        else:
            found.append(re.sub(r"\$\{(\w+)\}", lambda one: environment.get(one[1], ""), word))
    return found


def privileges(unit: Unit) -> list[str]:
    """The setpriv(1) that gives a program the user, groups and capabilities of the unit, and no others."""
    ambient = _capabilities(unit.words("AmbientCapabilities"))
    given = ["setpriv", f"--reuid={unit.user}", f"--regid={unit.group}", "--init-groups"]
    given += [f"--inh-caps={ambient}", f"--ambient-caps={ambient}"]
    if "CapabilityBoundingSet" in unit.keys:
        given.append(f"--bounding-set={_capabilities(unit.words('CapabilityBoundingSet'))}")
    if unit.one("NoNewPrivileges").lower() in ("1", "yes", "true", "on"):
        given.append("--no-new-privs")
    return given


def _capabilities(names: Iterable[str]) -> str:
    return ",".join(["-all", *(f"+{name.lower().removeprefix('cap_')}" for name in names)])
