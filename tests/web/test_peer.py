"""The same web.config.file and the same requests, to this server and to Debian's node exporter.

Debian 12's is built with Go 1.19 and the exporter-toolkit 0.8.2. What that does not know (inline texts,
client_allowed_sans, rate_limit: it refuses such a file) is compared with the toolkit's documentation of today
in test_certificates.py and test_policy.py. The peer is started once with TLS; it reads its file at each
handshake.
"""

import asyncio
import http.client
import re
import ssl
import subprocess
import warnings
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import bcrypt
import pytest
import trustme
from aiohttp import web

from exporter.errors import KnownError
from exporter.typed_yaml import ConfigError
from exporter.web.connections import Limits
from exporter.web.server import WebServer
from exporter.web.settings import WebSettings
from tests.deploy.tools import tool

PEER = "prometheus-node-exporter"  # Debian's name of the package and of the program
TLS = "tls_server_config: {{cert_file: cert.pem, key_file: key.pem{}}}\n"
CA = ", client_ca_file: clients.pem"
HEADERS = "Strict-Transport-Security", "X-Content-Type-Options", "X-Frame-Options", "X-XSS-Protection"
SUITE = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
SINGLE = "AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384"


@dataclass(frozen=True)
class Client:
    """What one request comes with."""

    certificate: str = ""  # of the trusted CA, of another one, or none
    password: str = ""
    version: ssl.TLSVersion | None = None
    ciphers: str = ""
    curve: str = ""


class Pki:
    """In a folder: certificate and key of the server, the CA of the clients."""

    def __init__(self, folder: Path):
        self.folder, self.server = folder, trustme.CA()
        self.clients = {"trusted": trustme.CA(), "other": trustme.CA()}
        issued = self.server.issue_cert("127.0.0.1", key_type=trustme.KeyType.RSA)
        issued.private_key_pem.write_to_path(folder / "key.pem")
        issued.cert_chain_pems[0].write_to_path(folder / "cert.pem")
        self.clients["trusted"].cert_pem.write_to_path(folder / "clients.pem")
        self.issued = {name: ca.issue_cert("prometheus.example") for name, ca in self.clients.items()}

    def ask(self, port: int, client: Client) -> object:
        """Status, chosen headers, version and suite; or `refused`, whatever the alert's number."""
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=self._context(client), timeout=20)
        auth = {"Authorization": aiohttp.encode_basic_auth("joe", client.password)} if client.password else {}
        try:
            connection.request("GET", "/metrics", headers=auth)
            suite = connection.sock.cipher()
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return "refused"
        finally:
            connection.close()
        # Which suite, where the client left a choice, is Go's matter or OpenSSL's; http.Error() in Go adds a
        # header of its own.
        chosen = suite[0] if suite and client.ciphers in SINGLE else ""
        basic = (answer.headers["WWW-Authenticate"] or "")[:5]
        headers = [answer.headers[one] for one in HEADERS] if answer.status == 200 else []
        return answer.status, basic, headers, suite and suite[1], chosen

    def _context(self, client: Client) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self.server.configure_trust(context)
        if client.certificate:
            self.issued[client.certificate].configure_cert(context)
        if client.version:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # of the old ones: they are tried
                context.minimum_version = context.maximum_version = client.version
        if client.ciphers:
            context.set_ciphers(client.ciphers)
        if client.curve:
            context.set_ecdh_curve(client.curve)
        return context


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


def start(file: Path) -> "subprocess.Popen[str]":
    arguments = [
        f"--web.config.file={file}",
        "--web.listen-address=127.0.0.1:0",
        "--collector.disable-defaults",
        "--collector.time",
    ]
    return subprocess.Popen([tool(PEER), *arguments], stderr=subprocess.PIPE, text=True)


@pytest.fixture(scope="module")
def peer(pki: Pki) -> Iterator[int]:
    """Its port."""
    file = pki.folder / "web.yml"
    file.write_text(TLS.format(""))
    with start(file) as process:
        assert process.stderr
        found = next(filter(None, (re.search(r"address=127\.0\.0\.1:(\d+)", one) for one in process.stderr)))
        yield int(found[1])
        process.kill()


@pytest.fixture
async def ours(pki: Pki, peer: int) -> AsyncIterator[int]:
    """Its port; /metrics is empty."""
    assert peer
    (pki.folder / "web.yml").write_text(TLS.format(""))
    settings = WebSettings(pki.folder / "web.yml")
    application = web.Application(middlewares=[settings.auth.middleware()])
    application.on_cleanup.append(settings.auth.close)
    settings.policy.install(application)

    async def metrics(_: web.Request) -> web.Response:
        return web.Response()

    application.router.add_get("/metrics", metrics)
    server = WebServer(application, Limits(connections=8), settings)
    await server.start([("127.0.0.1", 0)])
    try:
        yield server.ports[0]
    finally:
        await server.stop()


