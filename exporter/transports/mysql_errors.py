"""Numbers of MySQL's and MariaDB's errors, and what they mean to this program: in one place.

Sources: MySQL's "Server Error Message Reference" and "Client Error Message Reference", MariaDB's perror and
"MariaDB Error Codes". The numbers are alike up to 1899; MariaDB's own are 1900 to 1999 and from 4000, MySQL's
from 3000.
"""

from typing import NamedTuple

from exporter.transports.mysql_library import CR, ER, Error

NO_PRIVILEGE = frozenset(
    {
        ER.DBACCESS_DENIED_ERROR,
        ER.TABLEACCESS_DENIED_ERROR,
        ER.COLUMNACCESS_DENIED_ERROR,
    }
)
# The server lives and refuses this account: its password, host, TLS, login method, rights, or one of its
# limits.
ACCOUNT_REFUSED = NO_PRIVILEGE | frozenset(
    {
        ER.ACCESS_DENIED_ERROR,
        ER.HOST_IS_BLOCKED,
        ER.HOST_NOT_PRIVILEGED,
        ER.TOO_MANY_USER_CONNECTIONS,  # 1203, its max_user_connections; the server's own limit is 1040
        ER.USER_LIMIT_REACHED,  # 1226, its MAX_CONNECTIONS_PER_HOUR and the like
        ER.SPECIFIC_ACCESS_DENIED_ERROR,
        ER.PROCACCESS_DENIED_ERROR,
        ER.NOT_SUPPORTED_AUTH_MODE,
        ER.SERVER_IS_IN_SECURE_AUTH_MODE,
        1524,  # the server has not loaded the plugin of the account
        1698,  # access denied, without a word of a password
        1820,  # the password has to be changed first
        1862,  # the password has expired
        1873,  # access denied when changing to this user
        3118,  # account locked (MySQL)
        3159,  # only over TLS (require_secure_transport)
        3955,  # locked for days after failed logins (MySQL)
        4150,  # blocked after failed logins (MariaDB)
        4151,  # account locked (MariaDB)
        CR.CR_SECURE_AUTH,
        CR.CR_SSL_CONNECTION_ERROR,
        CR.CR_AUTH_PLUGIN_CANNOT_LOAD,
        CR.CR_AUTH_PLUGIN_ERR,
    }
)
# Sent in place of a greeting: the server speaks, but takes nobody from here.
TURNED_AWAY = frozenset({ER.CON_COUNT_ERROR, ER.HOST_IS_BLOCKED, ER.HOST_NOT_PRIVILEGED})
CONNECTION_LOST = frozenset({CR.CR_SERVER_LOST, CR.CR_SERVER_GONE_ERROR})
NOT_UNDERSTOOD = frozenset({ER.SYNTAX_ERROR, ER.PARSE_ERROR, ER.NOT_SUPPORTED_YET})
NO_TABLE = frozenset({ER.BAD_DB_ERROR, ER.NO_SUCH_TABLE})
# The node takes no writes: read_only, FLUSH TABLES WITH READ LOCK, a read-only transaction, super_read_only,
# InnoDB.
READ_ONLY = frozenset({ER.OPTION_PREVENTS_STATEMENT, ER.CANT_UPDATE_WITH_READLOCK, 1792, 1836, 1874})
NO_PRIMARY = ER.UNKNOWN_COM_ERROR  # 1047 of Galera: "WSREP has not yet prepared node for application use"
UNKNOWN_SYSTEM_VARIABLE = ER.UNKNOWN_SYSTEM_VARIABLE
DEADLOCK = ER.LOCK_DEADLOCK

ERROR_PACKET = b"\xff"  # its first byte


class Refusal(NamedTuple):
    """An error packet. str() is as the clients print it, on one line: `Too many connections (error 1040)`."""

    code: int
    text: str

    def __str__(self) -> str:
        return f"{printable(self.text)} (error {self.code})"


def printable(text: str) -> str:
    """On one line, without control characters; whole, as what to do often stands at the end."""
    return "".join(character if character.isprintable() else " " for character in text[:512])


def code_of(error: BaseException | None) -> int | None:
    """The number of the MySQL error behind an error, if there is one."""
    while error is not None:
        if isinstance(error, Error) and error.args and isinstance(error.args[0], int):
            return error.args[0]
        error = error.__cause__ or error.__context__
    return None
