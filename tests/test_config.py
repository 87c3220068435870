import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from exporter.config import Config
from exporter.sources.corosync.source import Options as CorosyncOptions
from exporter.sources.galera.source import Options as GaleraOptions
from exporter.sources.haproxy.options import Options as HaproxyOptions
from exporter.sources.keepalived.source import Options as KeepalivedOptions
from exporter.sources.pacemaker.source import Options as PacemakerOptions
from exporter.typed_yaml import ConfigError, parse
from exporter.watchers.commits.options import Write
from exporter.watchers.failover.options import Options as FailoverOptions
from exporter.watchers.prober.options import Vip
from exporter.watchers.readiness.options import Options as ReadinessOptions

DOCUMENT = Path(__file__).parent.parent / "docs/configuration.md"
# By the heading in the document the options that its table is of.
SECTIONS = {
    "pacemaker": PacemakerOptions,
    "corosync": CorosyncOptions,
    "keepalived": KeepalivedOptions,
    "haproxy": HaproxyOptions,
    "galera": GaleraOptions,
    "vips": Vip,
    "write": Write,
    "failover": FailoverOptions,
    "readiness": ReadinessOptions,
}


def test_the_documented_example_is_valid() -> None:
    """What a newcomer copies from the document turns on every section."""
    (example,) = re.findall(r"```yaml\n(pacemaker:.*?)```", DOCUMENT.read_text(), re.DOTALL)
    config = parse(Config, example, "configuration.md")
    assert all((config.pacemaker, config.corosync, config.haproxy, config.galera, config.vips))


@pytest.mark.parametrize("section", SECTIONS)
def test_every_key_is_documented(section: str) -> None:
    """docs/configuration.md has each key of a section with its default, and no other."""
    text = re.split(r"^#+ ", DOCUMENT.read_text(), flags=re.MULTILINE)
    (table,) = [part for part in text if part.startswith(f"`{section}`")]
    documented = dict(re.findall(r"^\| `(\w+)` \| (?:`(.*?)`)? ?\|", table, re.MULTILINE))
    assert documented == {one.name: shown(one.default) for one in fields(SECTIONS[section]) if one.init}


def test_every_section_is_documented() -> None:
    """A section that is added has a heading in the document."""
    headings = set(re.findall(r"^## `(\w+)`", DOCUMENT.read_text(), re.MULTILINE))
    assert headings == {one.name for one in fields(Config)}


def shown(default: object) -> str:
    """As the document writes it: nothing for what must be given or is nothing."""
    if default in (MISSING, None, "", ()):
        return ""
    return (
        str(default).lower()
        if isinstance(default, bool)
        else f"{default:g}"
        if isinstance(default, float)
        else str(default)
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "line 1: nothing to watch: turn a section on, for a start `pacemaker: {}`"),
        ("pacemaker:\n", "line 1: pacemaker: expected keys and values, for a start `pacemaker: {}`"),
        ("pacemaker: {timeout: 0}\n", "line 1: pacemaker.timeout: "),
        ("corosync: {timeout: -1}\n", "line 1: corosync.timeout: "),
        ("haproxy: {stats: /run/haproxy/admin.sock}\n", "line 1: haproxy.stats: "),
        ("galera: {client_file: /x}\n", "line 1: galera.nodes: is missing"),
        ("galera: {client_file: /x, nodes: {}}\n", "line 1: galera.nodes: "),
        ("galera: {client_file: /x, nodes: {a: '10.0.0.1:port'}}\n", "line 1: galera.nodes: "),
        (
            "vips: [{address: 10.0.0.300}]\n",
            "line 1: vips[0].address: '10.0.0.300' is no IPv4 or IPv6 address",
        ),
        ("vips: [{address: 10.0.0.1}, {address: 10.0.0.1}]\n", "line 1: vips: 10.0.0.1 is there twice"),
        (
            "vips: [{address: '::1', port: 3306}, {address: '0::1', port: 3306}]\n",
            "line 1: vips: [::1]:3306 is there twice",
        ),
    ],
)
def test_half_configured_files_say_what_to_do(text: str, problem: str) -> None:
    """Each mistake is reported by key and line."""
    with pytest.raises(ConfigError) as caught:
        parse(Config, text, "config.yml")
    assert str(caught.value).startswith(f"config.yml: {problem}")


def test_one_address_may_be_there_with_several_ports() -> None:
    """A port for writes and one for reads: two probes, one address."""
    text = (Path(__file__).parent / "watchers/prober/field/two-ports-on-one-vip.yml").read_text()
    config = parse(Config, text, "config.yml")
    assert [vip.port for vip in config.vips] == [3306, 3307]
    assert config.addresses == ("10.0.0.100",)


@pytest.mark.parametrize(("written", "normal"), [("10.0.0.1", "10.0.0.1"), ("2001:DB8:0::1", "2001:db8::1")])
def test_an_address_is_one_label_however_written(written: str, normal: str) -> None:
    """The label `vip` is the normalised address."""
    assert Vip(written).address == normal
