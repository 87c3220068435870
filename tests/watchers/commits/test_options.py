"""`write:` of an entry in `vips:`."""

import pytest

from exporter.config import Config
from exporter.typed_yaml import ConfigError, parse
from exporter.watchers.commits.options import Write

GALERA = "galera: {client_file: /g, nodes: {a: 10.0.0.21}}\n"
VIP = "vips: [{address: 10.0.0.1, port: 3306, write: {client_file: /w"


def test_nothing_is_written_unless_it_is_asked_for() -> None:
    """The write probe is off by default."""
    config = parse(Config, GALERA + "vips: [{address: 10.0.0.1, port: 3306}]", "f")
    assert config.vips[0].write is None


def test_the_defaults_are_one_row_a_second() -> None:
    """Into the schema failover_exporter."""
    config = parse(Config, GALERA + VIP + "}}]", "f")
    assert config.vips[0].write == Write("/w", "failover_exporter", 1.0, 5.0)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (VIP + "}}]", "vips: `write:` needs `galera:`"),
        (
            GALERA + "vips: [{address: 10.0.0.1, write: {client_file: /w}}]",
            "vips[0].write: nothing is written",
        ),
        (GALERA + "vips: [{address: 10.0.0.1, port: 1, write: {}}]", "vips[0].write.client_file: is missing"),
        (GALERA + VIP + ", schema: 'a`b'}}]", "vips[0].write.schema: "),
        (GALERA + VIP + ", schema: ''}}]", "vips[0].write.schema: "),
        (GALERA + VIP + ", interval: 0.05}}]", "vips[0].write.interval: "),
        (GALERA + VIP + ", interval: .nan}}]", "vips[0].write.interval: "),
        (GALERA + VIP + ", timeout: 31}}]", "vips[0].write.timeout: "),
        (
            GALERA + "vips: [{address: 10.0.0.1, port: 1, write: {client_file: ''}}]",
            "vips[0].write.client_file: ",
        ),
    ],
)
def test_a_mistake_is_reported_by_its_key(text: str, problem: str) -> None:
    """Each limit, and what can't be had together."""
    with pytest.raises(ConfigError) as raised:
        parse(Config, text, "f")
    assert problem in str(raised.value)
