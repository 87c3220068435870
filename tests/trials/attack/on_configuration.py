"""Odd configuration files, and odd text in what is logged."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.trials.attack import doubles
from tests.trials.attack.results import Outcome
from tests.trials.attack.target import running

AREA = "text"

ODD_FILES = (
    b"pacemaker: {timeout: !!float abc5}\n",
    b"pacemaker: {timeout: !!int ''}\n",
    b"pacemaker: {timeout: 1" + b"0" * 5000 + b"}\n",
    b"[" * 100_000,
    b"a: " * 2000,
    b"pacemaker: &a [*a]\n",
    b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (c + 1, c + 1, c, c) for c in range(97, 121)),
    b"? [a, b]\n: c\n",
    b'"\\e[31mred": 1\n',
    b"vips: 3\n",
    b"vips: [10.0.0.1]\n",
    b"!!python/object/apply:os.system [id]\n",
    b"pacemaker: {}\npacemaker: {}\n",
    b"\xff\xfe",
    b"a\x00b",
    b"",
)


def attacks() -> Iterator[Outcome]:
    yield odd_yaml()
    yield odd_log_text()


def odd_yaml() -> Outcome:
    """All of them one after the other in one process would be faster, but a user starts one."""
    with TemporaryDirectory(prefix="attack-") as name:
        path = Path(name) / "config.yml"
        refused = 0
        for content in ODD_FILES:
            path.write_bytes(content)
            refused += _refused(path)
    return Outcome(
        AREA,
        f"{len(ODD_FILES)} odd configuration files: wrong tags, nesting, loops, bombs, control characters",
        "each is refused with line and key, without a trace, in text that a terminal can show",
        f"{refused} refused so",
        refused == len(ODD_FILES),
    )


def _refused(path: Path) -> bool:
    command = [sys.executable, "-m", "exporter", "--check-config", f"--config.file={path}"]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    said = ran.stderr.splitlines()
    named = all(line.startswith(f"{path}: ") for line in said)
    return ran.returncode == 1 and bool(said) and named and all(line.isprintable() for line in said)


def odd_log_text() -> Outcome:
    """crm_mon's own complaint is in the log line."""
    with TemporaryDirectory(prefix="attack-") as name, running(Path(name)) as one:
        one.get()
        doubles.write_tool(
            one.folder, "crm_mon", r"printf 'a\033[31mred\rover\000nul\177\302\205' >&2; exit 1"
        )
        before = one.log
        while one.success("pacemaker"):
            pass
        lines = [line for line in one.new_lines(before) if "pacemaker" in line]
    printable = all(line.isprintable() for line in lines)
    return Outcome(
        AREA,
        "ESC, CR and NUL in what a tool complains of",
        "they are escaped in the log",
        f"{len(lines)} line(s), {'all printable' if printable else 'control characters in them'}",
        bool(lines) and printable and "red" in "".join(lines),
    )
