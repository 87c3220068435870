"""Names that stand in statements."""

import platform

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.endpoint import Endpoint
from exporter.watchers.commits.sql import Table, new_writer


@pytest.mark.parametrize(
    ("endpoint", "where"),
    [
        (Endpoint("10.0.0.100", 3306), "10.0.0.100:3306"),
        (Endpoint("2001:db8::1", 3307), "[2001:db8::1]:3307"),
        (Endpoint("fe80::1%eth0", 3306), "[fe80::1%eth0]:3306"),
        (Endpoint("fe80::1%eth0'; DROP TABLE x; -- ", 1), "[fe80::1%eth0___DROP_TABLE_x__--_]:1"),
    ],
)
def test_writers_name(endpoint: Endpoint, where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Host, address, and something that is different each time; nothing that could end a string."""
    monkeypatch.setattr(platform, "node", lambda: "haproxy-node01")
    name = new_writer(endpoint)
    assert name.rpartition(" ")[0] == f"haproxy-node01 {where}"
    assert name != new_writer(endpoint)


@given(st.text(), st.text())
def test_any_scope_and_any_host_make_a_name(scope: str, host: str) -> None:
    """ipaddress takes any text as the scope of an IPv6 address, and a host may be called anything."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(platform, "node", lambda: host)
        table = Table("s", new_writer(Endpoint(f"fe80::1%{scope}", 3306)))
    assert table.insert(1).count("'") == 2


@pytest.mark.parametrize(
    ("schema", "writer"), [("a`b", "w"), ("", "w"), ("s", "w'"), ("s", "w\\"), ("s", ""), ("s", "w" * 151)]
)
def test_other_names_are_a_defect(schema: str, writer: str) -> None:
    """No statement is made with them."""
    with pytest.raises(ValueError, match="not a schema and a writer's name"):
        Table(schema, writer)
