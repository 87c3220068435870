import re
from pathlib import Path

import pytest

from exporter.config import Config
from exporter.typed_yaml import ConfigError, parse
from exporter.watchers.prober.options import Vip

README = Path(__file__).parent.parent / "README.md"


def test_the_readme_example_is_valid() -> None:
    """What a newcomer copies from the README turns on every section."""
    (example,) = re.findall(r"```yaml\n(pacemaker:.*?)```", README.read_text(), re.DOTALL)
    config = parse(Config, example, "README.md")
    assert all((config.pacemaker, config.corosync, config.haproxy, config.galera, config.vips))


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
