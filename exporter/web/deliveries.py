"""Answers that clients are taking at the moment: in pieces, as fast as each reads, within a time.

A client that reads slowly must cost neither memory nor the place of one that reads fast. So a page is sent in
pieces, those with the same page share its bytes, and where there is no place, or too many bytes are held, the
answer that has been taken longest is given up.
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from aiohttp import web

PIECE = 1 << 16  # bytes: what a transport buffers before it says that it is full
TAKING_SECONDS = 30.0  # for the whole answer; Prometheus itself gives up after 10 by default
PATIENCE_SECONDS = 1.0  # after which an answer may be given up for another
HELD_BYTES = 64 << 20  # of all pages that are being taken


@dataclass(eq=False)
class _Delivery:
    transport: asyncio.WriteTransport
    content: bytes
    began: float = field(default_factory=time.monotonic)


class Deliveries:
    """Those that have begun and are not finished."""

    def __init__(self, held_bytes: int = HELD_BYTES, taking_seconds: float = TAKING_SECONDS):
        self._held_bytes, self._taking_seconds = held_bytes, taking_seconds
        self._open: dict[_Delivery, None] = {}  # the oldest first

    async def send(self, request: web.Request, response: web.StreamResponse, content: bytes) -> None:
        """Raises ConnectionResetError when the client is gone, too slow, or was given up."""
        transport = request.transport
        if transport is None:
            raise ConnectionResetError("the client is gone")
        while self._too_much(content) and self.give_up_slowest():
            pass
        delivery = _Delivery(transport, content)
        self._open[delivery] = None
        try:
            async with asyncio.timeout(self._taking_seconds):
                await response.prepare(request)
                for piece in _pieces(content):
                    await response.write(piece)
                await response.write_eof()
        except TimeoutError:
            transport.abort()
            raise ConnectionResetError("not taken in time") from None
        finally:
            self._open.pop(delivery, None)

    def give_up_slowest(self) -> bool:
        """Ends the oldest delivery, if it has been taking its time; False if none has."""
        oldest = next(iter(self._open), None)
        if oldest is None or time.monotonic() - oldest.began < PATIENCE_SECONDS:
            return False
        del self._open[oldest]
        oldest.transport.abort()
        return True

    def _too_much(self, content: bytes) -> bool:
        held = {id(one.content): len(one.content) for one in self._open}
        held[id(content)] = len(content)
        return sum(held.values()) > self._held_bytes


def _pieces(content: bytes) -> Iterable[memoryview]:
    view = memoryview(content)
    return (view[start : start + PIECE] for start in range(0, len(content), PIECE))
