"""Login methods in which a password may be asked for itself, and those that are not spoken.

A server chooses the method, and so does whoever answers in its place. mysql_native_password, client_ed25519
and the short exchange of caching_sha2_password show nothing of use; sha256_password and the whole exchange of
caching_sha2_password, which follows on every restart of a server, send the password: as it is over TLS, and
encrypted with an RSA key without. It is only sent to a server that the option file lets us know
(Account.password_over_tls, Account.server_public_key): never by a key that the other side itself has just
sent.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, NoReturn, Protocol

from exporter.errors import Denied
from exporter.parsing import excerpt
from exporter.transports.mysql_account import Account

# The Connection's `auth_plugin_map` has no types: its packets are Any.
_ENOUGH, _WHOLE = (
    b"\3",
    b"\4",
)  # of caching_sha2_password: the short exchange was enough, the password is asked for
_CLEAR = ("mysql_clear_password", "dialog")
_TO_SEND_IT = {
    True: "add to [client] the line ssl-ca=FILE, the authority of its certificate, or ssl-mode=REQUIRED to "
    "send it to whoever answers",
    False: "add to [client] the line server-public-key-path=FILE, the server's RSA key, or use TLS with "
    "ssl-ca=FILE",
}


class Dialogue(Protocol):
    """A connection in the middle of its login, as this module needs it."""

    what: str
    account: Account
    salt: bytes

    @property
    def encrypted(self) -> bool: ...

    def exchange(self, answer: bytes) -> Any: ...

    def next_packet(self) -> Any: ...

    def scrambled(self) -> bytes: ...

    def rsa_encrypted(self, key: bytes) -> bytes: ...

    def ed25519_signature(self, challenge: bytes) -> bytes: ...


Method = Callable[[Dialogue], object]


class LoginMethods:
    """PyMySQL's `auth_plugin_map`: asked with the plugin's name, as bytes; None: PyMySQL does it by
    itself."""

    def get(self, name: bytes | str) -> Method | None:
        plugin = name if isinstance(name, str) else name.decode(errors="replace")
        if plugin in ("", "mysql_native_password"):
            return None
        return _METHODS.get(plugin) or partial(_NotSpoken, plugin)


class _CachingSha2:
    def __init__(self, dialogue: Dialogue):
        self._dialogue = dialogue

    def authenticate(self, packet: Any) -> Any:
        dialogue = self._dialogue
        if packet.is_auth_switch_request():
            dialogue.salt = packet.read_all().removesuffix(b"\0")
            packet = dialogue.exchange(dialogue.scrambled() or b"\0")
        asked = packet.get_all_data()[1:2] if packet.is_extra_auth_data() else _ENOUGH
        if asked == _WHOLE:
            return _send_password(dialogue, "caching_sha2_password")
        return dialogue.next_packet() if packet.is_extra_auth_data() else packet


class _Sha256:
    def __init__(self, dialogue: Dialogue):
        self._dialogue = dialogue

    def authenticate(self, packet: Any) -> Any:
        if packet.is_auth_switch_request():
            self._dialogue.salt = packet.read_all().removesuffix(b"\0")
        return _send_password(self._dialogue, "sha256_password")


def _send_password(dialogue: Dialogue, plugin: str) -> Any:
    account = dialogue.account
    if not account.password or (dialogue.encrypted and account.password_over_tls):
        return dialogue.exchange(account.password + b"\0")
    if account.server_public_key and not dialogue.encrypted:
        return dialogue.exchange(dialogue.rsa_encrypted(account.server_public_key))
    raise Denied(
        f"{dialogue.what}: asks for the password itself ({plugin}), and nothing shows that it is the server: "
        + _TO_SEND_IT[dialogue.encrypted]
    )


class _Ed25519:
    def __init__(self, dialogue: Dialogue):
        self._dialogue = dialogue

    def authenticate(self, packet: Any) -> Any:
        try:
            signature = self._dialogue.ed25519_signature(packet.read_all())
        except RuntimeError:
            raise Denied(
                f"{self._dialogue.what}: login by ed25519 needs the Python package PyNaCl: "
                "pip install pynacl, or failover-exporter[ed25519]"
            ) from None
        return self._dialogue.exchange(signature)


class _NotSpoken:
    def __init__(self, plugin: str, dialogue: Dialogue):
        self._plugin, self._dialogue = plugin, dialogue

    def authenticate(self, _packet: object) -> NoReturn:
        raise Denied(f"{self._dialogue.what}: {_why_not(self._plugin)}")


def _why_not(plugin: str) -> str:
    if plugin in _CLEAR:
        return f"asks for the password in clear text ({plugin}), which is not sent"
    if plugin == "parsec":
        return (
            "login by parsec, which no Python client speaks: give the account another method, as in "
            "ALTER USER … IDENTIFIED VIA ed25519 USING PASSWORD('…')"
        )
    if plugin == "mysql_old_password":
        return "login by mysql_old_password, which is not spoken: set the account's password anew"
    return (
        f"login by {excerpt(plugin)}, which is not spoken: the account needs mysql_native_password, ed25519, "
        "caching_sha2_password or sha256_password"
    )


_METHODS: dict[str, Method] = {
    "caching_sha2_password": _CachingSha2,
    "sha256_password": _Sha256,
    "client_ed25519": _Ed25519,
}
