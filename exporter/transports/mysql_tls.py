"""How TLS is done with a MySQL server, from the ssl- options of an option file.

MariaDB's and MySQL's clients write it differently, both are read: ssl-mode as MySQL's; ssl, skip-ssl and
ssl-verify-server-cert as MariaDB's; ssl-ca, ssl-capath, ssl-cert, ssl-key and ssl-cipher are the same in
both. With ssl-ca the certificate's issuer is checked, with ssl-verify-server-cert or ssl-mode=VERIFY_IDENTITY
the host name too. With none of them: TLS where the server offers it, with whoever answers.
"""

import os
import ssl
from collections.abc import Mapping

from exporter.errors import Denied, Unparsable
from exporter.parsing import excerpt

DISABLED, PREFERRED, REQUIRED = "DISABLED", "PREFERRED", "REQUIRED"
VERIFY_CA, VERIFY_IDENTITY = "VERIFY_CA", "VERIFY_IDENTITY"
MODES = (DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY)

AUTHORITIES = ("ssl-ca", "ssl-capath")
FILES = (*AUTHORITIES, "ssl-cert", "ssl-key")
_WANTING_TLS = (*FILES, "ssl-cipher")
_SWITCH = {b"1": True, b"on": True, b"true": True, b"0": False, b"off": False, b"false": False}

Options = Mapping[str, bytes | None]


class FilesUnusable(Unparsable):
    """A certificate, key or authority is missing, or doesn't fit: as while they are being renewed."""


class FilesDenied(Denied, FilesUnusable):
    """As FilesUnusable: no right to read one."""

    reason = Denied.reason


def mode_of(options: Options, path: str) -> str:
    """One of MODES. Raises Unparsable, with the file's path."""
    verify = _switched(options, "ssl-verify-server-cert", path)
    if "ssl-mode" in options:
        return _named_mode(options, path)
    use = _switched(options, "ssl", path)
    if use is False:
        return DISABLED
    if verify:
        return VERIFY_IDENTITY
    if verify is None and _any(options, AUTHORITIES):
        return VERIFY_CA
    return REQUIRED if use else PREFERRED


def _named_mode(options: Options, path: str) -> str:
    mode = (options["ssl-mode"] or b"").decode(errors="replace").upper()
    if mode not in MODES:
        raise Unparsable(f"{path}: ssl-mode: expected one of {', '.join(MODES)}, got {excerpt(mode)}")
    if mode == VERIFY_CA and not _any(options, AUTHORITIES):
        # The system's authorities have signed a certificate for everybody: without a name to check it says
        # nothing.
        raise Unparsable(f"{path}: ssl-mode=VERIFY_CA needs ssl-ca, the file of the authority")
    return mode


def _any(options: Options, keys: tuple[str, ...]) -> bool:
    return any(options.get(key) for key in keys)


def _switched(options: Options, key: str, path: str) -> bool | None:
    """The last word of `key`, `skip-key` and the like; for ssl, options that make no sense without it
    count too."""
    state = None
    for name, value in options.items():
        if name in (key, f"enable-{key}"):
            state = _is_on(value, name, path)
        elif name in (f"skip-{key}", f"disable-{key}"):
            state = not _is_on(value, name, path)
        elif key == "ssl" and name in _WANTING_TLS and value:
            state = True
    return state


def _is_on(value: bytes | None, name: str, path: str) -> bool:
    """MySQL's clients warn of another word and take it for OFF: with a check of certificates, not what was
    meant."""
    on = True if value is None else _SWITCH.get(value.lower())
    if on is None:
        raise Unparsable(f"{path}: {name}: expected ON or OFF, or nothing")
    return on


def context_of(mode: str, options: Options, path: str) -> ssl.SSLContext:
    """With all its files in it: one that can't be made raises FilesUnusable, and changes nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = mode == VERIFY_IDENTITY
    verifying = mode in (VERIFY_CA, VERIFY_IDENTITY)
    context.verify_mode = ssl.CERT_REQUIRED if verifying else ssl.CERT_NONE
    ca, folder, certificate, key = (os.fsdecode(options.get(name) or b"") or None for name in FILES)
    try:
        if verifying and (ca or folder):
            context.load_verify_locations(ca, folder)
        elif verifying:
            context.load_default_certs()
        if certificate:
            # A password, even an empty one: without, OpenSSL asks for it on the terminal.
            context.load_cert_chain(certificate, key, password="")
        if options.get("ssl-cipher"):
            context.set_ciphers((options["ssl-cipher"] or b"").decode("latin-1"))
    except PermissionError as error:
        raise FilesDenied(f"{path}: no right to read one of its ssl- files: {error.filename or ca}") from None
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise FilesUnusable(f"{path}: the ssl- options don't work: {reason}") from None
    return context