HASH = bcrypt.hashpw(b"s3cret", bcrypt.gensalt(4)).decode()
CERTIFICATES = [Client(), Client("trusted"), Client("other")]
CURVES = [Client(curve=one) for one in ("", "secp521r1", "secp384r1", "X25519")]
VERSIONS = [Client(version=one) for one in ssl.TLSVersion if one.name.startswith("TLSv1")]
OLD = [Client(version=one.version, ciphers="ALL:@SECLEVEL=0") for one in VERSIONS]


@pytest.mark.parametrize(
    ("text", "clients"),
    [
        (
            TLS.format("") + f"basic_auth_users: {{joe: {HASH}}}\n",
            [Client(password=one) for one in ("", "no", "s3cret")],
        ),
        (TLS.format(""), OLD),
        (TLS.format(", min_version: TLS13"), VERSIONS),
        (TLS.format(", max_version: TLS12"), VERSIONS),
        (TLS.format(", min_version: TLS10"), OLD),
        (TLS.format(", min_version: TLS11, max_version: TLS11"), OLD),
        (
            TLS.format(f", max_version: TLS12, cipher_suites: [{SUITE}]"),
            [Client(ciphers=one) for one in ("ECDHE-RSA-AES256-GCM-SHA384", "AES128-SHA")],
        ),
        (TLS.format(", cipher_suites: [TLS_AES_128_GCM_SHA256]"), VERSIONS),
        (
            TLS.format(", max_version: TLS12, cipher_suites: [TLS_RSA_WITH_AES_128_GCM_SHA256]"),
            [Client(ciphers="AES128-GCM-SHA256"), Client(ciphers="ECDHE+AESGCM")],
        ),
        (TLS.format(", curve_preferences: [CurveP521]"), CURVES),
        (TLS.format(", prefer_server_cipher_suites: false"), CERTIFICATES),
        (TLS.format(", client_auth_type: RequestClientCert"), CERTIFICATES),
        (TLS.format(", client_auth_type: VerifyClientCertIfGiven" + CA), CERTIFICATES),
        (TLS.format(", client_auth_type: RequireAndVerifyClientCert" + CA), CERTIFICATES),
        (TLS.format(", client_auth_type: VerifyClientCertIfGiven"), CERTIFICATES),
        (TLS.format(", client_auth_type: RequireAndVerifyClientCert"), CERTIFICATES),
        (
            TLS.format("")
            + "http_server_config: {http2: false, headers: {Strict-Transport-Security: max-age=1, "
            "X-Content-Type-Options: nosniff, X-Frame-Options: sameorigin, X-XSS-Protection: '0'}}\n",
            [Client()],
        ),
        ("tls_server_config: {cert_file: cert.pem, key_file: key.pem}\nbasic_auth_users:\n", [Client()]),
    ],
)
async def test_the_same_file_has_the_same_answers(
    pki: Pki, peer: int, ours: int, text: str, clients: list[Client]
) -> None:
    """Status, headers, TLS version and suite, or that there is no answer."""
    (pki.folder / "web.yml").write_text(text)
    got = []
    for client in clients:
        answers = [await asyncio.to_thread(pki.ask, port, client) for port in (ours, peer)]
        assert answers[0] == answers[1], client
        got.append(answers[0])
    assert any(one != "refused" for one in got) or "VerifyClientCert}" in text


async def test_an_unverified_certificate_is_the_known_difference(pki: Pki, peer: int, ours: int) -> None:
    """RequireAnyClientCert: the peer wants one, and takes any; ours takes one of the CA, and needs a CA."""
    file = pki.folder / "web.yml"
    file.write_text(TLS.format(f", client_auth_type: RequireAnyClientCert{CA}"))
    answers = {}
    for port in (ours, peer):
        got = [await asyncio.to_thread(pki.ask, port, client) for client in CERTIFICATES]
        answers[port] = [one != "refused" for one in got]
    assert answers == {peer: [False, True, True], ours: [False, True, False]}
    file.write_text(TLS.format(", client_auth_type: RequireAnyClientCert"))
    assert await asyncio.to_thread(pki.ask, peer, Client("other")) != "refused"
    with pytest.raises(ConfigError, match="needs client_ca_file or client_ca here"):
        WebSettings(file)


@pytest.mark.parametrize(
    "text",
    [
        "http_server_config: {http3: true}",
        "http_server_config: {headers: {Server: x}}",
        "http_server_config: {headers: {X-Frame-Options: no}}",
        "basic_auth_users: {joe: s3cret}",
        "tls_server_config: {cert_file: cert.pem}",
        TLS.format(", client_auth_type: Maybe"),
        TLS.format(CA),
        TLS.format(", min_version: SSL3"),
        TLS.format(", cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]"),
        TLS.format(", curve_preferences: [X448]"),
    ],
)
def test_what_the_peer_refuses_is_refused(pki: Pki, text: str) -> None:
    """At the start, as an unknown key or value."""
    file = pki.folder / "refused.yml"
    file.write_text(text)
    with pytest.raises((ConfigError, KnownError)):
        WebSettings(file)
    with start(file) as process:
        assert process.wait(20) == 1
