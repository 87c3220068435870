"""Run a tool to its end, or kill it with everything it started."""

import os
import selectors
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

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
        """What the tool said on stderr, in one line, for an error text."""
        said = " ".join(self.stderr.decode(errors="replace").split())
        return said[:300] or f"exit code {self.returncode}, no message"


def run(argv: Sequence[str], deadline: Deadline, environment: Mapping[str, str] | None = None) -> Completed:
    """Run `argv` without a shell, in the C locale, in a session of its own.

    The exit code is the caller's to judge. Raises Unreachable (not installed), NotPermitted (not executable),
    TimedOut, Unparsable (more output than OUTPUT_LIMIT). Output that something left behind by the tool
    holds open is waited for too.
    """
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C", **(environment or {})},
            start_new_session=True,
        )
    except FileNotFoundError:
        raise Unreachable(f"{argv[0]}: not installed, or not at this path") from None
    except PermissionError:
        raise NotPermitted(f"{argv[0]}: no right to execute it") from None
    except OSError as error:
        raise Unreachable(f"{argv[0]}: can't be started: {error.strerror}") from None
    try:
        stdout, stderr = _drain(process, argv[0], deadline)
        process.wait(deadline.remaining(argv[0]))
    except subprocess.TimeoutExpired:
        raise TimedOut(f"{argv[0]}: closed its output and did not end in time") from None
    finally:
        _end(process)
    return Completed(process.returncode, stdout, stderr)


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


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole process group unless the tool ended well, reap it, close the pipes.

    The group goes before the tool is reaped: until then its number is nobody else's, even if the tool
    itself is over and only what it started hangs on.
    """
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_REAP_SECONDS)
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()
