"""CPU and memory as the kernel has them."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deploy.lab.errors import LabError
from tests.trials.common.processes import TICKS, Cpu, Watched, outside, parse_busy, parse_kib, parse_stat

# proc(5), Linux 6.1: pid, name, state, …, utime 14, stime 15, cutime 16, cstime 17
STAT = "4711 (ha (odd) name) S 1 4711 4711 0 -1 4194560 900 0 0 0 100 200 300 400 20 0 5 0 12345 1000 200"


def test_the_four_times() -> None:
    """Own time is user and system, children's too; brackets in a name don't shift the fields."""
    assert parse_stat(STAT) == Cpu(own=300 / TICKS, children=700 / TICKS)
    assert parse_stat(STAT).total == 1000 / TICKS


def test_memory_in_bytes() -> None:
    """The kernel's kB are 1,024 bytes; a line that is not there is said."""
    assert parse_kib("VmHWM:\t    4096 kB\nVmRSS:\t    3512 kB\n", "VmRSS") == 3512 * 1024
    with pytest.raises(LabError, match="no Pss"):
        parse_kib("Rss: 1 kB\n", "Pss")


def test_waiting_is_not_busy() -> None:
    """Idle time and time waiting for a disk are not in use."""
    assert parse_busy("cpu  10 1 20 500 30 2 3 4 0 0") == (40, 570)


def test_the_clock_counts_own_time_and_children() -> None:
    """What this process and a child that it waited for use is seen, each on its own side."""
    watched = Watched((os.getpid(),))
    before = watched.cpu()
    began = time.process_time()
    burn = "import time\nwhile time.process_time() < 0.1: pass"
    subprocess.run([sys.executable, "-c", burn], check=True)
    while time.process_time() - began < 0.02:
        pass
    after = watched.cpu()
    assert after.own - before.own >= 0.02
    assert after.children - before.children >= 0.09


def test_what_a_process_keeps_running_can_be_its_own() -> None:
    """A child that stands counts where that is asked for, its CPU at once and its memory too."""
    burn = "import time\nwhile time.process_time() < 0.1: pass\nprint(flush=True)\ninput()"
    me = Watched((os.getpid(),), standing=True)
    before = me.cpu()
    argv = [sys.executable, "-c", burn]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        assert me.cpu().children - before.children >= 0.09
        assert me.memory().resident > Watched((os.getpid(),)).memory().resident
        child.communicate(b"\n")


def test_memory_of_a_live_process() -> None:
    """The peak is never below what is resident."""
    memory = Watched((os.getpid(),)).memory()
    assert 0 < memory.proportional <= memory.resident <= memory.peak


def test_a_process_that_ended_is_said() -> None:
    """Measuring what is gone is an error in a sentence, not a traceback."""
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    with pytest.raises(LabError, match=f"process {child.pid} ended"):
        Watched((child.pid,)).memory()


def test_a_pid_of_the_same_namespace_is_itself() -> None:
    """Outside of any lab, a process has one pid."""
    inside = int(next(line.split()[-1] for line in _status() if line.startswith("NSpid:")))
    assert outside(os.getpid(), [inside]) == (os.getpid(),)


def _status() -> list[str]:
    return Path("/proc/self/status").read_text().splitlines()
