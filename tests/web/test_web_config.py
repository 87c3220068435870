"""What web.config.file may say."""

import pytest

from exporter.typed_yaml import ConfigError, parse
from exporter.web.web_config import WebConfig

HASH = "$2b$04$puiqPlFsdcmOVKhQaMGAzOYRXbxIVMVWQcu/HEBIg/5EL5onu0AQ2"  # of s3cret


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("tls_server_config: {cert_file: a}", "key_file is missing, or key with its text"),
        (
            "tls_server_config: {cert_file: a, key_file: b, min_version: TLS9}",
            "'TLS9' is none of TLS10, TLS11, TLS12, TLS13",
        ),
        (
            "tls_server_config: {cert: a, key: b, client_auth_type: RequireAnyClientCert}",
            "RequireAnyClientCert needs client_ca_file or client_ca",
        ),
        (
            "tls_server_config: {cert: a, key: b, client_auth_type: RequireClientCert}",
            "RequireClientCert needs client_ca_file or client_ca",
        ),
        ("cert_file: a", "is not a key of this section, but of tls_server_config"),
        ("tls_server_config: {basic_auth_users: {}}", "section, but of the outermost level"),
        ("tls_server_config: {http_server_config: {}}", "section, but of the outermost level"),
        ("basic_auth_users: {joe: s3cret}", "the password of joe is no bcrypt hash"),
        (f"basic_auth_users: {{joe: {HASH[:-1]}}}", "the password of joe is no bcrypt hash"),
        (f"basic_auth_users: {{joe: $2b$99{HASH[6:]}}}", "the password of joe is no bcrypt hash"),
        (f"basic_auth_users: {{joe: $2b$04$*{HASH[8:]}}}", "the password of joe is no bcrypt hash"),
        ("basic_auth_users: {joe: $2b$04$" + "z" * 53 + "}", "the password of joe is no bcrypt hash"),
        ("http_server_config: {http3: true}", "unknown key"),
        ("http_server_config: {headers: {Server: x}}", "'Server' is none of Strict-Transport-Security"),
        ("http_server_config: {headers: {X-Frame-Options: no}}", "X-Frame-Options"),
        ("rate_limit: {interval: soon}", "'soon' is no duration"),
        ("tls_server_config: {cert: a, key: b, cipher_suites: [RC4]}", "'RC4' is none of TLS_ECDHE"),
        ("tls_server_config: {cert: a, key: b, curve_preferences: [P1]}", "'P1' is none of CurveP256"),
        ("tls_server_config: {cert: a, key: b, client_ca: c}", "is needed where there is a client CA"),
        ("tls_server_config: {cert: a, key: b, client_allowed_sans: [x]}", "needs client_auth_type Require"),
    ],
)
def test_mistakes_are_named(text: str, problem: str) -> None:
    """A mistake in the file is named by key; a password that was written in plain is not repeated."""
    with pytest.raises(ConfigError, match=problem) as caught:
        parse(WebConfig, text, "web.yml")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("prefix", ["$2a$", "$2b$", "$2y$"])
def test_the_hashes_of_the_usual_tools_are_taken(prefix: str) -> None:
    """htpasswd writes $2y$, Python's bcrypt $2b$, Go's $2a$."""
    hashed = prefix + HASH[4:]
    config = parse(WebConfig, f"basic_auth_users: {{joe: {hashed}}}", "web.yml")
    assert config.basic_auth_users == {"joe": hashed}
    assert hashed not in repr(config)


def test_a_key_with_nothing_behind_it_is_no_key() -> None:
    """A shared file whose entries are all commented out works, as with the toolkit."""
    text = (
        "tls_server_config:\nhttp_server_config: {headers: }\nrate_limit: {interval: }\nbasic_auth_users:\n"
    )
    assert parse(WebConfig, text, "web.yml") == WebConfig()


def test_every_key_of_the_format_is_taken() -> None:
    """As https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md lists them."""
    text = f"""
tls_server_config:
  cert: text
  key: text
  client_ca: text
  cert_file: cert.pem
  key_file: key.pem
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.pem
  client_allowed_sans: [prometheus.example, 192.0.2.7]
  min_version: TLS12
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: true
  curve_preferences: [X25519, CurveP256]
http_server_config:
  http2: true
  headers:
    Content-Security-Policy: default-src 'none'
    X-Frame-Options: deny
    X-Content-Type-Options: nosniff
    X-XSS-Protection: "0"
    Strict-Transport-Security: max-age=60
basic_auth_users: {{joe: {HASH}}}
rate_limit: {{interval: 1s, burst: 20}}
"""
    config = parse(WebConfig, text, "web.yml")
    assert config.tls_server_config
    assert config.tls_server_config.files == ["cert.pem", "key.pem", "ca.pem"]
    assert (config.rate_limit.seconds, config.rate_limit.burst) == (1, 20)
