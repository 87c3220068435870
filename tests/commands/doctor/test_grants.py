"""SHOW GRANTS as MariaDB and MySQL print it."""

import pytest

from exporter.commands.doctor.grants import Grant, beyond, missing, parse, revoke
from exporter.errors import Unparsable

WRITES = frozenset({"CREATE", "INSERT", "SELECT", "DELETE"})


@pytest.mark.parametrize(
    ("line", "granted"),
    [
        ("GRANT USAGE ON *.* TO `exporter`@`%` IDENTIFIED BY PASSWORD '*5F8'", ()),
        ("GRANT USAGE ON *.* TO `exporter`@`%` REQUIRE SSL WITH MAX_USER_CONNECTIONS 5", ()),
        ("GRANT SELECT, INSERT ON `shop`.* TO 'e'@'%'", (Grant(frozenset({"SELECT", "INSERT"}), "shop.*"),)),
        (
            "GRANT SELECT (`a`, `b`), UPDATE (`a`) ON `shop`.`carts` TO `e`@`%`",
            (Grant(frozenset({"SELECT", "UPDATE"}), "shop.carts"),),
        ),
        (
            "GRANT ALL PRIVILEGES ON *.* TO `e`@`%` IDENTIFIED VIA unix_socket WITH GRANT OPTION",
            (Grant(frozenset({"ALL PRIVILEGES", "GRANT OPTION"}), "*.*"),),
        ),
        ("GRANT EXECUTE ON PROCEDURE `shop`.`pay` TO `e`@`%`", (Grant(frozenset({"EXECUTE"}), "shop.pay"),)),
        ("GRANT `reader`@`%` TO `e`@`%`", (Grant(frozenset(), "", "reader@%"),)),
        ("SET DEFAULT ROLE `reader` FOR `e`@`%`", ()),
        (
            "GRANT PROXY ON ''@'%' TO 'e'@'localhost' WITH GRANT OPTION",
            (Grant(frozenset({"PROXY", "GRANT OPTION"}), "''@'%'"),),
        ),
    ],
)
def test_a_line(line: str, granted: tuple[Grant, ...]) -> None:
    """Privileges and what they are on; columns, passwords and limits are left out."""
    assert parse([line]) == granted


def test_what_is_not_known_is_not_repeated() -> None:
    """A line may hold a password's hash."""
    with pytest.raises(Unparsable) as raised:
        parse(["SOMETHING '*5F8'"])
    assert "5F8" not in str(raised.value)


def test_too_much_and_too_little() -> None:
    """Of the write probe's account; a schema may be written as a pattern, a role may give anything."""
    own = parse([r"GRANT SELECT, INSERT, CREATE, DELETE, DROP ON `failover\_exporter`.* TO `w`@`%`"])
    assert beyond(own, WRITES, "failover_exporter.*") == (
        Grant(frozenset({"DROP"}), r"failover\_exporter.*"),
    )
    assert missing(own, WRITES, "failover_exporter.*") == frozenset()
    assert missing(parse(["GRANT INSERT ON `other`.* TO `w`@`%`"]), WRITES, "failover_exporter.*") == WRITES
    assert missing(parse(["GRANT `r` TO `w`@`%`"]), WRITES, "failover_exporter.*") == frozenset()
    assert missing(parse(["GRANT ALL PRIVILEGES ON *.* TO `w`@`%`"]), WRITES, "x.*") == frozenset()


@pytest.mark.parametrize(
    ("line", "statement"),
    [
        ("GRANT SELECT ON `shop`.* TO `e`@`%`", "REVOKE SELECT ON `shop`.* FROM 'e'@'%';"),
        ("GRANT PROCESS, SUPER ON *.* TO `e`@`%`", "REVOKE PROCESS, SUPER ON *.* FROM 'e'@'%';"),
        (
            "GRANT ALL PRIVILEGES ON *.* TO `e`@`%` WITH GRANT OPTION",
            "REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'e'@'%';",
        ),
        ("GRANT `reader` TO `e`@`%`", "REVOKE reader FROM 'e'@'%';"),
    ],
)
def test_what_takes_it_away(line: str, statement: str) -> None:
    """A statement to copy."""
    (grant,) = parse([line])
    assert revoke(grant, "e@%") == statement
