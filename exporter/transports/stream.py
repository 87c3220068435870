"""A tool that keeps running and prints at each event: started again when it ends, killed with its group.

The reading thread waits nearly all the time. All processes that a tool started are in its session and are
killed with it.
"""

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0  # seconds until the tool is started again; doubled after each run that was short
LONGEST_PAUSE = 60.0
_LONG_RUN_SECONDS = 30.0  # a tool that ran that long did not fail at its start
_CHUNK = 65536

# A tool that prints without end would keep a core busy at 2 GB/s. After this many bytes in a second the rest
# waits in the pipe, and so does the tool. crm_mon prints 2 kB an event here, and one event a second at most.
BYTES_PER_SECOND = 1024 * 1024


class Stream:
    def __init__(
        self,
        dialects: Sequence[Sequence[str]],
        on_output: Callable[[bytes], None],
        environment: Mapping[str, str] | None = None,
        usage_error: int = 64,
    ):
        """`dialects` are command lines; the next one is tried when one ends with `usage_error`. `on_output`
        is called with what the tool printed, in the stream's own thread; stderr is thrown away."""
        self._dialects = list(dialects)
        self._on_output = on_output
        self._environment = {**os.environ, "LC_ALL": "C", **(environment or {})}
        self._usage_error = usage_error
        self._stopping = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()  # so that no process is started that stop() does not see
        name = f"stream {self._dialects[0][0]}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether the tool runs; whether it works shows in its output alone."""
        with self._lock:
            return self._process is not None

    def stop(self, patience: float = 1.0) -> None:
        self._stopping.set()
        with self._lock:
            if self._process:
                _kill(self._process)
        if self._thread.is_alive():
            self._thread.join(patience)

    def _run(self) -> None:
        pause, turn = FIRST_PAUSE, 0
        while not self._stopping.is_set():
            began = time.monotonic()
            code = self._follow(self._dialects[turn])
            if code == self._usage_error and turn + 1 < len(self._dialects):
                turn += 1
                continue
            pause = FIRST_PAUSE if time.monotonic() - began > _LONG_RUN_SECONDS else pause
            self._stopping.wait(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    def _follow(self, argv: Sequence[str]) -> int | None:
        """Run the tool until it ends. Returns its exit code, None if it could not be started."""
        process = self._begin(argv)
        if process is None or process.stdout is None:
            return None
        try:
            self._read(process.stdout.fileno(), argv[0])
        except Exception:
            log.exception("%s: its output could not be processed", argv[0])
        finally:
            with self._lock:
                self._process = None
                _kill(process)
            process.stdout.close()
            code = process.wait()
        log.debug("%s: ended with %d", argv[0], code)
        return code

    def _read(self, descriptor: int, name: str) -> None:
        """Until the end of the output, BYTES_PER_SECOND at most."""
        window, count, flooded = time.monotonic(), 0, False
        while chunk := os.read(descriptor, _CHUNK):
            self._on_output(chunk)
            now = time.monotonic()
            if now - window >= 1.0:
                window, count = now, 0
            count += len(chunk)
            if count >= BYTES_PER_SECOND:
                if not flooded:
                    log.warning("%s: prints more than %d bytes a second, the rest waits", name, count)
                flooded = True
                self._stopping.wait(window + 1.0 - now)

    def _begin(self, argv: Sequence[str]) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._stopping.is_set():
                return None
            try:
                self._process = subprocess.Popen(
                    argv,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=self._environment,
                    start_new_session=True,
                )
            except OSError as error:
                log.debug("%s: %s", argv[0], error.strerror or error)
            return self._process


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the whole group: also what the tool left running when it ended by itself."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
