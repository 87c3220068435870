"""Waits for what happens inside of the server, which has no event of its own."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], bool]) -> None:
    """Raises TimeoutError after ten seconds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  # the server under test sets no event for its tests
            await asyncio.sleep(0.001)
