"""Run a tool to its end, or kill it with everything it started."""

import os
import selectors
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from exporter.errors import NotPermitted, TimedOut, Unparsable, Unreachable
from exporter.transports.deadline import Deadline

OUTPUT_LIMIT = 8 * 1024 * 1024  # bytes; crm_mon of 1,000 resources on 16 nodes is about 4 MB
_REAP_SECONDS = 1.0  # a killed process is gone by then, unless the kernel itself holds it


@dataclass(frozen=True)
class Completed:
    returncode: int
    stdout: bytes
    stderr: bytes

    def complaint(self) -> str:
        """What the tool printed on stderr, in one line, for an error text."""
        message = " ".join(self.stderr.decode(errors="replace").split())
        return message[:300] or f"exit code {self.returncode}, no message"


def run(
    argv: Sequence[str],
    deadline: Deadline,
    environment: Mapping[str, str] | None = None,
    *,
    stdin: bytes = b"",
) -> Completed:
    """Run `argv` without a shell, in the C locale, in a session of its own, with `stdin` to read.

    The caller judges the exit code. Raises Unreachable (not installed), NotPermitted (not executable),
    TimedOut, Unparsable (more output than OUTPUT_LIMIT). A process that the tool leaves behind with its
    output open is waited for too.
    """
    with _file_of(stdin) as file:
        process = start(argv, environment, file)
    try:
        stdout, stderr = _drain(process, argv[0], deadline)
        process.wait(deadline.remaining(argv[0]))
    except subprocess.TimeoutExpired:
        raise TimedOut(f"{argv[0]}: closed its output and did not end in time") from None
    finally:
        end(process)
    return Completed(process.returncode, stdout, stderr)


def start(
    argv: Sequence[str], environment: Mapping[str, str] | None, stdin: BinaryIO | int
) -> "subprocess.Popen[bytes]":
    """Begin to run a tool, its output in pipes; to be ended by end(). Raises as run()."""
    try:
        return subprocess.Popen(
            argv,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C", **(environment or {})},
            start_new_session=True,
        )
    except FileNotFoundError:
        raise Unreachable(
            f"{argv[0]}: not installed, or not at this path: the configuration can name another"
        ) from None
    except PermissionError:
        raise NotPermitted(f"{argv[0]}: {_why_not_executable(argv[0])}") from None
    except OSError as error:
        raise Unreachable(f"{argv[0]}: can't be started: {error.strerror}") from None


@contextmanager
def _file_of(content: bytes) -> Iterator[BinaryIO | int]:
    """In memory: no other user can open it, and a tool that never reads it blocks nobody."""
    if not content:
        yield subprocess.DEVNULL
        return
    with open(os.memfd_create("stdin"), "w+b") as file:  # noqa: PTH123  # it has no path
        file.write(content)
        file.seek(0)
        yield file


def _why_not_executable(path: str) -> str:
    """What the exporter's user lacks, and what to do about it."""
    file, user = shutil.which(path, mode=os.F_OK) or path, f"user {os.geteuid()}"
    with suppress(OSError):
        mode = Path(file).stat().st_mode
        if stat.S_ISDIR(mode):
            return "is a folder, not a tool: is the path right?"
        if not os.access(file, os.X_OK, effective_ids=True):
            return f"no right to execute it: `chmod a+rx {file}`, or put {user} into the group of that file"
    return (
        f"no right to execute it as {user}: look at the folders above it (`namei -l {file}`), at a mount "
        "option noexec, and at what the service's unit or SELinux forbids"
    )


def _drain(process: subprocess.Popen[bytes], name: str, deadline: Deadline) -> tuple[bytes, bytes]:
    output = {pipe.fileno(): bytearray() for pipe in (process.stdout, process.stderr) if pipe}
    with selectors.DefaultSelector() as selector:
        for descriptor in output:
            selector.register(descriptor, selectors.EVENT_READ)
        while selector.get_map():
            for key, _ in selector.select(deadline.remaining(name)):
                chunk = os.read(key.fd, 65536)
                output[key.fd] += chunk
                if not chunk:
                    selector.unregister(key.fd)
                elif len(output[key.fd]) > OUTPUT_LIMIT:
                    raise Unparsable(f"{name}: more than {OUTPUT_LIMIT} bytes of output")
    stdout, stderr = map(bytes, output.values())
    return stdout, stderr


def end(process: "subprocess.Popen[bytes]") -> None:
    """Kill the whole process group unless the tool was reaped, reap it, close the pipes.

    The group is killed before the tool is reaped: until then its number can't be another group's, even if
    the tool itself has ended and only a child of it goes on.
    """
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_REAP_SECONDS)
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            with suppress(BrokenPipeError):
                pipe.close()
