"""Accounts from option files as people write them, files that can't be used, and files that change."""

import grp
import os
import ssl
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from unittest.mock import ANY

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import SourceError, Unparsable, Unreachable
from exporter.transports.mysql_account import Account, AccountFile
from exporter.transports.mysql_option_file import read_option_file

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
    assert read_option_file(str(path)).options == {"ssl-ca": b"/ca.pem", "skip-ssl": None}


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


@pytest.mark.parametrize(
    "line",
    [
        *(
            "skip-ssl",
            "ssl=0",
            "ssl=OFF",
            "ssl-mode=disabled",
            "disable-ssl",
            "enable-ssl=0",
            "loose-skip-ssl",
        ),
        *("ssl\nskip-ssl", "ssl-ca=/nowhere\nskip-ssl=1", "skip-ssl=0\nssl=false"),
    ],
)
def test_tls_switched_off(line: str, path: Path) -> None:
    """Each client family's way to have no TLS."""
    assert load(path, f"[client]\nuser=exporter\n{line}\n").tls is None


def test_no_file(path: Path) -> None:
    """A file that is not there is Unreachable, by its path."""
    with pytest.raises(Unreachable, match=r"client\.cnf: there is no such file"):
        AccountFile(str(path)).account()


def test_directory(tmp_path: Path) -> None:
    """A path that is not a file's is Unreachable."""
    with pytest.raises(Unreachable, match="Is a directory"):
        AccountFile(str(tmp_path)).account()


@pytest.mark.skipif(os.geteuid() != 0, reason="takes root, to become somebody else")
def test_file_of_somebody_else(path: Path) -> None:
    """A file that we may not read is Denied, by its path, with what gives the right."""
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
    give = f"`chgrp {grp.getgrgid(os.getegid()).gr_name} {path} && chmod g+r {path}`"
    assert done.stdout == f"Denied {path}: no right to read it: {give} lets this program's group\n"


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


@pytest.mark.parametrize(
    ("lines", "may_be_sent"),
    [
        ([], False),
        (["ssl"], False),
        (["skip-ssl"], False),
        (["ssl-mode=PREFERRED"], False),
        (["ssl-ca={ca}", "ssl-verify-server-cert=0"], False),
        (["ssl-ca={ca}", "ssl-mode=PREFERRED"], False),
        (["ssl-mode=REQUIRED"], True),
        (["ssl-ca={ca}"], True),
        (["ssl-verify-server-cert"], True),
        (["ssl-ca={ca}", "ssl-mode=VERIFY_CA"], True),
    ],
)
def test_when_the_password_may_be_sent_over_tls(
    lines: list[str], may_be_sent: bool, path: Path, tmp_path: Path
) -> None:
    """To a certificate that is checked, or where the file itself says ssl-mode=REQUIRED."""
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    text = "\n".join(["[client]", "user=exporter", *lines]).format(ca=tmp_path / "ca.pem")
    assert load(path, text).password_over_tls is may_be_sent


def test_the_servers_key_takes_the_place_of_tls_that_nobody_checks(path: Path, tmp_path: Path) -> None:
    """With server-public-key-path alone there is no TLS; where TLS was asked for, there is."""
    (tmp_path / "key.pem").write_text("-----BEGIN PUBLIC KEY-----\n")
    text = f"[client]\nuser=exporter\nserver-public-key-path={tmp_path}/key.pem\n"
    account = load(path, text)
    assert (account.tls, account.server_public_key) == (None, b"-----BEGIN PUBLIC KEY-----\n")
    assert load(path, text + "ssl-mode=REQUIRED\n").tls


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ssl-verify-server-cert=yes", "ssl-verify-server-cert: expected ON or OFF"),
        ("ssl=", "ssl: expected ON or OFF"),
        ("ssl-mode=VERIFY_CA", "ssl-mode=VERIFY_CA needs ssl-ca"),
        ("server-public-key-path=/nowhere/key.pem", "server-public-key-path: No such file"),
        ("server-public-key-path=/dev/null", "/dev/null is not a public key"),
        ("=x", "a value without the name of its option"),
        ("user=\xff", "the user is not UTF-8"),
    ],
)
def test_what_would_mean_something_else_is_refused(line: str, said: str, path: Path) -> None:
    """A word that the clients take for OFF, a check that checks nothing, a key that is none."""
    path.write_bytes(f"[client]\nuser=exporter\n{line}\n".encode("latin-1"))
    with pytest.raises(Unparsable, match=said):
        AccountFile(str(path)).account()


@pytest.mark.parametrize(
    ("line", "password"), [("pass=x", b"x"), ("PASSW=x", b"x"), ("pa=x", b""), ("passx=y", b"")]
)
def test_abbreviated_options(line: str, password: bytes, path: Path) -> None:
    """As the clients take them, where no other option can be meant."""
    assert load(path, f"[client]\nuse=exporter\n{line}\n") == Account(
        "exporter", password, tls=ANY, tls_required=False
    )


