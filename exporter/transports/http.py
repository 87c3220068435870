"""GET one page."""

from urllib.parse import urlsplit

import requests

from exporter.errors import Denied, TimedOut, Unparsable, Unreachable
from exporter.transports.deadline import Deadline

ANSWER_LIMIT = 64 * 1024 * 1024  # bytes, as for the socket


def without_password(url: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def get(url: str, deadline: Deadline) -> bytes:
    """The body of a 200 answer. No proxy, no .netrc, no redirect: a statistics page is asked directly.

    A user and password in the URL are sent as basic authentication and never shown.
    """
    shown = without_password(url)
    try:
        with requests.Session() as session:
            session.trust_env = False
            with session.get(
                url, stream=True, allow_redirects=False, timeout=deadline.remaining(shown)
            ) as answer:
                return _body(answer, shown, deadline)
    except requests.Timeout:
        raise TimedOut(f"{shown}: no answer in time") from None
    except requests.RequestException as error:
        raise Unreachable(f"{shown}: {type(error).__name__}, is it listening there?") from None


def _body(answer: requests.Response, shown: str, deadline: Deadline) -> bytes:
    if answer.status_code in (401, 403):
        raise Denied(f"{shown}: HTTP {answer.status_code} {answer.reason}, check user and password")
    if answer.status_code != 200:
        raise Unreachable(f"{shown}: HTTP {answer.status_code} {answer.reason}")
    body = bytearray()
    for chunk in answer.iter_content(262144):
        body += chunk
        if len(body) > ANSWER_LIMIT:
            raise Unparsable(f"{shown}: more than {ANSWER_LIMIT} bytes of answer")
        deadline.remaining(shown)
    return bytes(body)
