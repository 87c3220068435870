"""Listening sockets."""

import asyncio
import socket

import pytest

from exporter.transports.listener import listen


async def test_no_host_is_every_address() -> None:
    """IPv4 and IPv6, as far as this host has them."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    listeners = listen(None, port)
    try:
        assert {one.port for one in listeners} == {port}
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        accepted, host = await asyncio.wait_for(listeners[0].accept(), 5)
        assert host == "127.0.0.1"
        accepted.close()
        writer.close()
        await writer.wait_closed()
    finally:
        for one in listeners:
            one.close()


@pytest.mark.parametrize(
    ("host", "reason"),
    [("192.0.2.1", "Cannot assign requested address"), ("no.such.host.invalid", ".+")],
)
def test_the_reason_stands_alone(host: str, reason: str) -> None:
    """The address is not in it: whoever asked knows it."""
    with pytest.raises(OSError, match=f"^{reason}$") as caught:
        listen(host, 1)
    assert host not in str(caught.value)
