"""Strict readers that all parsers share.

Python's own int() and float() take other scripts' digits, underscores and spaces; what a tool prints
in them is not what we know how to read, so it is Unparsable here.
"""

import re

from exporter.errors import Unparsable

EXCERPT_LENGTH = 60

_INTEGER = re.compile(r"[+-]?[0-9]{1,20}")  # 64 bits; int() refuses thousands of digits with a ValueError
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


def excerpt(odd: str | bytes) -> str:
    """The first odd characters, printable, for a log line."""
    shown = repr(odd[:EXCERPT_LENGTH])
    return shown if len(odd) <= EXCERPT_LENGTH else f"{shown}… ({len(odd)} in all)"


def decode(output: bytes, what: str) -> str:
    """UTF-8 text that is not empty, or Unparsable. `what` names the output, as in "crm_mon's output"."""
    try:
        text = output.decode()
    except UnicodeDecodeError as error:
        raise Unparsable(f"{what} is not UTF-8: {excerpt(output[error.start :])}") from None
    if not text.strip():
        raise Unparsable(f"{what} is empty")
    return text


def integer(text: str, what: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise Unparsable(f"{what}: expected a whole number, got {excerpt(text)}")
    return int(text)


def number(text: str, what: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise Unparsable(f"{what}: expected a number, got {excerpt(text)}")
    return float(text)
