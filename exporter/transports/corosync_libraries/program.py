"""Answers one line after the other."""

import os
import sys
import time

from . import FAILED, OK, UNSUITABLE
from .corosync import Corosync
from .libraries import Failed, Unsuitable

LIFE_SECONDS = 3600.0


def main() -> None:
    """Until the end of its input, of its life, or of its use."""
    began, word = time.monotonic(), OK
    corosync: Corosync | None = None
    for line in sys.stdin:
        try:
            corosync = corosync or Corosync()
            text = corosync.answer(line.split())
        except Failed as error:
            word, text = FAILED, str(error).encode()
        except Unsuitable as error:
            word, text = UNSUITABLE, str(error).encode()
        if word != OK and corosync:
            corosync.close()
        _say(f"{word} {len(text)}\n".encode() + text)
        if word != OK or time.monotonic() - began > LIFE_SECONDS:
            return


def _say(answer: bytes) -> None:
    while answer:
        answer = answer[os.write(1, answer) :]
