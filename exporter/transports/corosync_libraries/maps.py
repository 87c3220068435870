"""The maps of libcmap: configuration and statistics by key."""

import ctypes
from collections.abc import Iterator

from . import wording
from .libraries import CS_OK, GONE, Handle, Libraries, patiently

STATS = 1  # cmap_map_t
CONFIGURATION = 0

_KEY_SIZE, _VALUE_SIZE = 256, 8192  # CMAP_KEYNAME_MAXLEN + 1; no value that is asked for is longer


class Map:
    """One of the maps of libcmap."""

    def __init__(self, libraries: Libraries, number: int):
        self._libraries, self._cmap, self._handle = libraries, libraries.cmap, Handle()
        initialize = self._cmap.cmap_initialize_map
        libraries.done(
            patiently(lambda: initialize(ctypes.byref(self._handle), number)),
            "Failed to initialize the cmap API. Error",
        )
        self._value = ctypes.create_string_buffer(_VALUE_SIZE)

    def keys(self, prefix: bytes) -> Iterator[bytes]:
        iterator, key = Handle(), ctypes.create_string_buffer(_KEY_SIZE)
        begun = self._cmap.cmap_iter_init(self._handle, prefix, ctypes.byref(iterator))
        self._libraries.done(begun, "Failed to initialize iteration. Error")
        while self._cmap.cmap_iter_next(self._handle, iterator, key, None, None) == CS_OK:
            yield key.value
        self._cmap.cmap_iter_finalize(self._handle, iterator)

    def get(self, key: bytes) -> tuple[int, bytes] | None:
        """Type and value; None where there is no such key any more, or the tool would leave it out."""
        size, kind = ctypes.c_size_t(_VALUE_SIZE), ctypes.c_int()
        got = patiently(
            lambda: self._cmap.cmap_get(
                self._handle, key, self._value, ctypes.byref(size), ctypes.byref(kind)
            )
        )
        if got in GONE:
            self._libraries.done(got, f"Can't get value of {key.decode()}. Error")
        return (kind.value, self._value.raw[: size.value]) if got == CS_OK else None

    def text(self, key: bytes) -> str:
        """Of a string; empty where there is none."""
        got = self.get(key)
        return got[1].rstrip(b"\0").decode() if got else ""

    def number(self, key: bytes) -> int | None:
        got = self.get(key)
        return wording.integer(*got) if got else None

    def lines(self, wanted: list[str]) -> Iterator[bytes]:
        for one in wanted:
            key = one.encode()
            for found in self.keys(key) if key.endswith(b".") else (key,):
                if (got := self.get(found)) is not None:
                    yield wording.entry(found, *got)

    def close(self) -> None:
        self._cmap.cmap_finalize(self._handle)
