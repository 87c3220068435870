"""A stand-in for many Galera nodes: `standin.py PORT ANSWERS` speaks the MySQL protocol on a port for each.

It lets everyone in and answers each SHOW with rows that a real node gave. ANSWERS is a JSON list of nodes,
each {"STATUS": [[name, value], …], "VARIABLES": […]}. (mysql-mimic answers SHOW STATUS itself, with no rows.)
Packets: https://mariadb.com/kb/en/clientserver-protocol/
"""

import asyncio
import json
import struct
import sys
from collections.abc import Sequence
from itertools import count
from pathlib import Path

PROTOCOL_41, SECURE, AUTH_PLUGIN, MULTI_STATEMENTS, MULTI_RESULTS = 0x200, 0x8000, 0x80000, 0x10000, 0x20000
CAPABILITIES = PROTOCOL_41 | SECURE | AUTH_PLUGIN | MULTI_STATEMENTS | MULTI_RESULTS
AUTOCOMMIT, MORE_RESULTS = 2, 8
UTF8MB4 = 45
VARCHAR = 253
QUIT, QUERY = 1, 3

Rows = Sequence[tuple[str, str]]
Answers = dict[str, Rows]  # a word of the statement to the rows it gets


def text(value: str) -> bytes:
    """A string with its length before it."""
    raw = value.encode()
    return (bytes([len(raw)]) if len(raw) < 251 else b"\xfc" + struct.pack("<H", len(raw))) + raw


def packets(payloads: Sequence[bytes], first: int) -> bytes:
    """Each payload with its length and its number in the exchange."""
    numbers = count(first)
    return b"".join(
        struct.pack("<I", len(payload))[:3] + bytes([next(numbers) % 256]) + payload for payload in payloads
    )


def greeting() -> bytes:
    low, high = CAPABILITIES & 0xFFFF, CAPABILITIES >> 16
    head = b"\x0a5.5.5-10.11.0-standin\0" + struct.pack("<I8sB", 1, b"salt" * 2, 0)
    flags = struct.pack("<HBHHB10x", low, UTF8MB4, AUTOCOMMIT, high, 21)
    return head + flags + b"salt" * 3 + b"\0mysql_native_password\0"


def fine(status: int = AUTOCOMMIT) -> bytes:
    return b"\0\0\0" + struct.pack("<HH", status, 0)


def end(status: int) -> bytes:
    return b"\xfe" + struct.pack("<HH", 0, status)


def column(name: str) -> bytes:
    names = text("def") + text("") * 3 + text(name) * 2
    return names + struct.pack("<BHIBHB2x", 12, UTF8MB4, 1024, VARCHAR, 0, 0)


def answer(statement: str, answers: Answers, status: int) -> list[bytes]:
    """The payloads for one statement; OK for what is no question."""
    for word, rows in answers.items():
        if word in statement.upper():
            head = [bytes([2]), column("Variable_name"), column("Value"), end(AUTOCOMMIT)]
            return [*head, *(text(name) + text(value) for name, value in rows), end(status)]
    return [fine(status)]


def answer_all(query: str, answers: Answers) -> bytes:
    statements = [part for part in query.split(";") if part.strip()]
    payloads = []
    for left, statement in zip(range(len(statements) - 1, -1, -1), statements, strict=True):
        payloads += answer(statement, answers, AUTOCOMMIT | (MORE_RESULTS if left else 0))
    return packets(payloads, 1)


async def read_packet(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(4)
    return await reader.readexactly(int.from_bytes(head[:3], "little"))


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: Answers) -> None:
    said: dict[bytes, bytes] = {}  # so that this process costs little compared with the one that is measured
    try:
        writer.write(packets([greeting()], 0))
        await read_packet(reader)
        writer.write(packets([fine()], 2))
        while (asked := await read_packet(reader))[0] != QUIT:
            if asked not in said:
                query = asked[1:].decode() if asked[0] == QUERY else ""
                said[asked] = answer_all(query, answers) or packets([fine()], 1)
            writer.write(said[asked])
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def main(port: int, nodes: Sequence[Answers]) -> None:
    servers = []
    for number, answers in enumerate(nodes):

        async def met(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answers: Answers = answers
        ) -> None:
            await serve(reader, writer, answers)

        servers.append(await asyncio.start_server(met, "127.0.0.1", port + number))
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text())))
