"""A client that logs in every EVERY seconds and writes down how it went: `client.py HOST PORT USER PATIENCE
EVERY`, the password in $PASSWORD. It runs by itself and on Python's library alone: nothing is shared with
what it judges.

A line an attempt, in the order of their ends: launch and end by the monotonic clock, and `-` or what failed.
It speaks MySQL's protocol 10 with mysql_native_password, as MariaDB's documentation has it under "Connection
Phase": greeting, login, `DO 1`, goodbye.
"""

import asyncio
import hashlib
import os
import signal
import socket
import struct
import sys
import time

PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH = 0x200, 0x8000, 0x80000
UTF8MB4 = 45
OK = b"\x00"
QUIT = b"\x01\x00\x00\x00\x01"
DO = b"\x05\x00\x00\x00\x03DO 1"


class Refused(Exception):
    pass


async def packet(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(4)
    return await reader.readexactly(int.from_bytes(head[:3], "little"))


def scramble(password: bytes, salt: bytes) -> bytes:
    """SHA1(password) XOR SHA1(salt + SHA1(SHA1(password)))"""
    once = hashlib.sha1(password).digest()  # noqa: S324  # the protocol's
    mask = hashlib.sha1(salt + hashlib.sha1(once).digest()).digest()  # noqa: S324
    return bytes(one ^ other for one, other in zip(once, mask, strict=True))


def salt(greeting: bytes) -> bytes:
    if greeting[0] != 10:
        raise Refused("greeting")
    rest = greeting[greeting.index(b"\x00", 1) + 1 :]
    # thread id 4 bytes, salt 8, a 0, capabilities 2, charset 1, status 2, capabilities 2, length 1, 10 x 0
    return rest[4:12] + rest[31:43]


def login(greeting: bytes, user: bytes, password: bytes) -> bytes:
    flags = PROTOCOL_41 | SECURE_CONNECTION | PLUGIN_AUTH
    answer = scramble(password, salt(greeting))
    body = struct.pack("<IIB23x", flags, 1 << 24, UTF8MB4) + user + b"\x00"
    body += bytes([len(answer)]) + answer + b"mysql_native_password\x00"
    return struct.pack("<I", len(body) | 1 << 24) + body


def reset(writer: asyncio.StreamWriter) -> None:
    """Closing resets the connection, see SO_LINGER in socket(7)."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def attempt(host: str, port: int, user: bytes, password: bytes) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(login(await packet(reader), user, password))
        if not (await packet(reader)).startswith(OK):
            raise Refused("login")
        writer.write(DO)
        if not (await packet(reader)).startswith(OK):
            raise Refused("query")
        writer.write(QUIT)
        await writer.drain()
    except asyncio.CancelledError:  # late: a balancer that hangs shall not bring it to a server any more
        reset(writer)
        raise
    finally:
        writer.close()


async def timed(patience: float, host: str, port: int, user: bytes, password: bytes) -> None:
    launch, how = time.monotonic(), "-"
    try:
        async with asyncio.timeout(patience):
            await attempt(host, port, user, password)
    except (OSError, EOFError, Refused) as error:  # also TimeoutError
        how = type(error).__name__
    print(f"{launch:.6f} {time.monotonic():.6f} {how}", flush=True)


async def main(host: str, port: int, user: bytes, patience: float, every: float) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    password = os.environb[b"PASSWORD"]
    due, attempts = time.monotonic(), set()
    while not stop.is_set():
        task = asyncio.create_task(timed(patience, host, port, user, password))
        attempts.add(task)
        task.add_done_callback(attempts.discard)
        due = max(due + every, time.monotonic())
        await asyncio.sleep(due - time.monotonic())
    if attempts:
        await asyncio.wait(attempts)


if __name__ == "__main__":
    asyncio.run(
        main(sys.argv[1], int(sys.argv[2]), sys.argv[3].encode(), float(sys.argv[4]), float(sys.argv[5]))
    )
