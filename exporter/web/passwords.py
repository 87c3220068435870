"""Basic authentication (RFC 7617) against bcrypt hashes, with a bound on what guessing can cost.

bcrypt is slow on purpose, 210 ms of a core at cost 12. So one thread of low priority checks passwords, a few
wait for it, the rest is refused with 429; a password once found right is remembered as a digest.
"""

import asyncio
import base64
import hashlib
import os
import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import bcrypt
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

WAITING = 16  # checks under way and waiting, at most
WAITING_OF_ONE_HOST = 2  # of them from one address, so that one guesser does not keep the others out
REMEMBERED = 100  # right passwords, as many as the exporter-toolkit remembers
NICENESS = 5  # of the thread that checks: guessing must not delay the prober, nor a busy host a scrape

_HASH = re.compile(r"\$2[aby]\$(0[4-9]|[12][0-9]|3[01])\$([./A-Za-z0-9]{22})[./A-Za-z0-9]{31}")
_SALT = "." * 22
_LONGEST = 72  # bytes: bcrypt takes no more of a password


def is_bcrypt_hash(text: str) -> bool:
    """Whether a password can be checked against it at all."""
    match = _HASH.fullmatch(text)
    if not match:
        return False
    try:
        bcrypt.hashpw(b"", f"$2b$04${match[2]}".encode())  # 1 ms; the library alone knows each bad salt
    except ValueError:
        return False
    return True


def credentials(header: str) -> tuple[str, bytes] | None:
    """User and password of an Authorization header; None where it is not basic authentication."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).partition(b":")
        return (user.decode(), password) if colon else None
    except ValueError:
        return None


class PasswordCheck:
    """Takes equally long for each user, known or not, whatever the cost factors of the hashes."""

    def __init__(self, users: Mapping[str, str]):
        """`users` maps a name to its bcrypt hash; there is at least one."""
        self._users = users
        self._cost = max(_cost(hashed) for hashed in users.values())
        self._nobody = f"$2b${self._cost:02}${_SALT}{'.' * 31}"

    def right(self, user: str, password: bytes) -> bool:
        """Blocks for as long as the highest cost factor takes.

        bcrypt of cost c is 2^c rounds, so c, then c, c + 1, … up to the highest less one are as many as the
        highest alone.
        """
        hashed = self._users.get(user, self._nobody)
        same = bcrypt.checkpw(password[:_LONGEST], hashed.encode())
        for cost in range(_cost(hashed), self._cost):
            bcrypt.hashpw(b"", f"$2b${cost:02}${_SALT}".encode())
        return same and user in self._users


def _cost(hashed: str) -> int:
    return int(hashed.split("$")[2])


class BasicAuth:
    """Lets in who knows a password; one instance for an application."""

    def __init__(self, users: Mapping[str, str]):
        """Without users everybody comes in."""
        self._users: Mapping[str, str] = {}
        self._check: PasswordCheck | None = None
        self._executor = ThreadPoolExecutor(1, "passwords", initializer=_lower_priority)
        self._waiting = Counter[str]()  # by address
        self._remembered: OrderedDict[bytes, None] = OrderedDict()
        self.use(users)

    def use(self, users: Mapping[str, str]) -> None:
        """From the next request on; what was right before is checked again."""
        if users != self._users:
            self._users, self._check = users, PasswordCheck(users) if users else None
            self._remembered.clear()

    @property
    def waiting(self) -> int:
        """Requests whose password is being checked or waits for it."""
        return self._waiting.total()

    def middleware(self) -> Middleware:
        @web.middleware
        async def authenticate(request: web.Request, handler: Handler) -> web.StreamResponse:
            refusal = await self._refusal(request)
            return refusal or await handler(request)

        return authenticate

    async def _refusal(self, request: web.Request) -> web.Response | None:
        """None for who may come in."""
        check = self._check
        if check is None:
            return None
        given = credentials(request.headers.get(hdrs.AUTHORIZATION, ""))
        if given is None:  # refused at once: there is nothing to check
            return _unauthorized()
        digest = hashlib.sha256(repr(given).encode()).digest()
        if digest in self._remembered:
            self._remembered.move_to_end(digest)
            return None
        host = request.remote or ""
        if self.waiting >= WAITING or self._waiting[host] >= WAITING_OF_ONE_HOST:
            headers = {hdrs.RETRY_AFTER: "1"}
            return web.Response(status=429, text="Too many passwords to check, try again\n", headers=headers)
        if not await self._in_turn(host, check, given):
            return _unauthorized()
        if check is self._check:  # else other users came meanwhile
            self._remember(digest)
        return None

    async def _in_turn(self, host: str, check: PasswordCheck, given: tuple[str, bytes]) -> bool:
        """Cancelled, when the client leaves, while it waits for its turn: then nothing is computed."""
        self._waiting[host] += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, check.right, *given)
        finally:
            self._waiting[host] -= 1
            if not self._waiting[host]:
                del self._waiting[host]

    def _remember(self, digest: bytes) -> None:
        self._remembered[digest] = None
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)

    async def close(self, _: web.Application) -> None:
        """On the application's cleanup."""
        self._executor.shutdown(wait=False, cancel_futures=True)


def _unauthorized() -> web.Response:
    headers = {hdrs.WWW_AUTHENTICATE: 'Basic realm="failover-exporter"'}
    return web.Response(status=401, text="Unauthorized\n", headers=headers)


def _lower_priority() -> None:
    """Of the calling thread alone, as Linux has it."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
