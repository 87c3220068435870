"""Who logs in to MySQL, and how TLS is done: the [client] section of an option file.

Read as PyMySQL reads it with read_default_file: quotes around a value are removed, - and _ are the same
in a key, no other file is included. Of TLS: ssl-ca, ssl-capath, ssl-cert, ssl-key, ssl-cipher;
ssl-verify-server-cert and skip-ssl as MariaDB's clients have them, ssl-mode as MySQL's. With ssl-ca the
certificate's issuer is checked, with ssl-verify-server-cert or ssl-mode=VERIFY_IDENTITY the host name too.
With none of them: TLS where the server offers it, unchecked.
"""

import configparser
import os
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from exporter.errors import Denied, Unparsable, Unreachable
from exporter.parsing import excerpt

_MODES = ("DISABLED", "PREFERRED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")
_ON = ("", "1", "on", "true", "yes")  # the empty one: a key without a value
_FILES = ("ssl-ca", "ssl-cert", "ssl-key")

_Stamp = tuple[int, int, int] | None  # of a file: when it changed, its size, its number


@dataclass(frozen=True)
class Account:
    user: str
    password: bytes = field(repr=False)
    tls: ssl.SSLContext | None = None  # shared by all connections: making one costs 20 ms of CPU
    tls_required: bool = False


class AccountFile:
    """An option file, read again when it, or a certificate that it names, has changed."""

    def __init__(self, path: str):
        self._path = Path(path).expanduser()
        self._account: Account | None = None
        self._stamps: list[_Stamp] = []
        self._watched = [str(self._path)]

    def account(self) -> Account:
        """Raises Unreachable, Denied or Unparsable, with the path and never with what is in the file."""
        if self._account is None or _stamps(self._watched) != self._stamps:
            self._account = None
            options = client_options(self._path)
            self._watched = [str(self._path), *(options[key] for key in _FILES if options.get(key))]
            self._stamps = _stamps(self._watched)
            self._account = _account(options, self._path)
        return self._account


def _stamps(paths: Sequence[str]) -> list[_Stamp]:
    return [_stamp(path) for path in paths]


def _stamp(path: str) -> _Stamp:
    try:
        found = os.stat(path)  # noqa: PTH116  # ten times a second, and Path.stat() is twice as dear
    except (OSError, ValueError):  # what is wrong with a file is told by who reads it
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


class _OptionFile(configparser.RawConfigParser):
    def optionxform(self, optionstr: str) -> str:
        return optionstr.lower().replace("_", "-")


def client_options(path: Path) -> dict[str, str]:
    """The [client] section; a key without a value has the value ""."""
    parser = _OptionFile(allow_no_value=True, strict=False, delimiters=("=",))
    try:
        # Stripped: to configparser a line that is indented more than the one above continues it.
        parser.read_string("\n".join(line.strip() for line in path.read_text().splitlines()))
    except FileNotFoundError:
        raise Unreachable(f"{path}: there is no such file") from None
    except PermissionError:
        raise Denied(f"{path}: no right to read it") from None
    except OSError as error:
        raise Unreachable(f"{path}: {error.strerror}") from None
    except (UnicodeDecodeError, configparser.Error) as error:
        # Only its type: its text shows the line, which may be the password.
        raise Unparsable(f"{path}: not a MySQL option file ({type(error).__name__})") from None
    if not parser.has_section("client"):
        raise Unparsable(f"{path}: there is no [client] section")
    return {key: _unquoted(value or "") for key, value in parser.items("client")}


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value


def _account(options: Mapping[str, str], path: Path) -> Account:
    if not options.get("user"):
        raise Unparsable(f"{path}: [client] names no user")
    mode = _mode(options, path)
    context = None if mode == "DISABLED" else _context(mode, options, path)
    return Account(options["user"], options.get("password", "").encode(), context, mode != "PREFERRED")


def _mode(options: Mapping[str, str], path: Path) -> str:
    if "ssl-mode" in options:
        mode = options["ssl-mode"].upper()
        if mode not in _MODES:
            raise Unparsable(f"{path}: ssl-mode: expected one of {', '.join(_MODES)}, got {excerpt(mode)}")
        return mode
    if _switched(options, "skip-ssl") or _switched(options, "ssl") is False:
        return "DISABLED"
    verify = _switched(options, "ssl-verify-server-cert")
    if verify:
        return "VERIFY_IDENTITY"
    if verify is None and (options.get("ssl-ca") or options.get("ssl-capath")):
        return "VERIFY_CA"
    required = _switched(options, "ssl") or any(options.get(key) for key in _FILES)
    return "REQUIRED" if required else "PREFERRED"


def _switched(options: Mapping[str, str], key: str) -> bool | None:
    return options[key].lower() in _ON if key in options else None


def _context(mode: str, options: Mapping[str, str], path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = mode == "VERIFY_IDENTITY"
    verifying = mode.startswith("VERIFY")
    context.verify_mode = ssl.CERT_REQUIRED if verifying else ssl.CERT_NONE
    ca, ca_path = options.get("ssl-ca"), options.get("ssl-capath")
    try:
        if verifying and (ca or ca_path):
            context.load_verify_locations(ca or None, ca_path or None)
        elif verifying:
            context.load_default_certs()
        if options.get("ssl-cert"):
            # A password, even an empty one: without, OpenSSL asks for it on the terminal.
            context.load_cert_chain(options["ssl-cert"], options.get("ssl-key") or None, password="")
        if options.get("ssl-cipher"):
            context.set_ciphers(options["ssl-cipher"])
    except PermissionError as error:
        raise Denied(f"{path}: no right to read one of its ssl- files: {error.filename or ca}") from None
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Unparsable(f"{path}: the ssl- options don't work: {reason}") from None
    return context
