"""Carries connections that arrive at sockets it was born with to ports of the network that it lives in.

forwarder.py FD:PORT …    each FD listens on the machine's own loopback, see pages.py
"""

import asyncio
import contextlib
import socket
import sys

CHUNK = 64 * 1024


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await source.read(CHUNK):
            sink.write(chunk)
            await sink.drain()
    sink.close()


async def _listen(descriptor: int, port: int) -> None:
    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_connection("127.0.0.1", port)
        except ConnectionError:  # that program does not run just now
            writer.close()
            return
        await asyncio.gather(_copy(reader, back), _copy(there, writer))

    server = await asyncio.start_server(carry, sock=socket.socket(fileno=descriptor))
    await server.serve_forever()


async def main(ways: list[str]) -> None:
    pairs = (way.split(":") for way in ways)
    await asyncio.gather(*(_listen(int(descriptor), int(port)) for descriptor, port in pairs))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
