"""Certificates, renewed while the pages are served over TLS on loopback."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import trustme
from aiohttp import web

from exporter.web.certificates import CannotSecure, Certificates
from exporter.web.connections import Limits
from exporter.web.server import WebServer
from exporter.web.web_config import TLS
from tests.web.waiting import until


def write(folder: Path, ca: trustme.CA, *, cert: bool = True, key: bool = True) -> None:
    """A certificate and its key, or one of the two."""
    issued = ca.issue_cert("127.0.0.1")
    if key:
        issued.private_key_pem.write_to_path(folder / "key.pem")
    if cert:
        (folder / "cert.pem").write_bytes(b"".join(pem.bytes() for pem in issued.cert_chain_pems))


class Site:
    """The pages behind TLS."""

    def __init__(self, folder: Path, tls: TLS):
        self.certificates = Certificates(tls, folder)
        self.server = WebServer(web.Application(), Limits(connections=8, first_head=2.0), self.certificates)

    async def trusts(self, ca: trustme.CA, client: trustme.LeafCert | None = None) -> bool:
        """Whether a client that trusts that CA gets an answer."""
        context = ssl.create_default_context()
        ca.configure_trust(context)
        if client:
            client.configure_cert(context)
        async with aiohttp.ClientSession() as session:
            try:
                async with session.get(f"https://127.0.0.1:{self.server.ports[0]}/", ssl=context) as response:
                    return response.status == 404
            except (
                aiohttp.ClientConnectorCertificateError,
                aiohttp.ClientOSError,
                aiohttp.ServerDisconnectedError,
            ):
                return False


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    old = trustme.CA()
    write(tmp_path, old)
    site = Site(tmp_path, TLS("cert.pem", "key.pem"))
    await site.server.start([("127.0.0.1", 0)])
    try:
        yield site
    finally:
        await site.server.stop()


async def test_a_new_certificate_is_served_to_the_next_connection(tmp_path: Path, site: Site) -> None:
    """Over TLS, without a signal."""
    new = trustme.CA()
    assert not await site.trusts(new)
    write(tmp_path, new)
    assert await site.trusts(new)


async def test_inline_texts_and_allowed_sans(tmp_path: Path) -> None:
    """Certificate, key and CA as text; of that CA's clients only those with an allowed name come in."""
    ca = trustme.CA()
    issued = ca.issue_cert("127.0.0.1")
    tls = TLS(
        cert=b"".join(pem.bytes() for pem in issued.cert_chain_pems).decode(),
        key=issued.private_key_pem.bytes().decode(),
        client_ca=ca.cert_pem.bytes().decode(),
        client_auth_type="RequireAndVerifyClientCert",
        client_allowed_sans=("prometheus.example", "::1"),
    )
    site = Site(tmp_path, tls)
    await site.server.start([("127.0.0.1", 0)])
    try:
        names = "prometheus.example", "::1", "other.example"
        assert [await site.trusts(ca, ca.issue_cert(name)) for name in names] == [True, True, False]
        assert not await site.trusts(ca)
    finally:
        await site.server.stop()


