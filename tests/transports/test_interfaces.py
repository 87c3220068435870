"""Which addresses are this host's."""

import socket

import pytest

from exporter.interface_address import InterfaceAddress
from exporter.transports import interfaces
from exporter.transports.interfaces import is_here


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_is_here(host: str) -> None:
    """By address and by name."""
    assert is_here(host)


def test_an_address_of_an_interface_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the kernel lists, and nothing else: a VIP is here while it is held."""
    held = {"eth0": [InterfaceAddress("ipv4", "192.0.2.11"), InterfaceAddress("mac", "02:fc:00:00:00:01")]}
    monkeypatch.setattr(interfaces, "interfaces", lambda: held)
    assert is_here("192.0.2.11")
    assert not is_here("192.0.2.100")


def test_a_name_that_does_not_exist_is_not_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is known of its processes."""

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert not is_here("lb-z")
