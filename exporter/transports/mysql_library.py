"""PyMySQL, imported here alone: without cryptography, until a login needs it.

PyMySQL loads cryptography wherever that is installed, and it is, for MySQL's own login methods: 8 MB of
memory. A password that is encrypted with a server's RSA key needs it; MariaDB's methods and TLS do not.
"""

import importlib

from exporter.lean_import import without

with without("cryptography"):
    from pymysql import _auth as auth
    from pymysql.connections import Connection
    from pymysql.constants import CLIENT, COMMAND, CR, ER
    from pymysql.err import Error

__all__ = ["CLIENT", "COMMAND", "CR", "ER", "Connection", "Error", "auth", "take_cryptography"]


def take_cryptography() -> None:
    """For `auth`, in place; it says itself where there is none."""
    if not auth._have_cryptography:  # type: ignore[attr-defined]  # not in the stubs
        importlib.reload(auth)
