"""The image's health check: ends with 0 if the exporter answers at HEALTH_URL.

An answer that asks for a password is one too. The certificate is not checked: it is that of another name.
"""

import http.client
import os
import ssl
import sys
import urllib.error
import urllib.request

SECONDS = 4.0  # within the timeout of HEALTHCHECK


def main() -> int:
    try:
        with urllib.request.urlopen(os.environ["HEALTH_URL"], timeout=SECONDS, context=_any_certificate()):  # noqa: S310  # who starts the container says where
            return 0
    except urllib.error.HTTPError as error:
        return 0 if error.code == http.client.UNAUTHORIZED else _unhealthy(error)
    except (OSError, http.client.HTTPException) as error:
        return _unhealthy(error)


def _any_certificate() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _unhealthy(error: Exception) -> int:
    print(error, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
