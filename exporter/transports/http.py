"""GET one page.

By aiohttp's client in an event loop of its own: its timeout is for the whole answer, so a peer that drips a
byte now and then doesn't put the end off, as it would with a timeout for each read.
"""

import asyncio
from urllib.parse import SplitResult, unquote, urlsplit

import aiohttp

from exporter.errors import Denied, Refused, TimedOut, Unparsable, Unreachable
from exporter.transports.deadline import Deadline

ANSWER_LIMIT = 64 * 1024 * 1024  # bytes, as for the socket


def without_password(url: str) -> str:
    """For texts; also of a URL that is wrong, as one with a `/` in its password."""
    scheme, separator, rest = url.partition("://")
    return scheme + separator + rest.rpartition("@")[2]


def get(url: str, deadline: Deadline) -> bytes:
    """The body of a 200 answer. No proxy, no redirect: a statistics page is asked directly.

    A user and password in the URL are sent as basic authentication and never shown. Raises Refused when
    nobody listens at that address and port.
    """
    shown, target = without_password(url), urlsplit(url)
    try:
        return asyncio.run(_get(target, shown, deadline.remaining(shown)))
    except TimeoutError:
        raise TimedOut(f"{shown}: no answer in time") from None
    except aiohttp.ClientSSLError as error:
        raise Unreachable(f"{shown}: TLS: {error}") from None
    except aiohttp.ClientConnectorDNSError:
        raise Unreachable(f"{shown}: the name can't be resolved") from None
    except aiohttp.ClientConnectorError as error:
        raise _not_connected(shown, error.os_error) from None
    except (aiohttp.ClientPayloadError, aiohttp.ClientResponseError) as error:
        raise Unparsable(f"{shown}: cut off, or not HTTP ({type(error).__name__})") from None
    except (aiohttp.ClientError, OSError) as error:
        raise Unreachable(f"{shown}: {type(error).__name__}") from None


async def _get(target: SplitResult, shown: str, seconds: float) -> bytes:
    url = target._replace(netloc=target.netloc.rpartition("@")[2]).geturl()
    timeout = aiohttp.ClientTimeout(total=seconds)
    async with (
        aiohttp.ClientSession(timeout=timeout, headers=_headers(target)) as session,
        session.get(url, allow_redirects=False) as answer,
    ):
        if answer.status in (401, 403):
            raise Denied(f"{shown}: HTTP {answer.status} {answer.reason}, check user and password")
        if answer.status != 200:
            raise Unreachable(f"{shown}: HTTP {answer.status} {answer.reason}")
        return await _body(answer, shown)


async def _body(answer: aiohttp.ClientResponse, shown: str) -> bytes:
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) > ANSWER_LIMIT:
            raise Unparsable(f"{shown}: more than {ANSWER_LIMIT} bytes of answer")
    return bytes(body)


def _headers(target: SplitResult) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity"}
    if target.username is not None:
        account = (unquote(target.username), unquote(target.password or ""))
        headers["Authorization"] = aiohttp.encode_basic_auth(*account)
    return headers


def _not_connected(shown: str, error: OSError) -> Unreachable:
    if isinstance(error, ConnectionRefusedError):
        return Refused(f"{shown}: connection refused, nobody listens")
    return Unreachable(f"{shown}: {error.strerror or type(error).__name__}")
