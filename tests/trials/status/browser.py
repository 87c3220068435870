"""Chromium without a screen, spoken to by its DevTools protocol (https://chromedevtools.github.io/devtools-protocol/)."""

import asyncio
import base64
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp

CHROMIUM = "/usr/bin/chromium"
START_SECONDS, ANSWER_SECONDS = 60.0, 60.0
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-dev-shm-usage", "--hide-scrollbars",
)  # fmt: skip


def installed() -> bool:
    return shutil.which(CHROMIUM) is not None


@dataclass(frozen=True)
class Screen:
    width: int
    height: int
    dark: bool = False
    script: bool = True
    scale: float = 1.0


class Tab:
    """One page that is open."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse):
        self._socket = socket
        self._number = 0
        self.logged: list[str] = []  # what the browser complained of: refused styles, errors of scripts

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                message = await self._next()
                if message.get("id") == self._number:
                    assert "error" not in message, message
                    return dict(message["result"])

    async def show(self, url: str, screen: Screen) -> None:
        """Open it and wait until it is loaded."""
        for domain in ("Page", "Log", "Runtime"):
            await self.ask(f"{domain}.enable")
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=screen.width, height=screen.height, deviceScaleFactor=screen.scale,
            mobile=screen.width < 500,
        )  # fmt: skip
        scheme = {"name": "prefers-color-scheme", "value": "dark" if screen.dark else "light"}
        await self.ask("Emulation.setEmulatedMedia", features=[scheme])
        await self.ask("Emulation.setScriptExecutionDisabled", value=not screen.script)
        await self.ask("Page.navigate", url=url)
        async with asyncio.timeout(ANSWER_SECONDS):
            while (await self._next()).get("method") != "Page.loadEventFired":
                pass

    async def evaluate(self, expression: str) -> Any:
        """Its value. What a page's own policy forbids its scripts, it does not forbid this."""
        done = await self.ask(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    async def picture(self) -> bytes:
        """Of the whole page, as PNG."""
        shot = await self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    async def _next(self) -> dict[str, Any]:
        message = dict(json.loads(await self._socket.receive_str()))
        if message.get("method") == "Log.entryAdded":
            self.logged.append(message["params"]["entry"]["text"])
        if message.get("method") == "Runtime.exceptionThrown":
            self.logged.append(str(message["params"]["exceptionDetails"]))
        return message


class Browser:
    def __init__(self, session: aiohttp.ClientSession, port: int):
        self._session, self._base = session, f"http://127.0.0.1:{port}"

    @asynccontextmanager
    async def tab(self) -> AsyncIterator[Tab]:
        async with self._session.put(f"{self._base}/json/new?about:blank") as answer:
            target = await answer.json(content_type=None)
        async with self._session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0) as socket:
            yield Tab(socket)
        async with self._session.get(f"{self._base}/json/close/{target['id']}"):
            pass


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """From its start to its end, with a profile of its own."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "--remote-debugging-port=0", "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            assert process.stderr
            port = await _port(process.stderr)
            reading = asyncio.create_task(_drain(process.stderr))
            async with aiohttp.ClientSession() as session:
                yield Browser(session, port)
        finally:
            process.terminate()
            await process.wait()
        await reading


async def _port(stderr: asyncio.StreamReader) -> int:
    """It says where it listens: `DevTools listening on ws://127.0.0.1:PORT/…`."""
    said = []
    async with asyncio.timeout(START_SECONDS):
        while line := (await stderr.readline()).decode(errors="replace"):
            said.append(line)
            if line.startswith("DevTools listening on ws://"):
                return int(line.split("ws://", 1)[1].split("/", 1)[0].rpartition(":")[2])
    raise AssertionError(f"Chromium ended: {''.join(said)}")


async def _drain(stderr: asyncio.StreamReader) -> None:
    while await stderr.read(65536):
        pass
