"""What web.config.file may say."""

import pytest

from exporter.typed_yaml import ConfigError, parse
from exporter.web.web_config import WebConfig

HASH = "$2b$04$puiqPlFsdcmOVKhQaMGAzOYRXbxIVMVWQcu/HEBIg/5EL5onu0AQ2"  # of s3cret


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
        (f"basic_auth_users: {{joe: {HASH[:-1]}}}", "the password of joe is no bcrypt hash"),
        (f"basic_auth_users: {{joe: $2b$99{HASH[6:]}}}", "the password of joe is no bcrypt hash"),
        (f"basic_auth_users: {{joe: $2b$04$*{HASH[8:]}}}", "the password of joe is no bcrypt hash"),
        ("basic_auth_users: {joe: $2b$04$" + "z" * 53 + "}", "the password of joe is no bcrypt hash"),
        ("http_server_config: {http2: true}", "unknown key"),
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