@pytest.mark.parametrize(
    ("kind", "name", "written"),
    [
        ("DNS", "prometheus.example", "prometheus.example"),
        ("email", "admin@example.org", "admin@example.org"),
        ("URI", "spiffe://example.org/prometheus", "spiffe://example.org/prometheus"),
        ("IP Address", "2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
    ],
)
def test_each_kind_of_name_may_be_allowed(tmp_path: Path, kind: str, name: str, written: str) -> None:
    """As getpeercert() has it on the left, as the file has it on the right; one that is equal is enough."""
    write(tmp_path, trustme.CA())
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    tls = TLS("cert.pem", "key.pem", "RequireAndVerifyClientCert", "ca.pem", client_allowed_sans=(written,))
    certificates = Certificates(tls, tmp_path)
    assert certificates.allows({"subjectAltName": (("DNS", "other.example"), (kind, name))})
    assert not certificates.allows({"subjectAltName": ((kind, f"x{name}"),) if kind != "IP Address" else ()})
    assert not certificates.allows(None)


def test_suites_and_versions_are_those_of_the_file(tmp_path: Path) -> None:
    """Go's names choose OpenSSL's suites; suites of TLS 1.3 alone leave no older version."""
    write(tmp_path, trustme.CA())
    suite = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"
    one = Certificates(
        TLS("cert.pem", "key.pem", cipher_suites=(suite,), curve_preferences=("X25519",)), tmp_path
    )
    older = [each["name"] for each in one.context.get_ciphers() if each["protocol"] != "TLSv1.3"]
    assert older == ["ECDHE-RSA-AES256-GCM-SHA384"]
    new = Certificates(TLS("cert.pem", "key.pem", cipher_suites=("TLS_AES_128_GCM_SHA256",)), tmp_path)
    assert new.context.minimum_version == ssl.TLSVersion.TLSv1_3


@pytest.mark.parametrize("half", ["cert", "key"])
async def test_half_a_renewal_changes_nothing(tmp_path: Path, half: str) -> None:
    """Between the new certificate and the new key every handshake goes on with the old pair."""
    old, new = trustme.CA(), trustme.CA()
    write(tmp_path, old)
    site = Site(tmp_path, TLS("cert.pem", "key.pem"))
    await site.server.start([("127.0.0.1", 0)])
    try:
        write(tmp_path, new, cert=half == "cert", key=half == "key")
        with pytest.raises(CannotSecure, match=r"TLS: key\.pem is not the key of cert\.pem"):
            site.certificates.reload()
        assert (await site.trusts(old), await site.trusts(new)) == (True, False)
        write(tmp_path, new)
        site.certificates.reload()
        assert (await site.trusts(old), await site.trusts(new)) == (False, True)
    finally:
        await site.server.stop()


async def test_a_new_ca_of_clients_replaces_the_old_one(tmp_path: Path) -> None:
    """After reload() the old CA's clients are refused; a broken file changes nothing."""
    server, old, new = trustme.CA(), trustme.CA(), trustme.CA()
    write(tmp_path, server)
    old.cert_pem.write_to_path(tmp_path / "clients.pem")
    site = Site(tmp_path, TLS("cert.pem", "key.pem", "RequireAndVerifyClientCert", "clients.pem"))
    await site.server.start([("127.0.0.1", 0)])
    try:
        clients = old.issue_cert("prometheus"), new.issue_cert("prometheus")
        assert [await site.trusts(server, one) for one in clients] == [True, False]
        (tmp_path / "clients.pem").write_text("half a fi")
        with pytest.raises(CannotSecure, match=r"TLS: clients\.pem can't be used"):
            site.certificates.reload()
        assert [await site.trusts(server, one) for one in clients] == [True, False]
        new.cert_pem.write_to_path(tmp_path / "clients.pem")
        site.certificates.reload()
        assert [await site.trusts(server, one) for one in clients] == [False, True]
    finally:
        await site.server.stop()


def test_what_cannot_be_used_is_named(tmp_path: Path) -> None:
    """A file that is missing, no certificate, or exchanged with the other is named, with what is wrong."""
    tls = TLS("cert.pem", "key.pem")
    with pytest.raises(CannotSecure, match=r"TLS: cert\.pem can't be used: No such file or directory"):
        Certificates(tls, tmp_path)
    (tmp_path / "cert.pem").write_text("garbage")
    (tmp_path / "key.pem").write_text("garbage")
    with pytest.raises(CannotSecure, match=r"TLS: cert\.pem can't be used: there is no certificate in it$"):
        Certificates(tls, tmp_path)
    write(tmp_path, trustme.CA(), key=False)
    with pytest.raises(CannotSecure, match=r"TLS: key\.pem can't be used: there is no private key in it$"):
        Certificates(tls, tmp_path)
    write(tmp_path, trustme.CA())
    with pytest.raises(CannotSecure, match="are cert_file and key_file exchanged"):
        Certificates(TLS("key.pem", "cert.pem"), tmp_path)


async def test_a_handshake_that_says_nothing_has_its_time(tmp_path: Path) -> None:
    """And what is no TLS at all ends the connection without a trace."""
    write(tmp_path, trustme.CA())
    certificates = Certificates(TLS("cert.pem", "key.pem"), tmp_path)
    server = WebServer(web.Application(), Limits(connections=8, first_head=0.2, sweep=0.05), certificates)
    await server.start([("127.0.0.1", 0)])
    try:
        for sent in (b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01"):
            reader, writer = await asyncio.open_connection("127.0.0.1", server.ports[0])
            writer.write(sent)
            while await asyncio.wait_for(reader.read(1000), 10):
                pass
            writer.close()
        await until(lambda: len(server.connections) == 0)
    finally:
        await server.stop()
