import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import bcrypt
import pytest
import trustme
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from exporter.typed_yaml import ConfigError, parse
from exporter.web.security import TLS, CannotSecure, Certificates, WebConfig, basic_auth

Client = TestClient[web.Request, web.Application]

HASH = bcrypt.hashpw(b"s3cret", bcrypt.gensalt(4)).decode()


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="page")

    app = web.Application(middlewares=[basic_auth({"prometheus": HASH})])
    app.router.add_get("/metrics", page)
    async with TestClient(TestServer(app)) as client:
        yield client


async def status(client: Client, header: str | None) -> int:
    headers = {"Authorization": header} if header is not None else {}
    async with client.get("/metrics", headers=headers) as response:
        return response.status


async def test_the_right_password_is_let_in(client: Client) -> None:
    """User and password open the page, the second time from memory."""
    header = aiohttp.encode_basic_auth("prometheus", "s3cret")
    assert [await status(client, header), await status(client, header)] == [200, 200]


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Basic",
        "Basic !!!",
        "Bearer abc",
        "Basic /////w==",
        aiohttp.encode_basic_auth("prometheus", "wrong"),
        aiohttp.encode_basic_auth("nobody", "s3cret"),
        aiohttp.encode_basic_auth("nobody", ""),
    ],
)
async def test_everything_else_is_refused(client: Client, header: str | None) -> None:
    """A wrong, missing or broken header is 401 with the question for a password."""
    assert await status(client, header) == 401


async def test_tls_serves_and_reads_a_new_certificate(tmp_path: Path) -> None:
    """The page is served over TLS, and load() makes the next connection see the new certificate."""
    old, new = trustme.CA(), trustme.CA()

    def write(ca: trustme.CA) -> None:
        cert = ca.issue_cert("127.0.0.1")
        cert.private_key_pem.write_to_path(tmp_path / "key.pem")
        (tmp_path / "cert.pem").write_bytes(b"".join(pem.bytes() for pem in cert.cert_chain_pems))

    write(old)
    certificates = Certificates(TLS("cert.pem", "key.pem"), tmp_path)
    server = TestServer(web.Application(), scheme="https")
    await server.start_server(ssl=certificates.context)

    async def trusts(ca: trustme.CA) -> bool:
        context = ssl.create_default_context()
        ca.configure_trust(context)
        async with aiohttp.ClientSession() as session:
            try:
                async with session.get(server.make_url("/"), ssl=context) as response:
                    return response.status == 404
            except aiohttp.ClientConnectorCertificateError:
                return False

    try:
        assert await trusts(old)
        write(new)
        certificates.load()
        assert (await trusts(old), await trusts(new)) == (False, True)
    finally:
        await server.close()


def test_a_broken_certificate_is_named_and_the_old_one_stays(tmp_path: Path) -> None:
    """A file that is missing or no certificate is told by name."""
    with pytest.raises(CannotSecure, match=r"TLS: cert\.pem can't be used"):
        Certificates(TLS("cert.pem", "key.pem"), tmp_path)
    (tmp_path / "cert.pem").write_text("garbage")
    (tmp_path / "key.pem").write_text("garbage")
    with pytest.raises(CannotSecure, match=r"TLS: cert\.pem can't be used"):
        Certificates(TLS("cert.pem", "key.pem"), tmp_path)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("tls_server_config: {cert_file: a}", "tls_server_config.key_file: is missing"),
        (
            "tls_server_config: {cert_file: a, key_file: b, min_version: TLS10}",
            "'TLS10' is none of TLS12, TLS13",
        ),
        (
            "tls_server_config: {cert_file: a, key_file: b, client_auth_type: RequireAndVerifyClientCert}",
            "needs client_ca_file",
        ),
        ("basic_auth_users: {joe: s3cret}", "the password of joe is no bcrypt hash"),
        ("http_server_config: {http2: true}", "unknown key"),
    ],
)
def test_mistakes_are_named(text: str, problem: str) -> None:
    """A mistake in the file is told by key; a password that was written in plain is not repeated."""
    with pytest.raises(ConfigError, match=problem) as caught:
        parse(WebConfig, text, "web.yml")
    assert "s3cret" not in str(caught.value)
