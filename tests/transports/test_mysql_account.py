"""The [client] section of an option file, as people write it, and files that can't be used."""

import os
import ssl
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import SourceError, Unparsable, Unreachable
from exporter.transports.mysql_account import Account, AccountFile, client_options

SECRET = "hush-hush"  # noqa: S105  # of nobody


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "client.cnf"


def load(path: Path, text: str) -> Account:
    path.write_text(text)
    return AccountFile(str(path)).account()


@pytest.mark.parametrize(
    ("written", "password"),
    [
        ("password=secret", "secret"),
        ("  password = secret  ", "secret"),
        ("\tpassword='se cret '", "se cret "),
        ('password = "se#c\'ret"', "se#c'ret"),
        ("password=a:b=c%d", "a:b=c%d"),
        ("password=first\npassword=last", "last"),
        ("password=geh€im", "geh€im"),
        ("password", ""),
        ("", ""),
        ("# a comment\n; another\npassword=secret\n[mysqldump]\npassword=other", "secret"),
    ],
)
def test_values_as_people_write_them(written: str, password: str, path: Path) -> None:
    """Blanks, quotes, comments, other sections, a key twice: as the MySQL clients read them."""
    assert load(path, f"[mysqld]\nuser=mysql\n[client]\n  user = exporter\n{written}\n").password == (
        password.encode()
    )


def test_dashes_and_underscores_are_the_same(path: Path) -> None:
    """ssl_ca is ssl-ca, in any case."""
    path.write_text("[client]\nSSL_CA=/ca.pem\nskip_ssl\n")
    assert client_options(path) == {"ssl-ca": "/ca.pem", "skip-ssl": ""}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", (False, ssl.CERT_NONE, False)),
        ("ssl", (True, ssl.CERT_NONE, False)),
        ("ssl-mode=PREFERRED", (False, ssl.CERT_NONE, False)),
        ("ssl-mode=REQUIRED", (True, ssl.CERT_NONE, False)),
        ("ssl-ca={ca}", (True, ssl.CERT_REQUIRED, False)),
        ("ssl-ca={ca}\nssl-mode=REQUIRED", (True, ssl.CERT_NONE, False)),
        ("ssl-ca={ca}\nssl-verify-server-cert=off", (True, ssl.CERT_NONE, False)),
        ("ssl-ca={ca}\nssl-verify-server-cert", (True, ssl.CERT_REQUIRED, True)),
        ("ssl-ca={ca}\nssl-mode=verify_identity", (True, ssl.CERT_REQUIRED, True)),
        ("ssl-verify-server-cert=1", (True, ssl.CERT_REQUIRED, True)),
    ],
)
def test_tls_modes(
    lines: str, expected: tuple[bool, ssl.VerifyMode, bool], path: Path, tmp_path: Path
) -> None:
    """What is written decides whether TLS is a must, the issuer is checked, and the host name."""
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    account = load(path, "[client]\nuser=exporter\n" + lines.format(ca=tmp_path / "ca.pem"))
    assert account.tls
    assert (account.tls_required, account.tls.verify_mode, account.tls.check_hostname) == expected


@pytest.mark.parametrize("line", ["skip-ssl", "ssl=0", "ssl=OFF", "ssl-mode=disabled"])
def test_tls_switched_off(line: str, path: Path) -> None:
    """Each client family's way to have no TLS."""
    assert load(path, f"[client]\nuser=exporter\n{line}\n").tls is None


def test_no_file(path: Path) -> None:
    """A file that is not there is Unreachable, by its path."""
    with pytest.raises(Unreachable, match=r"client\.cnf: there is no such file"):
        AccountFile(str(path)).account()


