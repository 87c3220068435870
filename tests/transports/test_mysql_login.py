"""What is sent by each login method: to peers that ask for the password, and to a real MariaDB."""

import builtins
import re
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pymysql import _auth
from pymysql.connections import Connection

import exporter
from exporter.errors import Denied
from exporter.transports import mysql
from exporter.transports.deadline import Deadline
from exporter.transports.mysql_account import Account, AccountFile
from exporter.transports.mysql_wire import PRIVATE
from tests.mariadb import MariaDB
from tests.transports.mysql_peer import Asking
from tests.transports.peers import tcp_peer

PASSWORD = "hush-hush"  # noqa: S105  # of nobody
FULL = ("caching_sha2_password", "sha256_password")


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return made


@pytest.fixture
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def key(tmp_path: Path) -> Iterator[rsa.RSAPrivateKey]:
    """The server's; its public half is in a file."""
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = made.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (tmp_path / "public_key.pem").write_bytes(public)
    yield made


def account_of(folder: Path, *lines: str) -> Account:
    path = folder / "client.cnf"
    text = "\n".join(["[client]", "user=nobody", f"password={PASSWORD}", *lines])
    path.write_text(text.replace("{folder}", str(folder)))
    return AccountFile(str(path)).account()


def log_in(peer: Asking, account: Account) -> None:
    with tcp_peer(peer.script) as port:
        mysql.connect("127.0.0.1", port, account, Deadline.after(10), "db1").close()


@pytest.mark.parametrize("greeting", [False, True])
@pytest.mark.parametrize("plugin", FULL)
@pytest.mark.parametrize("lines", [[], ["skip-ssl"]])
def test_without_tls_the_password_goes_to_nobody(
    plugin: str, greeting: bool, lines: list[str], tmp_path: Path
) -> None:
    """Not as it is, and not encrypted by a key that the other side sends: no key is asked for."""
    peer = Asking(plugin, greeting=greeting)
    with pytest.raises(Denied, match=rf"db1: .*{plugin}.* the line server-public-key-path=FILE"):
        log_in(peer, account_of(tmp_path, *lines))
    assert PASSWORD.encode() not in peer.heard
    assert not peer.heard.endswith(
        (b"\x01\x00\x00\x03\x01", b"\x01\x00\x00\x03\x02", b"\x01\x00\x00\x05\x02")
    )


