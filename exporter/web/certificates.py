"""The TLS context of new connections, read again as a whole while the old one serves."""

import contextlib
import ipaddress
import logging
import os
import ssl
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from exporter.errors import KnownError
from exporter.transports.file_stamp import Stamp, stamp
from exporter.trouble import TroubleLog
from exporter.web.ciphers import CURVES, TLS12_SUITES
from exporter.web.web_config import TLS, VERSIONS

log = logging.getLogger(__name__)

# OpenSSL's own security level forbids what is older than TLS 1.2.
_OLD_VERSIONS = "ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:@SECLEVEL=0"


class CannotSecure(KnownError):
    """A certificate, key or CA file can't be used; the text says which file and why."""


class Certificates:
    """Holds the context that new connections get. A connection keeps the one that it began with."""

    def __init__(self, tls: TLS, folder: Path, troubles: TroubleLog | None = None):
        """Relative files are in `folder`, that of web.config.file. Raises CannotSecure."""
        self._tls, self._folder = tls, folder
        self._troubles = troubles or TroubleLog(
            log, "TLS files", failing="the old ones stay in use", recovered="read again"
        )
        self._files = self._identities()
        self._context = self._new_context()

    @property
    def context(self) -> ssl.SSLContext:
        """Of the files as they are now; where they have changed and can't be used, as they were."""
        if self._identities() != self._files:
            try:
                self.reload()
            except CannotSecure as error:
                self._troubles.report(error)
        return self._context

    def reload(self) -> None:
        """Read all files again. Raises CannotSecure, and then nothing of the old context has changed.

        The new files go into a context of their own. Loaded into the one in use, a certificate whose key is
        not yet there stays in it, and each handshake fails from then on.
        """
        self._files = self._identities()  # before they are read: what changes meanwhile is read once more
        self._context = self._new_context()
        self._troubles.report(None)

    def allows(self, certificate: Mapping[str, Any] | None) -> bool:
        """Whether a client may come in by client_allowed_sans; `certificate` is as getpeercert() gives it."""
        allowed = self._tls.client_allowed_sans
        if allowed is None:
            return True
        return any(_san(*one) in allowed for one in (certificate or {}).get("subjectAltName", ()))

    def _identities(self) -> list[Stamp]:
        return [stamp(self._folder / name) for name in self._tls.files]

    def _new_context(self) -> ssl.SSLContext:
        tls = self._tls
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        _choose_versions(context, tls)
        context.verify_mode = tls.verify_mode
        if tls.client_ca_file or tls.client_ca:
            self._load_ca(context)
        elif context.verify_mode != ssl.CERT_NONE:
            context.load_default_certs(ssl.Purpose.CLIENT_AUTH)  # as Go does without CAs of its own
        try:
            with (
                _as_file(tls.cert_file, tls.cert, self._folder) as cert,
                _as_file(tls.key_file, tls.key, self._folder) as key,
            ):
                context.load_cert_chain(cert, key, password=_no_password)
        except (OSError, ValueError) as error:
            raise CannotSecure(self._explain(error)) from None
        return context

    def _load_ca(self, context: ssl.SSLContext) -> None:
        tls = self._tls
        try:
            if tls.client_ca_file:
                context.load_verify_locations(self._folder / tls.client_ca_file)
            else:
                context.load_verify_locations(cadata=tls.client_ca)
        except (OSError, ValueError) as error:
            raise CannotSecure(f"TLS: {tls.client_ca_file or 'client_ca'} can't be used: {error}") from None

    def _explain(self, error: Exception) -> str:
        """OpenSSL names neither the file nor what is wrong with it."""
        tls = self._tls
        cert, key = tls.cert_file or "cert", tls.key_file or "key"
        if isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH":
            return f"TLS: {key} is not the key of {cert}: was only one of them renewed?"
        for name, file, inline, wanted, other in (
            (cert, tls.cert_file, tls.cert, "CERTIFICATE", "PRIVATE KEY"),
            (key, tls.key_file, tls.key, "PRIVATE KEY", "CERTIFICATE"),
        ):
            try:
                text = (self._folder / file).read_text(errors="replace") if file else inline
            except OSError as unreadable:
                return f"TLS: {name} can't be used: {unreadable.strerror}"
            if f"{wanted}-----" not in text:
                kind = "_file" if file else ""
                hint = f": are cert{kind} and key{kind} exchanged?" if other in text else ""
                return f"TLS: {name} can't be used: there is no {wanted.lower()} in it{hint}"
        return f"TLS: {cert} with {key} can't be used: {error}"


def _choose_versions(context: ssl.SSLContext, tls: TLS) -> None:
    """Versions, cipher suites and the curve."""
    lowest = VERSIONS[tls.min_version]
    suites = [TLS12_SUITES[name] for name in tls.cipher_suites if name in TLS12_SUITES]
    if tls.cipher_suites and not suites:
        lowest = ssl.TLSVersion.TLSv1_3  # no suite is left for an older one
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # Python's, of TLS 1.0 and 1.1: they were asked for
        context.minimum_version, context.maximum_version = lowest, VERSIONS[tls.max_version]
    old = lowest < ssl.TLSVersion.TLSv1_2
    if suites:
        context.set_ciphers(":".join(suites) + (":@SECLEVEL=0" if old else ""))
    elif old:
        context.set_ciphers(_OLD_VERSIONS)
    if not tls.prefer_server_cipher_suites:
        context.options &= ~ssl.OP_CIPHER_SERVER_PREFERENCE
    if len(tls.curve_preferences) == 1:  # ssl takes one; several are all among OpenSSL's own
        context.set_ecdh_curve(CURVES[tls.curve_preferences[0]])


def _san(kind: str, value: str) -> str:
    """As Go writes it."""
    return str(ipaddress.ip_address(value.strip())) if kind == "IP Address" else value


@contextlib.contextmanager
def _as_file(name: str, text: str, folder: Path) -> Iterator[str]:
    """A path for what ssl takes from files only; the text of a key is never on a disk."""
    if name:
        yield str(folder / name)
        return
    with os.fdopen(os.memfd_create("tls"), "w+", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        yield f"/proc/self/fd/{file.fileno()}"


def _no_password() -> str:
    raise ValueError("the key is encrypted, which is not supported")