def test_directory(tmp_path: Path) -> None:
    """A path that is no file is Unreachable."""
    with pytest.raises(Unreachable, match="Is a directory"):
        AccountFile(str(tmp_path)).account()


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root, to become somebody else")
def test_file_of_somebody_else(path: Path) -> None:
    """A file that we may not read is Denied, by its path."""
    path.write_text(f"[client]\nuser=exporter\npassword={SECRET}\n")
    path.chmod(0o600)
    for parent in list(path.parents)[:3]:
        parent.chmod(0o755)
    code = (
        "import os, sys; from exporter.transports.mysql_account import AccountFile; os.setuid(65534)\n"
        "try: AccountFile(sys.argv[1]).account()\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout == f"Denied {path}: no right to read it\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        f"password={SECRET}\n",
        f"[client\npassword={SECRET}\n",
        f"[mysql]\nuser=exporter\npassword={SECRET}\n",
        f"[client]\npassword={SECRET}\n",
        f"[client]\nuser=exporter\n={SECRET}\n",
        f"[client]\nuser=exporter\npassword={SECRET}\nssl-mode=SOMETIMES\n",
        f"[client]\nuser=exporter\npassword={SECRET}\nssl-ca=/nowhere/ca.pem\n",
        f"[client]\nuser=exporter\npassword={SECRET}\nssl-cert=/nowhere/cert.pem\n",
        f"[client]\nuser=exporter\npassword={SECRET}\nssl-cipher=ROT13\n",
        f"[client]\nuser=exporter\npassword={SECRET}\nssl-ca=\x00\n",
    ],
)
def test_file_that_is_no_option_file(text: str, path: Path) -> None:
    """Unparsable, by its path, and what is in the file is not in the text."""
    with pytest.raises(Unparsable, match=r"client\.cnf: ") as caught:
        load(path, text)
    assert SECRET not in str(caught.value) + repr(caught.value.__cause__)


def test_locked_key_is_not_asked_for_on_the_terminal(path: Path, tmp_path: Path) -> None:
    """A client key with a passphrase is Unparsable: OpenSSL would stop and ask whoever is there."""
    key = tmp_path / "key.pem"
    issued = trustme.CA().issue_cert("client.example")
    issued.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    subprocess.run(
        ["openssl", "pkcs8", "-topk8", "-passout", "pass:other", "-out", str(key)],  # noqa: S607
        input=issued.private_key_pem.bytes(),
        check=True,
        capture_output=True,
        timeout=30,
    )
    with pytest.raises(Unparsable, match="the ssl- options don't work"):
        load(path, f"[client]\nuser=exporter\nssl-cert={tmp_path / 'cert.pem'}\nssl-key={key}\n")


def test_password_is_not_in_the_repr(path: Path) -> None:
    """An account in a log or a traceback does not show its password."""
    assert SECRET not in repr(load(path, f"[client]\nuser=exporter\npassword={SECRET}\n"))


def test_one_tls_context_until_a_file_changes(path: Path, tmp_path: Path) -> None:
    """The account is made once; a new password, or a new certificate in the same place, is taken up."""
    ca = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(ca))
    path.write_text(f"[client]\nuser=exporter\npassword=old\nssl-ca={ca}\n")
    file = AccountFile(str(path))
    first = file.account()
    assert file.account() is first
    path.write_text(f"[client]\nuser=exporter\npassword=renewed\nssl-ca={ca}\n")
    second = file.account()
    assert second.password == b"renewed"
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "new.pem"))
    (tmp_path / "new.pem").rename(ca)
    assert file.account().tls is not second.tls


def test_file_that_vanishes(path: Path) -> None:
    """A file that was there and is gone is an error, not the account of before."""
    path.write_text("[client]\nuser=exporter\n")
    file = AccountFile(str(path))
    file.account()
    path.unlink()
    for _ in range(2):
        with pytest.raises(Unreachable):
            file.account()


def test_file_that_becomes_wrong(path: Path) -> None:
    """A certificate that is named and not there is an error each time, not the account of before."""
    path.write_text("[client]\nuser=exporter\n")
    file = AccountFile(str(path))
    file.account()
    path.write_text("[client]\nuser=exporter\nssl-ca=/nowhere/ca.pem\n")
    for _ in range(2):
        with pytest.raises(Unparsable):
            file.account()


@given(st.binary(max_size=300))
def test_any_file_is_read_or_a_source_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever is in the file, it is an account or an error of ours."""
    path = tmp_path_factory.getbasetemp() / "any.cnf"
    path.write_bytes(b"[client]\nuser=exporter\n" + content)
    with suppress(SourceError):
        AccountFile(str(path)).account()
