"""PyMySQL as this program uses it: the one place that knows its private attributes.

Tried with the versions that pyproject.toml allows; a test holds PRIVATE against the installed one.
"""

import socket
import ssl
import struct
from typing import Any, cast

from exporter.transports.mysql_account import Account
from exporter.transports.mysql_call import allowance
from exporter.transports.mysql_library import CLIENT, COMMAND, Connection, auth, take_cryptography
from exporter.transports.mysql_login import LoginMethods
from exporter.transports.mysql_socket import TimedTlsSocket

Rows = tuple[tuple[Any, ...], ...]

# Of PyMySQL's Connection, read, set or overridden below; of its module _auth, three functions.
PRIVATE = (
    "_sock",
    "_ssl_required",
    "_auth_plugin_name",
    "_read_packet",
    "_read_bytes",
    "_get_server_information",
)


def question(sql: str) -> bytes:
    """A query as it is on the wire, for who takes the answer from the socket without waiting."""
    command = bytes([COMMAND.COM_QUERY]) + sql.encode()
    return struct.pack("<I", len(command)) + command


class Wire(Connection):
    """A connection of PyMySQL, not yet connected. Its methods raise what PyMySQL and the socket raise."""

    server_version: str  # from the greeting
    _sock: Any
    _ssl_required: bool
    _auth_plugin_name: str

    def __init__(self, account: Account, host: str, what: str):
        """`host` is the name in the server's certificate, `what` names the server in error texts."""
        self.account, self.what = account, what
        self.salt = b""
        if account.tls:
            account.tls.sslsocket_class = TimedTlsSocket
        super().__init__(
            host=host,
            user=account.user,
            password=account.password,
            ssl=cast(Any, account.tls),  # the overloads of its types have none for "perhaps"
            ssl_disabled=account.tls is None,
            charset="utf8mb4",
            autocommit=None,
            conv={},
            client_flag=CLIENT.MULTI_STATEMENTS,  # several questions in one round trip
            auth_plugin_map=cast(Any, LoginMethods()),  # of a mapping it needs get() alone
            defer_connect=True,
        )
        if not account.tls_required:
            self._ssl_required = False  # no public name for "preferred"

    def log_in(self, connection: socket.socket) -> None:
        """Raises RuntimeError where a login method needs a package that isn't installed."""
        self.connect(connection)
        if not self.get_autocommit():  # autocommit=0 in the server's configuration
            self.rows("SET autocommit = 1")

    def rows(self, sql: str) -> list[Rows]:
        """The rows of each statement, values as text."""
        with self.cursor() as cursor:
            cursor.execute(sql)
            rows: list[Rows] = [cursor.fetchall()]
            while cursor.nextset():
                rows.append(cursor.fetchall())
            return rows

    @property
    def raw_socket(self) -> socket.socket:
        """Another one than log_in() was given where TLS is on."""
        connection: socket.socket = self._sock
        return connection

    @property
    def encrypted(self) -> bool:
        return isinstance(self._sock, ssl.SSLSocket)

    def exchange(self, answer: bytes) -> Any:
        """In a login: the packet that follows on the answer."""
        self.write_packet(answer)
        return self.next_packet()

    def next_packet(self) -> Any:
        return self._read_packet()  # type: ignore[no-untyped-call]

    def scrambled(self) -> bytes:
        """What caching_sha2_password sends first; empty for an empty password."""
        return auth.scramble_caching_sha2(self.account.password, self.salt)

    def rsa_encrypted(self, key: bytes) -> bytes:
        """The password for the owner of the key, in PEM. Raises RuntimeError without cryptography."""
        take_cryptography()
        return auth.sha2_rsa_encrypt(self.account.password, self.salt, key)

    def ed25519_signature(self, challenge: bytes) -> bytes:
        """Raises RuntimeError without PyNaCl."""
        return auth.ed25519_password(self.account.password, challenge)

    # What PyMySQL does otherwise.

    def set_character_set(self, charset: str, collation: str | None = None) -> None:
        """Nothing: the handshake has said utf8mb4, and asking again is one round trip more."""

    def _get_server_information(self) -> None:
        super()._get_server_information()  # type: ignore[misc]
        if self._auth_plugin_name == "sha256_password":
            # PyMySQL would answer the greeting of such a server with the password. With another method the
            # server asks for that of the account, and it is LoginMethods' to answer.
            self._auth_plugin_name = "mysql_native_password"

    def _read_bytes(self, count: int) -> bytes:
        """A packet longer than the whole answer may be is not waited for: a buffer of that size would be
        made."""
        if count > allowance.get().limit:
            raise allowance.get().exceeded()
        return bytes(super()._read_bytes(count))  # type: ignore[misc]
