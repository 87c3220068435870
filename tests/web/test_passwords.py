"""Who is let in, and what guessing costs."""

import asyncio
import base64
import threading
from collections.abc import AsyncIterator, Iterator
from unittest.mock import Mock

import aiohttp
import bcrypt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from exporter.web import passwords
from exporter.web.passwords import WAITING, WAITING_OF_ONE_HOST, BasicAuth, PasswordCheck
from tests.web.waiting import until

Client = TestClient[web.Request, web.Application]

HASH = bcrypt.hashpw(b"s3cret", bcrypt.gensalt(4)).decode()


@pytest.fixture
def auth() -> BasicAuth:
    return BasicAuth({"prometheus": HASH})


@pytest.fixture
async def client(auth: BasicAuth) -> AsyncIterator[Client]:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="page")

    app = web.Application(middlewares=[auth.middleware()])
    app.on_cleanup.append(auth.close)
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


async def test_without_a_password_nothing_is_computed(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing, empty or broken header is refused at once."""
    monkeypatch.setattr(PasswordCheck, "right", Mock(side_effect=AssertionError("computed")))
    for header in (
        None,
        "",
        "Basic",
        "Basic !!!",
        "Bearer abc",
        "Basic " + base64.b64encode(b"name").decode(),
    ):
        assert await status(client, header) == 401


async def test_a_known_password_is_not_computed_again(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scrapes cost nothing while somebody guesses; another password of the same user is checked."""
    header = aiohttp.encode_basic_auth("prometheus", "s3cret")
    assert await status(client, header) == 200
    right = Mock(return_value=False)
    monkeypatch.setattr(PasswordCheck, "right", right)
    assert await status(client, header) == 200
    assert right.call_count == 0
    assert await status(client, aiohttp.encode_basic_auth("prometheus", "other")) == 401
    assert right.call_count == 1


async def test_only_so_many_passwords_are_remembered(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a long password bcrypt takes 72 bytes, so one user has any number of right ones."""
    monkeypatch.setattr(passwords, "REMEMBERED", 2)
    right = Mock(return_value=True)
    monkeypatch.setattr(PasswordCheck, "right", right)
    for password in ("a", "b", "c", "c", "b", "a"):
        assert await status(client, aiohttp.encode_basic_auth("prometheus", password)) == 200
    assert right.call_count == 4


class HeldCheck:
    """A password check that takes as long as the test wants."""

    def __init__(self) -> None:
        self.begun, self.release = threading.Semaphore(0), threading.Event()
        self.calls = 0

    def right(self, *_: object) -> bool:
        self.calls += 1
        self.begun.release()
        self.release.wait(30)
        return True


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[HeldCheck]:
    check = HeldCheck()
    monkeypatch.setattr(PasswordCheck, "right", check.right)
    yield check
    check.release.set()


def guess(client: Client, number: int) -> "asyncio.Future[int]":
    return asyncio.ensure_future(status(client, aiohttp.encode_basic_auth("prometheus", str(number))))


async def until_waiting(auth: BasicAuth, count: int) -> None:
    await until(lambda: auth.waiting == count)


async def test_above_a_short_queue_guesses_are_refused(
    client: Client, auth: BasicAuth, held: HeldCheck
) -> None:
    """One address has its share of the queue; what is above it gets 429 and when to come again."""
    waiting = [guess(client, number) for number in range(WAITING_OF_ONE_HOST)]
    await until_waiting(auth, WAITING_OF_ONE_HOST)
    assert WAITING_OF_ONE_HOST < WAITING
    header = aiohttp.encode_basic_auth("prometheus", "one more")
    async with client.get("/metrics", headers={"Authorization": header}) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "1")
    held.release.set()
    assert await asyncio.gather(*waiting) == [200] * WAITING_OF_ONE_HOST


async def test_who_leaves_is_not_computed_for(client: Client, auth: BasicAuth, held: HeldCheck) -> None:
    """Abandoned guesses don't keep the next one waiting."""
    first = guess(client, 0)
    assert await asyncio.to_thread(held.begun.acquire, timeout=10)
    for number in range(20):
        abandoned = guess(client, number + 1)
        await until_waiting(auth, 2)
        abandoned.cancel()
        await until_waiting(auth, 1)
    held.release.set()
    assert await first == 200
    assert await status(client, aiohttp.encode_basic_auth("prometheus", "last")) == 200
    assert held.calls == 2


def rounds(monkeypatch: pytest.MonkeyPatch, check: PasswordCheck, user: str) -> int:
    """What a check costs: bcrypt of cost c is 2^c rounds."""
    spent = 0

    def hashpw(_: bytes, salt: bytes) -> bytes:
        nonlocal spent
        spent += 2 ** int(salt.split(b"$")[2])
        return b""

    monkeypatch.setattr(bcrypt, "hashpw", hashpw)
    monkeypatch.setattr(bcrypt, "checkpw", lambda password, hashed: bool(hashpw(password, hashed)))
    check.right(user, b"guess")
    return spent


@pytest.mark.parametrize("user", ["cheap", "usual", "dear", "nobody"])
def test_each_user_takes_equally_long(user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Known or not, whatever the cost factors are: the time says nothing about who exists."""
    hashes = {
        name: f"$2b${cost}{HASH[6:]}" for name, cost in (("cheap", "05"), ("usual", "10"), ("dear", "12"))
    }
    assert rounds(monkeypatch, PasswordCheck(hashes), user) == 2**12


@pytest.mark.parametrize("password", [b"s3cret", b"s3cret\x00", b"\xff" * 200, b""])
def test_any_bytes_are_a_password(password: bytes) -> None:
    """Nothing that a client sends raises."""
    check = PasswordCheck({"joe": HASH, "dear": bcrypt.hashpw(b"x", bcrypt.gensalt(6)).decode()})
    assert check.right("joe", password) == (password == b"s3cret")
    assert not check.right("nobody", password)
