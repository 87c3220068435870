"""One entry of `vips:`."""

import pytest

from exporter.typed_yaml import ConfigError, parse
from exporter.watchers.prober.options import Vip


def test_an_address_alone_is_not_probed() -> None:
    """The defaults: no port, 0.1 s, 5 s for an attempt."""
    assert parse(Vip, "address: 10.0.0.100", "f") == Vip("10.0.0.100", None, 0.1, None, 5.0)


def test_all_keys_are_read_and_the_address_is_normalised() -> None:
    """An IPv6 address is the same label however it was written."""
    text = "address: 2001:DB8:0::1\nport: 3306\ninterval: 1\nclient_file: /etc/p.cnf\ntimeout: 2"
    assert parse(Vip, text, "f") == Vip("2001:db8::1", 3306, 1.0, "/etc/p.cnf", 2.0)


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ("port: 0", "port"),
        ("port: 65536", "port"),
        ("port: 3306\ninterval: 0.01", "interval"),
        ("port: 3306\ninterval: 61", "interval"),
        ("port: 3306\ninterval: .nan", "interval"),
        ("port: 3306\ntimeout: 0.4", "timeout"),
        ("port: 3306\ntimeout: 31", "timeout"),
        ("client_file: /etc/p.cnf", "client_file"),
    ],
)
def test_a_value_out_of_range_is_reported_by_its_key(more: str, key: str) -> None:
    """Each limit, and an account for what is not probed."""
    with pytest.raises(ConfigError) as raised:
        parse(Vip, f"address: 10.0.0.1\n{more}", "f")
    assert [problem.key for problem in raised.value.problems] == [key]


def test_a_name_is_no_address() -> None:
    """A VIP is given by its address: a name may stand for something else tomorrow."""
    with pytest.raises(ConfigError, match=r"address: 'db\.example' is no IPv4 or IPv6 address"):
        parse(Vip, "address: db.example", "f")
