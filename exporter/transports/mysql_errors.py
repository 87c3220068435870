"""Numbers of MySQL's and MariaDB's errors, and what they mean to this program: in one place.

MySQL: mysqld_error.h and errmsg.h, numbers alike in MariaDB up to 1899; MariaDB's own begin at 4000.
"""

import pymysql
from pymysql.constants import CR, ER

# The server lives and refuses this account: its password, its host, its TLS, its limits.
ACCOUNT_REFUSED = frozenset(
    {
        ER.DBACCESS_DENIED_ERROR,
        ER.ACCESS_DENIED_ERROR,
        ER.HOST_IS_BLOCKED,
        ER.HOST_NOT_PRIVILEGED,
        ER.TABLEACCESS_DENIED_ERROR,
        ER.SPECIFIC_ACCESS_DENIED_ERROR,
        ER.NOT_SUPPORTED_AUTH_MODE,
        1698,  # no password given where one is needed
        1820,  # the password has to be changed first
        1862,  # the password has expired
        3118,  # account locked (MySQL)
        3159,  # only over TLS (MySQL, MariaDB)
        4151,  # account locked (MariaDB)
        CR.CR_SSL_CONNECTION_ERROR,
        CR.CR_AUTH_PLUGIN_CANNOT_LOAD,
    }
)
# Sent in place of a greeting: the server speaks, but takes nobody from here.
TURNED_AWAY = frozenset({ER.CON_COUNT_ERROR, ER.HOST_IS_BLOCKED, ER.HOST_NOT_PRIVILEGED})
CONNECTION_LOST = frozenset({CR.CR_SERVER_LOST, CR.CR_SERVER_GONE_ERROR})
NOT_UNDERSTOOD = frozenset({ER.SYNTAX_ERROR, ER.PARSE_ERROR, ER.NOT_SUPPORTED_YET})
NO_PRIVILEGE = frozenset(
    {ER.DBACCESS_DENIED_ERROR, ER.TABLEACCESS_DENIED_ERROR, ER.COLUMNACCESS_DENIED_ERROR}
)
NO_TABLE = frozenset({ER.BAD_DB_ERROR, ER.NO_SUCH_TABLE})
UNKNOWN_SYSTEM_VARIABLE = ER.UNKNOWN_SYSTEM_VARIABLE
DEADLOCK = ER.LOCK_DEADLOCK


def code_of(error: BaseException | None) -> int | None:
    """The number of the MySQL error behind an error, if there is one."""
    while error is not None:
        if isinstance(error, pymysql.Error) and error.args and isinstance(error.args[0], int):
            return error.args[0]
        error = error.__cause__ or error.__context__
    return None
