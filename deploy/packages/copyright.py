"""Debian's copyright file: the program's licence, and that of each library that the package carries."""

from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

_HEAD = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: failover-exporter

Files: *
Copyright: 2026 the failover-exporter developers
License: Apache-2.0

License: Apache-2.0
 On Debian systems, the full text of the Apache License version 2.0 is in
 /usr/share/common-licenses/Apache-2.0.

Comment:
 The package carries the Python libraries that the program needs, in versions that Debian doesn't have.
 The text of each one's licence is in the folder of its metadata, below /usr/lib/failover-exporter in
 lib/python3.*/site-packages/*.dist-info:
 .
"""


def copyright_file(home: Path) -> str:
    """`home` is the environment; libraries are sorted by name."""
    return _HEAD + "".join(f" {line}\n" for line in sorted(_libraries(home), key=str.lower))


def _libraries(home: Path) -> list[str]:
    """Name, version, licence of each, by their core metadata."""
    found = []
    for path in home.glob("lib/python3.*/site-packages/*.dist-info/METADATA"):
        metadata = HeaderParser().parsestr(path.read_text())
        if metadata["Name"] != "failover-exporter":
            found.append(f"{metadata['Name']} {metadata['Version']}: {_licence(metadata)}")
    return found


def _licence(metadata: Message) -> str:
    """Its SPDX expression, or what stood in that place before: a classifier, or a line of text."""
    if expression := metadata["License-Expression"]:
        return str(expression)
    classifiers = metadata.get_all("Classifier", [])
    named = [one.rpartition(" :: ")[2] for one in classifiers if one.startswith("License :: ")]
    return ", ".join(named) or str(metadata["License"] or "see there").partition("\n")[0]