@pytest.mark.parametrize("greeting", [False, True])
@pytest.mark.parametrize("plugin", FULL)
@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["ssl"],
        ["ssl-mode=PREFERRED"],
        ["ssl-ca={folder}/ca.pem", "ssl-verify-server-cert=OFF"],
        ["ssl-ca={folder}/ca.pem", "ssl-mode=PREFERRED"],
    ],
)
def test_over_tls_that_nobody_verified_the_password_goes_to_nobody(
    plugin: str, greeting: bool, lines: list[str], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The message names both lines that would change that."""
    peer = Asking(plugin, request.getfixturevalue("server_tls"), greeting=greeting)
    with pytest.raises(Denied, match=rf"db1: .*{plugin}.* the line ssl-ca=FILE.* ssl-mode=REQUIRED"):
        log_in(peer, account_of(tmp_path, *lines))
    assert PASSWORD.encode() not in peer.heard


@pytest.mark.parametrize("plugin", FULL)
@pytest.mark.parametrize(
    "lines",
    [
        ["ssl-ca={folder}/ca.pem"],
        ["ssl-ca={folder}/ca.pem", "ssl-mode=VERIFY_IDENTITY"],
        ["ssl-mode=REQUIRED"],
    ],
)
def test_a_known_server_gets_the_password(
    plugin: str, lines: list[str], tmp_path: Path, server_tls: ssl.SSLContext
) -> None:
    """Where the certificate is verified, or the file says ssl-mode=REQUIRED."""
    peer = Asking(plugin, server_tls)
    log_in(peer, account_of(tmp_path, *lines))
    assert peer.heard.endswith(PASSWORD.encode() + b"\0")


def test_another_certificate_gets_nothing(tmp_path: Path, server_tls: ssl.SSLContext) -> None:
    """Verified means by the authority in the file."""
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    peer = Asking("sha256_password", server_tls)
    with pytest.raises(Denied, match="certificate is not accepted"):
        log_in(peer, account_of(tmp_path, "ssl-ca={folder}/other.pem"))
    assert PASSWORD.encode() not in peer.heard


@pytest.mark.parametrize("plugin", FULL)
@pytest.mark.parametrize("offers_tls", [False, True])
def test_with_the_servers_key_the_password_is_sent_encrypted(
    plugin: str, offers_tls: bool, tmp_path: Path, key: rsa.RSAPrivateKey, request: pytest.FixtureRequest
) -> None:
    """server-public-key-path: TLS with whoever answers is left out, and only that key's owner reads it."""
    peer = Asking(plugin, request.getfixturevalue("server_tls") if offers_tls else None)
    log_in(peer, account_of(tmp_path, "server-public-key-path={folder}/public_key.pem"))
    encrypted = peer.heard[-256:]
    oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303  # what MySQL uses
    mixed = key.decrypt(encrypted, oaep)
    assert bytes(a ^ b for a, b in zip(mixed, Asking.SALT, strict=False)) == PASSWORD.encode() + b"\0"
    assert PASSWORD.encode() not in peer.heard


@pytest.mark.parametrize("plugin", FULL)
def test_an_empty_password_is_no_secret(plugin: str) -> None:
    """Accounts without one get in."""
    log_in(Asking(plugin), Account("nobody", b""))


@pytest.mark.parametrize(
    ("plugin", "said"),
    [
        ("mysql_clear_password", "asks for the password in clear text"),
        ("dialog", "asks for the password in clear text"),
        ("mysql_old_password", "login by mysql_old_password"),
        ("parsec", "login by parsec, which no Python client speaks"),
        (
            "authentication_ldap_sasl_client",
            "login by 'authentication_ldap_sasl_client', which is not spoken",
        ),
        ("auth_gssapi_client", "login by 'auth_gssapi_client'"),
        ("\ud83d", "login by "),
    ],
)
@pytest.mark.parametrize("greeting", [False, True])
def test_other_methods_are_denied_by_name(plugin: str, said: str, greeting: bool) -> None:
    """Nothing of the password is sent, whatever the TLS."""
    peer = Asking(plugin.encode(errors="replace").decode(), greeting=greeting)
    with pytest.raises(Denied, match=f"db1: {said}"):
        log_in(peer, Account("nobody", PASSWORD.encode(), password_over_tls=True))
    assert PASSWORD.encode() not in peer.heard


@pytest.fixture
def ed25519(mariadb: MariaDB) -> Iterator[MariaDB]:
    """The server with an account that logs in by ed25519 alone."""
    mariadb.sql("INSTALL SONAME 'auth_ed25519'")
    mariadb.sql(f"CREATE USER nobody@'%' IDENTIFIED VIA ed25519 USING PASSWORD('{PASSWORD}')")
    yield mariadb
    mariadb.sql("DROP USER nobody@'%'")
    mariadb.sql("UNINSTALL SONAME 'auth_ed25519'")


def test_ed25519(ed25519: MariaDB) -> None:
    """With PyNaCl, a real MariaDB lets the account in."""
    account = Account("nobody", PASSWORD.encode())
    session = mysql.connect("127.0.0.1", ed25519.port, account, Deadline.after(10), "db1")
    session.close()


def test_ed25519_without_its_package(ed25519: MariaDB, monkeypatch: pytest.MonkeyPatch) -> None:
    """field/proxy-06: the message says what to install, and nothing of TLS, which would not help."""
    imported = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "nacl":
            raise ImportError(name)
        return imported(name, *rest)

    monkeypatch.setattr(_auth, "_nacl_bindings", False)
    monkeypatch.setattr(builtins, "__import__", without)
    said = "login by ed25519 needs the Python package PyNaCl: pip install pynacl, or failover-exporter"
    with pytest.raises(Denied, match=said) as caught:
        mysql.connect("127.0.0.1", ed25519.port, Account("nobody", b"x"), Deadline.after(10), "db1").close()
    assert "TLS" not in str(caught.value)


def test_login_that_takes_a_missing_package_is_denied(
    tmp_path: Path,
    key: rsa.RSAPrivateKey,  # noqa: ARG001  # its public half is in a file
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """RSA takes cryptography: where somebody left it out, Denied, by its name."""
    monkeypatch.setattr(_auth, "_have_cryptography", False)
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.backends", None)
    account = account_of(tmp_path, "server-public-key-path={folder}/public_key.pem")
    with pytest.raises(Denied, match="db1: this login is not possible: 'cryptography' package is required"):
        log_in(Asking("caching_sha2_password"), account)


def test_private_names_of_pymysql_are_in_two_modules() -> None:
    """What imports it and what adapts it; the others only have its constants and its exceptions."""
    private = re.compile(
        r"pymysql.* _auth|pymysql\._|\b(_rfile|_ssl_required|_auth_plugin_name|_read_packet)\b"
    )
    folder = Path(exporter.__file__).parent
    using = {
        str(path.relative_to(folder)) for path in folder.rglob("*.py") if private.search(path.read_text())
    }
    assert using == {"transports/mysql_library.py", "transports/mysql_wire.py"}


def test_private_names_of_pymysql_are_there() -> None:
    """A version that renames them needs another adapter: what it overrides would silently not be used."""
    connection = Connection(defer_connect=True)
    assert [name for name in PRIVATE if not hasattr(connection, name)] == []
    for name in ("scramble_caching_sha2", "sha2_rsa_encrypt", "ed25519_password"):
        assert callable(getattr(_auth, name))
