"""Imports of a library without what it imports only where that happens to be installed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without(package: str) -> Iterator[None]:
    """Inside, importing `package` fails as if it were not installed; where it is loaded already, it stays.

    For a library that takes what it finds, whether it will be used or not. None in sys.modules is how the
    import system itself is told that there is no such module.
    """
    loaded = package in sys.modules
    if not loaded:
        sys.modules[package] = None  # type: ignore[assignment]  # the stubs know modules alone
    try:
        yield
    finally:
        if not loaded:
            del sys.modules[package]
