"""What web.config.file may say: the file that every Prometheus exporter takes for TLS and passwords.

Keys as in https://prometheus.io/docs/prometheus/latest/configuration/https/, those that Python's ssl offers.
"""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

from exporter.web.passwords import is_bcrypt_hash

CLIENT_AUTH = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}


@dataclass(frozen=True)
class TLS:
    """The section tls_server_config. Relative files are in the folder of the file that names them."""

    cert_file: str
    key_file: str
    client_auth_type: str = "NoClientCert"
    client_ca_file: str | None = None
    min_version: str = "TLS12"
    max_version: str = "TLS13"

    def __post_init__(self) -> None:
        for key, known in (
            ("client_auth_type", CLIENT_AUTH),
            ("min_version", VERSIONS),
            ("max_version", VERSIONS),
        ):
            if getattr(self, key) not in known:
                raise ValueError(f"{key}: {getattr(self, key)!r} is none of {', '.join(known)}")
        if self.client_auth_type != "NoClientCert" and not self.client_ca_file:
            raise ValueError(f"client_auth_type: {self.client_auth_type} needs client_ca_file")


@dataclass(frozen=True)
class WebConfig:
    """The whole file."""

    tls_server_config: TLS | None = None
    basic_auth_users: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for user, hashed in self.basic_auth_users.items():
            if not is_bcrypt_hash(hashed):
                raise ValueError(
                    f"basic_auth_users: the password of {user} is no bcrypt hash (htpasswd -nB makes one)"
                )
