"""The section `haproxy`: every form in which people write where the statistics are."""

import socket
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.config import Config
from exporter.endpoint import Endpoint
from exporter.sources.haproxy.options import Options, PagePlace, Place, TcpPlace, UnixPlace, place
from exporter.typed_yaml import load

FIELD = Path(__file__).parent / "field"


@pytest.mark.parametrize(
    ("stats", "expected"),
    [
        ("unix:/run/haproxy/admin.sock", UnixPlace("/run/haproxy/admin.sock")),
        ("unix:///run/haproxy/admin.sock", UnixPlace("/run/haproxy/admin.sock")),
        ("abns@admin", UnixPlace("\0admin" + "\0" * 102)),
        ("unix:abns@admin", UnixPlace("\0admin" + "\0" * 102)),
        ("abnsz@admin", UnixPlace("\0admin")),
        ("tcp:127.0.0.1:9999", TcpPlace(Endpoint("127.0.0.1", 9999))),
        ("tcp://lb-a:9999", TcpPlace(Endpoint("lb-a", 9999))),
        ("tcp:[::1]:9999", TcpPlace(Endpoint("::1", 9999))),
    ],
)
def test_sockets(stats: str, expected: Place) -> None:
    """A path, a name of the abstract namespace as HAProxy fills it up, an address with its port."""
    assert place(stats) == expected


@pytest.mark.parametrize(
    ("stats", "url"),
    [
        ("http://127.0.0.1:8404/stats;csv", "http://127.0.0.1:8404/stats;csv"),
        ("http://127.0.0.1:28080/haproxy?stats;csv", "http://127.0.0.1:28080/haproxy?stats;csv"),
        ("http://h/admin?stats;csv;norefresh", "http://h/admin?stats;csv;norefresh"),
        ("http://h/haproxy_stats.php?haproxystats=1;csv", "http://h/haproxy_stats.php?haproxystats=1;csv"),
        ("https://a:b%2F@[::1]:1/s;csv;norefresh", "https://a:b%2F@[::1]:1/s;csv;norefresh"),
        ("http://h:8404/;csv", "http://h:8404/;csv"),
        ("http://h:8404", "http://h:8404/;csv"),
        ("http://h:8404/", "http://h:8404/;csv"),
        ("http://h:8404/stats", "http://h:8404/stats;csv"),
        ("http://h/haproxy?stats", "http://h/haproxy?stats;csv"),
        ("http://h/haproxy?stats;norefresh", "http://h/haproxy?stats;norefresh;csv"),
        ("http://h?stats;csv;norefresh", "http://h?stats;csv;norefresh"),
        ("http://h/stats;csvx", "http://h/stats;csvx;csv"),
        ("http://u:p@ss:word@h:8404/stats", "http://u:p@ss:word@h:8404/stats;csv"),
    ],
)
def test_pages(stats: str, url: str) -> None:
    """What `stats uri` says, with ;csv at the end unless it is there."""
    assert place(stats) == PagePlace(url)


@pytest.mark.parametrize(
    ("stats", "complaint"),
    [
        ("unix:admin.sock", "whole path"),
        ("unix:", "whole path"),
        ("/run/haproxy/admin.sock", "neither .*write unix:/run/haproxy/admin.sock"),
        ("unix@/run/haproxy/admin.sock", "neither .*write unix:/run/haproxy/admin.sock"),
        ("ipv4@127.0.0.1:9999", "neither .*write tcp:127.0.0.1:9999"),
        ("127.0.0.1:9999", "neither .*write tcp:127.0.0.1:9999"),
        ("abns@", "1 to 107 bytes"),
        ("abns@" + "x" * 108, "1 to 107 bytes"),
        ("tcp:127.0.0.1", "no port"),
        ("tcp:::1:9999", "ADDRESS"),
        ("tcp:h:99999", "port 99999"),
        ("ftp://host/stats;csv", "neither"),
        ("http:///stats;csv", "neither"),
        ("http://host:port/stats;csv", "neither"),
        ("http://host:99999/stats;csv", "neither"),
        ("http://host/a b;csv", "neither"),
        ("http://user:hunter2/@host:80/stats;csv", "neither .*%2F"),
        ("http://user:hunter2#@host:80/stats;csv", "neither .*%23"),
        ("http://user:hunter2[@host:80/stats;csv", "neither .*%5B"),
        ("http://host/stats;json", "write ;csv for ;json"),
        ("http://host/stats;up;csv", "leaves out servers that are DOWN"),
        ("http://user:hunter2@host/stats;no-maint;csv", "leaves out servers in MAINT"),
        ("", "neither"),
    ],
)
def test_options_that_are_wrong_name_the_key_and_no_password(stats: str, complaint: str) -> None:
    """Said at start, with what is right, and never with what is secret."""
    with pytest.raises(ValueError, match=f"^stats: .*{complaint}") as caught:
        Options(stats=stats)
    assert "hunter2" not in str(caught.value)


@given(st.text(min_size=1), st.text(min_size=1))
def test_any_account_can_be_written(user: str, password: str) -> None:
    """Percent-encoded, every name and password is taken, and comes back as it was."""
    try:
        url = f"http://{quote(user, safe='')}:{quote(password, safe='')}@h:1/stats"
    except UnicodeEncodeError:
        return
    found = place(url)
    assert isinstance(found, PagePlace)
    parts = urlsplit(found.url)
    assert (parts.hostname, parts.port) == ("h", 1)
    assert (unquote(parts.username or ""), unquote(parts.password or "")) == (user, password)


@given(st.text())
def test_any_text_is_a_place_or_a_problem(text: str) -> None:
    """Whatever is written, the answer is a place or a sentence."""
    try:
        Options(stats=text)
    except ValueError as error:
        assert str(error).startswith("stats: ")


@pytest.mark.parametrize("timeout", [0, -1, 61, float("nan"), float("inf")])
def test_a_timeout_out_of_range_is_refused(timeout: float) -> None:
    """More than 0 and at most a minute."""
    with pytest.raises(ValueError, match=r"^timeout: "):
        Options(timeout=timeout)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"ca_file": "/etc/ca.pem"}, "ca_file: stats is no https"),
        ({"verify": False}, "verify: stats is no https"),
        ({"stats": "http://h/stats", "verify": False}, "verify: stats is no https"),
        ({"stats": "https://h/stats", "verify": False, "ca_file": "/ca.pem"}, "ca_file: nothing is checked"),
    ],
)
def test_keys_of_certificates_that_do_nothing_are_refused(options: dict[str, object], complaint: str) -> None:
    """A key that has no effect is a mistake that would go unnoticed."""
    with pytest.raises(ValueError, match=complaint):
        Options(**options)  # type: ignore[arg-type]  # as the configuration gives it


def test_the_configuration_of_a_real_case_is_read() -> None:
    """`stats enable` alone: HAProxy's own default is /haproxy?stats, and the CSV is behind that."""
    options = load(Config, FIELD / "stats-uri-with-query.yml").haproxy
    assert options
    assert place(options.stats) == PagePlace("http://127.0.0.1:28080/haproxy?stats;csv")


def test_the_abstract_name_is_what_the_kernel_binds() -> None:
    """The filled name can be bound as it is: 108 bytes, the most there are."""
    found = place("abns@failover-exporter-test")
    assert isinstance(found, UnixPlace)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind(found.path)
        assert len(bound.getsockname()) == 108
