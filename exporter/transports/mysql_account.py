"""Who logs in to MySQL, and how: from an option file of MySQL's clients (mysql_option_file, mysql_tls).

Read of it: user, password, the ssl- options, and server-public-key-path. An option may be abbreviated as the
clients allow it, to three letters.
"""

import logging
import os
import ssl
import stat
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from exporter.errors import SourceError, Unparsable
from exporter.transports import mysql_tls
from exporter.transports.file_stamp import Stamp, stamp
from exporter.transports.mysql_option_file import OptionFile, read_option_file
from exporter.transports.mysql_tls import DISABLED, PREFERRED, REQUIRED, FilesUnusable
from exporter.trouble import TroubleLog

log = logging.getLogger(__name__)

_KEY_FILE = "server-public-key-path"
OPTIONS = (
    "user",
    "password",
    "ssl-mode",
    "ssl-verify-server-cert",
    "ssl-cipher",
    _KEY_FILE,
    *mysql_tls.FILES,
)
_ABBREVIATED = 3  # letters at least
_OWNERS_WORD = (
    "ssl-mode=REQUIRED: TLS is on and nobody checks with whom, so the password goes to any server that asks "
    "for it (sha256_password, caching_sha2_password), and to whoever answers in its place; ssl-ca and "
    "ssl-mode=VERIFY_CA end that"
)


@dataclass(frozen=True)
class Account:
    user: str
    password: bytes = field(repr=False)
    tls: ssl.SSLContext | None = None  # shared by all connections: making one costs 20 ms of CPU
    tls_required: bool = False
    password_over_tls: bool = (
        False  # may the password itself be sent over TLS: to a certificate that was checked,
    )
    # or to anybody where the file says ssl-mode=REQUIRED
    server_public_key: bytes | None = None  # PEM; without TLS the password is sent encrypted with it


class AccountFile:
    """An option file, read again when it, a file that it includes, or a certificate that it names has
    changed."""

    def __init__(self, path: str, *, logs_notices: bool = True):
        """Notices are what is doubtful in a file that can be used."""
        self._path = str(Path(path).expanduser())
        self._logs_notices = logs_notices
        self.notices: tuple[str, ...] = ()
        self._account: Account | None = None
        self._options: Mapping[str, bytes | None] = {}
        self._stamps: dict[str, Stamp] = {}
        self._lock = (
            threading.Lock()
        )  # of these three: attempts, commits and read-backs have their own threads

    def account(self) -> Account:
        """Raises Unreachable, Denied or Unparsable, with the path and never with what is in the file."""
        with self._lock:
            if self._account is None or any(stamp(path) != seen for path, seen in self._stamps.items()):
                before, self._account = self._account, None
                self._account = self._read(before)
            return self._account

    def _read(self, before: Account | None) -> Account:
        file = read_option_file(self._path)
        options = _in_full(file.options)
        stamps = file.stamps | {path: stamp(path) for path in _files_named(options)}
        unusable: SourceError | None = None
        try:
            account = _account(options, self._path)
        except FilesUnusable as error:
            # Certificate and key are renewed one after the other: until they fit, what is in use stays.
            if before is None or options != self._options:
                raise
            account, unusable = before, error
        self._options, self._stamps = options, stamps
        tls_log(self._path).report(unusable)
        self.notices = tuple(dict.fromkeys([*file.notices, *_notices(file, options, account)]))
        if self._logs_notices:
            notice_log(self._path).report_all({text: Unparsable(text) for text in self.notices})
        return account


# One for each file, however many use it: each trouble is logged once.


@cache
def tls_log(path: str) -> TroubleLog:
    return TroubleLog(
        log,
        path,
        failing="its TLS files have changed and can't be used, those of before stay in use",
        recovered="its changed TLS files are in use",
        describe=lambda error: str(error).removeprefix(f"{path}: "),
    )


@cache
def notice_log(path: str) -> TroubleLog:
    return TroubleLog(log, path, recovered="nothing to warn of any more")


def _in_full(options: Mapping[str, bytes | None]) -> dict[str, bytes | None]:
    full: dict[str, bytes | None] = {}
    for key, value in options.items():
        name = _full_name(key)
        full.pop(name, None)  # so that the order stays that of the last mention
        full[name] = value
    return full


def _full_name(key: str) -> str:
    meant = [name for name in OPTIONS if name.startswith(key)]
    return meant[0] if key not in OPTIONS and len(meant) == 1 and len(key) >= _ABBREVIATED else key


def _files_named(options: Mapping[str, bytes | None]) -> Iterator[str]:
    for key in (*mysql_tls.FILES, _KEY_FILE):
        if value := options.get(key):
            yield os.fsdecode(value)


def _account(options: Mapping[str, bytes | None], path: str) -> Account:
    try:
        user = (options.get("user") or b"").decode()
    except UnicodeDecodeError:
        raise Unparsable(f"{path}: the user is not UTF-8") from None
    if "" in options:
        raise Unparsable(f"{path}: a value without the name of its option")
    if not user:
        raise Unparsable(f"{path}: [client] names no user: it needs the lines `user = …` and `password = …`")
    mode, key = mysql_tls.mode_of(options, path), _public_key(options, path)
    if key and mode == PREFERRED:
        mode = DISABLED  # The key protects the password; TLS with whoever answers would not.
    context = None if mode == DISABLED else mysql_tls.context_of(mode, options, path)
    named = "ssl-mode" in options and mode == REQUIRED
    return Account(
        user=user,
        password=options.get("password") or b"",
        tls=context,
        tls_required=mode != PREFERRED,
        password_over_tls=context is not None and (named or context.verify_mode == ssl.CERT_REQUIRED),
        server_public_key=key,
    )


def _public_key(options: Mapping[str, bytes | None], path: str) -> bytes | None:
    name = os.fsdecode(options.get(_KEY_FILE) or b"")
    if not name:
        return None
    try:
        key = Path(name).read_bytes()
    except PermissionError:
        raise mysql_tls.FilesDenied(f"{path}: {_KEY_FILE}: no right to read {name}") from None
    except (OSError, ValueError) as error:
        raise FilesUnusable(f"{path}: {_KEY_FILE}: {getattr(error, 'strerror', error)}") from None
    if b"-----BEGIN PUBLIC KEY-----" not in key:
        raise FilesUnusable(f"{path}: {_KEY_FILE}: {name} is not a public key in PEM format")
    return key


def _notices(file: OptionFile, options: Mapping[str, bytes | None], account: Account) -> Iterator[str]:
    if account.password and account.password_over_tls and account.tls and not account.tls.verify_mode:
        yield _OWNERS_WORD
    secret = {path: "password" for key, path in file.origins.items() if _full_name(key) == "password"}
    if options.get("ssl-key"):
        secret[os.fsdecode(options["ssl-key"] or b"")] = "key"
    for path, what in secret.items():
        if _is_for_all_to_read(path) and (account.password or what == "key"):
            yield f"everybody on this host may read the {what} in {path}: chmod o-r"


def _is_for_all_to_read(path: str) -> bool:
    try:
        return bool(Path(path).stat().st_mode & stat.S_IROTH)
    except (OSError, ValueError):
        return False
