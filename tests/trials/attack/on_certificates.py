"""Attacks on TLS: half a renewal, handshakes that stop."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme

from tests.trials.attack import clients
from tests.trials.attack.results import Outcome
from tests.trials.attack.target import Target, running

AREA = "TLS"
WEB_CONFIG = "tls_server_config: {cert_file: cert.pem, key_file: key.pem}\n"


class Authority:
    """Issues certificates, and asks as somebody who trusts them alone."""

    def __init__(self) -> None:
        self._ca = trustme.CA()
        self._issued = self._ca.issue_cert("127.0.0.1")
        self._context = ssl.create_default_context()
        self._ca.configure_trust(self._context)

    def write(self, folder: Path, *names: str) -> None:
        if "cert" in names:
            (folder / "cert.pem").write_bytes(b"".join(pem.bytes() for pem in self._issued.cert_chain_pems))
        if "key" in names:
            self._issued.private_key_pem.write_to_path(folder / "key.pem")

    def served(self, port: int) -> bool:
        """Whether the page is there, with a certificate of this authority."""
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", port), 10) as plain,
            self._context.wrap_socket(plain, server_hostname="127.0.0.1") as one,
        ):
            one.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return one.recv(1000).startswith(b"HTTP/1.1 200")
        return False


def attacks() -> Iterator[Outcome]:
    with TemporaryDirectory(prefix="attack-") as name:
        folder = Path(name)
        old, new = Authority(), Authority()
        old.write(folder, "cert", "key")
        with running(folder, web_config=WEB_CONFIG) as one:
            yield half_renewed(one, old, new)
            yield stopped_handshakes(one, new)


def half_renewed(one: Target, old: Authority, new: Authority) -> Outcome:
    new.write(one.folder, "cert")
    one.reload()
    between = [old.served(one.port) for _ in range(20)]
    new.write(one.folder, "key")
    one.reload()
    afterwards = [new.served(one.port) for _ in range(20)]
    return Outcome(
        AREA,
        "SIGHUP between the new certificate and the new key, then again",
        "every handshake goes on with the old pair until both are there, then with the new one",
        f"{sum(between)} of {len(between)} handshakes with the old pair, then {sum(afterwards)} of "
        f"{len(afterwards)} with the new one",
        all(between) and all(afterwards),
    )


def stopped_handshakes(one: Target, authority: Authority) -> Outcome:
    before = one.log
    with clients.connections(one, 600, b"\x16\x03\x01"):
        served = []
        for _ in range(20):
            began = time.monotonic()
            served.append(authority.served(one.port) and time.monotonic() - began)
    lines = one.new_lines(before)
    return Outcome(
        AREA,
        "600 handshakes that stop after three bytes",
        "others are served, a line or two are logged",
        f"{sum(bool(one) for one in served)} of {len(served)} others served, the slowest in "
        f"{max(served):.2f} s; {len(lines)} lines",
        all(served) and len(lines) <= 2,
    )
