"""web.config.file, changed while the pages are served."""

import logging
import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import bcrypt
import pytest
import trustme
from aiohttp import web

from exporter.typed_yaml import ConfigError
from exporter.web.certificates import CannotSecure
from exporter.web.connections import Limits
from exporter.web.server import WebServer
from exporter.web.settings import WebSettings


def users(**passwords: str) -> str:
    hashes = {user: bcrypt.hashpw(word.encode(), bcrypt.gensalt(4)) for user, word in passwords.items()}
    return "basic_auth_users:\n" + "".join(
        f"  {user}: {hashed.decode()}\n" for user, hashed in hashes.items()
    )


def said(caplog: pytest.LogCaptureFixture, level: int = logging.INFO) -> list[str]:
    """By the settings, at that level or above; other tests may have set the level of the whole log."""
    mine = [one for one in caplog.records if one.name == "exporter.web.settings"]
    return [one.getMessage() for one in mine if one.levelno >= level]


def credentials(password: str) -> dict[str, str]:
    return {"Authorization": aiohttp.encode_basic_auth("joe", password)}


def inline(ca: trustme.CA) -> str:
    """TLS without any file."""
    issued = ca.issue_cert("127.0.0.1")
    texts = {
        "cert": issued.cert_chain_pems[0].bytes().decode(),
        "key": issued.private_key_pem.bytes().decode(),
    }
    lines = [
        f"  {key}: |\n" + "".join(f"    {one}\n" for one in text.split("\n")) for key, text in texts.items()
    ]
    return "tls_server_config:\n" + "".join(lines)


@asynccontextmanager
async def served(settings: WebSettings) -> AsyncIterator[str]:
    """As app.serve() does it, with no pages: an answer of 404 is one that came in."""
    application = web.Application(middlewares=[settings.auth.middleware()])
    application.on_cleanup.append(settings.auth.close)
    settings.policy.install(application)
    server = WebServer(application, Limits(connections=8), settings if settings.secure else None)
    await server.start([("127.0.0.1", 0)])
    try:
        yield f"http{'s' if settings.secure else ''}://127.0.0.1:{server.ports[0]}/"
    finally:
        await server.stop()


async def trusts(url: str, ca: trustme.CA) -> bool:
    """Whether a new connection is with a server that has a certificate of that CA."""
    context = ssl.create_default_context()
    ca.configure_trust(context)
    async with aiohttp.ClientSession() as session:
        try:
            async with session.get(url, ssl=context) as response:
                return response.status == 404
        except aiohttp.ClientConnectorCertificateError:
            return False


async def test_users_headers_and_limit_change_with_the_file(tmp_path: Path) -> None:
    """On a connection that is open already, without a signal; a password that was right is forgotten."""
    file = tmp_path / "web.yml"
    file.write_text(users(joe="old"))
    async with served(WebSettings(file)) as url, aiohttp.ClientSession() as session:

        async def status(password: str) -> int:
            async with session.get(url, headers=credentials(password)) as response:
                return response.status

        assert [await status("old"), await status("new")] == [404, 401]
        file.write_text(users(joe="new") + "http_server_config: {headers: {X-Frame-Options: deny}}\n")
        assert [await status("old"), await status("new")] == [401, 404]
        async with session.get(url) as response:
            assert response.headers["X-Frame-Options"] == "deny"
        file.write_text("rate_limit: {interval: 1h, burst: 1}\n")
        assert [await status("any"), await status("any")] == [404, 429]
        file.write_text("")
        assert [await status("any"), await status("any")] == [404, 404]


async def test_a_broken_file_changes_nothing_and_is_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """However often it is looked at; mended, it says so. A reload refuses it with its mistakes."""
    caplog.set_level(logging.INFO, "exporter.web.settings")
    file = tmp_path / "web.yml"
    file.write_text(users(joe="s3cret"))
    settings = WebSettings(file)
    async with served(settings) as url, aiohttp.ClientSession() as session:

        async def asked(path: str = "") -> list[int]:
            given = [None, credentials("s3cret")]
            return [(await session.get(url + path, headers=one)).status for one in given]

        file.write_text("basic_auth_users: {joe: s3cret}\nx: 1\n")
        assert [await asked(), await asked()] == [[401, 404], [401, 404]]
        (line,) = said(caplog)
        assert line.startswith(
            f"web.config.file: the settings before stay in use: {file}: line 2: x: unknown key"
        )
        with pytest.raises(ConfigError, match="line 2: x: unknown key"):
            settings.reload()
        file.unlink()
        assert await asked() == [401, 404]
        assert "can't be read: No such file" in said(caplog)[-1]
        file.write_text(users(joe="s3cret"))
        os.utime(file, ns=(1, 1))
        assert await asked() == [401, 404]
        assert said(caplog)[2:] == [
            f"{file}: changed, and in force",
            "web.config.file: read again",
        ]
    assert not any("s3cret" in one for one in caplog.messages)


async def test_inline_certificates_change_with_the_file(tmp_path: Path) -> None:
    """The next handshake has the new one; one that names a file not yet there waits for it."""
    file, old, new = tmp_path / "web.yml", trustme.CA(), trustme.CA()
    file.write_text(inline(old))
    settings = WebSettings(file)
    async with served(settings) as url:
        assert (await trusts(url, old), await trusts(url, new)) == (True, False)
        file.write_text(inline(new))
        assert (await trusts(url, old), await trusts(url, new)) == (False, True)
        file.write_text("tls_server_config: {cert_file: late.pem, key_file: late.pem}\n")
        assert (await trusts(url, old), await trusts(url, new)) == (False, True)
        with pytest.raises(CannotSecure, match=r"late\.pem can't be used: No such file"):
            settings.reload()
        old.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "late.pem")
        assert (await trusts(url, old), await trusts(url, new)) == (True, False)


def test_tls_is_switched_by_a_restart_only(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The log says so; what else is in the file is in force at once."""
    file = tmp_path / "web.yml"
    file.write_text("")
    settings = WebSettings(file)
    file.write_text(inline(trustme.CA()) + "http_server_config: {headers: {X-Frame-Options: deny}}\n")
    settings.reload()
    settings.refresh()
    (line,) = said(caplog, logging.WARNING)
    assert "TLS is switched by a restart only: served without it until then, with it after" in line
    assert not settings.secure
    assert settings.context is None
    started_with = WebSettings(file)
    file.write_text("")
    assert started_with.context
    assert "served with it until then, without it after" in said(caplog, logging.WARNING)[-1]
