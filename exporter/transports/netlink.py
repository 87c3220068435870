"""The kernel tells when an address of this host comes or goes: rtnetlink(7), no polling."""

import socket
from contextlib import suppress

from exporter.errors import Unreachable

_RTMGRP_IPV4_IFADDR = 0x10  # linux/rtnetlink.h
_RTMGRP_IPV6_IFADDR = 0x100
_CHUNK = 65536


class AddressChanges:
    """A socket that becomes readable. What changed is not read from it: the list of addresses says it."""

    def __init__(self) -> None:
        """Raises Unreachable, where a sandbox takes AF_NETLINK away."""
        try:
            self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
            self._socket.setblocking(False)
            self._socket.bind((0, _RTMGRP_IPV4_IFADDR | _RTMGRP_IPV6_IFADDR))
        except OSError as error:
            raise Unreachable(f"the kernel's news of addresses: {error.strerror or error}") from None

    def fileno(self) -> int:
        return self._socket.fileno()

    def drain(self) -> None:
        """Throw away what is there. Too much to be kept by the kernel (ENOBUFS) is a change as well."""
        with suppress(OSError):
            while self._socket.recv(_CHUNK):
                pass

    def close(self) -> None:
        self._socket.close()
