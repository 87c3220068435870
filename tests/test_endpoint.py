import pytest

from exporter.endpoint import Endpoint, parse_endpoint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.100:3307", ("10.0.0.100", 3307)),
        ("10.0.0.100", ("10.0.0.100", 3306)),
        ("[::1]:3306", ("::1", 3306)),
        ("[::1]", ("::1", 3306)),
        ("2001:db8::7", ("2001:db8::7", 3306)),
        ("fe80::1%eth0", ("fe80::1%eth0", 3306)),
        ("db.example:3310", ("db.example", 3310)),
    ],
)
def test_targets(text: str, expected: tuple[str, int]) -> None:
    """Address or name, with a port or with MySQL's; IPv6 in brackets or, without a port, bare."""
    assert parse_endpoint(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not ADDRESS[:PORT]"),
        (":3306", "is not ADDRESS[:PORT]"),
        ("10.0.0.1:", "is not ADDRESS[:PORT]"),
        ("10.0.0.1:http", "is not ADDRESS[:PORT]"),
        ("10.0.0.1:٣٣٠٦", "is not ADDRESS[:PORT]"),
        ("10.0.0.1:0", "port 0 is not within"),
        ("10.0.0.1:65536", "port 65536 is not within"),
        ("[10.0.0.1]:3306", "is no IPv6 address"),
        ("a b:1", "is not ADDRESS[:PORT]"),
    ],
)
def test_what_is_no_target_is_told_with_what_is_right(text: str, said: str) -> None:
    """A ValueError says what is wrong and gives an example."""
    with pytest.raises(ValueError) as raised:
        parse_endpoint(text)
    assert said in str(raised.value)


def test_ipv6_is_shown_in_brackets() -> None:
    """So that the port can be told from the address."""
    assert (str(Endpoint("::1", 3306)), str(Endpoint("10.0.0.1", 3306))) == ("[::1]:3306", "10.0.0.1:3306")
