"""The TLS context of new connections, read again as a whole while the old one serves."""

import ssl
from pathlib import Path

from exporter.errors import KnownError
from exporter.web.web_config import CLIENT_AUTH, TLS, VERSIONS


class CannotSecure(KnownError):
    """A certificate, key or CA file can't be used; the text says which file and why."""


class Certificates:
    """Holds the context that new connections get. A connection keeps the one that it began with."""

    def __init__(self, tls: TLS, folder: Path):
        """Relative files are in `folder`, that of web.config.file. Raises CannotSecure."""
        self._tls, self._folder = tls, folder
        self.context = self._new_context()

    def reload(self) -> None:
        """Read all files again. Raises CannotSecure, and then nothing of the old context has changed.

        The new files go into a context of their own. Loaded into the one in use, a certificate whose key is
        not yet there stays in it, and each handshake fails from then on.
        """
        self.context = self._new_context()

    def _new_context(self) -> ssl.SSLContext:
        tls = self._tls
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = VERSIONS[tls.min_version]
        context.maximum_version = VERSIONS[tls.max_version]
        if tls.client_ca_file:
            try:
                context.load_verify_locations(self._folder / tls.client_ca_file)
            except (OSError, ValueError) as error:
                raise CannotSecure(f"TLS: {tls.client_ca_file} can't be used: {error}") from None
        context.verify_mode = CLIENT_AUTH[tls.client_auth_type]
        try:
            context.load_cert_chain(
                self._folder / tls.cert_file, self._folder / tls.key_file, password=_no_password
            )
        except (OSError, ValueError) as error:
            raise CannotSecure(self._explain(error)) from None
        return context

    def _explain(self, error: Exception) -> str:
        """OpenSSL names neither the file nor what is wrong with it."""
        tls = self._tls
        if isinstance(error, ssl.SSLError) and error.reason == "KEY_VALUES_MISMATCH":
            return f"TLS: {tls.key_file} is not the key of {tls.cert_file}: was only one of them renewed?"
        for name, wanted, other in (
            (tls.cert_file, "CERTIFICATE", "PRIVATE KEY"),
            (tls.key_file, "PRIVATE KEY", "CERTIFICATE"),
        ):
            try:
                text = (self._folder / name).read_text(errors="replace")
            except OSError as unreadable:
                return f"TLS: {name} can't be used: {unreadable.strerror}"
            if f"{wanted}-----" not in text:
                swapped = other in text
                hint = ": are cert_file and key_file exchanged?" if swapped else ""
                return f"TLS: {name} can't be used: there is no {wanted.lower()} in it{hint}"
        return f"TLS: {tls.cert_file} with {tls.key_file} can't be used: {error}"


def _no_password() -> str:
    raise ValueError("the key is encrypted, which is not supported")