def test_an_included_file_that_changes_is_taken_up(path: Path, tmp_path: Path) -> None:
    """The password lives in a file of its own; a new file in an included folder counts as well."""
    folder = tmp_path / "conf.d"
    folder.mkdir()
    (folder / "a.cnf").write_text("[client]\npassword=old\n")
    path.write_text(f"[client]\nuser=exporter\n!includedir {folder}\n")
    file = AccountFile(str(path))
    assert file.account().password == b"old"
    (folder / "a.cnf").write_text("[client]\npassword=renewed\n")
    assert file.account().password == b"renewed"
    (folder / "b.cnf").write_text("[client]\npassword=newest\n")
    assert file.account().password == b"newest"


def test_a_password_that_all_may_read_gets_one_warning(
    path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """However many use the file; by the file that the password is in, which may be an included one."""
    caplog.set_level("INFO")
    secret = tmp_path / "secret.cnf"
    secret.write_text(f"[client]\npassword={SECRET}\n")
    secret.chmod(0o644)
    path.write_text(f"[client]\nuser=exporter\n!include {secret}\n")
    for _ in range(2):
        AccountFile(str(path)).account()
    said = f"{path}: everybody on this host may read the password in {secret}: chmod o-r"
    assert [record.getMessage() for record in caplog.records] == [said]
    assert SECRET not in caplog.text
    secret.chmod(0o640)
    path.write_text(path.read_text() + "# touched\n")
    caplog.clear()
    AccountFile(str(path)).account()
    assert "nothing to warn of any more" in caplog.text


def test_the_owners_word_is_logged_once(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What ssl-mode=REQUIRED means where no certificate is checked; without a password there is nothing to
    say."""
    for _ in range(2):
        load_private(path, f"[client]\nuser=exporter\npassword={SECRET}\nssl-mode=REQUIRED\n")
    (record,) = caplog.records
    assert "ssl-mode=REQUIRED: TLS is on and nobody checks with whom" in record.getMessage()
    other = path.with_name("other.cnf")
    caplog.clear()
    load_private(other, "[client]\nuser=exporter\nssl-mode=REQUIRED\n")
    assert not caplog.records


def load_private(path: Path, text: str) -> Account:
    path.write_text(text)
    path.chmod(0o600)
    return AccountFile(str(path)).account()


def test_missing_includes_are_in_the_log(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The clients pass over them in silence, and the password is missing."""
    load_private(path, "[client]\nuser=exporter\n!include /nowhere/pw.cnf\n")
    assert f"{path}: included by {path}: line 3: /nowhere/pw.cnf: there is no such file" in caplog.text


def client_certificate(name: str) -> tuple[bytes, bytes]:
    issued = trustme.CA().issue_cert(name)
    return issued.cert_chain_pems[0].bytes(), issued.private_key_pem.bytes()


@pytest.mark.parametrize("first", ["cert.pem", "key.pem"])
def test_a_pair_that_is_renewed_half_keeps_the_old_one(
    first: str, path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Certificate and key are written one after the other: what was in use stays until they fit. One line
    each."""
    caplog.set_level("INFO")
    files = [tmp_path / "cert.pem", tmp_path / "key.pem"]
    for one, content in zip(files, client_certificate("old.example"), strict=True):
        one.write_bytes(content)
        one.chmod(0o600)
    path.write_text(f"[client]\nuser=exporter\nssl-cert={files[0]}\nssl-key={files[1]}\n")
    file = AccountFile(str(path))
    old = file.account()
    renewed = dict(zip(files, client_certificate("new.example"), strict=True))
    (tmp_path / first).write_bytes(renewed[tmp_path / first])
    for _ in range(3):
        assert file.account() is old
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "have changed and can't be used, those of before stay in use" in caplog.text
    for one, content in renewed.items():
        one.write_bytes(content)
    assert file.account().tls is not old.tls
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


@pytest.mark.parametrize("content", [b"", b"-----BEGIN CERTIFICATE-----\nMIIB", None])
def test_an_authority_that_is_renewed_half_keeps_the_old_one(
    content: bytes | None, path: Path, tmp_path: Path
) -> None:
    """Emptied, written to its middle, or gone for a moment."""
    ca = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(ca))
    path.write_text(f"[client]\nuser=exporter\nssl-ca={ca}\n")
    file = AccountFile(str(path))
    old = file.account()
    if content is None:
        ca.unlink()
    else:
        ca.write_bytes(content)
    assert file.account() is old
    trustme.CA().cert_pem.write_to_path(str(ca))
    assert file.account().tls is not old.tls


def test_a_changed_option_file_does_not_keep_old_certificates(path: Path, tmp_path: Path) -> None:
    """Another user with files that can't be used: an error, not the account of before."""
    ca = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(ca))
    path.write_text(f"[client]\nuser=exporter\nssl-ca={ca}\n")
    file = AccountFile(str(path))
    file.account()
    ca.write_bytes(b"")
    path.write_text(f"[client]\nuser=other\nssl-ca={ca}\n")
    with pytest.raises(Unparsable, match="the ssl- options don't work"):
        file.account()


@given(st.binary(max_size=300))
def test_any_file_is_read_or_a_source_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """Whatever is in the file, it is an account or an error of ours."""
    path = tmp_path_factory.getbasetemp() / "any.cnf"
    path.write_bytes(b"[client]\nuser=exporter\n" + content)
    with suppress(SourceError):
        AccountFile(str(path)).account()
