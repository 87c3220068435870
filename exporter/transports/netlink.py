"""Notifications of the kernel when an address of this host is added or removed: rtnetlink(7), no polling."""

import socket
from contextlib import suppress

from exporter.errors import Unreachable

_RTMGRP_IPV4_IFADDR = 0x10  # linux/rtnetlink.h
_RTMGRP_IPV6_IFADDR = 0x100
_CHUNK = 65536


class AddressChanges:
    """A socket that becomes readable on a change. Which change is not read from it: the list of addresses
    (transports/interfaces.py) has the result."""

    def __init__(self) -> None:
        """Raises Unreachable, for instance where a sandbox forbids AF_NETLINK."""
        try:
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
            self._socket.setblocking(False)
            self._socket.bind((0, _RTMGRP_IPV4_IFADDR | _RTMGRP_IPV6_IFADDR))
        except OSError as error:
            raise Unreachable(f"the kernel's notifications of addresses: {error.strerror or error}") from None

    def fileno(self) -> int:
        return self._socket.fileno()

    def drain(self) -> None:
        """Discard what has arrived. An overflow in the kernel (ENOBUFS) is a change as well."""
        with suppress(OSError):
            while self._socket.recv(_CHUNK):
                pass

    def close(self) -> None:
        self._socket.close()
