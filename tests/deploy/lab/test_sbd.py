"""A watchdog bites whoever falls silent; a loop device goes with those who have it open."""

import os
from pathlib import Path

import pytest

from deploy.lab import loop
from deploy.lab.sbd_hardware import disarmed
from deploy.lab.waiting import until


@pytest.mark.parametrize(
    ("said", "well"),
    [(b"V", True), (b"\0\0\0V", True), (b"\0\0", False), (b"V\0", False), (b"", False)],
)
def test_a_watchdog_is_disarmed_by_the_last_word(said: bytes, *, well: bool) -> None:
    """As a real one: whoever ends without it has lost its node, whatever it said before."""
    reads, writes = os.pipe()
    os.write(writes, said)
    os.close(writes)
    assert disarmed(reads) == well
    os.close(reads)


def test_a_watchdog_waits_for_no_longer_than_it_was_told() -> None:
    """One that has it open and says nothing, as a frozen sbd."""
    reads, writes = os.pipe()
    os.write(writes, b"\0")
    assert not disarmed(reads, patience=0.01)
    os.close(reads)
    os.close(writes)


def attached(image: Path) -> list[str]:
    files = Path("/sys/block").glob("loop*/loop/backing_file")
    return [file.parts[3] for file in files if file.read_text().strip() == str(image)]


@pytest.mark.skipif(os.geteuid() != 0 or not loop.CONTROL.exists(), reason="needs root and loop devices")
def test_a_loop_device_is_lost_given_back_and_released(tmp_path: Path) -> None:
    """Lost it answers whoever has it open with nothing; given back it has what was on it. When the last one
    has closed it, the kernel has let it go."""
    image = tmp_path / "image"
    image.write_bytes(b"x" * 8192)
    device, held = loop.attach(image)
    try:
        assert attached(image) == [device.name]
        loop.lose(device)
        assert os.pread(held, 4, 0) == b""
        with pytest.raises(OSError, match="No space left"):
            os.pwrite(held, b"y" * 512, 0)
        loop.give_back(device)
        assert os.pread(held, 4, 0) == b"xxxx"
    finally:
        os.close(held)
    until("the device to be released", lambda: not attached(image), 5)
