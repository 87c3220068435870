"""What a service manager, as a rule systemd, is told and what it hands over.

The protocols are systemd's: sd_notify(3), sd_watchdog_enabled(3), sd_listen_fds(3). Its manual calls them
stable and fit to be spoken without its library: lines of NAME=value in one datagram to the socket that
$NOTIFY_SOCKET names, and descriptors from 3 on. That is less than a library for it would cost: sdnotify's
last release is of 2017, and python-systemd is compiled against headers that few hosts have.
"""

import os
import socket
from collections.abc import MutableMapping

from exporter.errors import Unreachable
from exporter.trouble import TroubleLog

FIRST_DESCRIPTOR = 3  # SD_LISTEN_FDS_START


class ServiceManager:
    """The socket that is told how the service does."""

    def __init__(self, address: str, watchdog: float | None, trouble_log: TroubleLog):
        """`watchdog`: seconds after which a service that has said nothing is ended; None: there is none."""
        self.watchdog = watchdog
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._trouble_log = trouble_log

    def tell(self, **facts: str | int) -> None:
        """One message, of NAME=value. Never waits and never raises: the service works without being heard."""
        message = "".join(f"{name}={_one_line(value)}\n" for name, value in facts.items())
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.setblocking(False)
                channel.connect(self._address)
                channel.send(message.encode())
        except OSError as error:
            self._trouble_log.report(Unreachable(f"{self._address!r}: {error.strerror or error}"))
        else:
            self._trouble_log.report(None)


def service_manager(environment: MutableMapping[str, str], trouble_log: TroubleLog) -> ServiceManager | None:
    """The one that started this process; None without one.

    Its variables are taken out of the environment: tools that are started from here must not speak for us.
    """
    address = environment.pop("NOTIFY_SOCKET", "")
    seconds, pid = environment.pop("WATCHDOG_USEC", ""), environment.pop("WATCHDOG_PID", "")
    if not address.startswith(("/", "@")):
        return None
    ours = pid in ("", str(os.getpid()))
    watchdog = int(seconds) / 1e6 if ours and seconds.isdecimal() and int(seconds) else None
    return ServiceManager(address, watchdog, trouble_log)


def passed_sockets(environment: MutableMapping[str, str]) -> list[socket.socket]:
    """Those that the service manager opened for this process: none where it passed none.

    The variables are taken out of the environment, and no child inherits the sockets. Raises OSError for a
    descriptor that is no listening stream socket.
    """
    pid, count = environment.pop("LISTEN_PID", ""), environment.pop("LISTEN_FDS", "")
    environment.pop("LISTEN_FDNAMES", None)
    if pid != str(os.getpid()) or not count.isdecimal():
        return []
    passed: list[socket.socket] = []
    try:
        for descriptor in range(FIRST_DESCRIPTOR, FIRST_DESCRIPTOR + int(count)):
            os.set_inheritable(descriptor, False)
            passed.append(_listening(descriptor))
    except OSError:
        for one in passed:
            one.close()
        raise
    return passed


def _listening(descriptor: int) -> socket.socket:
    try:
        one = socket.socket(fileno=descriptor)
    except OSError as error:
        raise OSError(f"descriptor {descriptor} that was passed is no socket: {error.strerror}") from None
    if one.type != socket.SOCK_STREAM or not one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        one.close()
        raise OSError(
            f"descriptor {descriptor} that was passed does not listen: ListenStream= makes one that does"
        )
    return one


def _one_line(value: str | int) -> str:
    return " ".join(str(value).split())
